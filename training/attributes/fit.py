"""Directions of latents that turn attributes, from scores of generated faces."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from models.latents import on_sphere
from training.attributes.allowed import ALLOWED

PART = 256  # faces drawn before they are scored: twenty thousand at 256 px do not fit into memory
RIDGE = 0.01  # against slopes of latents that a sample of faces confuses
UNITS = (0.75, 0.875, 1.0, 1.25, 1.5, 1.75)  # σ a step of a slider; the shortest is taken whose two steps turn enough
AIM = 0.84  # of trial faces to turn; what is offered is measured anew on fresh ones
TRIAL, TRIES = 250, 5
GENDER = next(k for k, attribute in enumerate(ALLOWED) if attribute.name == "gender")
IGNORED = 0.10  # verdicts that flip on fewer faces: those that stood on the edge


class Scored(NamedTuple):
    """Generated faces: latents z float32 [N, latent], logits float32 [N, attributes]."""

    z: np.ndarray
    logits: np.ndarray


class Judge(NamedTuple):
    """A generator and what scores its faces.

    Attributes:
        draw: float32 [N, latent] -> pictures uint8 [N, R, R, 3].
        score: pictures -> logits, float32 [N, attributes]; above 0 the verdict is yes.
        latent: length of z.
        normalised: whether the network brings z to the sphere first.
    """

    draw: Callable[[np.ndarray], np.ndarray]
    score: Callable[[np.ndarray], np.ndarray]
    latent: int
    normalised: bool

    def logits(self, z: np.ndarray) -> np.ndarray:
        """float32 [N, attributes]: the scores of the faces of latents."""
        return np.concatenate([self.score(self.draw(z[k : k + PART])) for k in range(0, len(z), PART)])

    def random(self, count: int, seed: int, progress: Callable[[int, int], None] | None = None) -> Scored:
        """`count` random faces, scored."""
        z = np.random.default_rng(seed).standard_normal((count, self.latent), np.float32)
        if self.normalised:
            z = on_sphere(z)
        parts = []
        for k in range(0, count, PART):
            parts.append(self.logits(z[k : k + PART]))
            if progress:
                progress(min(k + PART, count), count)
        return Scored(z, np.concatenate(parts))

    def flips(self, faces: Scored, attribute: int, vector: np.ndarray, most: int) -> np.ndarray:
        """float [attributes]: the share of neutral faces whose verdicts change when `vector` is added; neutral are the
        first `most` whose verdict on `attribute` is no. 0 everywhere where there are none."""
        neutral = np.flatnonzero(faces.logits[:, attribute] <= 0)[:most]
        if not len(neutral):
            return np.zeros(faces.logits.shape[1])
        after = self.logits(faces.z[neutral] + vector.astype(np.float32))
        return ((after > 0) != (faces.logits[neutral] > 0)).mean(0)


def slopes(faces: Scored) -> np.ndarray:
    """float64 [attributes, latent]: how each logit rises with each latent value, by ridge regression.

    Logistic regression on the quarter of faces with the highest and the lowest logits gave nearly the same directions
    (docs/directions.md) and turned no more.
    """
    z, logits = (part.astype(np.float64) - part.mean(0) for part in faces)
    return np.linalg.solve(z.T @ z + RIDGE * len(z) * np.eye(z.shape[1]), z.T @ logits).T


class _Try(NamedTuple):
    """A direction tried: vector [latent] of length 1, σ a step, what two steps flip [attributes], and how bad that is."""

    vector: np.ndarray
    unit: float
    flips: np.ndarray
    cost: tuple[float, float, float]


def direction(judge: Judge, trial: Scored, slopes_: np.ndarray, attribute: int) -> np.ndarray:
    """float64 [latent]: one step of the slider of an attribute.

    The slope of its logit, made orthogonal one by one to the slopes of those verdicts that it flips along, gender first,
    as long as that makes fewer flip on trial faces and two steps still turn `AIM` of them.
    """

    def tried(against, shortest):
        vector = _orthogonal(slopes_[attribute], slopes_[against])
        for unit in (unit for unit in UNITS if unit >= shortest):
            flips = judge.flips(trial, attribute, 2 * unit * vector, TRIAL)
            if flips[attribute] >= AIM:
                break
        return _Try(vector, unit, flips, _cost(flips, attribute))

    against, best = [], tried([], UNITS[0])
    untried = set(range(len(slopes_))) - {attribute}
    for _ in range(TRIES):
        leaking = sorted((k for k in untried if best.flips[k] > IGNORED), key=lambda k: (k != GENDER, -best.flips[k]))
        if not leaking:
            break
        untried.remove(leaking[0])
        other = tried(
            [*against, leaking[0]], best.unit
        )  # what is taken from a direction makes it weaker, never stronger
        if other.cost < best.cost:
            against, best = [*against, leaking[0]], other
    return best.unit * best.vector


def _orthogonal(vector, others):
    """`vector` without what it has in common with `others`, at length 1."""
    rest = vector - vector @ np.linalg.pinv(others) @ others if len(others) else vector
    return rest / max(np.linalg.norm(rest), 1e-12)


def _cost(flips, attribute):
    """What is wanting to `AIM`, then how often gender flips, then what else flips along: in this order."""
    extra = np.maximum(flips - IGNORED, 0)
    extra[attribute] = 0
    return max(AIM - float(flips[attribute]), 0.0), float(extra[GENDER]), float(extra.sum())
