"""MS-SSIM between random pairs of one set: how alike its pictures are (Wang et al. 2003; Odena et al. 2017).

Lower is more varied; fakes should come close to the reals' own value.
"""

import cv2
import numpy as np

PAIRS = 1000
WINDOW, SIGMA = 7, 1.5
WEIGHTS = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)  # Wang et al., table of exponents; renormalised over the scales used

PROTOCOL = f"{PAIRS} random pairs, seed 0, grey values, Gaussian window {WINDOW}, 3/4/5 scales at 64/128/256 px"


def ms_ssim_within(pictures: np.ndarray, pairs: int = PAIRS) -> float:
    """Mean MS-SSIM of `pairs` random pairs of different pictures; uint8 [N, H, W, 3], N at least 2."""
    rng = np.random.RandomState(0)
    first = rng.randint(0, len(pictures), pairs)
    second = (first + rng.randint(1, len(pictures), pairs)) % len(pictures)
    grey = np.stack([cv2.cvtColor(p, cv2.COLOR_RGB2GRAY) for p in pictures]).astype(np.float32)
    return float(np.mean([ms_ssim(grey[i], grey[j]) for i, j in zip(first, second)]))


def ms_ssim(a: np.ndarray, b: np.ndarray) -> float:
    """MS-SSIM of two grey pictures, float32 [H, W] in [0, 255]; 1 for equal ones."""
    scales = max(1, int(np.log2(a.shape[0] / 8)))  # 3 at 64 px, 4 at 128, 5 at 256
    weights = np.array(WEIGHTS[:scales]) / sum(WEIGHTS[:scales])
    result = 1.0
    for scale, weight in enumerate(weights):
        similarity, contrast = _ssim(a, b)
        result *= max(similarity if scale == scales - 1 else contrast, 0.0) ** weight
        a, b = (cv2.resize(x, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA) for x in (a, b))
    return result


def _ssim(a, b):
    """Mean structural similarity and its contrast-structure part, over windows that lie inside the picture."""
    inside = slice(WINDOW // 2, -(WINDOW // 2))

    def smooth(x):
        return cv2.GaussianBlur(x, (WINDOW, WINDOW), SIGMA)[inside, inside]

    mean_a, mean_b = smooth(a), smooth(b)
    variances = smooth(a * a) - mean_a**2 + smooth(b * b) - mean_b**2
    covariance = smooth(a * b) - mean_a * mean_b
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    contrast = (2 * covariance + c2) / (variances + c2)
    luminance = (2 * mean_a * mean_b + c1) / (mean_a**2 + mean_b**2 + c1)
    return float((luminance * contrast).mean()), float(contrast.mean())
