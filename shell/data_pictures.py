"""Shell verbs of any data set, with boxes or without: list, alike, exclude, portrait, remove."""

from pathlib import Path
from typing import Annotated

import typer

from shell import doors

Source = Annotated[
    Path, typer.Argument(help="A folder or zip of pictures, or the name of a set that `data list` shows.")
]
AsJson = Annotated[bool, typer.Option("--json", help="JSON on stdout instead of words.")]


def list_sets(as_json: AsJson = False) -> None:
    """Show the data sets that the pages know: of the folder that VISAGE_DATA names, and uploaded ones.

    Example:

        python cli.py data list
    """
    from training.data import library

    found, notes = library.look()
    rows = [{"name": one.name, "kind": one.kind, "uploaded": one.uploaded, "path": one.path} for one in found]
    words = "\n".join(f"{one.name}: {one.kind}{', uploaded' * one.uploaded}, {one.path}" for one in found)
    doors.tell(rows, words or "None yet: upload a zip on the page Data sets, or set VISAGE_DATA.", as_json)
    doors.say(notes)


def alike(
    source: Source,
    near: Annotated[int, typer.Option(help="Bits of 256 in which the hashes of two pictures may differ.")] = 16,
    keep: Annotated[int, typer.Option(help="Exclude all but so many of each kind; 0 only shows them.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Find pictures that are alike by a perceptual hash, and keep at most so many of a kind.

    Excluded pictures stay where they are; they are not trained on. `data exclude --undo` takes them back.

    Examples:

        python cli.py data alike faces.zip

        python cli.py data alike icons.zip --near 28 --keep 3
    """
    from training.data import duplicates, exclusions
    from training.data.survey import survey

    place = _place(source)
    with doors.bar() as progress:
        task = progress.add_task("pictures", total=None)
        found = survey(place, None, lambda done, of: progress.update(task, completed=done, total=of))
    left_out = exclusions.read(place)
    groups = duplicates.joined(found.names, found.hashes, near)
    kinds: dict[str, list[str]] = {}
    for name in sorted(set(groups) - left_out):
        kinds.setdefault(groups[name], []).append(name)
    several = sorted((names for names in kinds.values() if len(names) > 1), key=len, reverse=True)
    surplus = duplicates.surplus({name: groups[name] for names in several for name in names}, keep) if keep else []
    if surplus:
        exclusions.change(place, add=surplus)
    words = "\n".join(", ".join(names) for names in several)
    total = f"{sum(map(len, several)):,} of {len(found.names):,} pictures are like another, in {len(several):,} kinds."
    told = f"{total} {len(surplus):,} are excluded now." if keep else total
    doors.tell({"kinds": several, "excluded": surplus}, f"{words}\n{told}".strip(), as_json)


def exclude(
    source: Source,
    names: Annotated[list[str] | None, typer.Argument(help="Paths inside the set; none shows the list.")] = None,
    listed: Annotated[Path | None, typer.Option("--from", help="A text with one path a line.")] = None,
    undo: Annotated[bool, typer.Option(help="Take these pictures back into the training.")] = False,
    as_json: AsJson = False,
) -> None:
    """Keep pictures out of every training, or show which are.

    The list lies under VISAGE_HOME, not in the set. A run that began with another list says so and does not go on.

    Examples:

        python cli.py data exclude faces.zip faces/000003.png faces/000017.png

        python cli.py data exclude faces.zip --from exclude.txt --undo
    """
    from training.data import exclusions
    from utils import archives
    from utils.errors import VisageError

    place = _place(source)
    named = [*(names or []), *(listed.read_text("utf-8").split("\n") if listed else [])]
    named = [name for name in named if name]
    known = set(archives.open_pictures(place).names)
    for name in named:
        if name not in known and not undo:
            raise VisageError(
                f"`{place.name}` has no picture `{name}`. Names are paths inside it, as `data alike` shows."
            )
    kept = exclusions.change(place, **{"remove" if undo else "add": named}) if named else exclusions.read(place)
    words = "\n".join(sorted(kept)) if not named else f"{len(kept):,} pictures are excluded."
    doors.tell({"excluded": sorted(kept), "list": exclusions.file_of(place)}, words or "None is excluded.", as_json)


def portrait(
    source: Source,
    out: Annotated[Path, typer.Option(help="A folder for mean.png, deviation.png, median.png, mode.png, …")],
    size: Annotated[int, typer.Option(help="Pixels on a side; a model's own with --model.")] = 64,
    count: Annotated[int, typer.Option(help="So many pictures by chance; 0 for all.")] = 0,
    seed: Annotated[int, typer.Option(help="Another seed, other pictures.")] = 0,
    model: Annotated[str, typer.Option(help="Beside them the fakes of this model, as fakes-mean.png, …")] = "",
) -> None:
    """Draw a set as one picture: mean, standard deviation, median, mode, minimum and maximum of each pixel.

    Excluded pictures are left out. With a model, as many fakes are drawn as pictures are looked at, 2,000 at most.

    Examples:

        python cli.py data portrait faces.zip --out portrait

        python cli.py data portrait faces.zip --out portrait --count 1000 --model dcgan-celeba64
    """
    import numpy as np

    from training.data import pictures
    from training.data.portrait import fakes, some
    from training.data.portrait import portrait as of

    place, generator = _place(source), None
    if model:
        from models import serving

        with doors.busy("loading the model"):
            generator = serving.generator(model)
        size, count = generator.resolution, min(count or 2000, 2000)
    with doors.bar() as progress:
        task = progress.add_task("pictures", total=None)

        def moved(done: int, total: int) -> None:
            progress.update(task, completed=done, total=total)

        data = pictures.prepare(place, size, moved)
        used = np.sort(np.concatenate(data.split()))
        places = used[some(len(used), count or len(used), seed)]
        found = {"": of(data.pictures, places, moved)}
        if generator:
            found["fakes-"] = of(fakes(generator, len(places), moved))
    from utils import marks
    from utils.files import write_atomically

    for prefix, one in found.items():
        for name, picture in one._asdict().items():
            write_atomically(out / f"{prefix}{name}.png", marks.encode(picture, "png", generated=bool(prefix)))
    typer.echo(f"{len(places):,} pictures at {size} px{' and as many fakes' * bool(generator)}, in {out}")


def remove(
    name: Annotated[str, typer.Argument(help="An uploaded set, as `data list` shows it.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Remove an uploaded set, with its split and its list of excluded pictures. Runs that train on it cannot go on.

    Example:

        python cli.py data remove faces.zip
    """
    from training.data import library

    path = library.find(name).path
    if not yes:
        typer.confirm(f"Remove {path}?", abort=True)
    library.remove(name)
    typer.echo(f"{name} is removed.")


def _place(source: Path) -> Path:
    """The path, or that of the set with this name."""
    from training.data import library

    if source.exists():
        return source
    return library.find(str(source)).path


VERBS = {"list": list_sets, "alike": alike, "exclude": exclude, "portrait": portrait, "remove": remove}
