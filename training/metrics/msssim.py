"""MS-SSIM between random pairs of one set: how alike its pictures are (Wang et al. 2003; Odena et al. 2017).

Lower is more varied; fakes should come close to the reals' own value.
"""

import numpy as np

from utils.similarity import WINDOW, grey, ms_ssim

PAIRS = 1000
PROTOCOL = f"{PAIRS} random pairs, seed 0, grey values, Gaussian window {WINDOW}, 3/4/5 scales at 64/128/256 px"


def ms_ssim_within(pictures: np.ndarray, pairs: int = PAIRS) -> float:
    """Mean MS-SSIM of `pairs` random pairs of different pictures; uint8 [N, H, W, 3], N at least 2."""
    rng = np.random.RandomState(0)
    first = rng.randint(0, len(pictures), pairs)
    second = (first + rng.randint(1, len(pictures), pairs)) % len(pictures)
    greys = np.stack([grey(picture) for picture in pictures])
    return float(np.mean([ms_ssim(greys[i], greys[j]) for i, j in zip(first, second)]))
