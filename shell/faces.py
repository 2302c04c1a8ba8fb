"""Shell verb of faces: generate."""

from pathlib import Path
from typing import Annotated

import typer

from models.settings import HIGHEST_SEED, FaceSettings, read_query
from shell import doors
from utils.errors import LinkError

LARGEST_GRID = 2500  # faces on one picture: 50 × 50, which WebP can hold up to 256 px
Model = Annotated[str | None, typer.Argument(help="A model's name; `weights list` shows all.", show_default=False)]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object on stdout instead of words.")]


def generate(
    model: Model = None,
    seed: Annotated[int | None, typer.Option(help="The first seed; 0 if nothing says otherwise.")] = None,
    count: Annotated[int, typer.Option(min=1, help="How many faces, from that seed up.")] = 1,
    out: Annotated[Path | None, typer.Option(help="Folder for one PNG a face, named by its seed.")] = None,
    grid: Annotated[Path | None, typer.Option(help="One picture of all faces: .png, .jpg or .webp.")] = None,
    psi: Annotated[float | None, typer.Option(help="Truncation: 1 is untouched, 0 the mean face.")] = None,
    settings: Annotated[
        list[str] | None, typer.Option("--set", help="A slider or single latent value: smile=1.5, z12=-0.7. Repeat.")
    ] = None,
    link: Annotated[str | None, typer.Option(help="A link copied from the page: its settings count first.")] = None,
    as_json: AsJson = False,
) -> None:
    """Draw faces into files.

    A seed is the same face here, on the page and over HTTP, to the pixel. Each PNG carries its settings and says that a
    network drew it. Without --out and --grid the faces go to the folder `faces`.

    Examples:

        python cli.py generate dcgan-celeba64 --seed 7 --count 64 --out faces

        python cli.py generate dcgan-celeba64 --count 100 --grid sheet.webp

        python cli.py generate --link "http://localhost:8501/?seed=7&smile=1.5"
    """
    query = _query(model, seed, psi, settings, link)
    generator, first = _load(query, link)
    if first.seed + count - 1 > HIGHEST_SEED:
        raise LinkError(f"`--count {count}` leads past the last seed, {HIGHEST_SEED}. Start lower, or draw fewer.")
    if grid and count > LARGEST_GRID:
        raise LinkError(f"`--grid` holds up to {LARGEST_GRID} faces. Received: {count}. Draw fewer, or into --out.")
    format = doors.picture_format(grid, ("png", "jpeg", "webp")) if grid else ""
    files, faces = _draw(generator, first, count, Path("faces") if out is None and grid is None else out, bool(grid))
    if grid:
        _write_grid(grid, format, faces)
        files.append(grid)
    facts = {"model": first.model, "version": first.version, "seeds": [first.seed, first.seed + count - 1]}
    words = f"{count} {'face' if count == 1 else 'faces'} of {generator.info.title} in {_places(files, out or 'faces', grid)}"
    doors.tell(facts | {"files": files}, words, as_json)


def _query(model, seed, psi, settings, link) -> dict[str, str]:
    """What the flags say, as an address says it; a link first, what is given by hand over it."""
    query = doors.link_query(link) if link else {}
    query |= dict(doors.pair(text, "--set") for text in settings or [])
    if model and model != query.get("model", model):
        query.pop("version", None)  # by hand another model: the link's version speaks of the link's
    given = {"model": model, "seed": seed, "psi": psi}
    return query | {name: str(value) for name, value in given.items() if value is not None}


def _load(query: dict[str, str], link: str | None):
    """(generator, settings). What a link holds too much is said; what is wrong in flags stops."""
    from models import serving
    from models.catalogue import Catalogue

    catalogue = Catalogue()
    info = catalogue.get(query["model"]) if "model" in query else catalogue.default()
    settings, told = read_query(query, info)
    if told and not link:
        raise LinkError(" ".join(told))
    doors.say(told)
    with doors.busy("loading the network"):
        return serving.generator(info.name), settings


def _draw(generator, first: FaceSettings, count: int, folder: Path | None, keep: bool):
    """(paths written, faces kept): one face a seed, each drawn alone, as the page draws it."""
    from dataclasses import replace

    from utils import marks
    from utils.files import write_atomically

    files, faces = [], []
    for seed in doors.counted(range(first.seed, first.seed + count), "drawing", count):
        settings = replace(first, seed=seed)
        face = generator.face(settings)
        if folder is not None:
            files.append(folder / f"{seed:04d}.png")
            write_atomically(files[-1], marks.encode(face, "png", note=settings.to_json()))
        if keep:
            faces.append(face)
    return files, faces


def _write_grid(path: Path, format: str, faces: list) -> None:
    import math

    import numpy as np

    from utils import marks, pictures
    from utils.files import write_atomically

    sheet = pictures.grid(np.stack(faces), math.ceil(math.sqrt(len(faces))))
    write_atomically(path, marks.encode(sheet, format))


def _places(files: list[Path], folder: Path | str, grid: Path | None) -> str:
    alone = [path for path in files if path != grid]
    named = [str(alone[0])] if len(alone) == 1 else [f"{folder}/"] if alone else []
    return " and ".join(named + ([str(grid)] if grid else []))
