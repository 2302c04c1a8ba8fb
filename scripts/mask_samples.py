"""Draws the sample pictures of the Masks page again: `python -m scripts.mask_samples`.

Faces of our own generator, in simple drawn scenes, some with a drawn mask: none of these people exists, and the files say
so (IPTC `trainedAlgorithmicMedia`). They show what the page does; they measure nothing.
"""

from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from models import serving
from models.latents import seed_latent
from utils import marks, pictures

MODEL, PSI = "dcgan-celeba64", 0.8
FOLDER = Path(__file__).resolve().parent.parent / "ui" / "masks" / "samples"
QUALITY = 84


class Person(NamedTuple):
    """A face by its seed, its middle and height in pixels of the scene, how it wears which mask, what it is dressed in."""

    seed: int
    x: int
    y: int
    height: int
    wears: str = ""  # "", "well", "low" (under the nose) or "chin"
    mask: str = "#7FB2D9"
    coat: str = "#3F4A5A"


SCENES = {
    "three-at-a-stop": ((1200, 800), ("#CBD9E3", "#8D98A1"), [
        Person(14, 260, 330, 270, "well", "#7FB2D9", "#5B4A6B"),
        Person(3, 610, 300, 290, "", coat="#31465C"),
        Person(27, 950, 345, 260, "low", "#E9ECEC", "#7A5B46"),
    ]),
    "a-portrait": ((900, 1100), ("#D8CDBB", "#A08F78"), [Person(79, 450, 470, 560, "well", "#E9ECEC", "#2F5D57")]),
    "queue": ((1400, 820), ("#DDE3D2", "#93A086"), [
        Person(21, 130, 250, 150, "well", "#7FB2D9", "#544C43"), Person(61, 330, 230, 155, "well", "#333B44", "#8A6D5A"),
        Person(13, 540, 255, 150, "", coat="#4B5B45"), Person(53, 745, 235, 150, "well", "#E9ECEC", "#60465A"),
        Person(32, 950, 250, 155, "low", "#7FB2D9", "#37424E"), Person(42, 1160, 235, 150, "well", "#7FB2D9", "#6B5E3E"),
        Person(66, 230, 500, 205, "chin", "#7FB2D9", "#3D4C66"), Person(72, 520, 505, 215, "well", "#E9ECEC", "#75503F"),
        Person(23, 830, 495, 210, "", coat="#49635F"), Person(70, 1130, 510, 215, "well", "#A9C7A1", "#51405F"),
    ]),
    "under-the-nose": ((1100, 820), ("#E1D3CF", "#A78F8A"), [
        Person(12, 340, 370, 380, "low", "#7FB2D9", "#3B5168"), Person(45, 770, 365, 370, "chin", "#E9ECEC", "#6A4B52"),
    ]),
}  # fmt: skip

# places in a generated face, in shares of its side: bridge of the nose, its tip, cheeks, jaw, chin
TOPS = {"well": 0.56, "low": 0.70, "chin": 0.86}
CHEEK, JAW, CHIN = 0.27, 0.16, 0.97


def main() -> None:
    """Writes every scene as a small WebP."""
    draw_face = serving.generator(MODEL)
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, (size, (wall, floor), people) in SCENES.items():
        scene = backdrop(size, wall, floor)
        for person in people:
            face = draw_face.generate(seed_latent(person.seed, draw_face.latent)[None], PSI)[0]
            put(scene, face, person)
        picture = np.asarray(grain(scene))
        data = marks.encode(picture, "webp", quality=QUALITY)
        (FOLDER / f"{name}.webp").write_bytes(data)
        print(f"{name}.webp: {picture.shape[1]} x {picture.shape[0]}, {len(data) / 1000:.0f} kB")


