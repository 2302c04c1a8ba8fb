"""A face found for a photo: what it is, how near it came, and what people should know of it. No Keras."""

from typing import NamedTuple

import numpy as np

from models.settings import FaceSettings

LIKENESS = (
    "This face was found for a photo. A link or PNG of it carries a likeness of that person to whoever opens it: "
    "send it on only if they would agree."
)
_NEAR = (  # MS-SSIM from which on the words hold
    (0.9, "Very near in pose, light and colours"),
    (0.75, "Alike in pose, light and colours"),
    (0.6, "Roughly alike in pose and colours"),
    (-1.0, "Not much alike: try another square"),
)


class Found(NamedTuple):
    """A face found for a photo.

    Attributes:
        settings: they draw it, every latent value set, rounded as a link keeps them.
        face: uint8 [H, W, 3], as drawn from these settings.
        ms_ssim: of the face with the photo's square, grey; 1 is equal.
        psnr: of the same, in dB.
    """

    settings: FaceSettings
    face: np.ndarray
    ms_ssim: float
    psnr: float


def words(found: Found) -> str:
    """How near the face came, for people, with its two figures."""
    near = next(text for least, text in _NEAR if found.ms_ssim >= least)
    return f"{near}, not the same person. MS-SSIM {found.ms_ssim:.2f} of 1, PSNR {found.psnr:.1f} dB."


def from_photo(settings: FaceSettings, latent: int) -> bool:
    """Whether settings give every latent value by hand, as a found face does and a seed does not."""
    return len(settings.latents) == latent
