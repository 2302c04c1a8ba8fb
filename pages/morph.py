"""Morph: a path through two to eight faces, scrubbed by hand, taken home as an animation."""

import streamlit as st

from models.morphs import FEWEST, MOST, read_query
from ui import cards, live, page_state

PAGE = "morph"

query = page_state.address(PAGE)
info, settings, notes = page_state.read(query, read_query)
page_state.tell(notes)
if info is None:
    st.stop()

live.morph(
    key=PAGE,
    data={
        **cards.model_data(info),
        **page_state.shown(PAGE, settings),
        "settings": {
            "model": settings.model,
            "version": settings.version,
            "seeds": [face.seed for face in settings.keys],
            "loop": settings.loop,
            "at": settings.at,
        },
        "steps": settings.steps,
        "fewest": FEWEST,
        "most": MOST,
    },
    on_settled_change=lambda: page_state.settled(PAGE, read_query),
    on_woke_change=lambda: None,  # the network is there now: a run brings the foot of the side up to date
)
