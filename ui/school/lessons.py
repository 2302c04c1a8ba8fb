"""What GAN school draws: an explanation beside a chart, the three example runs, and two longer lessons."""

import base64
import html

import streamlit as st

from ui.school import curves, examples, look, words
from ui.school.examples import Example
from utils import marks


def beside(chart: str, label: str = "What does it mean?") -> None:
    """A small button that opens the explanation of a chart, with the same chart of three runs of our own.

    Args:
        chart: losses, scores, metric, learning_rate, film or diversity.
        label: the button's words.
    """
    box = st.popover(
        label, type="tertiary", key=f"school.beside.{chart}", on_change="rerun",
        help=f"{words.BESIDE[chart][0]}: what good and bad look like, with three runs of our own.",
    )  # fmt: skip
    if not box.open:  # nothing is sent before somebody asks
        return
    with box:
        look.style()
        explained(chart, "beside")


def row() -> None:
    """Such a button for every chart, named after it: for a page whose charts stand together."""
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.caption("What does it mean?", width="content")
        for chart, (title, _words) in words.BESIDE.items():
            beside(chart, title)


def explained(chart: str, place: str = "page") -> None:
    """What a chart means, and the same chart of the three runs in a row; a film strip takes all of the width."""
    st.markdown(words.BESIDE[chart][1])
    places = [st.container() for _ in examples.runs()] if chart == "film" else st.columns(3, gap="medium")
    for column, (name, example) in zip(places, examples.runs().items(), strict=True):
        with column:
            _example(name, example, chart, place)


def how_they_were_made() -> None:
    """What made the three runs so different."""
    for example in examples.runs().values():
        settings = "  \n".join(f"`--set {setting}`" for setting in example.settings)
        st.markdown(f"**{example.title}**  \n{settings}")
    st.caption(
        "Recipe `dcgan` at 32 px on 1,200 drawn heads (Open Peeps by Pablo Stanley, CC0). The script "
        "`scripts/school_examples.py` has every setting and makes the runs again."
    )


def equilibrium() -> None:
    """What a game looks like that nobody wins."""
    st.markdown(words.EQUILIBRIUM)
    healthy = examples.runs()["healthy"]
    for column, chart in zip(st.columns(2, gap="medium"), ("losses", "metric"), strict=True):
        with column:
            st.markdown(f"**{words.BESIDE[chart][0]}, the healthy run**")
            drawn = curves.draw(healthy, chart, look.tokens(), alone=True)
            st.altair_chart(drawn, key=f"school.even.{chart}", alt=words.SHOWN[chart]["healthy"])
    st.caption(words.LEVEL)


def autoencoders() -> None:
    """Why a VAE's faces are blurred, shown by averages of our own fakes."""
    st.markdown(words.VAE)
    pictures = []
    for count, picture in examples.averages().items():
        said = "One face" if count == 1 else f"Mean of {count}"
        url = "data:image/webp;base64," + base64.b64encode(marks.encode(picture, "webp")).decode()
        pictures.append((url, said, f"{said}, drawn by the healthy run's generator"))
    _strip(pictures)
    st.caption(words.AVERAGES)


def _example(name: str, example: Example, chart: str, place: str) -> None:
    st.markdown(f"**{example.title}**")
    said = words.SHOWN[chart][name]
    if chart == "film":
        _strip(
            [
                (examples.data_url(path), f"{images:,}", f"{example.title}: sixteen faces after {images:,} images")
                for images, path in example.film.items()
            ]
        )
    else:
        drawn = curves.draw(example, chart, look.tokens())
        alt = f"{words.BESIDE[chart][0]}, {example.title}: {said}"
        st.altair_chart(drawn, key=f"school.{place}.{chart}.{name}", alt=alt)
    st.caption(said)


def _strip(pictures: list[tuple[str, str, str]]) -> None:
    """Small pictures in rows: (address, words under it, words instead of it)."""
    figures = "".join(
        f'<figure><img src="{url}" alt="{html.escape(alt, quote=True)}"><figcaption>{html.escape(under)}</figcaption></figure>'
        for url, under, alt in pictures
    )
    st.html(f'<div class="school-strip">{figures}</div>')
