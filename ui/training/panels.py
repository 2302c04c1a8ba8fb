"""Curves as one Altair chart: panels under each other over one axis, one zoom and one cursor through all of them."""

import copy
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

import altair as alt
import numpy as np
import pandas as pd

from training import curves

POINTS = 500  # a curve at most: more than a screen has room for only slows the browser down
CURSORS = 160  # places at which the cursor can stand
HEIGHT = 120
AXES = {"images": "Images seen", "iteration": "Steps", "seconds": "Training time, minutes"}
DASHES = [[1, 0], [5, 3], [2, 2], [8, 3, 2, 3]]


class Panel(NamedTuple):
    """Title, {key of the events: name of its line}, whether a logarithm can show it and it is smoothed, d3's format."""

    title: str
    keys: Mapping[str, str]
    log: bool = True
    smoothed: bool = True
    format: str = ".3~g"


PANELS = (
    Panel("Losses", {"loss_discriminator": "discriminator", "loss_generator": "generator"}),
    Panel("Scores (1 is real)", {"score_reals": "reals", "score_fakes": "fakes"}, log=False),
    Panel(
        "Share that the discriminator gets right",
        {"right_on_reals": "of reals", "right_on_fakes": "of fakes"},
        log=False,
    ),
    Panel("Loss", {"loss": "all", "loss_box": "box", "loss_objectness": "objectness", "loss_class": "class"}),
    Panel("SWD × 10³ (lower is better)", {"swd": "mean of its levels"}),
    Panel("Diversity (1 as the reals; near 0 all alike)", {"diversity": "fakes"}, log=False),
    Panel("At IoU 0.5 (higher is better)", {"map50": "mAP", "precision": "precision", "recall": "recall"}, log=False),
    Panel("Stage, pixels", {"stage": "stage"}, log=False, smoothed=False),
    Panel("Alpha (share of the new layers)", {"alpha": "alpha"}, log=False, smoothed=False),
    Panel("Learning rate", {"learning_rate": "learning rate"}, smoothed=False, format=".1~e"),
)


class View(NamedTuple):
    """How curves are shown: over which axis, how much smoothed, on a logarithm, which part of the run."""

    axis: str = "images"
    smoothing: float = 0.6
    log: bool = False
    span: tuple[float, float] = (0.0, 1.0)


