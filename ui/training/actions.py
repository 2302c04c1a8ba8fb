"""The buttons of a run. Each asks through the run's folder or a process of its own; the trainer is never called."""

from collections.abc import Callable

import streamlit as st

from models.catalogue import Catalogue
from training import processes
from training import recipe as recipes
from training.runs import Run
from ui.training import facts, go
from utils.errors import VisageError

PUBLISH = "A model of the catalogue from a checkpoint: on Faces or Masks at once, in every open browser."


def press(work: Callable, *args, then: Callable | None = None, **options) -> None:
    """Callback of a button: does it; what cannot be done is told above the page by `told`."""
    try:
        work(*args, **options)
    except VisageError as error:
        st.session_state["training.told"] = str(error)
        return
    if then:
        then()


def told() -> None:
    """The sentence about what could not be done, once."""
    if sentence := st.session_state.pop("training.told", ""):
        st.error(sentence)


def buttons(run: Run, status: str, may: bool) -> None:
    """What can be done with the run as it stands; nothing for who may only look."""
    if not may:
        return
    saved = facts.checkpoints(run)
    with st.container(horizontal=True, gap="xsmall", key="training-actions"):
        if status in facts.LIVE:
            _button("Pause", run, "pause", "Saves within one step and leaves. Resume goes on exactly there.")
            with st.popover("Stop", help="Ends the run for good."):
                st.markdown("A stopped run is saved and finished. It cannot be resumed, only branched from.")
                _button("Stop for good", run, "stop", "Saves, and ends the run.")
        elif status != "finished":
            st.button(
                "Resume", key="training.resume", type="primary", on_click=press, args=(processes.resume, run.name),
                help="This run goes on with everything as it was: weights, optimiser, order of the pictures, settings.",
            )  # fmt: skip
        if saved:
            with st.popover("Branch", help="A new run from these weights, with settings you may change."):
                _branch(run, saved)
            with st.popover("Publish", help=PUBLISH, type="primary" if status == "finished" else "secondary"):
                _publish(run, saved)


def _button(label, run, request, help):
    st.button(label, key=f"training.{request}", on_click=press, args=(run.request, request), help=help)


def _branch(run, saved):
    st.markdown("A **new run** begins with these weights. Its settings may be others; this run stays as it is.")
    images = _checkpoint(run, saved, "training.branch.images")
    st.button("Branch from here", key="training.branch", on_click=go.to_branch, args=(run.name, images))


def _publish(run, saved):
    title = st.text_input(
        "Title",
        run.name,
        key=f"training.publish.title.{run.name}",
        help="What people read on Faces or Masks. The model's name is the run's.",
    )
    images = _checkpoint(run, saved, "training.publish.images")
    weights = st.segmented_control(
        "Weights",
        ["Moving average", "Raw"],
        default="Moving average",
        required=True,
        key="training.publish.weights",
        help="The moving average over the last steps looks better nearly always; raw are the weights of that very step.",
    )
    st.button(
        "Publish now", key="training.publish", type="primary", on_click=press, args=(processes.publish, run.name, title),
        kwargs={"images": images, "ema": weights != "Raw"},
    )  # fmt: skip


def _checkpoint(run, saved, key):
    state = run.state()
    best = state.get("best", {}).get("images")
    return st.selectbox(
        "Checkpoint",
        saved,
        index=saved.index(best) if best in saved else 0,
        format_func=lambda images: facts.checkpoint_words(images, state),
        key=f"{key}.{run.name}",
        help="The last two, the best, and one for every doubling of the images seen are kept.",
    )


def publishing(run: Run) -> None:
    """How far the publishing is, and where the model is found."""
    state = processes.publishing(run)
    if state.get("status") == "running":
        st.info(f"Publishing: {state.get('message') or 'the model is being written'}")
    elif state.get("status") == "failed":
        st.error(f"Not published: {state.get('message', '')}")
    elif state.get("status") == "done":
        known = {info.name: info for info in Catalogue().models()}
        info = known.get(state.get("model"))
        if info is not None:
            page, where = ("pages/masks.py", "Masks") if info.task == "detect" else ("pages/faces.py", "Faces")
            st.page_link(page, label=f"Published: {info.title}, on {where}", query_params={"model": info.name})


@st.fragment
def recipe(loaded) -> None:
    """Every number of the run, to be read and repeated; sent when asked for, as what colours it is 1.5 MB of script."""
    box = st.expander("Recipe", key="training.recipe.open", on_change="rerun")
    if box.open:
        with box:
            st.caption("Complete: the run can be repeated from it alone.")
            st.code(recipes.dumps(loaded), "toml", height=320)
