"""Shell verb of morphs: the way from face to face as an animation."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from models.settings import HIGHEST_SEED, FaceSettings
from models.settings import read_query as read_face
from shell import doors
from shell.faces import AsJson, Model
from utils.errors import LinkError


def morph(
    model: Model = None,
    seeds: Annotated[
        str | None, typer.Option(help="Two to eight key faces, by commas; 1,5,9 if none are given.")
    ] = None,
    keys: Annotated[
        list[str] | None, typer.Option("--key", help="A key face: a seed, a link to a face, or a PNG of ours. Repeat.")
    ] = None,
    link: Annotated[str | None, typer.Option(help="A link copied from the page: its settings count first.")] = None,
    steps: Annotated[
        int | None, typer.Option(help="Pictures from one key face to the next, up to 120; 24 else.")
    ] = None,
    lerp: Annotated[bool | None, typer.Option("--lerp/--slerp", help="Straight between faces, or on the arc.")] = None,
    easing: Annotated[str | None, typer.Option(help="linear, or smooth: slow near the key faces.")] = None,
    loop: Annotated[
        bool | None, typer.Option("--loop/--once", help="Go back to the first key face at the end.")
    ] = None,
    psi: Annotated[float | None, typer.Option(help="Truncation of all faces: 1 is untouched, 0 the mean face.")] = None,
    fps: Annotated[float, typer.Option(help="Pictures a second, up to 50.")] = 24,
    out: Annotated[
        Path, typer.Option(help="The animation: .mp4 (H.264), .webp (true colour) or .gif (plays anywhere).")
    ] = Path("morph.webp"),
    as_json: AsJson = False,
) -> None:
    """Draw the way from face to face as an animation.

    Examples:

        python cli.py morph dcgan-celeba64 --seeds 1,5,9 --out morph.mp4

        python cli.py morph dcgan-celeba64 --seeds 3,4 --loop --easing smooth --out morph.gif

        python cli.py morph --key smiling.png --key "http://localhost:8501/?seed=7&psi=0.8" --key 12

        python cli.py morph --link "http://localhost:8501/morph?seeds=1,5&loop=1"
    """
    from models import morphs, serving
    from utils import animations
    from utils.files import write_atomically

    format = doors.picture_format(out, animations.FORMATS)
    query = doors.link_query(link) if link else {}
    info, settings = _settings(model, query, seeds, keys)
    settings = replace(settings, **_given(steps=steps, easing=easing, loop=loop, path=_path(lerp)))
    if psi is not None:
        settings = replace(settings, keys=tuple(_truncated(face, psi, info) for face in settings.keys))
    morphs.check_size(settings, info.resolution)
    with doors.busy("loading the network"):
        generator = serving.generator(info.name)
    with doors.bar() as progress:
        task = progress.add_task("drawing", total=settings.frames())
        data = morphs.animation(
            settings,
            generator,
            format,
            fps,
            lambda stage, done, _: progress.update(task, description=stage, completed=done),
        )
    write_atomically(out, data)
    facts = {"model": info.name, "version": info.version, "seeds": [face.seed for face in settings.keys]}
    facts |= {"query": settings.to_query(), "frames": settings.frames(), "file": out}
    doors.tell(facts, f"{settings.frames()} pictures of {info.title} in {out}", as_json)


def _settings(model: str | None, query: dict[str, str], seeds: str | None, keys: list[str] | None):
    """(card, settings): a link first, over it the faces given by hand."""
    from models import morphs
    from models.catalogue import Catalogue

    if seeds and keys:
        raise LinkError("`--seeds` and `--key` both name the faces. Give one of them; `--key 5` takes a seed too.")
    wishes = [_wish(text) for text in keys or []]
    name = model or next((one["model"] for one in (query, *wishes) if "model" in one), None)
    info = Catalogue().get(name, "generate") if name else Catalogue().default()
    if model and query.get("model", model) != model:
        query.pop("version", None)  # by hand another model: the link's version speaks of the link's
    settings, told = morphs.read_query(query if query else {"seeds": "1,5,9"}, info)
    doors.say(told)
    if seeds is not None:
        only_seeds, wrong = morphs.read_query({"seeds": seeds.replace(" ", "")}, info)
        if wrong:
            raise LinkError(
                f"`--seeds` must be {morphs.FEWEST} to {morphs.MOST} whole numbers from 0 to {HIGHEST_SEED}, by commas. "
                f"Received: {seeds[:80]}."
            )
        settings = replace(settings, keys=only_seeds.keys)
    if wishes:
        settings = replace(settings, keys=tuple(_faces(wishes, info)))
    return info, settings


def _wish(text: str) -> dict[str, str]:
    """A key face as an address says it.

    Raises: LinkError for what is neither a seed, nor a link, nor a PNG with settings; OSError for a file that cannot be
        read.
    """
    from utils import marks

    if text.isdecimal():
        return {"seed": text}
    if text.lower().endswith(".png"):
        note = marks.read_note(Path(text).read_bytes())
        if note is None:
            raise LinkError(f"`{text}` holds no settings: it is no PNG of ours, or a messenger has stripped them.")
        return FaceSettings.from_json(note).to_query()
    query = doors.link_query(text)
    if "seed" not in query:
        raise LinkError(
            f"`--key {text[:80]}` is neither a seed, nor a link to a face, nor a .png file. Give one of them."
        )
    return query


def _faces(wishes: Iterable[dict[str, str]], info) -> Iterable[FaceSettings]:
    for number, wish in enumerate(wishes, 1):
        if wish.get("model", info.name) != info.name:
            raise LinkError(
                f"Face {number} is of the model `{wish['model']}`, others of `{info.name}`: take one model."
            )
        face, told = read_face(wish, info)
        doors.say(f"Face {number}: {sentence}" for sentence in told)
        yield face


def _truncated(face: FaceSettings, psi: float, info) -> FaceSettings:
    if not info.truncation:
        raise LinkError(f"`--psi` means nothing to {info.title}: {info.no_truncation}")
    return replace(face, psi=psi)


def _given(**flags) -> dict:
    return {name: value for name, value in flags.items() if value is not None}


def _path(lerp: bool | None) -> str | None:
    return None if lerp is None else "lerp" if lerp else "slerp"
