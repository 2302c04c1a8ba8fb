"""Run folders: everything of a training on disk, so that pages, shells and later processes can find it.

recipe.toml          complete: the run can be repeated from it alone
events.jsonl         append only, one object a tick
samples/<images>.jpg the film strip; sheets/<iteration>.png where the recipe asks for them
checkpoints/<images>/ whole or absent (training/checkpoints.py)
state.json           replaced atomically; heartbeat; status queued, running, paused, finished, failed
control/             a file named `pause` or `stop` is a request, looked for at every step
network.cfg, classes.json of a detector: the architecture with its anchors, the names of its outputs
log.txt, lock
"""

import fcntl
import json
import os
import re
import time
from contextlib import contextmanager
from pathlib import Path

from training import recipe as recipes
from utils.errors import RunError
from utils.files import write_atomically
from utils.home import home

REQUESTS = ("stop", "pause")  # the first one counts where both wait


def folder() -> Path:
    """Where runs live."""
    return home() / "runs"


def create(name: str, recipe: recipes.Recipe) -> "Run":
    """A new run folder for that recipe.

    Raises:
        RunError: the name is taken or cannot be a folder's.
    """
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", name):
        raise RunError(f"`{name}` cannot be a run's name: use letters, digits, dots and dashes, 64 at most.")
    run = Run(folder() / name)
    folder().mkdir(parents=True, exist_ok=True)
    try:
        run.folder.mkdir()
    except FileExistsError:
        raise RunError(f"There is a run named `{name}` already. Choose another name, or resume it.") from None
    for part in ("samples", "checkpoints", "control"):
        (run.folder / part).mkdir(parents=True, exist_ok=True)
    write_atomically(run.folder / "recipe.toml", recipes.dumps(recipe))
    run.write_state(status="queued", images=0, total=recipe.images)
    return run


def exists(name: str) -> bool:
    """Whether there is a run of that name, or a run folder at that path."""
    return any((path / "recipe.toml").exists() for path in (folder() / name, Path(name)))


def find(name: str) -> "Run":
    """The run of that name (or folder), or a RunError that lists what there is."""
    if not exists(name):
        known = ", ".join(sorted(p.parent.name for p in folder().glob("*/recipe.toml"))) or "none yet"
        raise RunError(f"There is no run `{name}`. Runs: {known}.")
    return Run(folder() / name if (folder() / name / "recipe.toml").exists() else Path(name))


class Run:
    """One run folder. Reading is for anybody; `locked()` is for the one process that trains."""

    def __init__(self, path: Path):
        self.folder = Path(path)

    @property
    def name(self) -> str:
        return self.folder.name

    @property
    def checkpoints(self) -> Path:
        return self.folder / "checkpoints"

    def recipe(self) -> recipes.Recipe:
        """The run's complete recipe."""
        return recipes.load(str(self.folder / "recipe.toml"))

    # State

    def state(self) -> dict:
        """The run's state; `status` says interrupted where a run was cut off: the lock is free, yet it says running."""
        try:
            state = json.loads((self.folder / "state.json").read_text())
        except (OSError, ValueError):
            state = {}
        state.setdefault("status", "queued")
        if state["status"] == "running" and not self.is_locked():
            state["status"] = "interrupted"
        return state

    def write_state(self, **facts) -> None:
        """Lay facts over the state and stamp the heartbeat."""
        try:
            state = json.loads((self.folder / "state.json").read_text())
        except (OSError, ValueError):
            state = {}
        state.update(facts, heartbeat=time.time())
        write_atomically(self.folder / "state.json", json.dumps(state))

    # One process at a time

    @contextmanager
    def locked(self):
        """Hold the run; a second holder gets a RunError. The system frees the lock however the process ends."""
        with open(self.folder / "lock", "w") as lock:
            for _ in range(20):  # somebody who only looks (`is_locked`) is gone in a moment
                if _flock(lock, fcntl.LOCK_EX):
                    break
                time.sleep(0.05)
            else:
                raise RunError(f"The run `{self.name}` is being trained by another process already.")
            yield

    def is_locked(self) -> bool:
        """Whether some process trains the run now."""
        if not (self.folder / "lock").exists():
            return False
        with open(self.folder / "lock") as lock:
            return not _flock(lock, fcntl.LOCK_SH)

    # Requests

    def request(self, what: str) -> None:
        """Ask the training process to `pause` (resume later) or `stop` (for good); both save first."""
        (self.folder / "control" / what).touch()

    def requested(self) -> str | None:
        """The request that waits, if any."""
        waiting = os.listdir(self.folder / "control")
        return next((what for what in REQUESTS if what in waiting), None)

    def clear_requests(self) -> None:
        """Forget requests: they were for a process that is gone."""
        for what in REQUESTS:
            (self.folder / "control" / what).unlink(missing_ok=True)

    # Events

    def add_event(self, event: dict) -> None:
        """Append one tick to events.jsonl."""
        with open(self.folder / "events.jsonl", "a") as stream:
            stream.write(json.dumps(event) + "\n")

    def events(self) -> list[dict]:
        """All ticks, oldest first; a line cut off by a crash is passed over."""
        path = self.folder / "events.jsonl"
        return list(_whole_lines(path.read_text())) if path.exists() else []

    def rewind_events(self, images: int) -> None:
        """Drop ticks after `images`: the run goes on from a checkpoint that stands before them."""
        kept = [event for event in self.events() if event["images"] <= images]
        write_atomically(self.folder / "events.jsonl", "".join(json.dumps(event) + "\n" for event in kept))

    def log(self, sentence: str) -> None:
        """Add a dated sentence to log.txt."""
        with open(self.folder / "log.txt", "a") as stream:
            stream.write(f"{time.strftime('%Y-%m-%d %H:%M:%S')} {sentence}\n")


def _flock(file, kind):
    """True once the file is locked for as long as it is open; False where somebody else holds it."""
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _whole_lines(text):
    for line in text.splitlines():
        try:
            yield json.loads(line)
        except ValueError:
            continue
