"""The trainer as a person meets it: killed, interrupted, out of disk, gone wrong; and resumed to the bit."""

import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
from PIL import Image
from safetensors.numpy import load_file

from tests.training.conftest import squares
from training import checkpoints, runs

PATIENCE = 120  # seconds before a condition that never comes fails the test


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("VISAGE_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def shell(home, picture_folder, tiny_recipe):
    """Starts `cli.py` verbs as processes; what still runs at the end is killed."""
    processes = []

    def start(*arguments, backend="tensorflow"):
        environment = {**os.environ, "KERAS_BACKEND": backend, "COLUMNS": "200"}
        process = subprocess.Popen(
            [sys.executable, "cli.py", *arguments],
            env=environment,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        processes.append(process)
        return process

    def train(name, *settings, **options):
        flags = [flag for setting in settings for flag in ("--set", setting)]
        return start("train", str(tiny_recipe), "--data", str(picture_folder), "--name", name, *flags, **options)

    start.train = train
    yield start
    for process in processes:
        process.kill()
        process.communicate()


def finished(process):
    out, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, err
    return out


def wait_for(condition, process):
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert process.poll() is None, process.communicate()[1]
        assert time.monotonic() < deadline, "the condition never came"
        time.sleep(0.01)


def fingerprint(name):
    """Sum of every array of the run's last checkpoint: networks, moving average, optimisers."""
    last = checkpoints.all_of(runs.find(name).checkpoints)[-1]
    return {shard.name: hashlib.sha256(shard.read_bytes()).hexdigest() for shard in last.glob("*.safetensors")}


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_killed_and_resumed_equals_never_stopped_to_the_bit(shell, precision):
    """Killed at a moment of chance: between two ticks, while a checkpoint is written, anywhere."""
    settings = (f"precision={precision}", "images=4800")
    finished(shell.train("straight", *settings))
    killed = shell.train("killed", *settings)
    run = runs.Run(runs.folder() / "killed")
    wait_for(lambda: len(run.events()) >= 10, killed)
    time.sleep(random.random() / 3)
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    assert run.state()["status"] == "interrupted"
    seen = run.events()[-1]["images"]
    assert seen < run.recipe().images  # it really was cut off
    assert seen - int(checkpoints.all_of(run.checkpoints)[-1].name) <= 5 * 16  # one tick at most is lost
    finished(shell("resume", "killed"))
    assert fingerprint("killed") == fingerprint("straight")
    straight = runs.find("straight").events()
    assert [e["images"] for e in run.events()] == [e["images"] for e in straight]
    assert run.events()[-1]["swd"] == straight[-1]["swd"]


def test_a_run_computes_one_operation_at_a_time_unless_told_otherwise(home, tiny_recipe, picture_folder):
    """Side by side, operations round differently now and then: no resume could be exact. Seen in a process of its own."""
    code = (
        "import sys; from training import loop, recipe; import tensorflow as tf\n"
        "loop.start('x', recipe.load(sys.argv[1], ['images=32', 'data.source=' + sys.argv[2], sys.argv[3]]))\n"
        "print(tf.config.threading.get_inter_op_parallelism_threads())"
    )
    for setting, threads in (("seed=0", "1"), ("deterministic=false", "0")):
        home_of_its_own = {**os.environ, "VISAGE_HOME": str(home / setting)}
        command = [sys.executable, "-c", code, str(tiny_recipe), str(picture_folder), setting]
        done = subprocess.run(command, env=home_of_its_own, capture_output=True, text=True, timeout=PATIENCE)
        assert done.stdout.split()[-1:] == [threads], done.stderr


def test_killed_after_its_last_checkpoint_a_run_is_finished_by_resume(shell):
    finished(shell.train("done", "images=160"))
    run = runs.find("done")
    run.write_state(status="running")  # as the kill left it
    assert run.state()["status"] == "interrupted"
    finished(shell("resume", "done"))
    assert run.state()["status"] == "finished"


def test_other_pictures_than_at_the_start_are_refused(shell, tmp_path, tiny_recipe):
    folder = tmp_path / "pictures"
    folder.mkdir()
    for number, picture in enumerate(squares(40)):
        Image.fromarray(picture).save(folder / f"{number:03d}.png")
    finished(shell("train", str(tiny_recipe), "--data", str(folder), "--name", "moved", "--set", "images=160"))
    run = runs.find("moved")
    run.write_state(status="paused")
    (folder / "005.png").rename(folder / "zzz.png")
    refused = shell("resume", "moved")
    assert refused.wait(PATIENCE) == 2
    assert "not the ones this run was started with" in refused.communicate()[1]


def test_networks_that_cannot_be_built_leave_no_run_behind(shell, home):
    wrong = shell.train("wrong", "networks.generator.wings=2")
    assert wrong.wait(PATIENCE) == 2
    assert "wings" in wrong.communicate()[1]
    assert not (home / "runs" / "wrong").exists()


def test_exact_resume_holds_on_jax_and_tensorflow_is_not_imported(shell, home):
    finished(shell.train("straight", "images=320", backend="jax"))
    finished(shell.train("half", "images=320", "tick.iterations=10", backend="jax"))
    keep = checkpoints.all_of(runs.find("half").checkpoints)[0]
    for later in checkpoints.all_of(runs.find("half").checkpoints)[1:]:
        later.rename(home / later.name)
    runs.find("half").write_state(status="running")
    assert keep.name == "000000160"
    probe = "import sys, cli\ntry: cli.app()\nfinally: assert 'tensorflow' not in sys.modules"
    resumed = subprocess.run(
        [sys.executable, "-c", probe, "resume", "half"],
        env={**os.environ, "KERAS_BACKEND": "jax"},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert resumed.returncode == 0, resumed.stderr
    assert fingerprint("half") == fingerprint("straight")


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, "pause"])
def test_ctrl_c_sigterm_and_pause_save_within_a_step_and_leave(shell, how):
    process = shell.train("paused", "images=1000000", "tick.iterations=100000")
    run = runs.Run(runs.folder() / "paused")
    wait_for(lambda: run.state().get("images", 0) > 0, process)
    run.request(how) if how == "pause" else process.send_signal(how)
    assert "resume paused" in finished(process)
    state = run.state()
    assert state["status"] == "paused"
    assert [int(p.name) for p in checkpoints.all_of(run.checkpoints)] == [state["images"]]


def test_stop_finishes_a_run_for_good(shell):
    process = shell.train("stopped", "images=1000000", "tick.iterations=100000")
    run = runs.Run(runs.folder() / "stopped")
    wait_for(lambda: run.state().get("images", 0) > 0, process)
    run.request("stop")
    finished(process)
    assert run.state()["status"] == "finished"
    again = shell("resume", "stopped")
    assert again.wait(PATIENCE) == 2 and "finished" in again.communicate()[1]


def test_one_process_a_run(shell):
    process = shell.train("busy", "images=1000000", "tick.iterations=100000")
    run = runs.Run(runs.folder() / "busy")
    wait_for(lambda: run.state()["status"] == "running", process)
    second = shell("resume", "busy")
    assert second.wait(PATIENCE) == 2
    assert "another process" in second.communicate()[1]
    assert run.state()["status"] == "running"


def test_a_loss_that_is_no_number_stops_with_the_last_good_checkpoint_kept(shell):
    process = shell.train("wild", "generator_optimiser.learning_rate=1e30", "images=100000", "tick.iterations=1")
    assert process.wait(PATIENCE) == 2
    assert "learning_rate" in process.communicate()[1]
    run = runs.find("wild")
    assert run.state()["status"] == "failed" and "learning_rate" in run.state()["message"]
    for checkpoint in checkpoints.all_of(run.checkpoints):
        for shard in checkpoint.glob("*.safetensors"):
            assert all(np.isfinite(array).all() for array in load_file(shard).values()), checkpoint


def test_a_full_disk_stops_with_a_sentence_and_resumes_once_there_is_room(shell, home):
    home.mkdir()
    small = home / "runs"
    small.mkdir()
    if os.geteuid() or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", small]).returncode:
        pytest.skip("A small file system cannot be mounted here: this needs root.")
    try:
        process = shell.train("full", "images=100000")
        assert process.wait(PATIENCE) == 2
        assert "disk is full" in process.communicate()[1]
        run = runs.find("full")
        before = checkpoints.all_of(run.checkpoints)
        assert before and not list(run.checkpoints.glob("writing-*"))
        subprocess.run(["mount", "-o", "remount,size=64m", small], check=True)
        resumed = shell("resume", "full")
        wait_for(lambda: checkpoints.all_of(run.checkpoints)[-1].name > before[-1].name, resumed)
        resumed.send_signal(signal.SIGTERM)
        finished(resumed)
    finally:
        subprocess.run(["umount", "-l", small], check=True)


def test_the_guides_sheets_are_named_by_the_padded_iteration(shell):
    finished(shell.train("sheets", "sheet.every_iterations=10", "start_iteration=100", "images=320"))
    run = runs.find("sheets")
    assert sorted(p.name for p in (run.folder / "sheets").iterdir()) == ["0000110.png", "0000120.png"]
    assert [e["iteration"] for e in run.events()] == [105, 110, 115, 120]


def test_dry_run_shows_the_whole_recipe_and_makes_nothing(shell, home, picture_folder):
    shown = finished(shell("train", "dcgan", "--data", str(picture_folder), "--dry-run", "--set", "images=99"))
    assert "images = 99" in shown and "metric_pictures = 400" in shown  # settings and defaults
    assert not home.exists()


def test_a_torn_last_event_is_passed_over(home):
    run = runs.Run(home / "runs" / "torn")
    run.folder.mkdir(parents=True)
    run.add_event({"images": 10})
    with open(run.folder / "events.jsonl", "a") as stream:
        stream.write(json.dumps({"images": 20})[:-3])
    assert run.events() == [{"images": 10}]
