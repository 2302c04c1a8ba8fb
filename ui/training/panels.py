"""Curves as one Altair chart: panels under each other over one axis, one zoom and one cursor through all of them."""

import copy
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

import altair as alt
import numpy as np
import pandas as pd

from training import curves

POINTS = 400  # a curve at most: more than a screen has room for only slows the browser down
CURSORS = 120  # places at which the cursor can stand
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
    """One row a point: panel, series, x, value, smooth, low, high. `runs`: the run, and one to compare with."""
    parts = []
    for number, run in enumerate(runs):
        read = curves.read(run, [key for panel in PANELS for key in panel.keys], POINTS, view.span)
        for panel in PANELS:
            for key, name in panel.keys.items():
                if key in read:
                    parts.append(_points(read[key], panel, f"{name} · {run.name}" if number else name, view))
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


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


def datasets(points: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """The chart's data by the names it asks for: of every panel its points, and the places of the cursor.

    Sorted out here, as a browser that did it takes a second longer to the first curve.
    """
    by_title = dict(list(points.groupby("panel", sort=False)))
    longest = max((line["x"] for _, line in points.groupby(["panel", "series"])), key=len)
    found = {}
    for number, panel in enumerate(PANELS):
        if panel.title in by_title:
            rows = by_title[panel.title].drop(columns="panel")
            found[f"points_{number}"], found[f"cursor_{number}"] = rows, cursors(rows, longest)
    return found


def cursors(rows: pd.DataFrame, everywhere: pd.Series) -> pd.DataFrame:
    """Where the cursor can stand in a panel: x, and of every series what was measured last before.

    `everywhere`: x of the densest curve; every panel has the same places, as far as its own curves reach.
    """
    places = everywhere.to_numpy()[:: -(-len(everywhere) // CURSORS)]
    found = {"x": places}
    for series, line in rows.groupby("series", sort=False):
        x, value = line["x"].to_numpy(), line["value"].to_numpy()
        reach = x[-1] + (x[-1] - x[0]) / max(1, len(x) - 1)  # a metric is not measured at every tick
        at = np.searchsorted(x, places, side="right") - 1
        found[series] = np.where((at >= 0) & (places <= reach), value[at], np.nan)
    return pd.DataFrame(found).dropna(how="all", subset=list(found)[1:])


@lru_cache(maxsize=64)
def _spec(lines, axis, log):
    number_of = {panel.title: number for number, panel in enumerate(PANELS)}
    numbers = [number_of[title] for title, _ in lines]
    x = alt.X(
        "x:Q",
        scale=alt.Scale(domain=_domain("ends_of_x", 0, 1), nice=False),
        axis=alt.Axis(format="~s" if axis != "seconds" else "~r", tickCount=10, grid=False),
    )
    rows = [
        _panel(number, list(series), x, axis, log, last=number == numbers[-1])
        for number, (_, series) in zip(numbers, lines, strict=True)
    ]
    scales = {"color": "independent", "strokeDash": "independent", "x": "shared"}
    spec = alt.vconcat(*rows, spacing=14).resolve_scale(**scales).to_dict(validate=False)
    spec["config"] = {"mark": {"aria": False}}  # the chart has words of its own; a word for every rule is for nobody
    # by hand, as Altair warns of one parameter in several charts, and renames views, which is what is wanted here
    lines_of, cursors_of = [], []
    for number, row in enumerate(spec["vconcat"]):
        for chart in (row, *row["layer"]):
            chart.pop("name", None)
        for views, layer in ((lines_of, row["layer"][-2]), (cursors_of, row["layer"][-1])):
            layer["name"] = f"{layer['mark']['type']}_of_{number}"
            views.append(layer["name"])
    spec["params"] = [
        _ends("ends_of_x", numbers, "x", "x"),
        *(_ends(f"ends_of_{number}", [number], "low", "high") for number in numbers),
        {**_zoom().param.to_dict(), "views": lines_of},
        {**_cursor().param.to_dict(), "views": cursors_of},
    ]
    return spec


def _ends(name, numbers, least, most):
    """A parameter of that name: the least and the most of these columns in the panels of these numbers.

    Vega finds a domain too, and warns of an infinite extent at every start: Streamlit draws a chart before it has its data.
    """
    ends = [
        f"extent(pluck(data('points_{number}'), '{column}'))[{place}]"
        for number in numbers
        for place, column in enumerate((least, most))
    ]
    return {"name": name, "expr": f"extent([{', '.join(ends)}])"}


def _domain(name, low, high):
    """The scale's domain by such a parameter; low to high where nothing is yet."""
    ends = ((f"{name}[{place}]", otherwise) for place, otherwise in enumerate((low, high)))
    return [{"expr": f"isValid({end}) ? {end} : {otherwise}"} for end, otherwise in ends]


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


def _panel(number, series, x, axis, log, last):
    panel = PANELS[number]
    points = alt.Chart(alt.NamedData(f"points_{number}"))
    if not last:
        x = x.title(None).axis(alt.Axis(labels=False, ticks=False, grid=False))
    else:
        x = x.title(AXES[axis])
    legend = (
        alt.Legend(orient="top", title=None, offset=0, padding=0, symbolType="stroke", symbolOpacity=1)
        if len(series) > 1
        else None
    )
    colour = alt.Color("series:N", scale=alt.Scale(domain=series), legend=legend)
    dash = alt.StrokeDash("series:N", scale=alt.Scale(domain=series, range=DASHES[: len(series)]), legend=legend)
    on_log = log and panel.log
    y = {
        "scale": alt.Scale(
            type="log" if on_log else "linear", domain=_domain(f"ends_of_{number}", 0.1, 1), nice=not on_log
        ),
        "axis": alt.Axis(tickCount=4, format=panel.format, minExtent=44, maxExtent=44),
        "title": None,
    }
    measured = [
        points.mark_area(opacity=0.16).encode(x, alt.Y("low:Q", **y), alt.Y2("high:Q"), colour),
        points.mark_line(opacity=0.35, strokeWidth=1).encode(x, alt.Y("value:Q", **y), colour),
    ]
    smooth = points.mark_line(strokeWidth=1.8).encode(x, alt.Y("smooth:Q", **y), colour, dash)
    tips = [alt.Tooltip("x:Q", title=AXES[axis], format=",.6~g")]
    tips += [alt.Tooltip(f"{_escaped(name)}:Q", title=name, format=".4~g") for name in series]
    rule = (
        alt.Chart(alt.NamedData(f"cursor_{number}"))
        .mark_rule(strokeDash=[3, 3], color="gray", strokeWidth=1.2)
        .encode(x, opacity=alt.condition(_cursor(), alt.value(1), alt.value(0)), tooltip=tips)
    )
    layers = alt.layer(*(measured if panel.smoothed else []), smooth, rule)
    return layers.properties(
        height=HEIGHT, title=alt.TitleParams(panel.title, anchor="start", fontSize=14, fontWeight=500, offset=4)
    )


def _escaped(name):
    r"""A field's name as Vega-Lite reads it: dots and brackets are no path."""
    return name.replace("\\", "\\\\").replace(".", "\\.").replace("[", "\\[").replace("]", "\\]").replace(":", "\\:")
