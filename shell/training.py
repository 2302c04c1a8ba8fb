"""Shell verbs of training: train, resume, evaluate."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from shell import doors

Source = Annotated[Path, typer.Option("--data", help="A folder or zip of pictures.")]
Settings = Annotated[list[str] | None, typer.Option("--set", help="Lay key=value over the recipe, e.g. images=50000.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show the whole recipe and stop.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object instead of a table.")]


def train(
    recipe: Annotated[str, typer.Argument(help="A recipe's name (dcgan, dcgan-guide) or a .toml file.")],
    data: Source,
    name: Annotated[str, typer.Option(help="Name of the run: its folder under VISAGE_HOME/runs.")] = "",
    settings: Settings = None,
    dry_run: DryRun = False,
) -> None:
    """Train a network from a recipe, into a run folder of its own.

    Ctrl-C saves and leaves; `resume` goes on exactly there.

        python cli.py train dcgan --data faces.zip --name first --set images=200000
    """
    from training import loop
    from training import recipe as recipes

    loaded = recipes.load(recipe, [*(settings or []), f"data.source={json.dumps(str(data.resolve()))}"])
    if dry_run:
        typer.echo(recipes.dumps(loaded))
        return
    with _Bar() as bar:
        run = loop.start(name or f"{loaded.name}-{loaded.images // 1000}k", loaded, bar.show)
    _tell(run)


def resume(run: Annotated[str, typer.Argument(help="Name of a paused or interrupted run.")]) -> None:
    """Go on with a run exactly where its last checkpoint stands.

    python cli.py resume first
    """
    from training import loop

    with _Bar() as bar:
        run = loop.resume(run, bar.show)
    _tell(run)


def evaluate(
    model: Annotated[str, typer.Argument(help="A model of the catalogue, or a run (its best checkpoint).")],
    data: Source,
    as_json: AsJson = False,
) -> None:
    """Measure a model against held-out pictures: SWD with its floor, MS-SSIM, nearest neighbours.

    python cli.py evaluate dcgan-celeba64 --data celeba64.zip
    """
    from training import subject

    console = Console(stderr=True)
    with console.status("loading") as status:
        figures = subject.evaluate(model, data, lambda words: status.update(words))
    if as_json:
        typer.echo(json.dumps(figures))
    else:
        _figures_table(figures)


def _figures_table(figures):
    table = Table("SWD x1000", *(f"{level} px" for level in figures["swd"]), box=None, header_style="dim")
    for title, key in (("fakes", "swd"), ("floor (reals to reals)", "swd_floor"), ("fakes / floor", "swd_to_floor")):
        table.add_row(title, *(f"{value:.2f}" for value in figures[key].values()))
    console = Console()
    console.print(table)
    console.print(f"MS-SSIM         {figures['ms_ssim']:.4f}   (reals {figures['ms_ssim_reals']:.4f})")
    console.print(f"Diversity       {figures['diversity']:.3f}    (of the reals')")
    console.print(f"Neighbour ratio {figures['neighbour_ratio']:.3f}    (about 1: no copies)")
    for metric, sentence in figures["protocol"].items():
        console.print(f"{metric}: {sentence}", style="dim", soft_wrap=True)


def _tell(run):
    state = run.state()
    typer.echo(f"{run.name}: {state['status']} at {state['images']:,} images, in {run.folder}")
    if state["status"] == "paused":
        typer.echo(f"Go on with: python cli.py resume {run.name}")


def publish(
    run: Annotated[str, typer.Argument(help="Name of a run; its best checkpoint is taken.")],
    to: Annotated[Path, typer.Option(help="The model's folder; its name is the model's.")],
    title: Annotated[str, typer.Option(help="What people read.")] = "",
    version: Annotated[str, typer.Option(help="Of the weights; links carry it.")] = "1",
    data: Annotated[Path | None, typer.Option(help="Measure it against these pictures too, for the card.")] = None,
    licence: Annotated[str, typer.Option(help="Terms of the weights.")] = "",
    data_terms: Annotated[str, typer.Option(help="Data it was trained on, and their terms.")] = "",
) -> None:
    """Make a model of the catalogue from a run: weights, directions, samples, film strip of the training.

    python cli.py publish first --to visage-home/models/first --title "My faces" --data my-pictures.zip
    """
    from training import publish as publishing
    from training import runs, subject

    found = runs.find(run)
    facts = {"version": version, "licence": licence, "data_terms": data_terms}
    with doors.busy("publishing"):
        if data:
            facts["metrics"] = subject.card_figures(subject.evaluate(run, data))
        info = publishing.publish(found, to, title, facts)
    typer.echo(f"{info.name}: {info.title}, version {info.version}, in {info.folder}")


class _Bar:
    """A terminal bar fed by the trainer's states; each metric stays on a line of its own."""

    def __enter__(self):
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        self.progress = Progress(*columns, TextColumn("{task.fields[rate]}"), console=Console(stderr=True))
        self.task = self.progress.add_task("starting", total=None, rate="")
        self.progress.start()
        return self

    def __exit__(self, *_):
        self.progress.stop()

    def show(self, state):
        if "preparing" in state:
            self.progress.update(self.task, description="pictures", completed=state["preparing"], total=state["of"])
            return
        rate = f"{state.get('images_per_second', 0):.0f} images/s"
        facts = {"completed": state["images"], "total": state["total"], "rate": rate}
        self.progress.update(self.task, description="training", **facts)
        event = state.get("event", {})
        if "swd" in event:
            levels = " ".join(f"{key[4:]}:{value:.1f}" for key, value in event.items() if key.startswith("swd_"))
            self.progress.print(f"{event['images']:>9,} images   SWD {levels}   diversity {event['diversity']:.2f}")
        if "alarm" in event:
            self.progress.print(event["alarm"], style="yellow")


VERBS = (train, resume, evaluate, publish)
