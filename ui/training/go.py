"""Where one is on the Training page: the address alone says so, for links, Back and Forward, and a reload."""

import streamlit as st

from training import runs
from utils.errors import RunError

LIST, RUN, NEW = "list", "run", "new"


def here() -> tuple[str, dict[str, str]]:
    """(list, run or new; the address' words). `?run=NAME`; `?new=1`, `?data=SET` or `?from=RUN@IMAGES` open New run."""
    query = st.query_params.to_dict()
    if "run" in query:
        return RUN, query
    return (NEW, query) if query.keys() & {"new", "data", "from"} else (LIST, query)


def run_named(name: str) -> runs.Run:
    """The run of that name; an address names no folder elsewhere, as a shell may.

    Raises: RunError where there is none.
    """
    found = next((run for run in runs.all_runs() if run.name == name), None)
    if found is None:
        raise RunError(f"There is no run `{name[:64]}`. It may have been deleted.")
    return found


def to_list() -> None:
    st.query_params.clear()


def to_run(name: str) -> None:
    st.query_params.from_dict({"run": name})


def to_new() -> None:
    st.query_params.from_dict({"new": "1"})


def to_branch(name: str, images: int) -> None:
    """New run, filled in from that run and checkpoint."""
    st.query_params.from_dict({"from": f"{name}@{images}"})
