"""Two pictures are compared by the field's own measures."""

import numpy as np
import pytest

from utils.similarity import ms_ssim, psnr


def test_psnr_by_its_definition():
    dark, brighter = np.zeros((4, 4, 3), np.uint8), np.full((4, 4, 3), 51, np.uint8)
    assert psnr(dark, brighter) == psnr(brighter, dark) == pytest.approx(20 * np.log10(5))
    assert psnr(dark, dark) == float("inf")


def test_ms_ssim_is_one_for_equal_pictures_and_falls_with_difference():
    grey = np.random.RandomState(0).uniform(0, 255, (2, 64, 64)).astype(np.float32)
    assert ms_ssim(grey[0], grey[0]) == pytest.approx(1.0)
    slightly = ms_ssim(grey[0], np.clip(grey[0] + 10, 0, 255))
    assert ms_ssim(grey[0], grey[1]) < slightly < 1.0


def test_ms_ssim_of_one_scale_agrees_with_ssim_by_its_definition():
    """A direct double loop over windows, for one scale (16 px)."""
    rng = np.random.RandomState(0)
    a, b = rng.uniform(0, 255, (2, 16, 16)).astype(np.float32)
    x = np.arange(7) - 3
    window = np.exp(-(x**2) / (2 * 1.5**2))
    window = np.outer(window, window) / np.outer(window, window).sum()
    values = []
    for i in range(10):
        for j in range(10):
            p, q = a[i : i + 7, j : j + 7].astype(float), b[i : i + 7, j : j + 7].astype(float)
            mp, mq = (window * p).sum(), (window * q).sum()
            vp, vq = (window * (p - mp) ** 2).sum(), (window * (q - mq) ** 2).sum()
            cov = (window * (p - mp) * (q - mq)).sum()
            c1, c2 = 2.55**2, 7.65**2
            values.append((2 * mp * mq + c1) / (mp**2 + mq**2 + c1) * (2 * cov + c2) / (vp + vq + c2))
    assert ms_ssim(a, b) == pytest.approx(max(np.mean(values), 0), abs=1e-4)
