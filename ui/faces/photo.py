"""Start from a photo: bring one, square the face in it, find the face nearest to it, and go on from there."""

import hashlib
from typing import NamedTuple

import numpy as np
import streamlit as st

from models import likeness, serving
from models.card import ModelInfo
from models.catalogue import Catalogue
from models.crops import Crop, cut, whole
from models.settings import FaceSettings
from ui.faces.search_job import SearchJob
from utils import marks, pictures
from utils.drawing import draw_outlines
from utils.errors import VisageError

PHOTO, JOB = "faces.photo", "faces.search"
PHOTO_MB = 32
SHOWN, PAIR = 720, 320  # pixels of the longer side of the photo; of square and face beside each other
MOST = 8  # faces of a photo to choose from, the largest


class Photo(NamedTuple):
    """A photo as it was brought, decoded; its faces as squares, the largest first; and a sentence about them."""

    digest: str
    picture: np.ndarray
    faces: tuple[Crop, ...]
    told: str


def notes(info: ModelInfo, settings: FaceSettings) -> list[str]:
    """What must be said above a face that was found for a photo, before its link is copied."""
    return [likeness.LIKENESS] if likeness.from_photo(settings, info.latent) else []


def panel(info: ModelInfo) -> None:
    """The panel at the foot of Faces; open while there is a photo."""
    with st.expander("Start from a photo", expanded=PHOTO in st.session_state, key="faces-photo"):
        _panel(info)


@st.fragment
def _panel(info: ModelInfo) -> None:
    st.caption(
        "The network looks for the face it can draw that comes closest to yours. The photo stays in this server's memory "
        "while you are here; nothing of it is written down."
    )
    file = _brought()
    if file is None:
        for key in (PHOTO, JOB):
            st.session_state.pop(key, None)
        return
    try:
        photo = _photo(info, file)
    except VisageError as error:
        st.error(str(error))
        return
    left, right = st.columns([3, 2], gap="medium")
    with right:
        face = _which(photo)
        crop = _by_hand(photo, face)
    with left:
        _show(photo, face, crop)
    _search(info, photo, crop)


def _brought():
    """The file that was uploaded or taken, or None."""
    source = st.segmented_control(
        "Photo from",
        ("File", "Camera"),
        default="File",
        required=True,
        key="faces.source",
        label_visibility="collapsed",
    )
    if source == "Camera":
        return st.camera_input("Take a photo", resolution="720p", key="faces.camera")
    return st.file_uploader(
        "A photo with a face",
        max_upload_size=PHOTO_MB,
        key="faces.file",
        help="JPEG, PNG, WebP and the like. One face, from the front, well lit, comes out best.",
    )


def _photo(info: ModelInfo, file) -> Photo:
    """The photo with its faces; decoded and looked at once, not at every click."""
    data = file.getvalue()
    digest = hashlib.sha256(data).hexdigest()[:16]
    kept = st.session_state.get(PHOTO)
    if kept is None or kept[0] != (digest, info.name):
        with st.spinner("Looking for the face; the first photo takes a few seconds."):
            picture = pictures.decode(data, file.name)
            photo = Photo(digest, picture, *_faces(info, picture))
        kept = st.session_state[PHOTO] = (digest, info.name), photo
    return kept[1]


def _faces(info: ModelInfo, picture: np.ndarray) -> tuple[tuple[Crop, ...], str]:
    if not Catalogue().models("detect"):
        return (whole(picture),), "There is no detector here: put the square around the face by hand."
    found = serving.squarer(info.name).faces(picture, MOST)
    return (
        (tuple(found), "") if found else ((whole(picture),), "No face is seen here: put the square around it by hand.")
    )


def _which(photo: Photo) -> int:
    """Which of its faces; nothing to choose where there is one."""
    if photo.told:
        st.info(photo.told)
    if len(photo.faces) == 1:
        return 0
    chosen = st.segmented_control(
        "Whose face",
        range(len(photo.faces)),
        default=0,
        required=True,
        format_func=lambda place: f"{place + 1}",
        key=f"faces.which.{photo.digest}",
        help="As numbered in the photo, the largest first.",
    )
    return chosen or 0


