"""The tiny GAN on a chart: the discriminator's scores as a map, reals and fakes as points, the way the fakes went."""

from collections.abc import Mapping, Sequence

import altair as alt
import numpy as np
import pandas as pd

from training.one_step import Look, TinyGan

ACROSS, UP = 2.6, 2.2  # half of the plane that is shown
CELLS = (36, 30)
HEIGHT = 340
UNDECIDED = {"Discriminator": float(np.log(4)), "Generator": float(np.log(2))}  # losses where every score is 1/2


def heat(gan: TinyGan) -> pd.DataFrame:
    """The discriminator's score in the middle of each cell: columns x, x2, y, y2 (edges), score."""
    x, y = (np.linspace(-half, half, cells + 1) for half, cells in zip((ACROSS, UP), CELLS))
    left, low = (edges.ravel() for edges in np.meshgrid(x[:-1], y[:-1]))
    right, high = (edges.ravel() for edges in np.meshgrid(x[1:], y[1:]))
    score = gan.scores(np.stack([(left + right) / 2, (low + high) / 2], 1))
    return pd.DataFrame({"x": left, "x2": right, "y": low, "y2": high, "score": score.round(3)})


def chart(scores: pd.DataFrame, reals: np.ndarray, look: Look, before: Look | None, tokens: Mapping) -> alt.LayerChart:
    """The plane as it is in `look`; with `before`, a line from where each fake was."""
    tints = [_mix(tokens["fakes"], tokens["surface"]), tokens["surface"], _mix(tokens["reals"], tokens["surface"])]
    x = alt.X("x:Q", scale=alt.Scale(domain=[-ACROSS, ACROSS], nice=False), axis=None)
    y = alt.Y("y:Q", scale=alt.Scale(domain=[-UP, UP], nice=False), axis=None)
    colour = alt.Scale(domain=[0, 0.5, 1], range=tints, interpolate="rgb")
    cells = alt.Chart(scores).mark_rect(strokeWidth=0.6)
    cells = cells.encode(x=x, x2="x2", y=y, y2="y2", tooltip=alt.Tooltip("score:Q", title="Score", format=".2f"))
    cells = cells.encode(
        color=alt.Color("score:Q", scale=colour, legend=None), stroke=alt.Stroke("score:Q", scale=colour, legend=None)
    )
    layers = [cells]
    if before is not None:
        ways = _points(before.fakes).assign(x2=look.fakes[:, 0], y2=look.fakes[:, 1])
        layers.append(_rule(ways, tokens).encode(x=x, x2="x2", y=y, y2="y2"))
    marks = (reals, "circle", tokens["reals"]), (look.fakes, "triangle-up", tokens["fakes"])
    for points, shape, fill in marks:
        mark = alt.Chart(_points(points)).mark_point(
            shape=shape, filled=True, fill=fill, size=52, opacity=1, stroke=tokens["ground"], strokeWidth=0.8, clip=True
        )
        layers.append(mark.encode(x=x, y=y, tooltip=alt.value(None)))
    return alt.layer(*layers).properties(height=HEIGHT).configure_view(stroke=tokens["border"])


def losses(looks: Sequence[Look], tokens: Mapping) -> alt.LayerChart:
    """Both losses over the looks so far, and as thin lines what they would be if every score were 1/2."""
    columns = {
        "Discriminator": [look.loss_discriminator for look in looks],
        "Generator": [look.loss_generator for look in looks],
    }
    lines = pd.DataFrame({"Step": np.arange(len(looks)), **columns}).melt("Step", var_name="Player", value_name="Loss")
    colours = alt.Scale(domain=list(columns), range=[tokens["reals"], tokens["fakes"]])
    dashes = alt.Scale(domain=list(columns), range=[[1, 0], [6, 4]])
    y = alt.Y("Loss:Q", title=None, scale=alt.Scale(zero=True))
    legend = alt.Legend(orient="top", title=None)
    drawn = alt.Chart(lines).mark_line(strokeWidth=2, clip=True).encode(
        x=alt.X("Step:Q", title="Steps of either player", axis=alt.Axis(tickMinStep=1, format="d")),
        y=y,
        color=alt.Color("Player:N", scale=colours, legend=legend),
        strokeDash=alt.StrokeDash("Player:N", scale=dashes, legend=legend),
    )  # fmt: skip
    even = pd.DataFrame({"Loss": list(UNDECIDED.values())})
    return (_rule(even, tokens).encode(y=y) + drawn).properties(height=240)


def _rule(frame, tokens):
    return alt.Chart(frame).mark_rule(color=tokens["text"], strokeWidth=1, opacity=0.45, clip=True)


def _points(points):
    return pd.DataFrame({"x": points[:, 0], "y": points[:, 1]})


def _mix(colour: str, ground: str, share: float = 0.55) -> str:
    """`share` of a colour on the ground, both as #RRGGBB."""
    a, b = (np.array([int(text[k : k + 2], 16) for k in (1, 3, 5)]) for text in (colour, ground))
    return "#" + "".join(f"{int(value):02X}" for value in np.rint(a * share + b * (1 - share)))
