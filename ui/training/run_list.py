"""All runs in a list: state, family, data, images seen, best figure, age; put aside or deleted from here."""

import html

import streamlit as st

from training import advice, runs
from training.runs import Run
from ui.training import actions, facts, gate, go, words
from utils.errors import VisageError

EVERY = 3.0  # seconds between two looks at the list
PAGE = 30
NONE = (
    "No run yet. A run learns from a set of pictures and keeps everything it does in a folder of its own: curves, sample "
    "pictures, checkpoints."
)


def show(may: bool) -> None:
    """The list, which follows what the runs do."""
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.title("Training", anchor=False)
        if may:
            st.button("New run", key="training.new", type="primary", on_click=go.to_new)
    st.caption(gate.SEEN)
    st.fragment(_rows, run_every=EVERY)(may)


def _rows(may: bool) -> None:
    found = runs.all_runs()
    aside = [run for run in found if run.archived]
    shown = found
    if aside and not st.toggle(f"Show {len(aside)} put aside", key="training.archived", persist_state="session"):
        shown = [run for run in found if not run.archived]
    if not shown:
        st.html(f'<p class="run-line">{NONE}</p>')
    many = st.session_state.get("training.many", PAGE)
    for run in shown[:many]:
        _row(run, may)
    if len(shown) > many and st.button(f"Show more of {len(shown):,}", key="training.more"):
        st.session_state["training.many"] = many + PAGE
        st.rerun(scope="fragment")


def _row(run: Run, may: bool) -> None:
    try:
        recipe, state = run.recipe(), run.state()
        line = _line(run, recipe, state)
    except (VisageError, OSError) as error:  # deleted meanwhile, or a recipe of another version
        state, line = {"status": "failed"}, html.escape(str(error))
    with st.container(border=True, key=f"training-row-{run.name}"):
        left, middle, right = st.columns([5, 2, 1], vertical_alignment="center")
        with left:
            st.button(run.name, key=f"training.open.{run.name}", type="tertiary", on_click=go.to_run, args=(run.name,))
            st.html(f'<div class="run-line">{line}</div>')
        with middle:
            st.html(facts.state_chip(state["status"]))
        with right:
            if may and state["status"] not in facts.LIVE:
                with st.popover("More", help=f"Put `{run.name}` aside, or delete it."):
                    _more(run)


def _line(run, recipe, state) -> str:
    parts = [
        facts.family(recipe),
        f"on {facts.data(recipe)}",
        f"{words.count(state.get('images', 0))} of {words.count(state.get('total') or recipe.images)} images",
        facts.best(state, advice.metric_of(recipe)),
        words.age(run.created),
    ]
    return " · ".join(html.escape(part) for part in parts if part)


def _more(run: Run) -> None:
    if run.archived:
        st.button("Take back", key=f"training.back.{run.name}", on_click=actions.press, args=(run.unarchive,))
    else:
        st.button(
            "Put aside", key=f"training.aside.{run.name}", on_click=actions.press, args=(run.archive,),
            help="The list leaves it out; everything of it stays.",
        )  # fmt: skip
    sure = st.checkbox(
        f"Delete {run.name} with its checkpoints and pictures",
        key=f"training.sure.{run.name}",
        help="Models that were published from it stay.",
    )
    st.button(
        "Delete for good",
        key=f"training.delete.{run.name}",
        disabled=not sure,
        on_click=actions.press,
        args=(run.delete,),
    )
