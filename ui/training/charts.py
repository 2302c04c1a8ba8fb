"""The curves of a run, and of a second one beside it; they follow while it trains."""

import streamlit as st

from training import runs
from training.runs import Run
from ui.training import panels

EVERY = 2.0  # seconds between two looks at a live run
SHORT = {"images": "Images", "iteration": "Steps", "seconds": "Time"}
NOTE = (
    "The faint line is what was measured, its band the least and most where a point stands for many ticks; the strong line is "
    "smoothed. Shift and wheel zooms, dragging moves, a double click shows all again."
)


def show(run: Run, live: bool) -> None:
    """Controls, and the chart under them."""
    view, other = _controls(run)
    st.fragment(_chart, run_every=EVERY if live else None)(run, other, view)
    st.caption(NOTE)


def _controls(run: Run) -> tuple[panels.View, Run | None]:
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        axis = st.segmented_control(
            "Along",
            list(SHORT),
            format_func=SHORT.get,
            default="images",
            required=True,
            key="training.axis",
            persist_state="session",
            help="Images seen, steps of the optimiser, or time spent training: a pause does not stretch it.",
        )
        log = st.toggle(
            "Logarithm",
            key="training.log",
            persist_state="session",
            help="Losses, SWD and learning rate on a logarithmic scale. What is 0 or less has no place there.",
        )
        names = [one.name for one in runs.all_runs() if one.name != run.name]
        other = _other(run, names) if names else None
    left, right = st.columns(2, gap="medium")
    with left:
        smoothing = st.slider(
            "Smoothing",
            0.0,
            0.99,
            0.6,
            0.01,
            key="training.smoothing",
            persist_state="session",
            help="Share of the past in every point of the strong line. 0 shows the raw curve alone.",
        )
    with right:
        span = st.slider(
            "Part of the run",
            0,
            100,
            (0, 100),
            format="%d %%",
            key=f"training.span.{run.name}",
            help="A narrow part is read at a finer scale: in a long run single ticks come to light.",
        )
    low, high = span[0] / 100, max(span[1], span[0] + 1) / 100
    return panels.View(axis or "images", smoothing, log, (low, high)), runs.find(other) if other else None


def _other(run: Run, names: list[str]) -> str | None:
    return st.selectbox(
        "Compare with",
        names,
        index=None,
        placeholder="no other run",
        key=f"training.compare.{run.name}",
        width=220,
        help="Draws the curves of a second run into the same panels.",
    )


def _chart(run: Run, other: Run | None, view: panels.View) -> None:
    points = panels.table([run, other] if other else [run], view)
    if points.empty:
        st.caption("The first point comes with the first tick.")
        return
    # nothing in it that changes with every tick: the chart would be built anew, and a visitor's zoom be lost
    alt = f"Curves of {run.name}{f' and {other.name}' if other else ''}: {', '.join(points['panel'].unique())}"
    with st.container(key="training-curves"):
        spec = {**panels.chart(points, view), "datasets": panels.datasets(points)}
        st.vega_lite_chart(spec, key=f"training.chart.{run.name}", alt=alt, width="stretch")
        st.caption(f"{points.groupby(['panel', 'series']).size().max():,} points on the longest curve.")
