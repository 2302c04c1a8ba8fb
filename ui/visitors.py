"""How many may have a page open at once: the host's word, `VISAGE_VISITORS`; no bound unless set.

A page's state and photos lie in the server's memory for as long as it is open.
"""

import os
import threading

import streamlit as st
from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

_inside: set[str] = set()
_guard = threading.Lock()


def admit() -> None:
    """Lets this visitor in where there is room, for as long as the page is open; else says so, and ends the run."""
    most = _most()
    if not most or _is_let_in(get_script_run_ctx().session_id, most):
        return
    st.title("This Visage is full", anchor=False)
    st.write(f"Open pages: {most}, as many as its host lets in. Wait a minute, then try again.")
    st.button("Try again")
    st.stop()


def _is_let_in(session: str, most: int) -> bool:
    sessions = runtime.get_instance()._session_mgr  # no public name tells who is here
    with _guard:
        _inside.intersection_update(one.session.id for one in sessions.list_active_sessions())
        if session not in _inside and len(_inside) >= most:
            return False
        _inside.add(session)
        return True


def _most() -> int:
    text = os.environ.get("VISAGE_VISITORS", "").strip()
    if text and not text.isdecimal():  # said on every page: a bound that does not hold must not go unseen
        st.error(f"`VISAGE_VISITORS` must be how many pages may be open at once. It is {text[:20]}.")
        st.stop()
    return int(text or 0)
