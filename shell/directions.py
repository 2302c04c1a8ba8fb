"""Shell verb of directions: what a model's sliders move."""

from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from shell import doors

SHEET_SEEDS = (1, 2, 3)


class Method(StrEnum):
    """How directions are found."""

    closed = "closed"
    pca = "pca"
    attributes = "attributes"


def directions(
    model: Annotated[str, typer.Argument(help="A model's name; `weights list` shows all.")],
    method: Annotated[Method | None, typer.Option(help="Find those of one kind anew; the others stay.")] = None,
    count: Annotated[
        int | None, typer.Option(min=1, help="Of closed form or pca: find so many, the strongest first.")
    ] = None,
    data: Annotated[
        Path | None, typer.Option(help="Of attributes: faces that came with CelebA's labels, a folder or a zip.")
    ] = None,
    version: Annotated[
        str | None, typer.Option(help="The model's next version, where a name comes to mean another direction.")
    ] = None,
    sheet: Annotated[Path | None, typer.Option(help="A picture of what each does: .png, .jpg or .webp.")] = None,
    names: Annotated[
        list[str] | None, typer.Option("--name", help="Call one by a word: d1=Beach. Links say `beach` then. Repeat.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout instead of words.")] = False,
) -> None:
    """Find, look at and name the directions behind a model's sliders.

    In closed form they come from the first layer's weights, by pca from what the first block makes of many latents; both
    need neither pictures nor labels, and their names are for people to give: look at the sheet, where every direction is
    a row of three faces, each at five strengths. Attributes need --data: a small network learns them from labels, scores
    generated faces, and those directions are offered that were found to hold. How far each slider goes is measured.
    Without --method or --count the stored ones are used; a model that has none gets ten in closed form.

    Examples:

        python cli.py directions dcgan-celeba64 --sheet sheet.webp

        python cli.py directions dcgan-celeba64 --method attributes --data celeba64.zip

        python cli.py directions dcgan-celeba64 --name "p1=Long hair"
    """
    from models import directions as found
    from models.catalogue import Catalogue

    info = Catalogue().get(model, "generate")
    format = doors.picture_format(sheet, ("png", "jpeg", "webp")) if sheet else ""
    current, metrics, section = info.directions, {}, ""
    if method is Method.attributes:
        current, metrics, section = _attributes(info, data)
    elif method or count is not None or not len(current):
        current = _without_labels(info, method or Method.closed, count or min(found.COUNT, info.latent))
    if current is not info.directions:
        current = _beside(info.directions, current)
    for text in names or []:
        current = found.rename(current, *doors.pair(text, "--name"))
    if current is not info.directions:
        info = _stored(info, current, version, metrics)
    if section:
        from training.attributes.measure import write_section

        write_section(info.folder / "README.md", info.title, section)
    if sheet:
        _write_sheet(info, sheet, format)
    _tell(info, sheet, as_json)


def _tell(info, sheet: Path | None, as_json: bool) -> None:
    current = info.directions
    rows = [
        {"name": name, "label": label, "kind": kind, "strength": limit, "step": current.steps()[name]}
        for (name, limit), label, kind in zip(current.limits().items(), current.labels, current.kinds)
    ]
    words = "\n".join(
        f"{row['name']:<16} {row['label']:<44} {row['kind']:<10} ±{row['strength']:g} × {row['step']:g} σ"
        for row in rows
    )
    doors.tell({"model": info.name, "directions": rows, "sheet": sheet}, words, as_json)


def _beside(stored, new):
    """The new directions with the stored ones of other kinds, attributes first; what would be there twice once."""
    from models.directions import KINDS

    first, *others = [new if kind == new.kinds[0] else stored.only(kind) for kind in KINDS]
    for other in others:
        first = first.joined(other)
    return first


def _attributes(info, data: Path | None):
    """(directions, metrics, section of the card).

    Raises: VisageError without labelled faces, DataError as `find`.
    """
    from models import serving
    from utils.errors import VisageError

    if data is None:
        raise VisageError("Attributes are learnt from labelled faces. Name them: --data celeba64.zip.")
    from training.attributes.find import find

    with doors.busy("loading the network"):
        generator = serving.generator(info.name)
    return find(generator, data, _shown)


@contextmanager
def _shown(words: str):
    """A bar under these words; gives what moves it on: a function of (done, of how many)."""
    with doors.bar() as progress:
        task = progress.add_task(words, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)


def _without_labels(info, method: Method, count: int):
    """Directions by closed form or pca, with measured ranges."""
    from models import serving
    from models.ranges import measured

    new = _closed(info, count) if method is Method.closed else _pca(info, count)
    with doors.busy("measuring how far each can go"):
        return measured(serving.generator(info.name).generate, new)


def _closed(info, count: int):
    from models import directions, networks

    with doors.busy("factorising the first layer"):
        return directions.factorise(networks.family(info.family).first_layer(_network(info)), count)


def _pca(info, count: int):
    from models import backend, networks
    from models.principal import principal

    block = networks.family(info.family).first_block(_network(info))
    run = backend.compiled(lambda z: block(z, training=False), block.variables, frozen=True)
    with doors.busy("finding what the first block varies in"):
        return principal(run, info.latent, not info.truncation, count)


def _network(info):
    """The model's network as it was trained, with its norms.

    Raises: ModelError for weights that are missing or not those that were published.
    """
    from models import fetching, weights_io
    from models.card import WEIGHTS, verify
    from models.generator import build
    from utils.errors import ModelError

    fetching.fetch(info)
    wrong = [sentence for sentence in verify(info) if f"`{WEIGHTS}`" in sentence]
    if wrong:
        raise ModelError(" ".join(wrong))
    network = build(info)
    weights_io.load_weights(network, info.path(WEIGHTS))
    return network


def _stored(info, current, version: str | None, metrics: dict):
    """The model with these directions.

    Raises: ModelError where links of this version would come to mean other faces.
    """
    from models.catalogue import store_directions
    from utils.errors import ModelError

    changed = [name for name in current.names if info.directions.differs(current, name)]
    if changed and version in (None, info.version):
        raise ModelError(
            f"`{', '.join(changed)}` would mean another direction, and links to version {info.version} of `{info.name}` "
            "would show other faces. Give another --version."
        )
    return store_directions(info, current, version, metrics)


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
