"""The pictures of a set, page by page; tapped, one is shown large or excluded from training."""

import html

import streamlit as st

from training.data import exclusions
from training.data.library import DataSet
from ui import live
from ui.data_sets import rights, shelf
from ui.data_sets.shelf import Opened

FACES, PHOTOS = 96, 24  # pictures a page
ALL, OUT = "All", "Excluded"


def show(one: DataSet, them: Opened) -> None:
    """The grid with what belongs to it."""
    excluded = exclusions.read(one.path)
    excludes = _controls(one, them, excluded)
    names = _chosen(one, them, excluded)
    if not excludes and (large := st.session_state.get("data.large")) in them.read:
        _large(one, them, large)
    if not names:
        st.caption("No picture here.")
        return
    shown = _page(names, PHOTOS if them.annotated else FACES)
    live.tiles(
        key="data.tiles",
        data={
            "items": [
                {
                    "id": name,
                    "alt": shelf.words(them, name),
                    "src": shelf.thumb(one, them, name),
                    "out": name in excluded,
                }
                for name in shown
            ],
            "excludes": excludes,
            "wide": bool(them.annotated),
        },
        on_tapped_change=lambda: _tapped(one, excludes),
    )


def _controls(one: DataSet, them: Opened, excluded: frozenset[str]) -> bool:
    """Whether a tap excludes."""
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        excludes = st.toggle(
            "Exclude by tapping",
            key="data.excludes",
            help="A tapped picture is not trained on, tapped again it is. The list lies beside the set, for everybody; "
            "a run that has begun with another list says so and does not go on.",
        )
        if excluded:
            text = "".join(f"{name}\n" for name in sorted(excluded))
            st.download_button("exclude.txt", text, "exclude.txt", "text/plain", key="data.list", on_click="ignore",
                               help="The list of excluded pictures, one a line.")  # fmt: skip
    return excludes and rights.may("exclude")


def _chosen(one: DataSet, them: Opened, excluded: frozenset[str]) -> list[str]:
    """The names that the filter leaves."""
    classes = list(them.annotated.classes) if them.annotated else []
    choices = [ALL, *classes, *([OUT] if excluded or st.session_state.get("data.show") == OUT else [])]
    if len(choices) == 1:
        return them.names
    if st.session_state.get("data.show") not in choices:
        st.session_state.pop("data.show", None)
    show = st.segmented_control("Show", choices, default=ALL, required=True, key="data.show")
    if show == OUT:
        return [name for name in them.names if name in excluded]
    if show == ALL:
        return them.names
    return [name for name in them.names if show in them.photos[name].labels]


def _page(names: list[str], most: int) -> list[str]:
    """The names on the page that is turned to."""
    pages = -(-len(names) // most)
    if pages == 1:
        return names
    if st.session_state.get("data.page", 1) > pages:
        st.session_state["data.page"] = 1
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        page = int(st.number_input("Page", 1, pages, key="data.page", width=140))
        first = (page - 1) * most
        st.caption(f"{first + 1:,}–{min(first + most, len(names)):,} of {len(names):,}")
    return names[first : first + most]


def _tapped(one: DataSet, excludes: bool) -> None:
    name = st.session_state["data.tiles"].tapped
    if not excludes:
        st.session_state["data.large"] = None if st.session_state.get("data.large") == name else name
    elif name in exclusions.read(one.path):
        exclusions.change(one.path, remove=[name])
    else:
        exclusions.change(one.path, add=[name])


def _large(one: DataSet, them: Opened, name: str) -> None:
    address, words = shelf.thumb(one, them, name, shelf.LARGE), shelf.words(them, name)
    if not address:
        st.error(f"`{name}` cannot be read.")
        return
    alt = html.escape(words, quote=True)
    st.html(f'<img class="data-large" src="{address}" alt="{alt}">')
    st.caption(words)
