"""The top of the Data sets page: which set, what it is, how one brings or removes one, where to train on it."""

import html
from pathlib import Path

import streamlit as st

from training.data import exclusions, library
from training.data.library import DataSet
from ui.data_sets import rights
from ui.data_sets.shelf import Opened
from utils.errors import VisageError

NONE = (
    "There is no data set yet. Upload a zip of pictures, or let the server's `VISAGE_DATA` name a folder with folders and "
    "zips in it."
)
SEEN = "Everybody who can open this page sees the uploaded sets and their pictures. Upload nothing that others must not see."
KINDS = {"faces": "pictures", "boxes": "photos with boxes"}
MB = library.MAX_UPLOAD >> 20
_CSS = Path(__file__).with_name("data_sets.css")


def style() -> None:
    """What the theme cannot say of this page."""
    st.html(f"<style>{_CSS.read_text('utf-8')}</style>")


def title() -> None:
    st.title("Data sets", anchor=False)
    st.caption("What the networks learn from: look before you train.")


def choose(found: list[DataSet]) -> DataSet | None:
    """The set that is looked at: of the address, else the first; a list to choose from, and beside it the upload."""
    by_name = {one.name: one for one in found}
    wanted = st.query_params.get("set")
    new = st.session_state.pop("data.new", None)  # just uploaded
    if new in by_name:
        st.session_state["data.set"] = wanted = new
    if st.session_state.get("data.set") not in by_name:
        st.session_state.pop("data.set", None)
    left, right = st.columns([3, 2], gap="small", vertical_alignment="bottom")
    one = None
    if by_name:
        name = left.selectbox(
            "Data set",
            list(by_name),
            index=list(by_name).index(wanted) if wanted in by_name else 0,
            format_func=lambda name: f"{name} (uploaded)" if by_name[name].uploaded else name,
            key="data.set",
            persist_state="session",
        )
        one = by_name[name]
        st.query_params["set"] = name
    with right, st.container(horizontal=True, gap="xsmall", horizontal_alignment="right"):
        _upload()
        if one is not None and one.uploaded:
            _remove(one)
    if wanted and wanted not in by_name:
        st.warning(f"There is no data set `{wanted}` any more." if by_name else f"There is no data set `{wanted}`.")
    return one


def _upload() -> None:
    state = st.session_state
    done, refused = state.setdefault("data.uploads", 0), state.setdefault("data.refusals", 0)
    # new keys after each zip: the popover closes after a good one, and no run brings the same file again
    with st.popover("Upload a zip", help="Brings a set of your own.", key=f"data.upload.{done}"):
        if not rights.may("upload"):
            return
        st.caption(f"{SEEN} At most {MB:,} MB; nothing is unpacked.")
        file = st.file_uploader(
            "A zip of pictures, with annotations or without",
            type=["zip"],
            max_upload_size=MB,
            key=f"data.zip.{done}.{refused}",
        )
        if file is None:
            if refusal := state.get("data.refusal"):
                st.error(refusal)
            return
        try:
            with st.spinner("Looking into the zip"):
                one = library.add(file.name, file)
        except VisageError as error:
            state.update({"data.refusals": refused + 1, "data.refusal": str(error)})
        else:
            state.update({"data.uploads": done + 1, "data.new": one.name, "data.refusal": ""})
        st.rerun()


def _remove(one: DataSet) -> None:
    with st.popover("Remove", help="Takes this uploaded set off the server."):
        if not rights.may("remove"):
            return
        st.write(f"`{one.name}` and its list of excluded pictures go for good. Runs that train on it cannot go on.")
        if st.button("Remove it", type="primary", key="data.remove"):
            try:
                library.remove(one.name)
            except VisageError as error:
                st.error(str(error))
                return
            st.query_params.pop("set", None)
            st.rerun()


def facts(one: DataSet, them: Opened) -> None:
    """One line of what the set is, and the way to a training."""
    excluded = len(exclusions.read(one.path) & set(them.names))
    words = [f"<strong>{len(them.names):,}</strong> {KINDS[one.kind]}"]
    if them.annotated:
        boxes = sum(len(photo.labels) for photo in them.annotated.photos)
        classes = html.escape(", ".join(them.annotated.classes[:6]))
        words.append(f"<strong>{boxes:,}</strong> boxes of {len(them.annotated.classes):,} classes: {classes}")
    if one.path.is_file():
        words.append(f"{one.path.stat().st_size / 2**20:,.1f} MB")
    if excluded:
        words.append(f"<strong>{excluded:,}</strong> excluded")
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.html(f'<p class="data-facts">{" · ".join(words)}</p>', width="stretch")
        if st.button("Train on this", type="primary", key="data.train", help="A new run with this set filled in."):
            st.switch_page("pages/training.py", query_params={"data": one.name})
