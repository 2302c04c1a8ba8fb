"""The address is the memory of a page: read at every run, written when a visitor has settled on something.

One truth for links, Back and Forward, a reload and a second window. A live component reports what it settled on; the
report becomes the address (one entry of the browser's history), and the run draws from the address again.
"""

from collections.abc import Callable, Mapping
from urllib.parse import parse_qsl, urlencode

import streamlit as st

from models.catalogue import Catalogue, ModelInfo
from utils.errors import ModelError

Codec = Callable[[Mapping[str, str], ModelInfo], tuple]


def address(page: str) -> dict[str, str]:
    """What the address says; for a bare address after another page, what this page showed when it was left, and at its
    first time the model that was shown last."""
    came_from = st.session_state.get("page", page)
    kept = st.session_state.get(f"{page}.query", st.session_state.get("model"))
    if came_from != page and kept and not st.query_params:
        st.query_params.from_dict(kept)
    return st.query_params.to_dict()


def read(query: Mapping[str, str], codec: Codec) -> tuple[ModelInfo | None, object, list[str]]:
    """The model, the settings and a sentence for whatever in the query had to be left out.

    The model is None where there is none at all; then the sentence says how to come by one.
    """
    catalogue, notes = Catalogue(), []
    try:
        info = catalogue.default()
    except ModelError as error:
        return None, None, [str(error)]
    if "model" in query:
        try:
            info = catalogue.get(query["model"], "generate")
        except ModelError as error:
            # settings of another model would mean another face here
            query, notes = {}, [f"{error} {info.title} is shown."]
    settings, left_out = codec(query, info)
    return info, settings, notes + left_out


def settled(page: str, codec: Codec) -> None:
    """Callback of a live component: its report becomes the address, in the codec's own spelling."""
    report = st.session_state[page].settled
    _info, settings, _notes = read(dict(parse_qsl(report["query"])), codec)
    query = settings.to_query()
    st.session_state[f"{page}.report"] = (report["serial"], query)
    st.query_params.from_dict(query)


def shown(page: str, settings) -> dict:
    """For a live component: what is shown, the number of its last report, and whether that is what is shown.

    Also keeps it for a return from another page. The last fact is no matter of course: Back may overtake the run that
    a report started.
    """
    query = settings.to_query()
    st.session_state[f"{page}.query"] = query
    st.session_state["model"] = {"model": settings.model}
    serial, reported = st.session_state.get(f"{page}.report", (0, None))
    return {"query": urlencode(query), "serial": serial, "echo": query == reported}


def tell(notes: list[str]) -> None:
    """Shows sentences about a link above the page, which stands all the same."""
    if notes:
        st.warning("  \n".join(notes))
