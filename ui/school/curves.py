"""Small charts of the example runs; the same axes for all three, so that they can be compared at a glance."""

from collections.abc import Mapping

import altair as alt
import numpy as np
import pandas as pd

from ui.school import examples
from ui.school.examples import Example

HEIGHT = 230
# chart: {line: key of the events}
LINES = {
    "losses": {"Discriminator": "loss_discriminator", "Generator": "loss_generator"},
    "scores": {"Reals": "score_reals", "Fakes": "score_fakes"},
    "metric": {"SWD × 10³": "swd"},
    "diversity": {"Diversity": "diversity"},
    "learning_rate": {"Learning rate": "learning_rate"},
}
# values worth a thin line
MARKS = {"losses": [float(np.log(2)), float(np.log(4))], "scores": [0.5], "diversity": [1.0]}
SCALES = {"losses": alt.Scale(type="symlog", constant=1)}  # a lost game's loss is ten times a fair one's


def lines(example: Example, chart: str) -> pd.DataFrame:
    """Columns images, value, line."""
    return pd.concat([example.curve(key).assign(line=name) for name, key in LINES[chart].items()], ignore_index=True)


def draw(example: Example, chart: str, tokens: Mapping, alone: bool = False) -> alt.LayerChart:
    """One run's curves; `alone`, its axis reaches no further than they do."""
    names = list(LINES[chart])
    one = len(names) == 1
    top = max(lines(other, chart)["value"].max() for other in ([example] if alone else examples.runs().values()))
    scale = SCALES.get(chart, alt.Scale()).copy()
    scale.domain, scale.nice = [0, 1 if chart == "scores" else top], chart != "scores"
    y = alt.Y("value:Q", title=None, scale=scale, axis=alt.Axis(tickCount=4, titlePadding=0))
    legend = None if one else alt.Legend(orient="top", title=None, columns=1)  # a third of a popover is narrow
    colours = alt.Scale(domain=names, range=[tokens["reals"], tokens["fakes"]][: len(names)])
    dashes = alt.Scale(domain=names, range=[[1, 0], [6, 4]][: len(names)])
    drawn = (
        alt.Chart(lines(example, chart))
        .mark_line(strokeWidth=2)
        .encode(
            x=alt.X("images:Q", title="Images seen", axis=alt.Axis(format="~s", tickCount=5)),
            y=y,
            color=alt.Color("line:N", scale=colours, legend=legend),
            strokeDash=alt.StrokeDash("line:N", scale=dashes, legend=legend),
            tooltip=[
                alt.Tooltip("line:N", title="Curve"),
                alt.Tooltip("images:Q", title="Images", format=","),
                alt.Tooltip("value:Q", title="Value", format=".3~g"),
            ],
        )
    )
    marks = alt.Chart(pd.DataFrame({"value": MARKS.get(chart, [])})).mark_rule(
        color=tokens["text"], strokeWidth=1, opacity=0.45
    )
    return (marks.encode(y=y) + drawn).properties(height=HEIGHT)
