"""Shell verbs of runs: what a server without a browser does on its Training page."""

import json
from pathlib import Path
from typing import Annotated

import typer

from shell import doors
from shell.training import Extra, Settings, Source, asked

runs = typer.Typer(
    help="Trainings in the background: start, look, pause, resume, stop, branch, publish.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
Name = Annotated[str, typer.Argument(help="Name of a run.")]
AsJson = Annotated[bool, typer.Option("--json", help="JSON on stdout instead of words.")]


@runs.command()
def start(
    recipe: Annotated[str, typer.Argument(help="A recipe's name (dcgan, masks, …) or a .toml file.")],
    data: Source,
    name: Annotated[str, typer.Option(help="Name of the run: its folder under VISAGE_HOME/runs.")] = "",
    init: Annotated[str, typer.Option(help="Branch: begin with a run's weights, RUN or RUN@IMAGES; or .weights.")] = "",
    extra: Extra = None,
    settings: Settings = None,
    probe: Annotated[
        bool, typer.Option("--probe", help="Measure a few steps, tell what all would take, stop.")
    ] = False,
) -> None:
    """Train in a process of its own, which goes on when the terminal is closed. One run at a time; others wait.

    Example:

        python cli.py runs start dcgan --data faces.zip --name first

        python cli.py runs start dcgan --data faces.zip --name second --init first@64000 --set images=400000
    """
    from training import processes

    loaded = asked(recipe, data, init, extra, settings)
    if probe:
        with doors.busy("a few real steps"):
            found = processes.probe(loaded)
        typer.echo(
            f"{found.images_per_second:.1f} images/s, {found.memory / 2**20:,.0f} MiB of memory, "
            f"{_span(found.seconds)} for {loaded.images:,} images (without metrics)"
        )
        return
    run = processes.start(name or f"{loaded.name}-{loaded.images // 1000}k", loaded)
    typer.echo(f"{run.name}: {run.state()['status']}, in {run.folder}")
    typer.echo(f"Look at it with: python cli.py runs show {run.name}")


@runs.command("list")
def list_runs(
    archived: Annotated[bool, typer.Option("--all", help="Those put aside too.")] = False, as_json: AsJson = False
) -> None:
    """All runs, the newest first: state, recipe, images seen, best figure.

    Example:

        python cli.py runs list
    """
    from training import runs as folders

    found = [run for run in folders.all_runs() if archived or not run.archived]
    rows = [_facts(run) for run in found]
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False))
        return
    if not rows:
        typer.echo("There is no run yet. Start one: python cli.py runs start dcgan --data faces.zip")
        return
    from rich import box
    from rich.console import Console
    from rich.table import Table

    table = Table("run", "state", "recipe", "images", "of", "best", box=box.SIMPLE_HEAD, header_style="dim")
    for row in rows:
        seen, total = f"{row['images']:,}", f"{row['total']:,}"
        table.add_row(row["run"], row["status"], row["recipe"], seen, total, _figure(row["best"]))
    Console().print(table)


@runs.command()
def show(run: Name, as_json: AsJson = False) -> None:
    """One run: state, time left, checkpoints, last tick, end of the log.

    Example:

        python cli.py runs show first
    """
    from training import curves
    from training import runs as folders

    found = folders.find(run)
    facts = _facts(found) | {"events": curves.latest(found, 1), "log": _tail(found.folder / "log.txt")}
    if as_json:
        typer.echo(json.dumps(facts, ensure_ascii=False))
        return
    typer.echo(
        f"{facts['run']}: {facts['status']} at {facts['images']:,} of {facts['total']:,} images, {facts['folder']}"
    )
    if facts["message"]:
        typer.echo(facts["message"])
    if facts["status"] == "running" and facts["seconds_left"]:
        typer.echo(f"{facts['images_per_second']:.1f} images/s, {_span(facts['seconds_left'])} left")
    if facts["best"]:
        typer.echo(f"Best: {_figure(facts['best'])} at {facts['best']['images']:,} images")
    typer.echo("Checkpoints: " + (", ".join(f"{images}" for images in facts["checkpoints"]) or "none yet"))
    for event in facts["events"]:
        numbers = {key: value for key, value in event.items() if isinstance(value, float)}
        typer.echo("Last tick: " + "  ".join(f"{key} {value:.4g}" for key, value in numbers.items()))
    for line in facts["log"]:
        typer.echo(f"  {line}")


@runs.command()
def pause(run: Name) -> None:
    """Save within one step and leave; `resume` goes on exactly there.

    Example:

        python cli.py runs pause first
    """
    _ask(run, "pause", "is asked to pause: it saves within one step. Go on with: python cli.py runs resume")


