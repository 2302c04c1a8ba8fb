"""Figures of a generator against held-out pictures: SWD with its floor, MS-SSIM, diversity, nearest neighbours."""

from collections.abc import Callable

import numpy as np

from models import latents
from training.data.pictures import PictureSet
from training.metrics import msssim, neighbours, swd
from utils.errors import DataError

PICTURES = 800
FEWEST = 4
COLLAPSED = 0.5  # diversity below this share of the reals' raises the alarm,
ALARM_AFTER = 25_000  # images: before, fakes are alike because nothing is learnt yet


def evaluate_generator(fakes: Callable, latent: int, data: PictureSet, say: Callable[[str], None]) -> dict:
    """All figures of a generator by the protocol of record.

    n fakes (seeds 1 to n, psi 1) against n held-out reals; n = 800, or half of the held-out set if that is less;
    the floor is the same distance between two disjoint sets of n reals.

    Args:
        fakes: float32 [N, latent] -> uint8 [N, R, R, 3].
        say: called with a word on what is computed next.

    Returns:
        {"pictures", "swd": {level: x}, "swd_floor": {level: x}, "swd_to_floor": {level: x}, "ms_ssim",
        "ms_ssim_reals", "diversity", "neighbour_ratio", "protocol": {metric: sentence}}.
    """
    training, held_out = data.split()
    n = min(PICTURES, len(held_out) // 2)
    reals, others = _reals(data.pictures, held_out, n), _reals(data.pictures, held_out, n, skip=n)
    say(f"drawing {n} fakes")
    drawn = fakes(latents_of_seeds(n, latent))
    say("sliced Wasserstein distance")
    distance, floor = swd.swd(drawn, reals), swd.swd(others, reals)
    say("MS-SSIM")
    similarity = {"ms_ssim": msssim.ms_ssim_within(drawn), "ms_ssim_reals": msssim.ms_ssim_within(reals)}
    say("nearest neighbours")
    return {
        "pictures": n,
        "swd": distance,
        "swd_floor": floor,
        "swd_to_floor": {level: distance[level] / floor[level] for level in distance},
        **similarity,
        "diversity": diversity(drawn, reals),
        "neighbour_ratio": neighbours.neighbour_ratio(drawn, reals, data.pictures, training),
        "protocol": {
            "swd": f"{n} fakes (seeds 1 to {n}, psi 1) against {n} held-out reals; floor: two disjoint sets of {n} "
            f"held-out reals; {swd.PROTOCOL}",
            "ms_ssim": msssim.PROTOCOL,
            "neighbour_ratio": neighbours.PROTOCOL,
        },
    }


def evaluate_tick(fakes: Callable, latent: int, data: PictureSet, n: int) -> dict:
    """The few figures of a metric tick: diversity, and from 16 px on SWD per level and its mean; `n` pictures or all
    held-out ones.

    The best checkpoint is chosen by these, so they stand on other latents, and where there are enough on other held-out
    pictures, than the figures of record.
    """
    held_out = data.split()[1]
    n = min(n, len(held_out))
    if n < FEWEST:
        return {}
    reals = _reals(data.pictures, held_out, n, skip=len(held_out) - n)
    drawn = fakes(latents_of_seeds(n, latent, first=PICTURES + 1))
    figures = {"diversity": diversity(drawn, reals)}
    if drawn.shape[1] < swd.COARSEST:
        return figures
    distance = swd.swd(drawn, reals)
    levels = {f"swd_{level}": value for level, value in distance.items()}
    return {**levels, "swd": float(np.mean(list(distance.values()))), **figures}


def diversity(fakes: np.ndarray, reals: np.ndarray) -> float:
    """How much a batch of fakes varies, as a share of the reals': mean over pixels of the deviation over pictures.

    1 is as varied as the reals; near 0 every face is the same one (collapse).
    """
    return float(fakes.astype(np.float32).std(0).mean() / max(reals.astype(np.float32).std(0).mean(), 1e-6))


def latents_of_seeds(n: int, latent: int, first: int = 1) -> np.ndarray:
    """float32 [n, latent]: the latents of `n` seeds from `first` on."""
    return np.stack([latents.seed_latent(seed, latent) for seed in range(first, first + n)])


def _reals(pictures, held_out, n, skip=0):
    """n held-out pictures in an order drawn with seed 0, after `skip` others."""
    if n < FEWEST:
        raise DataError(f"Figures need at least {20 * FEWEST} pictures, of which every tenth is held out. Add more.")
    return pictures[np.sort(np.random.RandomState(0).permutation(held_out)[skip : skip + n])]


def alarm(figures: dict, images: int) -> str | None:
    """A sentence where the fakes of a metric tick have become alike, after `images` reals shown; else None."""
    if images < ALARM_AFTER or figures.get("diversity", 1.0) >= COLLAPSED:
        return None
    return (
        f"The faces are becoming alike: they vary {figures['diversity']:.2f} times as much as the reals. "
        "They may recover; if not, stop, and start anew with a lower learning_rate."
    )
