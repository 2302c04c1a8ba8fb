"""About: the models with their cards and figures, and what all this cannot do."""

import html
from urllib.parse import quote

import streamlit as st

from models import serving
from models.catalogue import Catalogue, ModelInfo
from ui import cards, page_state, shell
from utils import memory

CANNOT = """
- The faces are drawn by networks that learned from photos of a few thousand people, most of them actors and athletes
  photographed from the front. They show that crowd, not the world: some ages, skins and poses are rare or missing.
- A slider is a direction in the network's own space. Moving one thing often moves another.
- A face may come near somebody who was in the photos. Each model's card says how that was looked for.
- Nothing here tells who somebody is, and no slider is about race or looks.
- Every picture that leaves carries the mark of a generated picture (IPTC `trainedAlgorithmicMedia`). A screenshot does not.
"""


def show(info: ModelInfo) -> None:
    """One model: faces it draws, its figures and how they came about, its terms, its card."""
    st.subheader(info.title, anchor=False)
    st.caption(" · ".join(filter(None, (cards.line(info), info.licence))))
    words = st.container()
    if cards.samples(info):
        left, words = st.columns([2, 3], gap="medium")
        picture(left, info, "samples", f"Faces drawn by {info.title}, not chosen by hand")
    with words:
        if figures := cards.figures(info):
            st.table(figures, hide_index=True)
        st.markdown(f"**Data.** {info.data_terms or 'The card says nothing of them.'}")
        if protocols := cards.protocols(info):
            with st.expander("How the figures were measured"):
                st.markdown("\n\n".join(protocols))
        if cards.training(info):
            with st.expander("How it learned to draw"):
                picture(st, info, "training", cards.training_words(info))
                st.caption(cards.training_words(info))
        if card := cards.card(info):
            with st.expander("The whole card"):
                st.markdown(card)


def picture(place, info: ModelInfo, which: str, words: str) -> None:
    """A picture that came with the model, as wide as the place.

    By our own route: a file of `st.image` is gone with the next run, which may come before it was fetched.
    """
    address = f"/api/v1/models/{quote(info.name)}/{which}"
    place.html(f'<img class="visage-samples" loading="lazy" src="{address}" alt="{html.escape(words, quote=True)}">')


st.title("About", anchor=False)
held = f"{memory.resident():,.0f} MiB of memory, models in it: {serving.count()}"
st.caption(f"Visage {shell.VERSION} · {shell.where()} · {held}")

st.header("Models", anchor=False)
catalogue = Catalogue()
for info in catalogue.models():
    with st.container(border=True):
        show(info)
page_state.tell(catalogue.faults())
if not catalogue.models():
    st.info("There is no model yet. Train one, or add one: `python cli.py weights add FOLDER`.")

st.header("What Visage cannot do", anchor=False)
st.markdown(CANNOT)