def backdrop(size: tuple[int, int], wall: str, floor: str) -> Image.Image:
    """A wall with panes and a floor, out of focus."""
    scene = Image.new("RGB", size, wall)
    draw = ImageDraw.Draw(scene)
    wide, high = size
    for x in range(-wide // 12, wide, wide // 6):
        draw.rectangle((x, high * 0.06, x + wide // 9, high * 0.66), fill=_mix(wall, "#FFFFFF", 0.35))
        draw.rectangle((x + wide // 9, 0, x + wide // 8, high), fill=_mix(wall, floor, 0.4))
    draw.rectangle((0, high * 0.74, wide, high), fill=floor)
    return scene.filter(ImageFilter.GaussianBlur(wide / 90))


def put(scene: Image.Image, face: np.ndarray, person: Person) -> None:
    """One person: coat, neck, head, mask."""
    side = round(person.height * 1.18)
    head = Image.fromarray(pictures.enlarge(face, side)).filter(ImageFilter.GaussianBlur(side / 300))
    if person.wears:
        head = wear(head, person)
    left, top = person.x - side // 2, person.y - side // 2
    skin = tuple(int(value) for value in np.median(face[46:56, 26:38].reshape(-1, 3), axis=0))
    draw = ImageDraw.Draw(scene)
    shoulder, neck = side * 0.92, side * 0.2
    chin = top + side * 0.94
    draw.rounded_rectangle(
        (person.x - neck, chin - side * 0.2, person.x + neck, chin + side * 0.3), side * 0.1, fill=skin
    )
    body = (person.x - shoulder, chin + side * 0.08, person.x + shoulder, scene.height + side)
    draw.rounded_rectangle(body, side * 0.42, fill=person.coat)
    collar = [(person.x - neck * 1.25, chin + side * 0.06), (person.x, chin + side * 0.34)]
    draw.polygon([*collar, (person.x + neck * 1.25, chin + side * 0.06)], fill=skin)
    scene.paste(head, (left, top), _oval(side))


def wear(head: Image.Image, person: Person) -> Image.Image:
    """The head with a drawn mask: its upper edge where `wears` says, pleats, loops to the ears."""
    side, scale = head.width, 4
    top = TOPS[person.wears]
    layer = Image.new("RGBA", (side * scale, side * scale))
    draw = ImageDraw.Draw(layer)

    def at(x: float, y: float) -> tuple[float, float]:
        return x * side * scale, y * side * scale

    dark = _mix(person.mask, "#000000", 0.22)
    for mirror in (False, True):
        ear = 0.2 if not mirror else 0.8
        edge = CHEEK if not mirror else 1 - CHEEK
        draw.line([at(edge, top + 0.06), at(ear, 0.5)], fill=dark, width=max(2, side // 45 * scale // 2))
        draw.line([at(edge, 0.84), at(ear, 0.56)], fill=dark, width=max(2, side // 45 * scale // 2))
    edge = [(CHEEK, top + 0.05), (0.42, top - 0.005), (0.5, top - 0.035), (0.58, top - 0.005), (1 - CHEEK, top + 0.05)]
    lower = [(1 - CHEEK + 0.01, 0.84), (0.62, CHIN), (0.5, CHIN + 0.015), (0.38, CHIN), (CHEEK - 0.01, 0.84)]
    draw.polygon([at(*point) for point in edge + lower], fill=person.mask)
    for row in np.linspace(top + 0.09, 0.9, 4)[: 4 if person.wears != "chin" else 1]:
        points = [at(x, row + 0.03 * (1 - ((x - 0.5) / 0.24) ** 2)) for x in np.linspace(0.28, 0.72, 20)]
        draw.line(points, fill=dark, width=max(2, scale * side // 160))
    draw.line([at(*point) for point in edge], fill=_mix(person.mask, "#FFFFFF", 0.55), width=max(2, scale * side // 70))
    layer = layer.resize((side, side), Image.Resampling.LANCZOS)
    light = np.asarray(head.convert("L").filter(ImageFilter.GaussianBlur(side / 7)), np.float32)
    light = np.clip(0.72 + 0.4 * light / max(1.0, float(np.percentile(light, 90))), 0.6, 1.08)[..., None]
    shaded = np.asarray(layer, np.float32)
    shaded[..., :3] = np.clip(shaded[..., :3] * light, 0, 255)
    layer = Image.fromarray(shaded.astype(np.uint8), "RGBA").filter(ImageFilter.GaussianBlur(side / 300))
    return Image.alpha_composite(head.convert("RGBA"), layer).convert("RGB")


def grain(scene: Image.Image) -> Image.Image:
    """The scene with a camera's noise, which smooth drawings lack; the same noise every time."""
    noise = np.random.RandomState(7).standard_normal((*scene.size[::-1], 1)) * 3
    return Image.fromarray(np.clip(np.asarray(scene, np.float32) + noise, 0, 255).astype(np.uint8))


def _oval(side: int) -> Image.Image:
    """Head and hair without the ground behind them, with a soft edge."""
    mask = Image.new("L", (side, side))
    ImageDraw.Draw(mask).ellipse((side * 0.15, side * 0.03, side * 0.85, side * 1.0), fill=255)
    return mask.filter(ImageFilter.GaussianBlur(side / 45))


def _mix(one: str, other: str, share: float) -> tuple[int, int, int]:
    a, b = (np.array([int(text[k : k + 2], 16) for k in (1, 3, 5)]) for text in (one, other))
    return tuple(int(value) for value in a * (1 - share) + b * share)


if __name__ == "__main__":
    main()
