"""Who may change what everybody sees: uploads, removals, lists of excluded pictures, splits."""

import streamlit as st

from utils import access

OFF = (
    "Uploads and changes are off on this server. Whoever runs it can allow them: `VISAGE_TRAINING=open`, or "
    "`VISAGE_TRAINING=password:…`."
)
KNOWN = "training.open"  # this visitor gave the password, here or on the Training page


def may(what: str) -> bool:
    """Whether this visitor may; if not, what stands in the way is shown here: a sentence, or a field for the password.

    `what` names the place on the page, for the field's key.
    """
    allowed = access.training_allowed()
    if allowed.mode == "off":
        st.caption(OFF)
        return False
    if allowed.check("") or st.session_state.get(KNOWN):
        return True
    word = st.text_input(
        "Password", type="password", key=f"data.password.{what}", help="Set by whoever runs this server; asked once."
    )
    if word and allowed.check(word):
        st.session_state[KNOWN] = True
        return True
    if word:
        st.caption("That is not the password.")
    return False
