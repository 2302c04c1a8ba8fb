"""What a set holds, in figures: counts, sizes, balance of labels, and every faulty file by name."""

import csv
import io

import pandas as pd
import streamlit as st

from training.data import label_table
from training.data.faults import REMARKS
from training.data.library import DataSet
from ui.data_sets import charts, jobs, shelf
from ui.data_sets.shelf import Opened

NAMED = 40  # faults on the page; all of them in the file
JUDGED = "Labels are what somebody ticked; some judge looks. They say what the set is like, and nothing about a person."


def show(one: DataSet, them: Opened) -> None:
    """Counts and charts at once where names alone tell them; the rest when all pictures have been looked through."""
    if them.annotated:
        _boxes(them)
    else:
        _labels(one)
    found = shelf.survey(one, them)
    if found is None:
        return
    _sizes(found)
    _faults(one, them, found)


def _boxes(them: Opened) -> None:
    classes = charts.by_class(them.annotated)
    st.subheader("Boxes by class", anchor=False)
    words = ", ".join(f"{row.Class} {row.Boxes:,} in {row.Photos:,} photos" for row in classes.itertuples())
    st.altair_chart(charts.bars(classes, "Class", "Boxes", "Boxes"), key="data.classes", alt=f"Boxes by class: {words}")
    most, least = classes["Boxes"].max(), classes["Boxes"].min()
    empty = sum(not photo.labels for photo in them.annotated.photos)
    rare = f" · the commonest class has {most / max(1, least):,.1f} times as many as the rarest" if most > least else ""
    st.caption(f"{words} · {empty:,} photos without a box{rare}")
    sides = charts.box_sides(them.annotated)
    st.subheader("How large boxes are", anchor=False)
    st.altair_chart(
        charts.side_chart(sides, list(them.styles)), key="data.sides", alt="Boxes by the side of a square of their area"
    )
    if (small := int(sides.loc[sides["Side"] < 16, "Boxes"].sum())) and len(sides):
        st.caption(f"{small:,} boxes have a side under 16 pixels: small things need a large input, or tiles.")


def _labels(one: DataSet) -> None:
    counted = jobs.outcome(("labels", one), lambda _: label_table.balance(one.path), "Reading the labels")
    if not counted:
        return
    st.subheader("Labels that came with the set", anchor=False)
    plain = {name: values for name, values in counted.items() if set(values) == {"yes", "no"}}
    if plain:
        shares = sorted(
            ((name, 100 * v["yes"] / sum(v.values())) for name, v in plain.items()), key=lambda row: -row[1]
        )
        table = pd.DataFrame(shares, columns=["Label", "Share"]).round(1)
        st.altair_chart(
            charts.bars(table, "Label", "Share", "Pictures with the label, %"),
            key="data.labels",
            alt=f"Share of pictures with each of {len(table)} labels",
        )
    for name in [name for name in counted if name not in plain][:4]:
        table = pd.DataFrame(sorted(counted[name].items()), columns=[name, "Pictures"])
        st.altair_chart(charts.bars(table, name, "Pictures", name), key=f"data.label.{name}", alt=f"Pictures by {name}")
    st.caption(JUDGED)


def _sizes(found) -> None:
    table = charts.sizes(found.sizes)
    st.subheader("Sizes", anchor=False)
    if len(table) == 1:
        width, height, count = table.iloc[0]
        st.markdown(f"All {count:,} pictures are {width:,} × {height:,} px.")
        return
    if not len(table):
        st.markdown("No picture can be read.")
        return
    short = table[["Width", "Height"]].min(axis=1)
    words = f"{len(table):,} sizes; the shorter side is {short.min():,} to {short.max():,} px"
    st.altair_chart(charts.size_chart(table), key="data.sizes", alt=words)
    st.caption(words)


def _faults(one: DataSet, them: Opened, found) -> None:
    st.subheader("Faulty files", anchor=False)
    if not found.faults:
        st.markdown(f"None: all {len(found.names):,} pictures can be read to their end.")
        return
    wrong = [fault for fault in found.faults if fault[1] not in REMARKS and fault[1] != "stranger"]
    odd = [fault for fault in found.faults if fault not in wrong]
    st.caption(f"{len(wrong):,} faults, {len(odd):,} remarks. Faulty files are left out wherever the set is used.")
    with st.container(height=320 if len(found.faults) > 8 else "content", border=True):
        st.markdown("\n".join(f"- {sentence}" for _, _, sentence in (wrong + odd)[:NAMED]))
    if len(found.faults) > NAMED:
        st.caption(f"and {len(found.faults) - NAMED:,} more, all of them in the file.")
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([("file", "kind", "sentence"), *found.faults])
    st.download_button("All as CSV", text.getvalue(), "faults.csv", "text/csv", key="data.faults", on_click="ignore",
                       help="One row for each thing that is wrong or odd.")  # fmt: skip
