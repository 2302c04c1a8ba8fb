"""Draws the card's picture of what fools the detector: `python -m scripts.mask_fools MODEL`.

People of our generator with things before their mouths that are no masks, each in a picture of its own, and what MODEL
says. Drawn, so they show a kind of mistake and measure nothing.
"""

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from models import serving
from models.boxes import select
from models.latents import seed_latent
from scripts.mask_samples import MODEL, PSI, Person, backdrop, grain, put
from utils import drawing, marks, pictures

SIDE, SCALE = 300, 4
SKIN = "#D9A98C"


def hand(draw: ImageDraw.ImageDraw, at: Callable) -> None:
    """Four fingers before a mouth."""
    for place, length in enumerate((0.05, 0.0, 0.01, 0.05)):
        x = 0.33 + 0.09 * place
        draw.rounded_rectangle([at(x, 0.64 + length), at(x + 0.085, 1.1)], at(0.04, 0)[0], fill=SKIN, outline="#B98668")


def scarf(draw: ImageDraw.ImageDraw, at: Callable) -> None:
    """Wound up to the nose."""
    for top, colour in ((0.64, "#8C3B4A"), (0.76, "#7A3040"), (0.88, "#8C3B4A")):
        draw.rounded_rectangle([at(0.12, top), at(0.88, top + 0.16)], at(0.07, 0)[0], fill=colour, outline="#5E2431")


def cup(draw: ImageDraw.ImageDraw, at: Callable) -> None:
    """Of paper, while drinking."""
    draw.polygon([at(0.36, 0.66), at(0.66, 0.66), at(0.61, 1.0), at(0.41, 1.0)], fill="#F2EFE8", outline="#C9C2B4")
    draw.polygon([at(0.37, 0.76), at(0.65, 0.76), at(0.63, 0.9), at(0.39, 0.9)], fill="#9C7350")


def nothing(draw: ImageDraw.ImageDraw, at: Callable) -> None:
    """To compare with."""


def smile(draw: ImageDraw.ImageDraw, at: Callable) -> None:
    """A mouth printed on a mask."""
    draw.chord([at(0.37, 0.68), at(0.63, 0.9)], 15, 165, fill="#FFFFFF", outline="#B23A48", width=int(at(0.015, 0)[0]))


def shield(draw: ImageDraw.ImageDraw, at: Callable) -> None:
    """See-through."""
    draw.rounded_rectangle(
        [at(0.16, 0.25), at(0.84, 1.02)], at(0.08, 0)[0], fill=(190, 215, 230, 70), outline="#DDE8EE"
    )


PEOPLE = {
    "nothing": (79, "", nothing), "a hand": (3, "", hand), "a scarf": (79, "", scarf), "a cup": (13, "", cup),
    "a printed mouth": (72, "well", smile), "a shield": (14, "", shield),
}  # fmt: skip


def main(name: str) -> None:
    """Writes `weights/NAME/fooled.webp`, and says what was found."""
    generator, detector = serving.generator(MODEL), serving.detector(name)
    shown = []
    for words, (seed, wears, thing) in PEOPLE.items():
        face = generator.generate(seed_latent(seed, generator.latent)[None], PSI)[0]
        picture = np.asarray(grain(_portrait(face, Person(seed, SIDE // 2, 130, 120, wears, "#E9ECEC"), thing)))
        found = select(detector.grouped(detector.candidates(picture)), across_classes=True)
        said = [f"{word} {score:.2f}" for word, score in zip(found.names, found.scores)]
        print(f"{words}: {', '.join(said) or 'no face'}")
        styles = ["solid" if word == "Good" else "dashed" for word in found.names]
        shown.append(drawing.draw_boxes(picture, found.boxes, said, styles, 1.5))
    sheet = pictures.grid(np.stack(shown), 3, 8)
    target = Path("weights") / name / "fooled.webp"
    target.write_bytes(marks.encode(sheet, "webp", quality=80))


def _portrait(face: np.ndarray, person: Person, thing: Callable) -> Image.Image:
    scene = backdrop((SIDE, SIDE), "#D8CDBB", "#A08F78")
    put(scene, face, person)
    side = round(person.height * 1.18)
    layer = Image.new("RGBA", (side * SCALE, round(side * SCALE * 1.2)))
    thing(ImageDraw.Draw(layer), lambda x, y: (x * side * SCALE, y * side * SCALE))
    layer = layer.resize((side, round(side * 1.2)), Image.Resampling.LANCZOS).filter(
        ImageFilter.GaussianBlur(side / 300)
    )
    scene.paste(layer, (person.x - side // 2, person.y - side // 2), layer)
    return scene


if __name__ == "__main__":
    main(sys.argv[1])
