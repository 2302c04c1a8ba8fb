"""Faces for photos: held-out faces against the nearest of 10,000 fakes, portraits found and squared, fakes found back.

CelebA's held-out faces are not part of the project: `VISAGE_DATA` names the folder with `celeba64.zip`, by default
`shared/data` beside the repository. Portraits are made of them: pasted, turned and off-centre, on drawn grounds.
"""

import os
import statistics
import time
from pathlib import Path

import cv2
import numpy as np

from models import serving
from models.crops import Crop
from models.latents import seed_latent
from training.aligner import paste
from utils import archives, pictures
from utils.similarity import SIGMA, WEIGHTS, WINDOW, grey

MODEL, PHOTOS, PORTRAITS, BANK = "dcgan-celeba64", 100, 20, 10_000
DATA = Path(os.environ.get("VISAGE_DATA") or Path(__file__).resolve().parents[2] / "shared" / "data") / "celeba64.zip"
WIDE, HIGH, SIDES, TURN = 640, 480, (80, 260), 15  # of a portrait; its face's square in pixels; degrees either way
NEAR, ALIKE, STRAIGHT = 0.1, 0.2, 7.5  # squared: middle within a tenth of the side, side within a fifth, degrees
CHUNK = 500


def main() -> None:
    if not DATA.is_file():
        print(f"There are no held-out faces at {DATA}. Name their folder by VISAGE_DATA.")
        return
    inverter, reals = serving.inverter(MODEL), _held_out(max(PHOTOS, PORTRAITS))
    _portraits(reals[-PORTRAITS:])
    _fakes(inverter)
    _reals(inverter, reals[:PHOTOS])


def _reals(inverter, reals: list[np.ndarray]) -> None:
    found, seconds = _find(inverter, reals)
    generator = inverter.generator
    bank = generator.generate(np.stack([seed_latent(seed, generator.latent) for seed in range(BANK)]))
    nearest = nearest_ms_ssim(reals, bank)
    closer = sum(one.ms_ssim > other for one, other in zip(found, nearest))
    print(
        f"{len(reals)} held-out faces: {closer} closer (MS-SSIM) than the nearest of {BANK:,} random fakes; medians "
        f"{statistics.median(one.ms_ssim for one in found):.3f} and {np.median(nearest):.3f}, "
        f"{statistics.median(one.psnr for one in found):.1f} dB; {seconds:.1f} s a photo"
    )


def _fakes(inverter) -> None:
    generator = inverter.generator
    fakes = [generator.generate(seed_latent(seed, generator.latent)[None])[0] for seed in range(1, PHOTOS + 1)]
    found, seconds = _find(inverter, fakes)
    ratios = [one.psnr for one in found]
    print(
        f"{PHOTOS} fakes (seeds 1 to {PHOTOS}): {sum(ratio >= 30 for ratio in ratios)} found back to 30 dB or better, "
        f"median {statistics.median(ratios):.1f} dB, worst {min(ratios):.1f}; {seconds:.1f} s a picture"
    )


def _find(inverter, squares):
    """(what is found for each, median seconds)."""
    found, seconds = [], []
    for square in squares:
        began = time.perf_counter()
        found.append(inverter.find(square))
        seconds.append(time.perf_counter() - began)
    return found, statistics.median(seconds)


def _portraits(reals: list[np.ndarray]) -> None:
    squarer, random = serving.squarer(MODEL), np.random.default_rng(0)
    print(f"squares: {squarer.habit.down:+.2f} box heights down, {squarer.habit.side:.2f} roots of the box's area wide")
    good, turned = 0, []
    for real in reals:
        photo, true = portrait(real, random)
        crop = next(iter(squarer.faces(photo)), Crop(0, 0, 1))
        away = np.hypot(crop.x - true.x, crop.y - true.y) / true.side
        turned.append(abs(crop.angle - true.angle))
        good += away <= NEAR and abs(crop.side / true.side - 1) <= ALIKE and turned[-1] <= STRAIGHT
    print(f"{len(reals)} portraits: {good} found and squared; the turn is {np.median(turned):.1f} degrees off (median)")