def table(runs: Sequence, view: View) -> pd.DataFrame:
    """One row a point: panel, series, x, value, smooth, low, high, cursor. `runs`: the run, and one to compare with."""
    parts = []
    for number, run in enumerate(runs):
        read = curves.read(run, [key for panel in PANELS for key in panel.keys], POINTS, view.span)
        for panel in PANELS:
            for key, name in panel.keys.items():
                if key in read:
                    parts.append(_points(read[key], panel, f"{name} · {run.name}" if number else name, view))
    if not parts:
        return pd.DataFrame()
    densest = max((part["x"].to_numpy() for part in parts), key=len)
    places = densest[:: -(-len(densest) // CURSORS)]
    return pd.concat([*parts, *(_cursors(part, places) for part in parts)], ignore_index=True)


def _cursors(part, places):
    """Rows where the cursor can stand, the same ones in every panel, with what was measured last before."""
    x = part["x"].to_numpy()
    reach = x[-1] + (x[-1] - x[0]) / max(1, len(x) - 1)  # a metric is not measured at every tick
    at = np.searchsorted(x, places, side="right") - 1
    inside = (at >= 0) & (places <= reach)
    return part.iloc[at[inside]].assign(x=places[inside], cursor=True)


def _points(rows, panel, series, view):
    mean = rows["mean"].astype(float)
    smooth = curves.smooth(mean, view.smoothing) if panel.smoothed else mean
    points = pd.DataFrame(
        {
            "panel": panel.title,
            "series": series,
            "x": rows[view.axis].astype(float) / (60 if view.axis == "seconds" else 1),
            "value": mean,
            "smooth": smooth.astype(np.float32).astype(float),  # equal values stay equal
            "low": rows["low"].astype(float),
            "high": rows["high"].astype(float),
            "cursor": False,
        }
    )
    if view.log and panel.log:  # nothing at or below 0 has a place there
        figures = ["value", "smooth", "low", "high"]
        points[figures] = points[figures].where(points[figures] > 0)
    return points


def chart(points: pd.DataFrame, view: View) -> dict:
    """Vega-Lite of a `table` that is not empty. It hangs on panels and lines only: new points do not draw it anew."""
    there = [panel.title for panel in PANELS if (points["panel"] == panel.title).any()]
    lines = points.drop_duplicates(["panel", "series"]).groupby("panel", sort=False)["series"].agg(tuple)
    return copy.deepcopy(_spec(tuple((title, lines[title]) for title in there), view.axis, view.log))


@lru_cache(maxsize=64)
def _spec(lines, axis, log):
    by_title = {panel.title: panel for panel in PANELS}
    rows = [
        _panel(by_title[title], list(series), axis, log, last=number == len(lines) - 1)
        for number, (title, series) in enumerate(lines)
    ]
    scales = {"color": "independent", "strokeDash": "independent", "x": "shared"}
    spec = alt.vconcat(*rows, spacing=14).resolve_scale(**scales).to_dict(validate=False)
    # by hand, as Altair warns of one parameter in several charts, and renames views, which is what is wanted here
    lines_of, cursors_of = [], []
    for number, row in enumerate(spec["vconcat"]):
        for chart in (spec, row, *row["layer"]):
            chart.pop("data", None)  # the points come with the whole
        for views, layer in ((lines_of, row["layer"][2]), (cursors_of, row["layer"][3])):
            layer["name"] = f"{layer['mark']['type']}_of_{number}"
            views.append(layer["name"])
    spec.pop("datasets", None)
    spec["params"] = [
        {**_zoom().param.to_dict(), "views": lines_of},
        {**_cursor().param.to_dict(), "views": cursors_of},
    ]
    return spec


def _zoom():
    """A wheel without shift scrolls the page, a finger does too."""
    return alt.selection_interval(
        name="zoom",
        bind="scales",
        encodings=["x"],
        zoom="wheel![event.shiftKey]",
        translate="[pointerdown[event.pointerType !== 'touch'], window:pointerup] > window:pointermove!",
    )


def _cursor():
    return alt.selection_point(
        name="hover", fields=["x"], nearest=True, on="pointerover", clear="pointerout", empty=False
    )


def _panel(panel, series, axis, log, last):
    own = alt.Chart().transform_filter(alt.datum.panel == panel.title)
    base = own.transform_filter("!datum.cursor")
    x = alt.X(
        "x:Q",
        title=AXES[axis] if last else None,
        scale=alt.Scale(zero=False, nice=False),
        axis=alt.Axis(format="~s" if axis != "seconds" else "~r", labels=last, ticks=last, grid=False),
    )
    legend = (
        alt.Legend(orient="top", title=None, offset=0, padding=0, symbolType="stroke", symbolOpacity=1)
        if len(series) > 1
        else None
    )
    colour = alt.Color("series:N", scale=alt.Scale(domain=series), legend=legend)
    dash = alt.StrokeDash("series:N", scale=alt.Scale(domain=series, range=DASHES[: len(series)]), legend=legend)
    y = {
        "scale": alt.Scale(type="log" if log and panel.log else "linear", zero=False),
        "axis": alt.Axis(tickCount=4, format=panel.format, minExtent=44, maxExtent=44),
        "title": None,
    }
    band = base.mark_area(opacity=0.16).encode(x, alt.Y("low:Q", **y), alt.Y2("high:Q"), colour)
    raw = base.mark_line(opacity=0.35, strokeWidth=1).encode(x, alt.Y("value:Q", **y), colour)
    smooth = base.mark_line(strokeWidth=1.8).encode(x, alt.Y("smooth:Q", **y), colour, dash)
    tips = [alt.Tooltip("x:Q", title=AXES[axis], format=",.6~g")]
    tips += [alt.Tooltip(f"{_escaped(name)}:Q", title=name, format=".4~g") for name in series]
    rule = (
        own.transform_filter("datum.cursor")
        .transform_pivot("series", value="value", groupby=["x"], op="mean")
        .mark_rule(strokeDash=[3, 3], color="gray", strokeWidth=1.2)
        .encode(x, opacity=alt.condition(_cursor(), alt.value(1), alt.value(0)), tooltip=tips)
    )
    layers = alt.layer(band, raw, smooth, rule)
    return layers.properties(
        height=HEIGHT, title=alt.TitleParams(panel.title, anchor="start", fontSize=14, fontWeight=500, offset=4)
    )


def _escaped(name):
    r"""A field's name as Vega-Lite reads it: dots and brackets are no path."""
    return name.replace("\\", "\\\\").replace(".", "\\.").replace("[", "\\[").replace("]", "\\]").replace(":", "\\:")
