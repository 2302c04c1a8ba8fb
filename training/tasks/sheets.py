"""Pictures of a training: the guide's sheet of scored fakes and reals."""

import numpy as np
from PIL import Image, ImageDraw

BAND = 14  # px above each picture, for its score


def scored(fakes: np.ndarray, reals: np.ndarray, scores: np.ndarray) -> np.ndarray:
    """Five fakes over five reals, the discriminator's probability of being real over each.

    Args:
        fakes, reals: uint8 [5, R, R, 3].
        scores: [10] in [0, 1], fakes first.

    Returns:
        uint8 [2 * (R + 14), 5 * R, 3].
    """
    size = fakes.shape[1]
    sheet = Image.new("RGB", (len(fakes) * size, 2 * (size + BAND)), "white")
    draw = ImageDraw.Draw(sheet)
    for k, (picture, score) in enumerate(zip((*fakes, *reals), scores)):
        row, column = divmod(k, len(fakes))
        x, y = column * size, row * (size + BAND)
        draw.text((x + size / 2, y + BAND / 2), f"{score:.3f}", fill="black", anchor="mm")
        sheet.paste(Image.fromarray(picture), (x, y + BAND))
    return np.asarray(sheet)
