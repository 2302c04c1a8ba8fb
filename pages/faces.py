"""Faces: one face, large, and everything that moves it."""

import streamlit as st

from models.latents import seed_latent
from models.settings import read_query
from ui import cards, live, page_state
from ui.faces import photo, plain

PAGE = "faces"

query = page_state.address(PAGE)
info, settings, notes = page_state.read(query, read_query)
if info is None:
    page_state.tell(notes)
    st.stop()
page_state.tell(notes + photo.notes(info, settings))

if plain.wanted():
    plain.draw(info, settings)
else:
    live.face(
        key=PAGE,
        data={
            **cards.model_data(info),
            **page_state.shown(PAGE, settings),
            # where the raw sliders rest: this seed's own values
            "base": [round(float(value), 3) for value in seed_latent(settings.seed, info.latent)],
        },
        on_settled_change=lambda: page_state.settled(PAGE, read_query),
        on_woke_change=lambda: None,  # the network is there now: a run brings the foot of the side up to date
        on_unreachable_change=plain.want,
    )

photo.panel(info)