def portrait(face: np.ndarray, random: np.random.Generator) -> tuple[np.ndarray, Crop]:
    """(photo, where the face's square lies in it): uint8 [480, 640, 3] of drawn shapes with the face somewhere, turned."""
    side = random.uniform(*SIDES)
    reach = side * 0.72  # of the corners of a turned square
    crop = Crop(
        random.uniform(reach, WIDE - reach), random.uniform(reach, HIGH - reach), side, random.uniform(-TURN, TURN)
    )
    return paste(face, _ground(random), crop), crop


def _ground(random: np.random.Generator) -> np.ndarray:
    above, below = random.uniform(40, 220, (2, 3))
    ground = np.linspace(above, below, HIGH)[:, None].repeat(WIDE, 1)
    for _ in range(6):
        colour, (x, y) = random.uniform(30, 230, 3), (int(random.integers(WIDE)), int(random.integers(HIGH)))
        cv2.rectangle(
            ground, (x, y), (x + int(random.integers(20, 320)), y + int(random.integers(20, 240))), colour, -1
        )
        cv2.circle(ground, (int(random.integers(WIDE)), y), int(random.integers(10, 120)), colour, -1)
    return cv2.GaussianBlur(ground, (0, 0), 2)


def _held_out(count: int) -> list[np.ndarray]:
    """Faces that no training saw, spread over the set, uint8 [64, 64, 3]."""
    held = [(name, read) for name, read in archives.open_pictures(DATA) if int(Path(name).stem) % 10 == 0]
    some = held[:: len(held) // count][:count]
    return [pictures.decode(read(), name) for name, read in some]


def nearest_ms_ssim(reals: list[np.ndarray], bank: np.ndarray) -> np.ndarray:
    """The largest MS-SSIM of each picture with any of the bank's, [N]: `utils.similarity.ms_ssim` for many at once."""
    greys, best = [grey(real) for real in reals], np.zeros(len(reals))
    for start in range(0, len(bank), CHUNK):
        chunk = [np.stack([grey(fake) for fake in bank[start : start + CHUNK]])]
        scales = max(1, int(np.log2(len(greys[0]) / 8)))
        while len(chunk) < scales:
            chunk.append(_halved(chunk[-1]))
        known = [(fakes, *_mean_and_variance(fakes)) for fakes in chunk]
        for place, real in enumerate(greys):
            best[place] = max(best[place], _ms_ssim_with(real[None], known).max())
    return best


def _ms_ssim_with(real: np.ndarray, known: list[tuple]) -> np.ndarray:
    weights = np.array(WEIGHTS[: len(known)]) / sum(WEIGHTS[: len(known)])
    result, c1, c2 = 1.0, (0.01 * 255) ** 2, (0.03 * 255) ** 2
    for scale, ((fakes, mean, variance), weight) in enumerate(zip(known, weights)):
        own_mean, own_variance = _mean_and_variance(real)
        covariance = _smooth(fakes * real) - mean * own_mean
        term = (2 * covariance + c2) / (variance + own_variance + c2)
        if scale == len(known) - 1:
            term *= (2 * mean * own_mean + c1) / (mean**2 + own_mean**2 + c1)
        result = result * np.maximum(term.mean((1, 2)), 0) ** weight
        real = _halved(real)
    return result


def _mean_and_variance(many):
    mean = _smooth(many)
    return mean, _smooth(many * many) - mean**2


def _smooth(many):
    """Gaussian means over windows inside the pictures, [N, H, W] -> [N, H - 6, W - 6], as two matrix products."""
    size, kernel = many.shape[1], cv2.getGaussianKernel(WINDOW, SIGMA)[:, 0].astype(np.float32)
    band = np.stack([np.pad(kernel, (k, size - WINDOW - k)) for k in range(size - WINDOW + 1)])
    return band @ many @ band.T


def _halved(many):
    return many.reshape(len(many), many.shape[1] // 2, 2, many.shape[2] // 2, 2).mean((2, 4))