def _by_hand(photo: Photo, face: int) -> Crop:
    """The square, as it was found until somebody moves it."""
    height, width = photo.picture.shape[:2]
    start, shorter = photo.faces[face], min(height, width)
    key = f"{photo.digest}.{face}"

    def slider(label: str, low: float, high: float, value: float, unit: str, help: str) -> float:
        value = float(np.clip(round(value * 2) / 2, low, high))
        return st.slider(label, low, high, value, 0.5, f"%.1f{unit}", key=f"faces.{label.lower()}.{key}", help=help)

    across = slider(
        "Across", 0.0, 100.0, 100 * start.x / width, " %%", "Where the middle of the square is, from the left."
    )
    down = slider("Down", 0.0, 100.0, 100 * start.y / height, " %%", "Where the middle of the square is, from the top.")
    size = slider(
        "Size", 2.0, 150.0, 100 * start.side / shorter, " %%", "Of the square, against the photo's shorter side."
    )
    turn = slider("Turn", -45.0, 45.0, start.angle, "°", "How far the head leans, clockwise.")
    return Crop(across * width / 100, down * height / 100, size * shorter / 100, turn)


def _show(photo: Photo, face: int, crop: Crop) -> None:
    """The photo with its squares: the chosen one solid, as it is by hand; the others dashed."""
    longer = max(photo.picture.shape[:2])
    picture, share = pictures.enlarge(photo.picture, SHOWN), SHOWN / longer
    squares = [crop if place == face else other for place, other in enumerate(photo.faces)]
    words = [f"{place + 1}" if len(squares) > 1 else "" for place in range(len(squares))]
    styles = ["solid" if place == face else "dashed" for place in range(len(squares))]
    drawn = draw_outlines(picture, [square.corners() * share for square in squares], words, styles)
    st.image(drawn, alt="Your photo, with a square around the face", output_format="JPEG", width="stretch")


def _search(info: ModelInfo, photo: Photo, crop: Crop) -> None:
    place = (photo.digest, crop, info.name)
    job: SearchJob | None = st.session_state.get(JOB)
    if job is not None and not job.ended:
        _on_its_way()
        return
    square = cut(photo.picture, crop, info.resolution)
    done = job is not None and job.place == place
    left, right = st.columns(2, gap="medium")
    with left:
        _large(square, f"Your square, at the network's {info.resolution} px", "The square cut out of your photo", False)
    if done and job.progress.found:
        with right:
            _large(job.progress.found.face, "The face found", "Generated face, found for your photo", True)
        _use(job.progress.found)
        return
    if done:
        st.warning(job.progress.error or "The search was cancelled.")
    if crop.side < info.resolution / 2:
        st.info(f"The square is {crop.side:.0f} pixels wide in your photo: too few for more than a rough likeness.")
    st.button(
        "Find the face",
        type="primary",
        key="faces.find",
        help="Takes a few seconds.",
        on_click=lambda: st.session_state.update({JOB: SearchJob(square, place)}),
    )


@st.fragment(run_every=0.4)
def _on_its_way() -> None:
    job: SearchJob | None = st.session_state.get(JOB)
    if job is None or job.ended:
        st.rerun()
    st.progress(*job.line())
    if st.button("Cancel", key="faces.cancel", help="Ends the search; nothing of it is kept."):
        job.cancel()


def _large(picture: np.ndarray, caption: str, alt: str, generated: bool) -> None:
    st.image(marks.encode(pictures.enlarge(picture, PAIR), "png", generated=generated), alt=alt, width="content")
    st.caption(caption)


def _use(found: likeness.Found) -> None:
    st.markdown(likeness.words(found))
    st.caption(likeness.LIKENESS)
    if st.button("Use this face", type="primary", key="faces.use", help="Shows it above, where every slider moves it."):
        st.query_params.from_dict(found.settings.to_query())
        st.rerun()
