"""Shell verbs of faces: generate, morph."""

from pathlib import Path
from typing import Annotated
from urllib.parse import parse_qsl, urlsplit

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

        python cli.py generate --link "http://localhost:8501/?seed=7&d1=1.5"
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


def morph(
    model: Model = None,
    seeds: Annotated[str, typer.Option(help="Two to eight key faces, by commas.")] = "1,5,9",
    steps: Annotated[int, typer.Option(min=1, help="Pictures from one key face to the next.")] = 24,
    loop: Annotated[bool, typer.Option(help="Go back to the first key face at the end.")] = False,
    psi: Annotated[float, typer.Option(help="Truncation: 1 is untouched, 0 the mean face.")] = 1.0,
    fps: Annotated[float, typer.Option(help="Pictures a second, up to 50.")] = 24,
    out: Annotated[Path, typer.Option(help="The animation: .webp (true colour) or .gif (plays anywhere).")] = Path(
        "morph.webp"
    ),
    as_json: AsJson = False,
) -> None:
    """Draw the way from face to face as an animation.

    Examples:

        python cli.py morph dcgan-celeba64 --seeds 1,5,9 --steps 24

        python cli.py morph dcgan-celeba64 --seeds 3,4 --loop --out morph.gif
    """
    from models import morphs, serving
    from models.catalogue import Catalogue
    from utils import animations
    from utils.files import write_atomically

    format = doors.picture_format(out, animations.FORMATS)
    info = Catalogue().get(model, "generate") if model else Catalogue().default()
    query = {"seeds": seeds.replace(" ", "")} | ({"loop": "1"} if loop else {})
    path, told = morphs.read_query(query, info)
    if told:
        raise LinkError(
            f"`--seeds` must be {morphs.FEWEST} to {morphs.MOST} whole numbers from 0 to {HIGHEST_SEED}, by commas. "
            f"Received: {seeds[:80]}."
        )
    with doors.busy("loading the network"):
        generator = serving.generator(info.name)
    zs = morphs.path(path, generator.latent, steps)
    with doors.bar() as progress:
        task = progress.add_task("drawing", total=len(zs))
        pictures = generator.generate(zs, psi)
        progress.update(task, description="encoding")
        data = animations.encode_animation(
            pictures, format, fps, progress=lambda done, _total: progress.update(task, completed=done)
        )
    write_atomically(out, data)
    facts = {"model": info.name, "version": info.version, "seeds": path.seeds, "frames": len(zs), "file": out}
    doors.tell(facts, f"{len(zs)} pictures of {info.title} in {out}", as_json)


def _query(model, seed, psi, settings, link) -> dict[str, str]:
    """What the flags say, as an address says it; a link first, what is given by hand over it."""
    query = dict(parse_qsl(urlsplit(link).query or link.lstrip("?"))) if link else {}
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
