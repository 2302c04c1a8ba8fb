"""The Video side of the Masks page: bring one, watch how far it is, play it with its boxes."""

import base64
import html

import numpy as np
import streamlit as st

from models.card import ModelInfo
from ui.masks import counts, video_job
from ui.masks.controls import Choice
from ui.masks.video_job import Result, VideoJob
from utils import marks, pictures, private, video
from utils.errors import VisageError

VIDEO_MB = 256  # kept in memory until it is looked at
JOB = "masks.job"
PREVIEW = 960  # pixels on the longer side of a first frame


def job() -> VideoJob | None:
    """The video that was begun, whether it has ended or not."""
    return st.session_state.get(JOB)


def bring():
    """The video chosen, or None; nothing to choose while one is looked at."""
    if (begun := job()) is not None:
        words = "Puts this one away; the next may be the same one with other settings."
        if st.button("Another video", key="masks.another", help=words, width="stretch"):
            begun.cancel()
            del st.session_state[JOB]
            st.rerun()
        st.caption(f"{begun.name}: {begun.told}")
        return None
    return st.file_uploader(
        "Video",
        type=[ending.removeprefix(".") for ending in sorted(video.ENDINGS)],
        max_upload_size=VIDEO_MB,
        key="masks.video",
        help="MP4, MOV, WebM, MKV or AVI. It lies in a private folder of this server while the network looks at it, and is "
        "gone from there when that ends.",
    )


def start(info: ModelInfo, file, choice: Choice) -> None:
    """What belongs to a video alone, and the button that begins."""
    every = st.number_input(
        "Look at one frame in …",
        1,
        30,
        1,
        key="masks.every",
        help="1 looks at every frame. With 2 the network looks at every second one, about twice as fast; the video keeps all "
        "its frames, and those between show the boxes of the frame before them.",
    )
    pressed = st.button(
        "Find the faces",
        type="primary",
        key="masks.start",
        disabled=file is None,
        width="stretch",
        help="With the settings above. It goes on while you look at other pages.",
    )
    if pressed and file is not None:
        st.session_state[JOB] = VideoJob(file.name, file.getvalue(), info.name, choice, int(every))
        st.rerun()


def show(place, file, side) -> None:
    """The video as it was brought, on its way, or with its boxes."""
    begun = job()
    with place, st.container(key="masks-film"):
        if begun is None:
            _brought(file)
        elif not begun.ended:
            _on_its_way()
        elif begun.progress.result:
            _done(begun, begun.progress.result, side)
        else:
            st.error(begun.progress.error or f"`{begun.name}` was cancelled; nothing of it is kept.")


def _brought(file) -> None:
    if file is None:
        _empty("Bring a video: its faces get boxes, and a person keeps one number.")
        return
    kept = st.session_state.get("masks.first")
    if kept is None or kept[0] != file.file_id:
        kept = st.session_state["masks.first"] = (file.file_id, *first_frame(file.name, file.getvalue()))
    _, picture, words = kept
    if picture is None:
        st.error(words)
        return
    _frame(marks.encode(pictures.enlarge(picture, PREVIEW), "jpeg", generated=False), f"The first frame of {file.name}")
    st.caption(words)


def first_frame(name: str, data: bytes) -> tuple[np.ndarray | None, str]:
    """(the first frame, what the video is), or (None, the sentence about what is wrong with it)."""
    try:
        with private.folder() as folder:
            path = video_job.written(folder, name, data)
            facts, first = video.probe(path), next(video.frames(path)).picture
    except VisageError as error:
        return None, str(error)
    length = f"{facts.seconds:.0f} s" if facts.seconds else "length unknown"
    sound = "with sound" if facts.sound else "no sound"
    return first, f"{name} · {facts.width:,} × {facts.height:,} px · {length} · {facts.rate:.3g} frames/s · {sound}"


def _frame(jpeg: bytes, alt: str) -> None:
    """Inside the page itself: a file of `st.image` is gone with the next run, which may come before it was fetched."""
    data = base64.b64encode(jpeg).decode()
    st.html(f'<img class="masks-preview" src="data:image/jpeg;base64,{data}" alt="{html.escape(alt, quote=True)}">')


def _empty(words: str) -> None:
    st.html(f'<div class="masks-empty">{words}</div>')


@st.fragment(run_every=1.0)
def _on_its_way() -> None:
    begun = job()
    if begun is None or begun.ended:
        st.rerun()
    share, words = begun.line()
    if begun.progress.preview:
        _frame(begun.progress.preview, words)
    else:
        _empty("The first frame is on its way.")
    st.progress(share, words)
    if st.button("Cancel", key="masks.cancel", help="Ends it at once; nothing of the video is kept."):
        begun.cancel()


def _done(begun: VideoJob, result: Result, side) -> None:
    if result.short:
        st.warning(result.short)
    total = sum(result.people.values())
    parts = ", ".join(f"{count:,} {word}" for word, count in sorted(result.people.items(), reverse=True))
    words = f"{total:,} {'person' if total == 1 else 'people'}: {parts}" if total else "No faces found"
    st.video(result.film, alt=f"{begun.name} with boxes. {words}")
    pace = result.frames / max(result.seconds, 0.01)
    st.caption(f"{words} · {begun.name} · {result.frames:,} frames, worked through at {pace:.1f} a second")
    stem = begun.name.rsplit(".", 1)[0]
    with st.container(horizontal=True, gap="xsmall"):
        st.download_button(
            "Download", result.film, f"{stem}-boxes.mp4", "video/mp4", key="masks.get.film", type="primary",
            on_click="ignore", help="The video with its boxes, H.264, with its sound.",
        )  # fmt: skip
        st.download_button(
            "CSV", result.table, f"{stem}-boxes.csv", "text/csv", key="masks.get.frames", on_click="ignore",
            help="One row for every box of every frame looked at.",
        )  # fmt: skip
    with side:
        counts.draw(result.people, f"people in {result.frames:,} frames; a person is told by the last word")
