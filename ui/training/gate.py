"""Who may start and stop: everybody sees the runs, the server's setting says who may touch them."""

import streamlit as st

from utils import access

OPEN = "training.open"  # this visitor gave the password
OFF = (
    "Training is switched off on this server: you see its runs, and cannot start or stop any. Whoever runs the server "
    "switches it on with `VISAGE_TRAINING=open`, or `VISAGE_TRAINING=password:…` for those who know the word."
)
SEEN = "Everybody who can open this page sees all runs with their pictures and logs."


def may_act() -> bool:
    """Whether this visitor may start, pause, stop, publish and delete; says so where not, and asks for the password."""
    setting = access.training_allowed()
    if setting.mode == "open" or st.session_state.get(OPEN):
        return setting.mode != "off"
    if setting.mode == "off":
        st.info(OFF)
        return False
    with st.form("training.password", border=True):
        word = st.text_input(
            "Password",
            type="password",
            key="training.word",
            help="Set by whoever runs this server. Asked once a visit; without it the page only shows.",
        )
        if st.form_submit_button("Let me start and stop runs"):
            if setting.check(word):
                st.session_state[OPEN] = True
                st.rerun()
            st.error("That is not the password.")
    return False
