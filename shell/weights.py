"""Shell verbs of the catalogue: weights list, verify, fetch, add, export."""

from pathlib import Path
from typing import Annotated

import typer

from shell import doors
from utils.errors import ModelError

weights = typer.Typer(help="List, check and add models.", no_args_is_help=True, rich_markup_mode=None)
AsJson = Annotated[bool, typer.Option("--json", help="JSON on stdout instead of words.")]


@weights.command("list")
def list_models(as_json: AsJson = False) -> None:
    """Show every model there is, those that come with Visage and those added.

    Example:

        python cli.py weights list --json
    """
    from rich.console import Console
    from rich.table import Table

    from models.catalogue import Catalogue

    catalogue = Catalogue()
    infos = catalogue.models()
    if as_json:
        doors.tell([info.model_dump(mode="json") | {"folder": info.folder} for info in infos], "", True)
    elif infos:
        table = Table("model", "version", "family", "px", "sliders", "folder", box=None, header_style="dim")
        for info in infos:
            facts = (info.name, info.version, info.family, str(info.pixels), str(len(info.directions)))
            table.add_row(*facts, str(info.folder), style=None)
        Console(soft_wrap=True).print(table)
    else:
        typer.echo("There is no model yet. Train one, or add one: python cli.py weights add FOLDER.")
    doors.say(catalogue.faults())


@weights.command()
def verify(
    models: Annotated[list[str] | None, typer.Argument(help="Names; every model if none is given.")] = None,
    as_json: AsJson = False,
) -> None:
    """Check that a model's files are the ones that were published, by their SHA-256.

    Ends with exit code 2 where one is not.

    Example:

        python cli.py weights verify dcgan-celeba64
    """
    from models.card import verify as check
    from models.catalogue import Catalogue

    catalogue = Catalogue()
    infos = [catalogue.get(name) for name in models] if models else catalogue.models()
    wrong = {info.name: check(info) for info in infos}
    faults = [] if models else catalogue.faults()
    words = "\n".join(f"{name}: whole" for name, sentences in wrong.items() if not sentences)
    doors.tell({"models": wrong, "faults": faults}, words or "No model is whole.", as_json)
    sentences = [*(sentence for some in wrong.values() for sentence in some), *faults]
    if sentences:
        raise ModelError("\n".join(sentences))


@weights.command()
def fetch(
    models: Annotated[list[str] | None, typer.Argument(help="Names; every model if none is given.")] = None,
    as_json: AsJson = False,
) -> None:
    """Fetch the weights that lie elsewhere, by the addresses in `model.toml`, into the cache in VISAGE_HOME.

    A fetch that broke off goes on where it was. Loading a model fetches it too; this does it beforehand.

    Example:

        python cli.py weights fetch
    """
    from models import fetching
    from models.catalogue import Catalogue

    catalogue = Catalogue()
    infos = [catalogue.get(name) for name in models] if models else catalogue.models()
    for info in infos:
        with doors.bytes_bar() as bar:
            task = bar.add_task(info.name, total=None)
            fetching.fetch(info, lambda done, total, task=task, bar=bar: bar.update(task, completed=done, total=total))
    sizes = {info.name: fetching.fetched(info)[1] for info in infos}
    words = [
        f"{name}: {f'{size / 1e6:.1f} MB are here' if size else 'nothing to fetch'}" for name, size in sizes.items()
    ]
    doors.tell({"bytes": sizes}, "\n".join(words), as_json)


@weights.command()
def add(
    path: Annotated[Path, typer.Argument(help="A model's folder (with model.toml), or a Keras .weights.h5.")],
    name: Annotated[str | None, typer.Option(help="What to call it; else by its card or file.")] = None,
    family: Annotated[str | None, typer.Option(help="Of a .weights.h5: its network family, e.g. dcgan.")] = None,
    arguments: Annotated[
        list[str] | None,
        typer.Option("--arguments", help="Of a .weights.h5: what its network was built with, key=value. Repeat."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Add a model to those in VISAGE_HOME; it is checked before it counts.

    Examples:

        python cli.py weights add downloads/dcgan-icons

        python cli.py weights add old.weights.h5 --family dcgan --arguments capacity=32
    """
    from models.catalogue import add_folder, add_keras

    if not path.exists():
        raise ModelError(f"There is nothing at `{path}`. Name a model's folder or a Keras .weights.h5 file.")
    with doors.busy("checking the model"):
        if path.is_dir():
            info = add_folder(path, name)
        elif path.name.endswith(".weights.h5") and family:
            info = add_keras(path, name or path.name.removesuffix(".weights.h5"), family, _values(arguments or []))
        else:
            raise ModelError(f"`{path.name}` cannot be added as it is. Name a folder, or a .weights.h5 with --family.")
    doors.tell({"model": info.name, "folder": info.folder}, f"{info.name} is added, in {info.folder}", as_json)


@weights.command()
def export(
    model: Annotated[str, typer.Argument(help="A model's name, as `weights list` shows it.")],
    to: Annotated[str, typer.Option(help="onnx, or saved_model (TensorFlow's, a folder).")] = "onnx",
    out: Annotated[
        Path | None, typer.Option(help="A new file or folder; else MODEL.onnx or MODEL-saved-model.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Write a model's network for other programs: ONNX Runtime, OpenVINO, TensorFlow Serving and their like.

    A generator takes z [N, latent] and gives pictures in [-1, 1]. A detector takes pictures in [0, 1], letterboxed to its
    size, and gives boxes in pixels of that square with their scores, before anything is chosen among them. What was written
    is run and compared with the network it came from. ONNX needs requirements-onnx.txt.

    Examples:

        python cli.py weights export dcgan-celeba64 --to saved_model

        python cli.py weights export yolo-fastest-masks --out masks.onnx
    """
    from models import export as exporter
    from models.catalogue import Catalogue

    info = Catalogue().get(model)
    out = out or Path(f"{model}-saved-model" if to == "saved_model" else f"{model}.onnx")
    with doors.busy("exporting"):
        done = exporter.write(info, to, out)
    lines = [f"takes {_shapes(done.inputs)}", f"gives {_shapes(done.outputs)}"]
    lines.append(
        "not compared with ours: its runtime is not installed"
        if done.difference is None
        else f"run and compared: differs from ours by {done.difference:.1e} of the largest value"
    )
    doors.tell({"out": out, **done._asdict()}, "\n".join([f"{out} is written", *lines]), as_json)


def _shapes(tensors: dict[str, list]) -> str:
    """`z [N, 128]`."""
    return ", ".join(f"{name} [{', '.join(str(n or 'N') for n in shape)}]" for name, shape in tensors.items())


def _values(texts: list[str]) -> dict:
    """`capacity=32`, `norm=false`, `init_std=0.02` as TOML writes values; plain words need no quotes."""
    import tomllib

    values = {}
    for text in texts:
        key, value = doors.pair(text, "--arguments")
        try:
            values[key] = tomllib.loads(f"value = {value}")["value"]
        except tomllib.TOMLDecodeError:
            values[key] = value
    return values
