"""A run's ticks for other tools: event files for TensorBoard."""

from pathlib import Path

from training.runs import Run
from utils.errors import RunError


def write(run: Run, folder: Path) -> int:
    """How many ticks stand in `folder` now, as TensorBoard reads them: every number of a tick, over images seen.

    Files of an earlier writing are replaced, so that nothing is shown twice. Times are the time trained, from when the run was made: a pause does not stretch them.

    Raises: RunError for a run without a tick.
    """
    from tensorboardX import SummaryWriter

    events = run.events()
    if not events:
        raise RunError(f"The run `{run.name}` has no tick yet.")
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("events.out.tfevents.*"):
        old.unlink()
    with SummaryWriter(str(folder)) as writer:
        for event in events:
            for key, value in event.items():
                if key not in ("images", "iteration", "seconds") and isinstance(value, int | float):
                    writer.add_scalar(key, value, event["images"], walltime=run.created + event["seconds"])
    return len(events)
