"""About: the models with their cards and figures, and what all this cannot do."""

import streamlit as st

from models.catalogue import Catalogue
from ui import cards, shell

CANNOT = """
- The faces are drawn by networks that learned from photos of a few thousand people, most of them actors and athletes
  photographed from the front. They show that crowd, not the world: some ages, skins and poses are rare or missing.
- A slider is a direction in the network's own space. Moving one thing often moves another.
- A face may come near somebody who was in the photos. Each model's card says how that was looked for.
- Nothing here tells who somebody is, and no slider is about race or looks.
- Every picture that leaves carries the mark of a generated picture (IPTC `trainedAlgorithmicMedia`). A screenshot does not.
"""

st.title("About", anchor=False)
st.caption(f"Visage {shell.VERSION} · {shell.where()}")

st.header("Models", anchor=False)
models = Catalogue().models()
if not models:
    st.info(cards.NO_MODEL)
for info in models:
    with st.container(border=True):
        st.subheader(info.title, anchor=False)
        st.caption(f"{cards.line(info)} · {info.licence}")
        if samples := cards.samples(info):
            st.image(samples, alt=f"Faces drawn by {info.title}, not chosen by hand", width="stretch")
        if figures := cards.figures(info):
            st.dataframe(figures, hide_index=True, width="stretch")
        st.markdown(f"**Data.** {info.data_terms}")
        if card := cards.card(info):
            with st.expander("The whole card"):
                st.markdown(card)

st.header("What Visage cannot do", anchor=False)
st.markdown(CANNOT)
