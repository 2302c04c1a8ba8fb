"""What a run's curves warn of, in plain words, with what one could do."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

WON, WON_FOR = 0.98, 20  # share that the discriminator gets right, of reals and of fakes, over so many ticks
SETTLED = 10_000  # images: before, a discriminator that is always right is nothing to speak of
WORSE, WORSE_FOR = 1.25, 3  # times the best distance, at so many measurements in a row
SLIPPED = 0.03  # of mAP below the best
METRICS = {"swd": "SWD", "map50": "mAP"}


class Advice(NamedTuple):
    """`level` is error (it stands still) or warning; what is seen; what one could do."""

    level: str
    what: str
    do: str


def metric_of(recipe) -> str:
    """The figure by which the best checkpoint is chosen: `map50` of a detector, `swd` of a generator."""
    return "map50" if recipe.task == "detection" else "swd"


def advise(state: Mapping, events: Sequence[Mapping], metric: str) -> list[Advice]:
    """What to tell of a run, the gravest first.

    Args:
        state: of `Run.state`.
        events: the latest, oldest first (`curves.latest`).
        metric: of `metric_of`.
    """
    found = [_standing_still(state), _collapse(events), _won(events), _worse(state, events, metric)]
    return [advice for advice in found if advice]


def _standing_still(state):
    status, images = state.get("status"), state.get("images", 0)
    if status == "interrupted":
        return Advice(
            "error",
            f"Interrupted: the process that trained this run is gone, killed or crashed; it was last seen at {images:,} images.",
            "Resume goes on from the last checkpoint, as if nothing had happened. At most one tick is done again.",
        )
    if status == "failed":
        message = state.get("message") or "The process ended with an error; the log below tells it."
        do = "Resume goes on from the last checkpoint once the cause is mended."
        if "became" in message or "no numbers" in message:
            do = "Resume would meet the same place. Branch from the best checkpoint with a lower learning rate, or precision float32."
        return Advice("error", f"Stopped by a fault: {message}", do)
    return None


def _collapse(events):
    measured = [event for event in events if "diversity" in event]
    if not measured or "alarm" not in measured[-1]:
        return None
    return Advice(
        "warning",
        f"Collapse: the faces are becoming alike; they vary {measured[-1]['diversity']:.2f} times as much as the reals.",
        "It may recover. If the film strip shows one face for everybody, stop, and branch from a checkpoint before that with a "
        "lower learning rate or more R1 (loss.r1_gamma).",
    )


def _won(events):
    last = [event for event in events if "right_on_reals" in event and "right_on_fakes" in event][-WON_FOR:]
    if len(last) < WON_FOR or last[-1]["images"] < SETTLED:
        return None
    right = min(float(np.mean([event[key] for event in last])) for key in ("right_on_reals", "right_on_fakes"))
    if right < WON:
        return None
    return Advice(
        "warning",
        f"The discriminator has won: it gets {right:.0%} right, so the generator hears little of how to do better.",
        "If the faces stand still too, branch with a smaller discriminator (networks.discriminator.capacity), more R1 "
        "(loss.r1_gamma), or a lower learning rate of the discriminator.",
    )


def _worse(state, events, metric):
    best = state.get("best", {})
    since = [event for event in events if metric in event and event["images"] > best.get("images", 0)][-WORSE_FOR:]
    if metric not in best or len(since) < WORSE_FOR:
        return None
    values, falling = [event[metric] for event in since], metric == "swd"
    if falling and min(values) < best[metric] * WORSE or not falling and max(values) > best[metric] - SLIPPED:
        return None
    now, then = (f"{value:.1f}" if falling else f"{value:.3f}" for value in (values[-1], best[metric]))
    return Advice(
        "warning",
        f"{METRICS[metric]} is getting worse: {now} now, {then} at its best, at {best['images']:,} images.",
        "The best checkpoint is kept and is the one that Publish takes. If it does not come back, stop, or branch from "
        "there with a lower learning rate.",
    )
