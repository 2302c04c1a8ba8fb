"""Colours and style of GAN school, from the theme in force."""

from pathlib import Path

import streamlit as st

_CSS = Path(__file__).with_name("school.css")


def tokens() -> dict[str, str]:
    """Colours by what they stand for: reals (or the first series), fakes (or the second), ground, surface, border, text."""
    theme = st.context.theme.type or "light"
    reals, fakes = st.get_option(f"theme.{theme}.chartCategoricalColors")[:2]
    names = {"ground": "background", "surface": "secondaryBackground", "border": "border", "text": "text"}
    return {"reals": reals, "fakes": fakes} | {
        name: st.get_option(f"theme.{theme}.{option}Color") for name, option in names.items()
    }


def style() -> None:
    """What the theme cannot say of school."""
    st.html(f"<style>{_CSS.read_text('utf-8')}</style>")
