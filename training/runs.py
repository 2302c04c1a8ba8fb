"""Run folders: everything of a training on disk, so that pages, shells and later processes can find it.

recipe.toml          complete: the run can be repeated from it alone
events.jsonl         append only, one object a tick
samples/<images>.jpg the film strip; sheets/<iteration>.png where the recipe asks for them
checkpoints/<images>/ whole or absent (training/checkpoints.py)
state.json           replaced atomically; heartbeat; status queued, running, paused, finished, failed (interrupted is derived)
control/             a file named `pause` or `stop` is a request, looked for at every step
network.cfg, classes.json of a detector: the architecture with its anchors, the names of its outputs
publish.json         how far the last publishing is (training/processes.py)
archived             there where the run was put aside
log.txt, lock
"""

import fcntl
import json
import os
import re
import secrets
import shutil
import time
from contextlib import contextmanager
from pathlib import Path

from training import checkpoints, curves
from training import recipe as recipes
from utils.errors import RunError
from utils.files import write_atomically
from utils.home import home

REQUESTS = ("stop", "pause")  # the first one counts where both wait
LIVE = ("queued", "running")  # while a process holds the lock


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
        run.folder.mkdir()  # of two at once, one makes it
    except FileExistsError:
        raise RunError(f"There is a run named `{name}` already. Choose another name, or resume it.") from None
    try:
        for part in ("samples", "checkpoints", "control"):
            (run.folder / part).mkdir(parents=True, exist_ok=True)
        run.write_state(images=0, total=recipe.images, created=time.time())
        run.enqueue()
        write_atomically(run.folder / "recipe.toml", recipes.dumps(recipe))
    except OSError:
        shutil.rmtree(run.folder, ignore_errors=True)
        raise
    return run


def device() -> str:
    """A name for what computes here: the GPUs that this process may see, or `all`. Fit for a file's name."""
    return re.sub(r"[^A-Za-z0-9,-]", "_", os.environ.get("CUDA_VISIBLE_DEVICES", "")) or "all"


def all_runs() -> list["Run"]:
    """Every run, the newest first; those put aside (`archived`) too."""
    found = [Run(path.parent) for path in folder().glob("*/recipe.toml") if not path.parent.name.startswith(".")]
    return sorted(found, key=lambda run: (-run.created, run.name))


def exists(name: str) -> bool:
    """Whether there is a run of that name, or a run folder at that path."""
    return any((path / "recipe.toml").exists() for path in (folder() / name, Path(name)))


