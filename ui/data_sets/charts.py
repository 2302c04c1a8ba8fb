"""The charts of the Data sets page: what a set holds, as tables for Altair."""

from collections import Counter
from collections.abc import Mapping, Sequence

import altair as alt
import numpy as np
import pandas as pd

from training.data.annotations import AnnotatedSet
from ui.masks.counts import colours

MOST = 1500  # points of a chart
OTHERS = ("#8A6D00", "#A3517F", "#6A6C70")  # classes beyond the two commonest, which have the colours of their lines


def bars(table: pd.DataFrame, name: str, value: str, title: str) -> alt.LayerChart:
    """Lying bars in the order of the table, the number at the end of each."""
    base = alt.Chart(table).encode(y=alt.Y(f"{name}:N", sort=None, title=None, axis=alt.Axis(labelLimit=180)))
    bar = base.mark_bar(cornerRadiusEnd=3, height={"band": 0.66}).encode(
        x=alt.X(f"{value}:Q", title=title, axis=alt.Axis(tickCount=5)), tooltip=[name, alt.Tooltip(value, format=",")]
    )
    words = base.mark_text(align="left", dx=6, fontSize=13, color=colours()[""]).encode(
        x=f"{value}:Q", text=alt.Text(f"{value}:Q", format=",.4~g" if table[value].dtype.kind == "f" else ",")
    )
    return (bar + words).properties(height=34 * len(table) + 40)


def by_class(annotated: AnnotatedSet) -> pd.DataFrame:
    """Columns Class, Boxes, Photos."""
    boxes = Counter(label for photo in annotated.photos for label in photo.labels)
    photos = Counter(label for photo in annotated.photos for label in set(photo.labels))
    return pd.DataFrame(
        [(name, boxes[name], photos[name]) for name in annotated.classes], columns=["Class", "Boxes", "Photos"]
    )


def by_part(annotated: AnnotatedSet, split: Mapping[str, str]) -> pd.DataFrame:
    """Columns Part, Photos, and the boxes of each class."""
    rows = []
    for part in ("train", "val", "test"):
        photos = [photo for photo in annotated.photos if split.get(photo.name) == part]
        boxes = Counter(label for photo in photos for label in photo.labels)
        if photos:
            rows.append({"Part": part, "Photos": len(photos)} | {name: boxes[name] for name in annotated.classes})
    return pd.DataFrame(rows)


def sizes(pairs: Sequence[tuple[int, int]]) -> pd.DataFrame:
    """Columns Width, Height, Pictures; the commonest first."""
    counted = Counter(map(tuple, pairs)).most_common(MOST)
    return pd.DataFrame([(width, height, count) for (width, height), count in counted],
                        columns=["Width", "Height", "Pictures"])  # fmt: skip


def size_chart(table: pd.DataFrame) -> alt.Chart:
    """Each size a dot, larger for more pictures."""
    return (
        alt.Chart(table)
        .mark_circle(opacity=0.55)
        .encode(
            x=alt.X("Width:Q", title="Width, pixels", scale=alt.Scale(zero=False)),
            y=alt.Y("Height:Q", title="Height, pixels", scale=alt.Scale(zero=False)),
            size=alt.Size("Pictures:Q", legend=None, scale=alt.Scale(range=[30, 400])),
            tooltip=["Width", "Height", alt.Tooltip("Pictures", format=",")],
        )
        .properties(height=300)
        .interactive()
    )


def box_sides(annotated: AnnotatedSet) -> pd.DataFrame:
    """Columns Class, Side (of the square of the same area, pixels, lower edge of its step), Boxes."""
    rows = Counter()
    for photo in annotated.photos:
        wide, high = (photo.boxes[:, 2:] - photo.boxes[:, :2]).T
        steps = np.floor(2 * np.log2(np.maximum(1, np.sqrt(wide * high)))) / 2
        rows.update(zip(photo.labels, (2**steps).round().astype(int).tolist()))
    return pd.DataFrame([(*key, count) for key, count in sorted(rows.items())], columns=["Class", "Side", "Boxes"])


def side_chart(table: pd.DataFrame, classes: Sequence[str]) -> alt.Chart:
    """How many boxes are how large, by class; `classes` with the commonest first."""
    own = colours()
    hues = [own["Good"], own["Bad"], *(OTHERS[place % len(OTHERS)] for place in range(len(classes)))][: len(classes)]
    return (
        alt.Chart(table)
        .mark_bar()
        .encode(
            x=alt.X("Side:O", title="Side of a square of the box's area, from … pixels", axis=alt.Axis(labelAngle=0)),
            y=alt.Y("Boxes:Q", title="Boxes"),
            color=alt.Color(
                "Class:N",
                title=None,
                scale=alt.Scale(domain=list(classes), range=hues),
                legend=alt.Legend(orient="top", labelLimit=200),
            ),
            tooltip=["Class", "Side", alt.Tooltip("Boxes", format=",")],
        )
        .properties(height=260)
    )


def anchor_chart(boxes: np.ndarray, anchors: np.ndarray, strides: Sequence[int], size: int) -> alt.LayerChart:
    """Boxes [N, 2] as the network sees them, dots; anchors [K, 2] as large marks, of a shape for each head."""
    some = boxes[np.linspace(0, len(boxes) - 1, min(MOST, len(boxes))).astype(int)]
    dots = pd.DataFrame(some, columns=["Width", "Height"])
    marks = pd.DataFrame(anchors, columns=["Width", "Height"]).assign(Head=[f"stride {stride}" for stride in strides])
    heads = list(dict.fromkeys(marks["Head"]))
    axis = alt.Scale(type="log", domain=[2, size], clamp=True, nice=False)
    steps = alt.Axis(values=[2**power for power in range(1, 11) if 2**power <= size])
    x = alt.X("Width:Q", scale=axis, axis=steps, title=f"Width in an input of {size} pixels")
    y = alt.Y("Height:Q", scale=axis, axis=steps, title="Height, pixels")
    below = alt.Chart(dots).mark_circle(size=14, opacity=0.35, color="#8A8C90").encode(x=x, y=y)
    above = (
        alt.Chart(marks)
        .mark_point(size=170, filled=True, opacity=1, stroke=colours()[""], strokeWidth=1)
        .encode(
            x=x,
            y=y,
            shape=alt.Shape("Head:N", scale=alt.Scale(domain=heads), legend=alt.Legend(orient="top", title=None)),
            color=alt.Color("Head:N", scale=alt.Scale(domain=heads)),
            tooltip=["Width", "Height", "Head"],
        )
    )
    return (below + above).properties(height=420)
