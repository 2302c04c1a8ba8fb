"""One run: how far it is, its film strip, its curves, its log."""

import datetime
import os

import streamlit as st

from training import advice, curves, processes
from training.runs import Run
from ui import live as components
from ui import school
from ui.training import actions, charts, facts
from utils.errors import VisageError

EVERY = 1.0  # seconds between two looks at a live run's state
SELDOM = 3.0  # at one that somebody may resume
EVENTS = 200  # the latest, which warnings are made of


def show(run: Run, may: bool) -> None:
    """The whole page of a run."""
    try:
        recipe = run.recipe()
    except VisageError as error:
        st.error(str(error))
        return
    status = run.state()["status"]
    live = status in facts.LIVE
    st.session_state["training.seen"] = _seen(run, status)
    words, buttons = st.columns([3, 2], vertical_alignment="center")
    with words:
        st.title(run.name, anchor=False)
        began = datetime.datetime.fromtimestamp(run.created)
        origin = f" · {facts.origin(recipe)}" if facts.origin(recipe) else ""
        what = f"{facts.family(recipe)} on {facts.data(recipe)} · recipe {recipe.name}"
        st.caption(f"{what} · begun {began:%d %B, %H:%M}{origin}")
    with buttons:
        actions.buttons(run, status, may)
    quick = live or processes.publishing(run).get("status") == "running"
    every = EVERY if quick else None if status == "finished" else SELDOM
    st.fragment(_state, run_every=every)(run, recipe)
    follow = charts.EVERY if live else None
    st.fragment(_film, run_every=follow)(run, recipe)
    charts.show(run, live)
    if recipe.task != "detection":
        school.row()
    st.fragment(_log, run_every=follow)(run)
    actions.recipe(recipe)


def _seen(run: Run, status: str) -> tuple:
    return run.name, status, processes.publishing(run).get("status"), bool(facts.checkpoints(run))


def _state(run: Run, recipe) -> None:
    state = run.state()
    if st.session_state.get("training.seen") != _seen(run, state["status"]):
        st.rerun()  # buttons, and who looks how often, hang on it
    events = curves.latest(run, EVENTS)
    st.html(facts.figures(state, recipe, events[-1] if events else {}))
    for one in advice.advise(state, events, advice.metric_of(recipe)):
        (st.error if one.level == "error" else st.warning)(f"**{one.what}** {one.do}")
    actions.publishing(run)


def _film(run: Run, recipe) -> None:
    # names alone, ten thousand of them every two seconds: they sort as their numbers do
    last = max((name for name in os.listdir(run.folder / "samples") if name[:-4].isdigit()), default="-1.jpg")
    gan = recipe.task != "detection"
    components.film(
        key=f"training.film.{run.name}",
        data={
            "run": run.name,
            "version": round(run.created),
            "last": int(last[:-4]),
            "tile": recipe.data.resolution if gan else 0,
            "what": "Faces" if gan else "Validation photos",
            "same": "the same latents all along" if gan else "the same photos all along, with the boxes found",
            "stages": [span._asdict() for span in recipe.spans()] if recipe.task == "progressive" else [],
        },
    )


def _log(run: Run) -> None:
    with st.expander("Log", key="training-log"):
        st.html(facts.log_tail(run) or "Nothing yet.")
