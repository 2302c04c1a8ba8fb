"""Masks: who wears a mask, and wears it properly, in photos, from the camera, and in videos."""

import streamlit as st

from ui import page_state
from ui.masks import controls, head, photos

head.style()
infos = head.detectors()
if not infos:
    st.title("Masks", anchor=False)
    st.info(head.NO_DETECTOR)
    st.stop()

left, right = st.columns([2, 1], gap="medium")
with left:
    head.title()
with right:
    info = head.model(infos)
    source = controls.source()
    brought = controls.camera() if source == "Camera" else controls.photos()
    choice = controls.sliders(info)
page_state.tell(brought.notes)
photos.show(left, info, brought, choice, right)
head.foot(info)
