"""Door 2: the shell. `python cli.py --help` lists the verbs; their bodies are in `shell/`, one file a group.

Importing this loads neither Keras nor NumPy, so that help comes at once: a verb imports what it needs when it runs.
"""

import typer

from shell import data, detect, directions, doors, faces, invert, morphs, runs, training, weights
from utils import imports

app = typer.Typer(
    cls=doors.Sentences,
    help="Visage: draw faces, morph between them, find who wears a mask, train the networks that do it.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for group in (faces.generate, morphs.morph, directions.directions, detect.detect), invert.VERBS, training.VERBS:
    for verb in group:
        app.command()(verb)
app.add_typer(weights.weights, name="weights")
app.add_typer(data.data, name="data")
app.add_typer(runs.runs, name="runs")

if __name__ == "__main__":
    imports.around("keras", imports.quietly)
    app(prog_name="python cli.py")
