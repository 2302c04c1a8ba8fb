"""Boxes against what people marked in the photos: figures, curves, what was missed."""

from collections.abc import Sequence

import streamlit as st

from models import serving
from models.card import ModelInfo
from ui.masks import controls, counts, truth
from ui.masks.controls import Choice
from ui.masks.looks import Shot
from ui.masks.uploads import Brought
from utils.errors import VisageError

OPENVINO = (
    "OpenVINO computes here, in bfloat16 where the processor has it: figures of record, which `cli.py evaluate` tells in "
    "float32, may differ in the third digit."
)


def show(info: ModelInfo, shots: Sequence[Shot], brought: Brought, choice: Choice) -> None:
    """mAP and curve for the photos that came with annotations. They follow confidence and overlap, not the filter of
    classes, which would only hide truths."""
    st.subheader("Against what people marked", anchor=False)
    looks = controls.looks()
    kept = [looks.get(info, one, choice.tiles) for one in shots]
    seen = [one.candidates for one in kept]
    about = (info, brought, choice.tiles)
    try:
        truths, annotated, notes = truth.understood([brought.truths[one.digest] for one in shots], info)
        record = _kept(("record", *about), lambda: truth.of_record(seen, truths))
        now = (choice.confidence, choice.overlap)
        filtered, here = _kept(("now", *about, *now), lambda: truth.as_filtered(seen, truths, *now))
        rows = _rows(filtered, record)
        if annotated:
            each = [one.annotated for one in kept]
            record_of_each = _kept(("record of each", *about), lambda: truth.of_record(each, annotated))
            of_each, _ = _kept(("now of each", *about, *now), lambda: truth.as_filtered(each, annotated, *now))
            rows += _rows(of_each, record_of_each)
        lines = _kept(("curve", *about, choice.overlap), lambda: truth.curves(seen, truths, choice.overlap))
        if serving.detector(info.name).runtime == "OpenVINO":
            notes = [*notes, OPENVINO]
    except VisageError as error:
        st.warning(str(error))
        return
    for note in notes + brought.remarks:
        st.caption(note)
    first, second, third, fourth = st.columns(4)
    first.metric(
        "mAP@0.5 at these settings",
        f"{filtered['map50']:.3f}",
        help="Mean over the classes of the area under precision over recall, of the boxes that the sliders leave. "
        "A box is right that shares at least half with a marked one of its class.",
    )
    second.metric(
        "mAP@0.5 of record",
        f"{record['map50']:.3f}",
        help="The same with every box above 0.01 and overlap 0.45. Without tiles, that is what `cli.py evaluate` tells.",
    )
    third.metric("Precision", f"{here.precision:.2f}", help="The share of the boxes shown that are right.")
    fourth.metric("Recall", f"{here.recall:.2f}", help="The share of the marked faces that were found.")
    figures, picture = st.columns([4, 7], gap="medium")
    with figures:
        st.markdown("\n".join(["| AP@0.5 | at these settings | of record |", "|---|---:|---:|", *rows]))
        st.caption(
            f"{len(shots):,} photos, {here.right + here.missed:,} marked faces · {here.right:,} found, "
            f"{here.missed:,} missed, {here.wrong:,} boxes wrong · best F1 "
            f"{record['f1']:.2f} at confidence {record['confidence']:.2f}"
        )
    with picture:
        colours = counts.colours()
        st.altair_chart(
            truth.chart(lines, here, colours, colours[""]),
            width="stretch",
            key="masks.curve",
            alt=f"Precision over recall by class; the dot is where the sliders are: precision {here.precision:.2f}, "
            f"recall {here.recall:.2f}",
        )


def _rows(filtered: dict, record: dict) -> list[str]:
    """Lines of a Markdown table: AP by class, and their mean."""
    pairs = [(f"`{name}`", filtered["ap50"][name], value) for name, value in record["ap50"].items()]
    marked = sum(value is not None for _, _, value in pairs)
    pairs.append((f"**mean of {marked}**", filtered["map50"], record["map50"]))
    return [f"| {name} | {' | '.join('–' if v is None else f'{v:.3f}' for v in values)} |" for name, *values in pairs]


def _kept(what: tuple, work):
    """The outcome of `work`, kept for this visitor until it is about something else: it takes longer than a slider may."""
    name, info, brought, *rest = what
    now = (info.name, info.version, id(brought), *rest)
    before = st.session_state.get(f"masks.{name}")
    if before is None or before[0] != now:
        st.session_state[f"masks.{name}"] = before = (now, work())
    return before[1]
