"""Directions from the principal components of a generator's first block (GANSpace)."""

from collections.abc import Callable

import numpy as np
from keras import ops

from models.directions import COUNT, Directions
from models.latents import on_sphere

LATENTS, PART = 6_000, 500
ROUNDS, SPARE, SEED = 6, 10, 0


def principal(
    activations: Callable[[np.ndarray], np.ndarray], latent: int, normalised: bool, count: int = COUNT
) -> Directions:
    """The directions of latents along which the first block's activations vary most, named p1, p2, … from the first down.

    Latents are drawn, their activations' principal components found, and the latents regressed on the coordinates along
    each (Härkönen et al. 2020, "GANSpace", section 3.2). The closed form sees the first layer's weights alone; this sees
    what the activation after it lets through. Signs are as in `directions.factorise`.

    Args:
        activations: float32 [N, latent] -> [N, ...], of the first block.
        latent: length of z.
        normalised: whether the network brings z to the sphere; then regressed is what it makes of z.
        count: at most the length of the latent.
    """
    rng = np.random.default_rng(SEED)
    z = rng.standard_normal((LATENTS, latent), np.float32)
    if normalised:
        z = on_sphere(z)
    parts = [ops.convert_to_numpy(activations(z[k : k + PART])) for k in range(0, LATENTS, PART)]
    seen = np.concatenate(parts).reshape(LATENTS, -1)
    seen -= seen.mean(0)
    along = seen @ components(seen, count, rng)
    vectors = (along / np.square(along).sum(0)).T @ z  # components do not correlate: each is regressed on by itself
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    largest = vectors[np.arange(count), np.abs(vectors).argmax(1)]
    return Directions.of(
        "pca",
        [f"p{k + 1}" for k in range(count)],
        [f"Component {k + 1}" for k in range(count)],
        vectors * np.sign(largest)[:, None],
    )


def components(centred: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
    """The first principal components of centred rows, float32 [features, count], each of length 1, from the strongest down.

    Subspace iteration (Halko, Martinsson, Tropp 2011, algorithm 4.4): thousands of features need no matrix of their squares.
    """
    size = min(count + SPARE, *centred.shape)
    basis = rng.standard_normal((centred.shape[1], size), np.float32)
    for _ in range(ROUNDS):
        basis, _ = np.linalg.qr(centred.T @ (centred @ basis))
    _, _, inside = np.linalg.svd(centred @ basis, full_matrices=False)
    return (basis @ inside.T)[:, :count]
