"""Good and Bad, counted: large figures, each with the line that its boxes have."""

from collections.abc import Mapping

import streamlit as st

from models import records

# of the design's tokens: Good and Bad, and text
COLOURS = {
    "light": {"Good": "#0072B2", "Bad": "#D55E00", "": "#1B1C1E"},
    "dark": {"Good": "#56B4E9", "Bad": "#FF9A52", "": "#ECEBE8"},
}


def colours() -> Mapping[str, str]:
    """By class, and the text's under the empty name, for the theme that the visitor sees."""
    return COLOURS["dark" if st.context.theme.type == "dark" else "light"]


def draw(totals: Mapping[str, int], words: str, calls: int | None = None) -> None:
    """The figures, and a quiet line under them. `calls` is how often the network looked, for programs that look."""
    parts = "".join(
        f'<div><i style="border: 3px {records.style(name, list(totals))} {colours().get(name, "currentColor")}"></i>'
        f"<strong>{count:,}</strong> {name}</div>"
        for name, count in totals.items()
        if count or len(totals) < 4
    )
    data = "" if calls is None else f' data-calls="{calls}"'
    st.html(f'<div class="masks-counts" role="status">{parts}</div><div class="masks-line"{data}>{words}</div>')
