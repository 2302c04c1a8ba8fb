"""Latents: the points that a generator turns into faces, and ways between them."""

from collections.abc import Callable

import numpy as np

_ALIKE = 1e-6  # sine of an angle under which two directions count as one


def seed_latent(seed: int, latent: int) -> np.ndarray:
    """The latent of a seed, float32 [latent], standard normal.

    NumPy promises the stream of `RandomState` for good, so a seed means the same face in a year.
    """
    return np.random.RandomState(seed).standard_normal(latent).astype(np.float32)


def on_sphere(z: np.ndarray) -> np.ndarray:
    """Latents at the length √latent, float32 [..., latent]: what a family that normalises z makes of them first."""
    lengths = np.sqrt(np.mean(np.square(z, dtype=np.float64), axis=-1, keepdims=True))
    return (z / np.maximum(lengths, 1e-8)).astype(np.float32)


def slerp(a: np.ndarray, b: np.ndarray, t: float) -> np.ndarray:
    """The point at `t` (0 to 1) on the arc from `a` to `b`, float32 [latent]; exactly `a` at 0 and `b` at 1.

    The direction turns evenly (Shoemake 1985) and the length goes evenly from one to the other: on the straight line
    between two normal latents the middle is shorter than any latent seen in training, and its face is washed out.
    """
    if t <= 0 or t >= 1:
        return np.array(a if t <= 0 else b, np.float32)
    a, b = np.asarray(a, np.float64), np.asarray(b, np.float64)
    length_a, length_b = np.linalg.norm(a), np.linalg.norm(b)
    if length_a == 0 or length_b == 0:
        return ((1 - t) * a + t * b).astype(np.float32)
    start = a / length_a
    cosine = np.clip(start @ b / length_b, -1, 1)
    side = b / length_b - cosine * start
    if np.linalg.norm(side) < _ALIKE:  # one direction, or opposite ones: then any way round is as good
        axis = np.eye(len(a))[np.abs(start).argmin()]
        side = axis - (axis @ start) * start
    angle = t * np.arccos(cosine)
    point = np.cos(angle) * start + np.sin(angle) * side / np.linalg.norm(side)
    return (((1 - t) * length_a + t * length_b) * point).astype(np.float32)


def lerp(a: np.ndarray, b: np.ndarray, t: float) -> np.ndarray:
    """The point at `t` (0 to 1) on the straight line from `a` to `b`, float32 [latent]; exactly `a` at 0 and `b` at 1."""
    if t <= 0 or t >= 1:
        return np.array(a if t <= 0 else b, np.float32)
    return ((1 - t) * np.asarray(a, np.float64) + t * np.asarray(b, np.float64)).astype(np.float32)


def smooth(t: float) -> float:
    """`t` (0 to 1) slowed down at both ends: 3t² − 2t³, the cubic whose speed is 0 there (smoothstep)."""
    return t * t * (3 - 2 * t)


def morph_path(
    zs: np.ndarray,
    steps: int,
    loop: bool = False,
    way: Callable[[np.ndarray, np.ndarray, float], np.ndarray] = slerp,
    pace: Callable[[float], float] = float,
) -> np.ndarray:
    """Latents along a path through several keys, float32 [steps, latent], evenly spaced in time.

    Args:
        zs: keys, float32 [K, latent].
        steps: points on the whole path. From the first key to the last, both included; of a loop the return to the
            first key is left out, because it is the first point again.
        way: the point between two keys at a share of the way, `slerp` or `lerp`.
        pace: from the share of the time between two keys to the share of the way; as it is, or `smooth`.
    """
    path = np.empty((steps, zs.shape[1]), np.float32)
    for step in range(steps):
        start, end, share = morph_place(step, steps, len(zs), loop)
        path[step] = way(zs[start], zs[end], pace(share)) if share else zs[start]
    return path


def morph_place(step: int, steps: int, keys: int, loop: bool) -> tuple[int, int, float]:
    """Where a point of `morph_path` lies: the key before it, the key after it, and the share of the time between them."""
    # counted in whole numbers, so that a key on the path is met exactly
    legs, parts = (keys, steps) if loop else (keys - 1, max(steps - 1, 1))
    leg, rest = divmod(step * legs, parts)
    return leg % keys, (leg + 1) % keys, rest / parts