@runs.command()
def stop(run: Name) -> None:
    """Save within one step and finish for good; a stopped run can be published and branched from.

    Example:

        python cli.py runs stop first
    """
    _ask(run, "stop", "is asked to stop: it saves within one step. Branch from it with: runs start … --init")


@runs.command()
def resume(run: Name) -> None:
    """Go on with a paused, interrupted or failed run in the background, everything as it was.

    Example:

        python cli.py runs resume first
    """
    from training import processes

    found = processes.resume(run)
    typer.echo(f"{found.name}: {found.state()['status']}, goes on from {found.state()['images']:,} images")


@runs.command()
def archive(run: Name, back: Annotated[bool, typer.Option("--back", help="Take it back.")] = False) -> None:
    """Put a run aside: lists leave it out, everything of it stays.

    Example:

        python cli.py runs archive first
    """
    from training import runs as folders

    found = folders.find(run)
    if back:
        found.unarchive()
    else:
        found.archive()
    typer.echo(f"{found.name} is {'back in the list' if back else 'put aside'}.")


@runs.command()
def delete(run: Name, yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False) -> None:
    """Remove a run with its checkpoints, pictures and log; models published from it stay.

    Example:

        python cli.py runs delete first
    """
    from training import runs as folders

    found = folders.find(run)
    if not yes:
        typer.confirm(f"Remove {found.folder} with all that is in it?", abort=True)
    found.delete()
    typer.echo(f"{found.name} is deleted.")


@runs.command()
def publish(
    run: Name,
    title: Annotated[str, typer.Option(help="What people read.")] = "",
    images: Annotated[int | None, typer.Option(help="Of the checkpoint; the best one if not given.")] = None,
    raw: Annotated[bool, typer.Option("--raw", help="The raw weights, not their moving average.")] = False,
) -> None:
    """Make a model of the catalogue from a checkpoint, under the run's name; `cli.py publish` also measures it.

    Example:

        python cli.py runs publish first --title "My faces" --images 64000
    """
    import time

    from training import processes
    from training import runs as folders
    from utils.errors import RunError

    found = folders.find(run)
    processes.publish(run, title, images, not raw)
    with doors.busy("writing the model"):
        while (told := processes.publishing(found))["status"] == "running":
            time.sleep(0.2)
    if told["status"] == "failed":
        raise RunError(told["message"])
    typer.echo(told["message"])


@runs.command()
def tensorboard(
    run: Name,
    out: Annotated[
        Path | None, typer.Option(help="Folder for the event files; else `tensorboard` in the run's.")
    ] = None,
) -> None:
    """Write the run's ticks as event files for TensorBoard, by images seen.

    Example:

        python cli.py runs tensorboard first --out events

        tensorboard --logdir events
    """
    from training import events_out
    from training import runs as folders

    found = folders.find(run)
    folder = out or found.folder / "tensorboard"
    count = events_out.write(found, folder)
    typer.echo(f"{count:,} ticks in {folder}. Look at them with: tensorboard --logdir {folder}")


def _ask(run, what, words):
    from training import runs as folders

    found = folders.find(run)
    found.request(what)
    typer.echo(f"{found.name} {words} {found.name}")


def _facts(run):
    """What `list` and `show` tell of a run."""
    from utils.errors import RecipeError

    state = run.state()
    keys = {"images": 0, "total": 0, "images_per_second": 0.0, "seconds_left": None, "message": "", "best": {}}
    try:
        recipe = run.recipe()
        known = {"recipe": recipe.name, "data": recipe.data.source}
    except RecipeError as error:  # of another release: the other runs are told all the same
        known = {"recipe": "?", "data": "", "fault": str(error)}
    return {
        "run": run.name,
        "status": state["status"],
        **known,
        **{key: state.get(key, default) for key, default in keys.items()},
        "checkpoints": [int(path.parent.name) for path in sorted(run.checkpoints.glob("[0-9]*/place.json"))],
        "archived": run.archived,
        "folder": str(run.folder),
    }


def _figure(best):
    return "  ".join(f"{key} {value:.3f}" for key, value in best.items() if key != "images")


def _tail(path, lines=8):
    return path.read_text(errors="replace").splitlines()[-lines:] if path.exists() else []


def _span(seconds):
    for size, word in ((86400, "days"), (3600, "hours"), (60, "minutes")):
        if seconds > 2 * size:
            return f"{seconds / size:.1f} {word}"
    return f"{seconds:.0f} seconds"
