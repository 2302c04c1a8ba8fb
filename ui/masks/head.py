"""Above and below the Masks page: what it is for, which model looks, what fools it."""

from pathlib import Path

import streamlit as st

from models.card import ModelInfo
from models.catalogue import Catalogue
from ui import cards, shell

NO_DETECTOR = (
    "There is no detector yet. Train one (`python cli.py train masks --data ZIP`, then `publish`), or add one: "
    "`python cli.py weights add FOLDER`."
)
WHAT = (
    "Each box is a face that the network found; the number is how sure it is, from 0 to 1. "
    "**Good**, a solid line: a mask over nose and mouth. **Bad**, a dashed line: no mask, or one that leaves the nose free."
)
ERRS = (
    "The network errs. Hands, scarves and beards before the mouth, faces from the side or behind glass, very small or blurred "
    "ones fool it: a box is a guess, and nobody should be judged by it."
)
_CSS = Path(__file__).with_name("masks.css")


def style() -> None:
    """What the theme cannot say of this page."""
    st.html(f"<style>{_CSS.read_text('utf-8')}</style>")


def title() -> None:
    """What the page is for. A phone leaves it out: the picture comes first there, as on Faces."""
    with st.container(key="masks-title"):
        st.title("Masks", anchor=False)
        st.caption("Who wears a mask, and wears it properly?")


def detectors() -> list[ModelInfo]:
    """Every detector there is; a link's `?model=` first."""
    infos = Catalogue().models("detect")
    return sorted(infos, key=lambda info: info.name != st.query_params.get("model"))


def model(infos: list[ModelInfo]) -> ModelInfo:
    """The model that looks, at the top of the side; a list to choose from where there is more than one."""
    if len(infos) == 1:
        with st.container(key="masks-model"):
            st.html(f'<div class="masks-model"><strong>{infos[0].title}</strong><div>{_line(infos[0])}</div></div>')
        return infos[0]
    by_name = {info.name: info for info in infos}
    chosen = st.selectbox(
        "Model",
        list(by_name),
        format_func=lambda name: by_name[name].title,
        key="masks.model",
        persist_state="session",
        help="The network that looks at the photos.",
    )
    st.html(f'<div class="masks-line">{_line(by_name[chosen])}</div>')
    return by_name[chosen]


def _line(info: ModelInfo) -> str:
    """The line under its name; with the figure over the annotated classes beside that over Good and Bad, where measured."""
    line, of_each = cards.line(info), info.metrics.get("classes", {}).get("map50")
    figure, *rest = line.split(" · ")
    beside = [] if of_each is None else [f"{of_each:.3f} over {len(info.detector.classes)} classes"]
    return " · ".join([figure, *beside, *rest])


def foot(info: ModelInfo) -> None:
    """What one is looking at, and what to make of it."""
    st.divider()
    st.markdown(f"**What am I looking at?** {WHAT if info.arguments.get('groups') else _plain()}")
    st.markdown(ERRS)
    st.caption(
        f"Runs on {shell.where()}. Photos stay in this server's memory while you are here, and nowhere else; a video lies in a "
        "private folder while the network looks at it."
    )
    if card := cards.card(info):
        with st.expander(f"The card of {info.title}: figures, data, what fools it"):
            st.markdown(card)


def _plain() -> str:
    return "Each box is a thing that the network found, with its name and how sure the network is, from 0 to 1."
