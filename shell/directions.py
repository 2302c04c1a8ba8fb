"""Shell verb of directions: what a model's sliders move."""

from pathlib import Path
from typing import Annotated

import typer

from shell import doors

SHEET_SEEDS = (1, 2, 3)


def directions(
    model: Annotated[str, typer.Argument(help="A model's name; `weights list` shows all.")],
    count: Annotated[int | None, typer.Option(min=1, help="Find so many anew, the strongest first.")] = None,
    sheet: Annotated[Path | None, typer.Option(help="A picture of what each does: .png, .jpg or .webp.")] = None,
    names: Annotated[
        list[str] | None, typer.Option("--name", help="Call one by a word: d1=Smile. Links say `smile` then. Repeat.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout instead of words.")] = False,
) -> None:
    """Find, look at and name the directions behind a model's sliders.

    They are found in closed form from the network's first layer, without pictures or labels, and stored beside its
    weights. Without --count the stored ones are used; a model that has none gets ten. Names are for people to give:
    look at the sheet, where every direction is a row of three faces, each at five strengths.

    Examples:

        python cli.py directions dcgan-celeba64 --sheet sheet.webp

        python cli.py directions dcgan-celeba64 --name "d1=Long hair"
    """
    from models import directions as found
    from models.catalogue import Catalogue, store_directions

    info = Catalogue().get(model)
    format = doors.picture_format(sheet, ("png", "jpeg", "webp")) if sheet else ""
    current = info.directions
    if count is not None or not len(current):
        with doors.busy("factorising the first layer"):
            current = _factorise(info, count or min(found.COUNT, info.latent))
    for text in names or []:
        current = found.rename(current, *doors.pair(text, "--name"))
    if current is not info.directions:
        info = store_directions(info, current)
    if sheet:
        _write_sheet(info, sheet, format)
    rows = [
        {"name": name, "label": label, "strength": limit}
        for (name, limit), label in zip(current.limits().items(), current.labels)
    ]
    words = "\n".join(f"{row['name']:<16} {row['label']:<24} ±{row['strength']:g} σ" for row in rows)
    doors.tell({"model": info.name, "directions": rows, "sheet": sheet}, words, as_json)


def _factorise(info, count: int):
    from models import directions, networks, weights_io
    from models.card import WEIGHTS, verify
    from models.generator import build
    from utils.errors import ModelError

    wrong = [sentence for sentence in verify(info) if f"`{WEIGHTS}`" in sentence]
    if wrong:
        raise ModelError(" ".join(wrong))
    network = build(info)
    weights_io.load_weights(network, info.folder / WEIGHTS)
    return directions.factorise(networks.family(info.family).first_layer(network), count)


def _write_sheet(info, path: Path, format: str) -> None:
    """A row a direction: its name, then three faces, each at five strengths (in σ) from one end of the slider to the other."""
    import numpy as np
    from PIL import Image, ImageDraw

    from models import serving
    from models.settings import FaceSettings
    from utils import marks
    from utils.files import write_atomically

    with doors.busy("loading the network"):
        generator = serving.generator(info.name)
    size, gap, left, top = max(64, generator.resolution), 8, 120, 20
    block = 5 * size + gap
    limits = generator.directions.limits()
    canvas = Image.new("RGB", (left + len(SHEET_SEEDS) * block, top + len(limits) * (size + gap)), "white")
    pen = ImageDraw.Draw(canvas)
    rows = list(zip(limits.items(), generator.directions.labels))
    for row, ((name, limit), label) in enumerate(doors.counted(rows, "drawing")):
        y = top + row * (size + gap)
        pen.multiline_text((6, y + size / 2), f"{name}\n{label}"[:60], fill="black", anchor="lm")
        for column, seed in enumerate(SHEET_SEEDS):
            for step, amount in enumerate(np.linspace(-limit, limit, 5)):
                x = left + column * block + step * size
                face = generator.face(FaceSettings(info.name, info.version, seed, sliders=((name, float(amount)),)))
                canvas.paste(Image.fromarray(face).resize((size, size)), (x, y))
                if row == 0:
                    pen.text((x + size / 2, top / 2), f"{amount:+g}" if amount else "0", fill="black", anchor="mm")
    write_atomically(path, marks.encode(np.asarray(canvas), format))
