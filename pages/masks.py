"""Masks: who wears a mask, and wears it properly, in photos, from the camera, and in videos."""

import streamlit as st

from ui import page_state
from ui.masks import controls, head, photos, videos

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
    brought = {"Photos": controls.photos, "Camera": controls.camera, "Video": videos.bring}[source]()
    under_way = source == "Video" and videos.job() is not None  # what was begun keeps its settings
    choice = None if under_way else controls.sliders(info)
    if source == "Video" and not under_way:
        videos.start(info, brought, choice)

if source == "Video":
    videos.show(left, brought, right)
else:
    page_state.tell(brought.notes)
    photos.show(left, info, brought, choice, right)
head.foot(info)
