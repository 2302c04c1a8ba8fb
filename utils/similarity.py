"""How alike two pictures of one size are."""

import cv2
import numpy as np

WINDOW, SIGMA = 7, 1.5
WEIGHTS = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)  # Wang et al., table of exponents; renormalised over the scales used


def psnr(a: np.ndarray, b: np.ndarray) -> float:
    """Peak signal to noise ratio of two pictures, uint8 [H, W, 3], in dB; infinite for equal ones."""
    error = np.mean(np.square(a.astype(np.float64) - b))
    return float(10 * np.log10(255**2 / error)) if error else float("inf")


def grey(picture: np.ndarray) -> np.ndarray:
    """The picture's lightness as `ms_ssim` takes it, float32 [H, W] in [0, 255]."""
    return cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32)


def ms_ssim(a: np.ndarray, b: np.ndarray) -> float:
    """MS-SSIM of two grey pictures, float32 [H, W] in [0, 255]; 1 for equal ones (Wang et al. 2003)."""
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
