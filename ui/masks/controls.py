"""The side of the Masks page: where photos come from, and which boxes are shown."""

from collections.abc import Sequence
from typing import NamedTuple

import streamlit as st

from models.card import ModelInfo
from ui.masks import uploads
from ui.masks.looks import Looks, Shot, shot
from ui.masks.uploads import Brought

SOURCES = ("Photos", "Camera", "Video")
PHOTO_MB = 64  # a zip of a thousand photos takes 30
NOTHING = Brought([], {}, [], [])


class Choice(NamedTuple):
    """Which boxes are shown: the least confidence, the largest overlap, and the classes (None: all); whether the network
    looks at tiles of large pictures too.
    """

    confidence: float
    overlap: float
    classes: tuple[str, ...] | None
    tiles: bool = False


def looks() -> Looks:
    """What this visitor's photos were seen as; kept until the visitor leaves."""
    return st.session_state.setdefault("masks.looks", Looks())


def source() -> str:
    """`Photos`, `Camera` or `Video`."""
    chosen = st.segmented_control(
        "Where from",
        SOURCES,
        default=SOURCES[0],
        required=True,
        key="masks.source",
        persist_state="session",
        width="stretch",
        label_visibility="collapsed",
    )
    return chosen or SOURCES[0]


def photos() -> Brought:
    """The uploaded photos and what was marked in them; sorted once, not at every click."""
    files = st.file_uploader(
        "Photos, many at once",
        accept_multiple_files=True,
        max_upload_size=PHOTO_MB,
        key="masks.files",
        help="JPEG, PNG, WebP and the like, or a zip of them. With Pascal VOC (.xml) or YOLO (.txt) files beside them the "
        "page tells how well the network does. Everything stays in this server's memory while you are here.",
    )
    now = tuple(file.file_id for file in files)
    before, brought = st.session_state.get("masks.brought", ((), NOTHING))
    if now != before:
        brought = uploads.sort(files)
        st.session_state["masks.brought"] = now, brought
    return brought


def camera() -> Brought:
    """The photo just taken."""
    taken = st.camera_input(
        "Take a photo",
        resolution="720p",
        key="masks.camera",
        help="The browser asks before it opens the camera. The photo stays in this server's memory while you are here.",
    )
    return Brought([shot("camera.jpg", taken.getvalue())], {}, [], []) if taken else NOTHING


def sliders(info: ModelInfo) -> Choice:
    """Confidence, overlap and classes, none of which calls the network; and tiles, which do."""
    confidence = st.slider(
        "Confidence",
        0.01,
        0.99,
        _start(info),
        0.01,
        key=f"masks.confidence.{info.name}",
        persist_state="session",
        help="How sure the network must be of a box. Further left more faces are found, and more things that are none.",
    )
    overlap = st.slider(
        "Overlap",
        0.05,
        0.95,
        0.45,
        0.05,
        key="masks.overlap",
        persist_state="session",
        help="Two boxes that share more than this part are taken for one face, and the surer one stays. "
        "Further right faces close together are kept apart, and one face may get two boxes.",
    )
    names = list(info.detector.groups or info.detector.classes)
    chosen = st.pills(
        "Show",
        names,
        selection_mode="multi",
        default=names,
        key=f"masks.classes.{info.name}",
        persist_state="session",
        help="Which boxes are drawn, counted and taken home.",
    )
    tiles = st.toggle(
        "Tiles for tiny faces",
        key="masks.tiles",
        persist_state="session",
        help="For crowds in large pictures: the network looks at pieces of them too, which finds smaller faces and takes "
        f"several times as long. Pictures up to {2 * info.pixels:,} px are looked at once either way.",
    )
    return Choice(confidence, overlap, None if set(chosen) == set(names) else tuple(chosen), tiles)


def current(shots: Sequence[Shot]) -> Shot:
    """The photo that is shown large: the one chosen last if it is still there, else the first."""
    chosen = st.session_state.get("masks.shot")
    return next((one for one in shots if one.digest == chosen), shots[0])


def _start(info: ModelInfo) -> float:
    """The confidence at which the model's F1 was best, where that was measured."""
    best = info.metrics.get("confidence", 0.25)
    return min(0.99, max(0.01, round(float(best), 2)))
