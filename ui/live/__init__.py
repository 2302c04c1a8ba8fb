"""The live components: plain modules in files of their own, mounted into the page without an iframe.

`face` and `morph` take `data` (what to draw) and fire `settled` with `{"query", "serial"}` when the visitor has let go.
Frames never pass through Python's script: the components fetch them from `/api/v1` while a thumb drags (some 10 ms a
frame, where Streamlit's own slider speaks only on release). `strip` is a row of small photos and fires `chosen`;
`tiles` are the pictures of a data set and fire `tapped`.
`film` shows the sample pictures of a run, which it fetches by name; it takes `run`, `version`, `last` and fires nothing.
"""

from pathlib import Path

import streamlit as st

_HERE = Path(__file__).parent


def _component(name: str):
    """A mounting function; `shared` comes first in script and style because a component's script cannot import."""

    def read(file: str) -> str:
        return (_HERE / file).read_text(encoding="utf-8")

    return st.components.v2.component(
        f"visage.{name}",
        html=read(f"{name}.html"),
        css=read("shared.css") + read(f"{name}.css"),
        js=read("shared.js") + read(f"{name}.js"),
    )


face = _component("face")
morph = _component("morph")
strip = _component("strip")
tiles = _component("tiles")
film = _component("film")
