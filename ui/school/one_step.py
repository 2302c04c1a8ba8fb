"""One step at a time: a GAN small enough to see what a step of each player changes."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import streamlit as st

from training.one_step import POINTS, Look, TinyGan
from ui.school import look as looks
from ui.school import plane

SEED = 2
TURNS = 10
KEPT = 600  # losses on the chart
WHAT = """
A real GAN's pictures have thousands of numbers. Here a picture has two: it is a **point**. Circles are the reals.
Triangles are fakes, which the generator makes out of noise. The colour of a place is the score that the discriminator
would give to a point there: **teal** looks real to it, **orange** looks fake, and between them it cannot tell.
"""
TRY = """
- **Take turns, some hundred steps.** The triangles spread along the arc, and the map turns pale around the points: the
  discriminator can no longer tell. The losses stay near the thin lines, though nothing is wrong.
- **Forty generator steps in a row.** The triangles run to where it is most teal, past all circles and off the map. Their
  judge has never seen points out there, and nobody tells it: that is why the two take turns.
- **Twenty discriminator steps in a row.** It tells circles and triangles apart better and better, but no triangle moves:
  only the generator can do that.
"""


@dataclass
class Play:
    """What one visitor has done: the GAN, how it was before the last step and after, and the losses so far."""

    gan: TinyGan
    step: str = ""  # the last one: discriminator, generator, both; none yet
    before: tuple[Look, pd.DataFrame] | None = None
    history: list[Look] = field(default_factory=list)


def draw() -> None:
    """The whole of it; a click runs this alone and no network of Keras."""
    _playground()


@st.fragment
def _playground() -> None:
    play = _play()
    st.markdown(WHAT)
    _buttons()
    tokens = looks.tokens()
    now = play.gan.look()
    left, right = st.columns(2, gap="medium")
    before = play.before or (now, plane.heat(play.gan))
    with left:
        _map("Before the step" if play.step else "At the start", *before, None, play, tokens)
    with right:
        if play.step:
            way = before[0] if play.step != "discriminator" else None
            _map(
                "After the step" if play.step != "both" else "After the steps",
                now,
                plane.heat(play.gan),
                way,
                play,
                tokens,
            )
        else:
            st.markdown("**Your move**")
            st.markdown("Press **D step** and see the colours change; then **G step**, and see the triangles move.")
    st.html(_legend(tokens))
    if play.step:
        st.markdown(told(play.step, before[0], now))
        _figures(before[0], now)
        st.markdown("**Losses, one point a step**")
        chart = plane.losses(play.history, tokens)
        alt = (
            f"Losses over {len(play.history) - 1} steps, now {now.loss_discriminator:.2f} and {now.loss_generator:.2f}"
        )
        st.altair_chart(chart, key="school.losses", alt=alt)
        st.caption("Thin lines: 1.39 and 0.69, the losses of a discriminator that says ½ to everything.")
    with st.expander("What to try"):
        st.markdown(TRY)


def _play() -> Play:
    if "school.play" not in st.session_state:
        _again()
    return st.session_state["school.play"]


def _again() -> None:
    gan = TinyGan(int(st.session_state.get("school.seed", SEED)))
    st.session_state["school.play"] = Play(gan, history=[gan.look()])


def _buttons() -> None:
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="bottom"):
        for words, step, kind, help in (
            ("D step", "discriminator", "primary", "The discriminator learns once, from all circles and triangles."),
            ("G step", "generator", "primary", "The generator learns once, from the scores of its triangles."),
            (f"{TURNS} of both", "both", "secondary", f"{TURNS} steps of each, taking turns, the discriminator first."),
        ):
            st.button(words, key=f"school.{step}", type=kind, help=help, on_click=_step, args=(step,))
        st.button("Start again", key="school.again", help="The same beginning once more.", on_click=_again)
        st.session_state.setdefault("school.seed", SEED)
        st.number_input(
            "Seed", 0, 99, key="school.seed", width=110, on_change=_again,
            help="Another number is another beginning. The same number and the same steps give the same points.",
        )  # fmt: skip


def _step(step: str) -> None:
    play = _play()
    play.step, play.before = step, (play.gan.look(), plane.heat(play.gan))
    moves = {"discriminator": play.gan.step_discriminator, "generator": play.gan.step_generator}
    turns = [step] if step in moves else list(moves) * TURNS
    for player in turns:
        moves[player]()
        play.history = [*play.history, play.gan.look()][-KEPT:]


def _map(title: str, look: Look, scores: pd.DataFrame, way: Look | None, play: Play, tokens: dict) -> None:
    st.markdown(f"**{title}**")
    alt = (
        f"{title}: mean score of {POINTS} reals {look.score_reals:.2f}, of {POINTS} fakes {look.score_fakes:.2f}; "
        f"fakes around ({look.fakes[:, 0].mean():.2f}, {look.fakes[:, 1].mean():.2f})"
    )
    st.altair_chart(plane.chart(scores, play.gan.reals, look, way, tokens), key=f"school.map.{title}", alt=alt)


def told(step: str, before: Look, after: Look) -> str:
    """What the step changed, in words that hold for these very figures."""
    way = float(np.linalg.norm(after.fakes - before.fakes, axis=1).mean())
    if step == "discriminator":
        went = _went("Its loss", before.loss_discriminator, after.loss_discriminator)
        return (
            f"**Only the discriminator learned.** The colours changed, no triangle moved. {went} "
            "The generator's loss changed too, though it did nothing: its judge is another one now."
        )
    if step == "generator":
        went = _went("Its loss", before.loss_generator, after.loss_generator)
        return (
            f"**Only the generator learned.** The colours are the same; the triangles moved along the lines, {way:.2f} "
            f"on average, towards higher scores. {went}"
        )
    return (
        f"**Both learned {TURNS} times, in turns.** The triangles went {way:.2f} on average while the map changed under "
        "them: each player's best answer depends on the other, so neither loss need fall."
    )


def _went(what: str, before: float, after: float) -> str:
    if after < before:
        return f"{what} fell from {before:.3f} to {after:.3f}."
    return f"{what} rose from {before:.3f} to {after:.3f}: the step was too long this time."


def _figures(before: Look, after: Look) -> None:
    rows = (
        ("Discriminator's loss", before.loss_discriminator, after.loss_discriminator),
        ("Generator's loss", before.loss_generator, after.loss_generator),
        ("Mean score of reals", before.score_reals, after.score_reals),
        ("Mean score of fakes", before.score_fakes, after.score_fakes),
    )
    st.table(
        [{"": name, "Before": f"{a:.3f}", "After": f"{b:.3f}", "Change": f"{b - a:+.3f}"} for name, a, b in rows],
        hide_index=True,
    )


def _legend(tokens: dict) -> str:
    colours = "; ".join(f"--{name}: {tokens[name]}" for name in ("reals", "fakes", "surface"))
    return (
        f'<div class="school-legend" style="{colours}"><span><i class="school-real"></i>real</span><span><i class="school-fake"></i>fake</span>'
        '<span>score 0, looks fake<i class="school-ramp"></i>1, looks real</span></div>'
    )
