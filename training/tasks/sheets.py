"""Pictures of a training: the guide's sheet of scored fakes and reals; a row of the film strip with its caption."""

import numpy as np
from PIL import Image, ImageDraw, ImageFont

BAND = 14  # px above each picture, for its score
CAPTION = 20  # px above a row, for its words


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


def captioned(row: np.ndarray, words: str) -> np.ndarray:
    """The row, uint8 [H, W, 3], under a white band with words: [H + 20, W, 3]."""
    sheet = Image.new("RGB", (row.shape[1], row.shape[0] + CAPTION), "white")
    draw = ImageDraw.Draw(sheet)
    draw.text((4, CAPTION / 2), words, fill="black", anchor="lm", font=ImageFont.load_default(14))
    sheet.paste(Image.fromarray(row), (0, CAPTION))
    return np.asarray(sheet)
