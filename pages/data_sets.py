"""Data sets: what the networks learn from, looked at before a training."""

import streamlit as st

from training.data import library
from ui import page_state
from ui.data_sets import alike, boxes, figures, grid, head, portraits, shelf

VIEWS = {
    "Pictures": grid.show,
    "Figures and faults": figures.show,
    "Alike": alike.show,
    "As one picture": lambda one, _: portraits.show(one),
    "Split": boxes.split,
    "Anchors": boxes.anchor_view,
    "Convert": boxes.convert,
}
OF_KIND = {"faces": list(VIEWS)[:4], "boxes": [name for name in VIEWS if name != "As one picture"]}

head.style()
head.title()
found, notes = library.look()
page_state.tell(notes)
one = head.choose(found)
if one is None:
    st.info(head.NONE)
    st.stop()
them = shelf.opened(one)
if them is None:
    st.stop()
head.facts(one, them)
view = st.segmented_control(
    "View", OF_KIND[one.kind], default="Pictures", required=True, key=f"data.view.{one.kind}",
    persist_state="session", label_visibility="collapsed",
)  # fmt: skip
VIEWS[view](one, them)
