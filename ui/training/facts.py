"""What a run's folder tells, as the Training page shows it."""

import html
import re
from collections.abc import Mapping

from training import advice
from training.runs import Run
from ui.training import words

STATES = {
    "queued": "waiting for its turn",
    "running": "live",
    "paused": "paused",
    "finished": "finished",
    "failed": "failed",
    "interrupted": "interrupted",
}
LIVE = ("queued", "running")
LOG_BYTES = 6000


def family(recipe) -> str:
    """`DCGAN`, `yolov3`: what is trained."""
    if recipe.task == "detection":
        return f"Detector {recipe.network.cfg.rsplit('/')[-1].removesuffix('.cfg')}"
    names = {"dcgan": "DCGAN", "progressive": "Progressive GAN"}
    return names.get(recipe.networks.family, recipe.networks.family)


def data(recipe) -> str:
    """The name of the set, without where it lies."""
    return _name(recipe.data.source) or "no data"


def origin(recipe) -> str:
    """`branch of RUN@IMAGES`, `from the weights FILE` (without where it lies), or nothing."""
    init = (recipe.network if recipe.task == "detection" else recipe.networks).init
    if not init:
        return ""
    return f"branch of {init}" if re.fullmatch(r"[^/\\]+@\d+", init) else f"from the weights {_name(init)}"


def _name(path: str) -> str:
    return re.split(r"[/\\]", path.rstrip("/\\"))[-1]


def best(state: Mapping, metric: str) -> str:
    """`SWD 9.1`, or nothing where none was measured."""
    value = state.get("best", {}).get(metric)
    return "" if value is None else f"{advice.METRICS[metric]} {words.metric(metric, value)}"


def state_chip(status: str) -> str:
    """HTML: a dot, filled while the run lives, and the word."""
    live = " live" if status == "running" else ""
    return f'<span class="run-state{live}" data-status="{status}"><i></i>{STATES.get(status, status)}</span>'


def figures(state: Mapping, recipe, event: Mapping) -> str:
    """HTML: the bar and the row of figures under it."""
    metric, total = advice.metric_of(recipe), state.get("total") or recipe.images
    seen = state.get("images", 0)
    rows = [("images seen", f"{words.count(seen)} of {words.count(total)}")]
    if state["status"] == "running":
        rows.append(("images", words.rate(state.get("images_per_second") or event.get("images_per_second", 0))))
        left = state.get("seconds_left")
        grows = recipe.task == "progressive" and event.get("stage", 0) < recipe.data.resolution
        rows.append(("left at this speed" if grows else "left", words.span(left) if left is not None else "…"))
    elif "seconds" in event:
        rows.append(("trained", words.span(event["seconds"])))
    if best(state, metric):
        place = words.count(state["best"]["images"])
        rows.append((f"best {advice.METRICS[metric]}, at {place}", words.metric(metric, state["best"][metric])))
    if "stage" in event:
        rows.append(("stage", f"{event['stage']:g} px"))
    if "alpha" in event:
        rows.append(("alpha", f"{event['alpha']:.2f}"))
    beat = f"heartbeat {words.age(state['heartbeat'])}" if state["status"] in LIVE and "heartbeat" in state else "state"
    rows.append((beat, state_chip(state["status"])))
    share = min(1.0, seen / total) if total else 0.0
    bar = (
        f'<div class="run-bar" role="progressbar" aria-label="Images seen" aria-valuemin="0" aria-valuemax="100" '
        f'aria-valuenow="{share * 100:.0f}"><i style="width:{share * 100:.2f}%"></i></div>'
    )
    return bar + '<dl class="run-figures">' + "".join(f"<div><dt>{a}</dt><dd>{b}</dd></div>" for a, b in rows) + "</dl>"


def log_tail(run: Run) -> str:
    """The last lines of log.txt, HTML."""
    path = run.folder / "log.txt"
    if not path.exists():
        return ""
    with open(path, "rb") as stream:
        stream.seek(max(0, path.stat().st_size - LOG_BYTES))
        text = stream.read().decode("utf-8", "replace")
    whole = text if path.stat().st_size <= LOG_BYTES else text.partition("\n")[2]
    return f'<pre class="run-log" tabindex="0" aria-label="The end of the log">{html.escape(whole.strip())}</pre>'


def checkpoints(run: Run) -> list[int]:
    """Images seen at each whole checkpoint, the newest first."""
    return sorted((int(path.parent.name) for path in run.checkpoints.glob("[0-9]*/place.json")), reverse=True)


def checkpoint_words(images: int, state: Mapping) -> str:
    """`704,000 images, the best`."""
    return f"{images:,} images" + (", the best" if images == state.get("best", {}).get("images") else "")
