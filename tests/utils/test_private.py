"""Private folders: for one's own eyes, gone with their work, swept when a process was killed."""

import os
import signal
import stat
import subprocess
import sys

import pytest

from tests.tree import ROOT
from utils import private

HOLD = "from utils import private\nwith private.folder() as made:\n    print(made, flush=True)\n    input()"


@pytest.fixture(autouse=True)
def own_home(tmp_path, monkeypatch):
    monkeypatch.setenv("VISAGE_HOME", str(tmp_path))


@pytest.mark.skipif(os.name != "posix", reason="rights are POSIX's")
def test_nobody_else_may_look_into_it():
    with private.folder() as made:
        assert stat.S_IMODE(made.stat().st_mode) == 0o700


def test_it_goes_with_the_work_even_where_that_fails():
    with pytest.raises(ValueError), private.folder() as made:
        (made / "film.mp4").write_bytes(b"film")
        raise ValueError
    assert not made.exists()


def test_a_killed_process_leaves_it_and_the_next_sweep_takes_it():
    pipe = subprocess.PIPE
    holder = subprocess.Popen([sys.executable, "-c", HOLD], cwd=ROOT, stdin=pipe, stdout=pipe, text=True)
    with holder:
        name = os.path.basename(holder.stdout.readline().strip())
        assert private.sweep() == [], "it is in use"
        holder.send_signal(signal.SIGKILL)
        holder.wait()
    assert (private.root() / name).is_dir()
    assert private.sweep() == [name]
    assert not (private.root() / name).exists()
