"""A set as one picture: mean, deviation, median, mode, smallest and largest values, of reals beside fakes."""

import base64
import html

import numpy as np
import streamlit as st

from models import serving
from models.catalogue import Catalogue
from training.data import exclusions, pictures, portrait
from training.data.library import DataSet
from training.data.portrait import Portrait
from ui.data_sets import jobs
from utils import marks
from utils.pictures import enlarge

SIDE, SHOWN = 64, 256  # pixels: looked at where no model decides, and shown
FAKES = 2000  # at most: each is drawn for this
NOBODY = "no model"
SAID = {
    "mean": ("Mean", "What all have in common; sharp where they agree, a blur where they do not."),
    "deviation": (
        "Standard deviation",
        "Shown twice as bright: dark where all pictures agree, bright where they differ.",
    ),
    "median": ("Median", "The middle value of each pixel: like the mean, but a few odd pictures do not move it."),
    "mode": ("Mode", "The commonest value of each pixel: flat grounds come through, and noise where none is common."),
    "minimum": (
        "Minimum",
        "The darkest that each pixel ever is. A frame or corner that is bright here is always bright.",
    ),
    "maximum": (
        "Maximum",
        "The brightest that each pixel ever is: one white picture is enough to make all of it white.",
    ),
}


def show(one: DataSet) -> None:
    """Six pictures of all or of some by chance, and beside them those of a model's fakes."""
    left, middle, right = st.columns([2, 1, 1], gap="medium", vertical_alignment="bottom")
    infos = {info.name: info for info in Catalogue().models("generate")}
    model = left.selectbox("Beside fakes of", [NOBODY, *infos], key="data.model",
                           format_func=lambda name: infos[name].title if name in infos else NOBODY,
                           help="The same number of fakes, seeds 1 and up, at the model's size.")  # fmt: skip
    side = infos[model].resolution if model in infos else SIDE
    count = int(middle.number_input("Random pictures", 0, FAKES if model in infos else 1_000_000, 1000, step=100,
                                    key=f"data.count.{model in infos}",
                                    help="So many of the set by chance; 0 for all of them."
                                    + " At most 2,000 beside fakes." * (model in infos)))  # fmt: skip
    if model in infos and count == 0:
        count = FAKES
    seed = st.session_state.setdefault("data.seed", 0)
    if right.button("Others by chance", key="data.others", width="stretch", disabled=count == 0):
        st.session_state["data.seed"] = seed = seed + 1
    reals = jobs.outcome(
        ("portrait", one, side, count, seed if count else 0, hash(exclusions.read(one.path))),
        lambda progress: _of_set(one, side, count, seed, progress),
        "Looking at the pictures",
    )
    if reals is None:
        return
    found, number = reals
    columns = [("reals", found)]
    if model in infos:
        key = ("fakes", model, infos[model].version, number)
        fakes = jobs.outcome(key, lambda progress: _of_model(model, number, progress), "Drawing fakes")
        if fakes is None:
            return
        columns.append(("fakes", fakes))
    st.caption(f"{number:,} pictures of {one.name} at {side} px" + f", and {number:,} fakes" * (model in infos))
    cells = "".join(_cell(name, columns) for name in Portrait._fields)
    st.html(f'<div class="data-portraits">{cells}</div>')


def _of_set(one: DataSet, side: int, count: int, seed: int, progress) -> tuple[Portrait, int]:
    data = pictures.prepare(one.path, side, progress)
    used = np.sort(np.concatenate(data.split()))  # without the excluded
    places = used[portrait.some(len(used), count or len(used), seed)]
    return portrait.portrait(data.pictures, places, progress), len(places)


def _of_model(name: str, count: int, progress) -> Portrait:
    return portrait.portrait(portrait.fakes(serving.generator(name), count, progress))


def _cell(name: str, columns: list[tuple[str, Portrait]]) -> str:
    title, words = SAID[name]
    pair = "".join(_picture(getattr(found, name), f"{title} of the {what}", what) for what, found in columns)
    return f'<figure><h3>{title}</h3><div class="pair">{pair}</div><figcaption>{words}</figcaption></figure>'


def _picture(picture: np.ndarray, alt: str, what: str) -> str:
    if alt.startswith("Standard"):
        picture = np.minimum(picture, 127) * np.uint8(2)
    data = marks.encode(enlarge(picture, SHOWN), "webp", quality=90, generated=what == "fakes")
    address = base64.b64encode(data).decode()
    return f'<div><img src="data:image/webp;base64,{address}" alt="{html.escape(alt, quote=True)}">{what}</div>'
