"""Lines for programs that ask for what a page shows: curl, Python and JavaScript, each with a button that copies it."""

from urllib.parse import urlsplit

import streamlit as st


def address() -> str:
    """Where this server is, as the visitor's browser has it."""
    here = urlsplit(st.context.url or "")
    return f"{here.scheme}://{here.netloc}" if here.netloc else "http://localhost:8501"


def lines(key: str, what: str, curl: str, python: str, javascript: str) -> None:
    """A small button that opens the lines; `what` says what they do."""
    box = st.popover("Code", key=key, on_change="rerun", help=f"Lines for a program: {what}.")
    if not box.open:  # what colours them is much to send
        return
    with box:
        for name, text, language in (
            ("curl", curl, "bash"),
            ("Python", python, "python"),
            ("JavaScript", javascript, "javascript"),
        ):
            st.caption(name)
            st.code(text, language, wrap_lines=True)
        st.caption(f"Every route, with examples: [{address()}/docs]({address()}/docs)")
