"""The face with Streamlit's own sliders, for where a browser reaches the pages but not `/api`: a proxy in between, say.

Everything goes through the page's script, so the picture follows when a slider is let go, not while it moves.
"""

from dataclasses import replace

import streamlit as st

from models import serving
from models.card import ModelInfo
from models.settings import HIGHEST_SEED, FaceSettings
from ui import waking
from utils import marks

_STATE = "faces.plain"


def wanted() -> bool:
    """Whether this visitor's browser has told that it does not reach the live route."""
    return st.session_state.get(_STATE, False)


def want() -> None:
    """From the next run on, these sliders are shown."""
    st.session_state[_STATE] = True


def draw(info: ModelInfo, settings: FaceSettings) -> None:
    """Shows the face and its sliders; what is moved becomes the address, as on the live page."""
    st.title("Faces")
    st.info(
        "This browser does not reach `/api` on the server, so the picture cannot follow while a slider moves. These sliders "
        "draw when they are let go."
    )
    st.button("Try the live page again", on_click=lambda: st.session_state.pop(_STATE, None))
    picture, sliders = st.columns(2, gap="large")
    with picture, st.spinner("The network is waking up; the first face takes a few seconds."):
        waking.fetch(info)
        face = serving.generator(info.name).face(settings)
        st.image(face, width="stretch", alt=f"Generated face, seed {settings.seed}")
        st.download_button(
            "Download",
            marks.encode(face, note=settings.to_json()),
            f"visage-{info.name}-seed-{settings.seed}.png",
            "image/png",
            on_click="ignore",
        )
    with sliders:
        _sliders(info, settings)


def _sliders(info: ModelInfo, settings: FaceSettings) -> None:
    moved = dict(settings.sliders)
    _set("seed", settings.seed)
    st.number_input("Seed", 0, HIGHEST_SEED, key=_key("seed"), on_change=_settle, args=(info, settings))
    _set("psi", settings.psi)
    disabled = not info.truncation
    st.slider("Truncation ψ", 0.0, 1.0, key=_key("psi"), disabled=disabled, on_change=_settle, args=(info, settings))
    units = info.directions.units()
    for (name, limit), label in zip(info.directions.limits().items(), info.directions.labels, strict=True):
        _set(name, moved.get(name, 0.0))
        st.slider(
            f"{label}, {units[name]}", -limit, limit, key=_key(name), step=0.1, on_change=_settle, args=(info, settings)
        )


def _settle(info: ModelInfo, settings: FaceSettings) -> None:
    """Callback: what the sliders say becomes the address; what they cannot say stays."""
    sliders = tuple((name, st.session_state[_key(name)]) for name in info.directions.names)
    seed, psi = st.session_state[_key("seed")], st.session_state[_key("psi")]
    st.query_params.from_dict(replace(settings, seed=seed, psi=psi, sliders=sliders).to_query())


def _set(name: str, value: float) -> None:
    st.session_state[_key(name)] = value


def _key(name: str) -> str:
    return f"{_STATE}.{name}"