def find(name: str) -> "Run":
    """The run of that name (or folder), or a RunError that lists what there is."""
    if not exists(name):
        known = ", ".join(run.name for run in all_runs()) or "none yet"
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

    @property
    def created(self) -> float:
        """When the run was made, in seconds since 1970."""
        try:
            return self._read_state().get("created") or (self.folder / "recipe.toml").stat().st_mtime
        except FileNotFoundError:  # deleted meanwhile
            return 0.0

    # State

    def state(self) -> dict:
        """The run's state; `status` says interrupted where a run was cut off: its lock is free, yet it says it is live."""
        state = self._read_state()
        if state["status"] in LIVE and not self.is_locked():
            state = self._read_state()  # again: it may have come to its end between the two looks
            if state["status"] in LIVE:
                state["status"] = "interrupted"
        return state

    def write_state(self, **facts) -> None:
        """Lay facts over the state and stamp the heartbeat."""
        state = {**self._read_state(), **facts, "heartbeat": time.time()}
        write_atomically(self.folder / "state.json", json.dumps(state))

    def enqueue(self) -> None:
        """From now on the run waits for its turn; older requests are forgotten, they were for a process that is gone."""
        self.clear_requests()
        saved = checkpoints.all_of(self.checkpoints)[-1:]
        images = int(saved[0].name) if saved else 0  # where it goes on; a process that was killed had seen more
        self.write_state(status="queued", images=images, message="", since=time.time(), device=device(), pid=None)

    def take_up(self) -> None:
        """Queue a run that is to go on; its lock is held by the caller.

        Raises: RunError for a finished run.
        """
        if self._read_state()["status"] == "finished":
            raise RunError(
                f"The run `{self.name}` is finished: there is nothing left to train. Branch from it to train on."
            )
        self.enqueue()

    def _read_state(self):
        try:
            state = json.loads((self.folder / "state.json").read_text())
        except (OSError, ValueError):
            state = {}
        return {"status": "queued", **state}

    # One process at a time

    @contextmanager
    def locked(self):
        """Hold the run, as long as the file handed out is open in some process; the system frees it however they end.

        Raises: RunError where another process holds it, or it is deleted.
        """
        try:
            lock = open(self.folder / "lock", "w")  # noqa: SIM115  in the `with` below
        except FileNotFoundError:
            raise RunError(f"The run `{self.name}` is gone: it was deleted.") from None
        with lock:
            if not take_lock(lock):
                raise RunError(f"The run `{self.name}` is being trained by another process already.")
            if not (self.folder / "recipe.toml").exists():
                raise RunError(f"The run `{self.name}` is gone: it was deleted.")
            yield lock

    def is_locked(self) -> bool:
        """Whether some process trains the run now, or waits to."""
        if not (self.folder / "lock").exists():
            return False
        with open(self.folder / "lock") as lock:
            return not try_lock(lock, fcntl.LOCK_SH)

    # Put aside, thrown away

    @property
    def archived(self) -> bool:
        """Whether the run was put aside."""
        return (self.folder / "archived").exists()

    def archive(self) -> None:
        """Put the run aside: lists leave it out, everything of it stays."""
        self._refuse_if_live("archived")
        (self.folder / "archived").touch()

    def unarchive(self) -> None:
        """Take it back."""
        (self.folder / "archived").unlink(missing_ok=True)

    def delete(self) -> None:
        """Remove the run's folder with all that is in it; models published from it stay.

        Raises: RunError while the run is live.
        """
        self._refuse_if_live("deleted")
        with self.locked():  # renamed first: killed halfway, no half of a run is left under its name
            self.folder.rename(self.folder.with_name(f".deleting-{self.name}-{secrets.token_hex(4)}"))
        for left in self.folder.parent.glob(".deleting-*"):
            shutil.rmtree(left, ignore_errors=True)

    def _refuse_if_live(self, what):
        status = self.state()["status"]
        if status in LIVE:
            raise RunError(f"The run `{self.name}` is {status}: it can be {what} once it is paused or stopped.")

    # Requests

    def request(self, what: str) -> None:
        """Ask the training process to `pause` (resume later) or `stop` (for good); both save first.

        Raises: RunError where no process trains the run or waits to.
        """
        status = self.state()["status"]
        if status not in LIVE:
            raise RunError(f"The run `{self.name}` is {status}: there is nothing to {what}.")
        self.ask(what)

    def ask(self, what: str) -> None:
        """The request itself; the training process asks so on a signal."""
        (self.folder / "control" / what).touch()

    def requested(self) -> str | None:
        """The request that waits, if any."""
        waiting = os.listdir(self.folder / "control")
        return next((what for what in REQUESTS if what in waiting), None)

    def clear_requests(self) -> None:
        """Forget requests."""
        for what in REQUESTS:
            (self.folder / "control" / what).unlink(missing_ok=True)

    # Events

    def add_event(self, event: dict) -> None:
        """Append one tick to events.jsonl, and to the index of its curves."""
        with open(self.folder / "events.jsonl", "a") as stream:
            stream.write(json.dumps(event) + "\n")
        curves.follow(self)

    def events(self) -> list[dict]:
        """All ticks, oldest first; a line cut off by a crash is passed over."""
        path = self.folder / "events.jsonl"
        return list(_whole_lines(path.read_text())) if path.exists() else []

    def rewind_events(self, images: int) -> None:
        """Drop ticks after `images`: the run goes on from a checkpoint that stands before them."""
        curves.rewind(self, images)

    def log(self, sentence: str) -> None:
        """Add a dated sentence to log.txt."""
        with open(self.folder / "log.txt", "a") as stream:
            stream.write(f"{time.strftime('%Y-%m-%d %H:%M:%S')} {sentence}\n")


def try_lock(file, kind: int = fcntl.LOCK_EX) -> bool:
    """True once the file is locked for as long as it is open; False where somebody else holds it."""
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def take_lock(file) -> bool:
    """As `try_lock`, with patience for somebody who only looks (`is_locked`), or leaves: gone in a moment."""
    for _ in range(20):
        if try_lock(file):
            return True
        time.sleep(0.05)
    return False


def _whole_lines(text):
    for line in text.splitlines():
        try:
            yield json.loads(line)
        except ValueError:
            continue
