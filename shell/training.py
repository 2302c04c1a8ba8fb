"""Shell verbs of training: train, resume, evaluate, publish."""

from pathlib import Path
from typing import Annotated

import typer

from shell import doors, figures_on_terminal

Source = Annotated[Path, typer.Option("--data", help="A folder or zip of pictures; for a detector, with their boxes.")]
Extra = Annotated[list[Path] | None, typer.Option(help="Detectors: more annotated photos, trained on only.")]
Settings = Annotated[list[str] | None, typer.Option("--set", help="Lay key=value over the recipe, e.g. images=50000.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show the whole recipe and stop.")]
Size = Annotated[int, typer.Option(help="Runs of detectors: pixels of the input in use; the training's if 0.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object instead of a table.")]


def train(
    recipe: Annotated[str, typer.Argument(help="A recipe's name (dcgan, masks, …) or a .toml file.")],
    data: Source,
    init: Annotated[
        str,
        typer.Option(
            help="Branch: start from a run's weights, RUN (its best) or RUN@IMAGES; detectors also from Darknet's "
            ".weights as far as they fit."
        ),
    ] = "",
    extra: Extra = None,
    name: Annotated[str, typer.Option(help="Name of the run: its folder under VISAGE_HOME/runs.")] = "",
    settings: Settings = None,
    dry_run: DryRun = False,
) -> None:
    """Train a network from a recipe, into a run folder of its own.

    Ctrl-C saves and leaves; `resume` goes on exactly there.

    Example:

        python cli.py train dcgan --data faces.zip --name first --set images=200000
    """
    from training import recipe as recipes

    loaded = asked(recipe, data, init, extra, settings)
    if dry_run:
        typer.echo(recipes.dumps(loaded))
        return

    from training import loop

    with doors.bar("{task.fields[rate]}") as progress:
        run = loop.start(name or f"{loaded.name}-{loaded.images // 1000}k", loaded, _shown_on(progress))
    _tell(run)


def asked(recipe: str, data: Path, init: str = "", extra: list[Path] | None = None, settings: list[str] | None = None):
    """The recipe with all that was said on the command line laid over it."""
    from training import recipe as recipes

    network = "network" if recipes.load(recipe).task == "detection" else "networks"
    lines = [f'data.source="{data.resolve()}"']
    lines += [f'{network}.init="{Path(init).resolve() if Path(init).is_file() else init}"'] if init else []
    lines += [f"data.extra={[str(path.resolve()) for path in extra]}"] if extra else []
    return recipes.load(recipe, [*(settings or []), *lines])


def resume(run: Annotated[str, typer.Argument(help="Name of a paused or interrupted run.")]) -> None:
    """Go on with a run exactly where its last checkpoint stands.

    Example:

        python cli.py resume first
    """
    from training import loop

    with doors.bar("{task.fields[rate]}") as progress:
        run = loop.resume(run, _shown_on(progress))
    _tell(run)


def evaluate(
    model: Annotated[str, typer.Argument(help="A model of the catalogue, or a run (its best checkpoint).")],
    data: Source,
    split: Annotated[str, typer.Option(help="Detectors: the part of the set (test, val, train, all).")] = "",
    size: Size = 0,
    as_json: AsJson = False,
) -> None:
    """Measure a generator against held-out pictures (SWD, MS-SSIM, neighbours), a detector against annotated photos (mAP).

    Example:

        python cli.py evaluate dcgan-celeba64 --data celeba64.zip
    """
    from training import subject

    with doors.bar() as progress:
        figures = subject.evaluate(model, data, *_steps_on(progress), split, size)
    if as_json:
        doors.tell(figures, "", as_json)
    elif figures["task"] == "detect":
        figures_on_terminal.detector(figures)
    else:
        figures_on_terminal.generator(figures)


def publish(
    run: Annotated[str, typer.Argument(help="Name of a run; its best checkpoint is taken.")],
    to: Annotated[Path | None, typer.Option(help="The model's folder; else the run's name among your models.")] = None,
    title: Annotated[str, typer.Option(help="What people read.")] = "",
    version: Annotated[str, typer.Option(help="Of the weights; links carry it.")] = "1",
    data: Annotated[Path | None, typer.Option(help="Measure it against these pictures, for the card.")] = None,
    split: Annotated[str, typer.Option(help="Detectors: the part that it is measured on.")] = "",
    size: Size = 0,
    licence: Annotated[str, typer.Option(help="Terms of the weights.")] = "",
    data_terms: Annotated[str, typer.Option(help="Data it was trained on, and their terms.")] = "",
) -> None:
    """Make a model of the catalogue from a run: weights, directions, samples, film strip of the training.

    Example:

        python cli.py publish first --title "My faces" --data my-pictures.zip
    """
    from training import publish as publishing
    from training import runs, subject
    from utils.home import home

    found = runs.find(run)
    facts = {"version": version, "licence": licence, "data_terms": data_terms}
    with doors.bar() as progress:
        if data:
            facts["metrics"] = subject.card_figures(
                subject.evaluate_run(found, data, *_steps_on(progress), split, size)
            )
        progress.add_task("writing the model", total=None)
        info = publishing.publish(found, to or home() / "models" / found.name, title, facts, size)
    typer.echo(f"{info.name}: {info.title}, version {info.version}, in {info.folder}")


def _shown_on(progress):
    """The trainer's callback: its states on the bar; each metric stays on a line of its own."""
    bar = progress.add_task("starting", total=None, rate="")

    def show(state):
        if "preparing" in state:
            progress.update(bar, description="pictures", completed=state["preparing"], total=state["of"])
            return
        if state["status"] == "queued":
            progress.update(bar, description="waiting for the run before it")
            return
        rate = f"{state.get('images_per_second', 0):.0f} images/s"
        progress.update(bar, description="training", completed=state["images"], total=state["total"], rate=rate)
        event = state.get("event", {})
        if "swd" in event:
            levels = " ".join(f"{key[4:]}:{value:.1f}" for key, value in event.items() if key.startswith("swd_"))
            progress.print(f"{event['images']:>9,} images   SWD {levels}   diversity {event['diversity']:.2f}")
        if "map50" in event:
            classes = " ".join(f"{key[5:]}:{value:.3f}" for key, value in event.items() if key.startswith("ap50_"))
            progress.print(f"{event['images']:>9,} images   mAP@0.5 {event['map50']:.3f}   {classes}")
        if "alarm" in event:
            progress.print(event["alarm"], style="yellow")

    return show


def _steps_on(progress):
    """(say, progress) of an evaluation: a word on what is done, a bar while pictures are prepared."""
    bar = progress.add_task("loading", total=None)

    def count(done, total):
        progress.update(bar, description="pictures", completed=done, total=total)

    return lambda words: progress.update(bar, description=words, completed=0, total=None), count


def _tell(run):
    state = run.state()
    typer.echo(f"{run.name}: {state['status']} at {state['images']:,} images, in {run.folder}")
    if state["status"] == "paused":
        typer.echo(f"Go on with: python cli.py resume {run.name}")


VERBS = (train, resume, evaluate, publish)
