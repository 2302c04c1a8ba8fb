"""Checkpoints are whole or absent, and few are kept for long."""

import os
import subprocess

import keras
import numpy as np
import pytest

from training import checkpoints
from utils.errors import RunError


def state(value=0.0, size=1000):
    return {"net": [keras.Variable(np.full(size, value, np.float32), name="a"), keras.Variable(value, name="b")]}


def test_what_is_saved_comes_back_in_shards(tmp_path):
    path = checkpoints.save(tmp_path, 100, state(3.0, 300_000), {"images": 100}, shard_mib=1)
    assert len(list(path.glob("*.safetensors"))) == 2
    restored = state()
    restored["net"][0] = keras.Variable(np.zeros(300_000, np.float32), name="a")
    assert checkpoints.restore(path, restored) == {"images": 100}
    assert float(restored["net"][0][0]) == 3.0 and float(restored["net"][1]) == 3.0


@pytest.mark.parametrize("harm", ["misfit", "cut", "missing"])
def test_a_checkpoint_that_cannot_be_used_is_named(tmp_path, harm):
    path, wanted = checkpoints.save(tmp_path, 100, state(), {}, 1), state()
    file = path / "state-000.safetensors"
    if harm == "misfit":
        wanted = state(size=999)
    elif harm == "cut":
        file.write_bytes(file.read_bytes()[:50])
    else:
        file.unlink()
    with pytest.raises(RunError, match="000000100"):
        checkpoints.restore(path, wanted)


def test_thinning_keeps_the_last_two_the_best_and_one_a_doubling(tmp_path):
    for images in range(100, 2100, 100):
        (tmp_path / f"{images:09d}").mkdir()
        (tmp_path / f"{images:09d}" / "place.json").write_text("{}")
    checkpoints.thin(tmp_path, best=700)
    kept = [int(p.name) for p in checkpoints.all_of(tmp_path)]
    assert kept == [100, 200, 300, 600, 700, 1100, 1900, 2000]


def test_an_unfinished_checkpoint_does_not_count(tmp_path):
    checkpoints.save(tmp_path, 100, state(), {}, 1)
    (tmp_path / "writing-000000200").mkdir()
    (tmp_path / "000000300").mkdir()  # no place.json: not one of ours
    assert [p.name for p in checkpoints.all_of(tmp_path)] == ["000000100"]


@pytest.fixture
def small_disk(tmp_path):
    """A real file system of 3 MiB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = (
        os.geteuid() == 0
        and subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", folder], capture_output=True).returncode
        == 0
    )
    if not mounted:
        pytest.skip("A small file system cannot be mounted here: this needs root.")
    yield folder
    subprocess.run(["umount", folder], check=True)


def test_a_full_disk_leaves_the_checkpoint_before_it_whole(small_disk):
    first = checkpoints.save(small_disk, 100, state(1.0, 500_000), {"images": 100}, 64)
    with pytest.raises(OSError, match="No space|os error 28"):
        checkpoints.save(small_disk, 200, state(2.0, 500_000), {"images": 200}, 64)
    assert sorted(p.name for p in small_disk.iterdir()) == ["000000100"]
    again = state(0.0, 500_000)
    assert checkpoints.restore(first, again) == {"images": 100}
    assert float(again["net"][0][0]) == 1.0
