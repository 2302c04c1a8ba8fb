"""The live components: plain modules in files of their own, mounted into the page without an iframe.

`face` and `morph` take `data` (what to draw) and fire `settled` with `{"query", "serial"}` when the visitor has let go;
`face` also fires `unreachable` where `/api` does not answer, though the server does.
Frames never pass through Python's script: the components fetch them from `/api/v1` while a thumb drags (some 10 ms a
frame, where Streamlit's own slider speaks only on release). Streamlit may bring a component the data of two runs the
wrong way round, so all data carry an `order`, and older ones are left out (`outdated` in shared.js). `strip` is a row of small photos and fires `chosen`;
`tiles` are the pictures of a data set and fire `tapped`.
`film` shows the sample pictures of a run, which it fetches by name; it takes `run`, `version`, `last` and fires nothing.
"""

import time
from pathlib import Path

import streamlit as st

_HERE = Path(__file__).parent


def _component(name: str, *parts: str):
    """A mounting function; `shared` comes first in script and style because a component's script cannot import.

    So do its parts, which are scripts of their own: `face_mix.js` is the part `mix` of `face`.
    """

    def read(file: str) -> str:
        return (_HERE / file).read_text(encoding="utf-8")

    mounted = st.components.v2.component(
        f"visage.{name}",
        html=read(f"{name}.html"),
        css=read("shared.css") + read(f"{name}.css"),
        js="".join(map(read, ("shared.js", *(f"{name}_{part}.js" for part in parts), f"{name}.js"))),
    )

    def mount(data: dict, **how):
        # the clock, not a count: a page that was open before the server's restart knows the counts of the one before
        return mounted(data={**data, "order": time.time()}, **how)

    return mount


face = _component("face", "settings", "sliders", "latents", "mix", "compare", "visit", "grids", "sharing")
morph = _component("morph", "keys", "take")
strip = _component("strip")
tiles = _component("tiles")
film = _component("film")
