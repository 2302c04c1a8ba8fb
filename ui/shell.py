"""The frame around every page: brand, navigation, the foot of the side that says where the network runs."""

from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from models import serving
from ui import visitors

VERSION = "0.1"
_HERE = Path(__file__).parent
_TOKENS = {"accent": "primaryColor", "ground": "backgroundColor", "text": "textColor"}


def draw(pages: Sequence) -> None:
    """Draws the frame and, inside it, the page the visitor is on."""
    st.set_page_config(page_title="Visage", page_icon=str(_HERE / "mark.svg"), layout="wide")
    theme = st.context.theme.type or "light"
    tokens = {name: st.get_option(f"theme.{theme}.{key}") for name, key in _TOKENS.items()}
    tokens["on-accent"] = "#FFFFFF" if theme == "light" else "#0C1514"
    root = " ".join(f"--{name}: {colour};" for name, colour in tokens.items())
    st.html(f"<style>:root {{ {root} }}\n{(_HERE / 'shell.css').read_text('utf-8')}</style>")
    page = st.navigation(list(pages))
    st.logo(str(_HERE / f"logo-{theme}.svg"), icon_image=str(_HERE / "mark.svg"), size="large")
    st.sidebar.html(f'<p class="visage-foot">{where()} · v{VERSION}</p>')
    visitors.admit()
    page.run()
    st.session_state["page"] = page.url_path


def where() -> str:
    """The device the networks run on, in words, and its cores where it is the processor."""
    return serving.device()
