"""Streamlit's habits after every script run do no harm: not to the clock, not to a model being built."""

import json
import subprocess
import sys
import threading

import pytest
from streamlit.testing.v1 import AppTest

from tests.tree import ROOT
from ui import guards


def _in_a_fresh_process(code: str) -> dict:
    """What `code` printed as JSON on its last line, run from the root so that `.streamlit/config.toml` counts."""
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout.splitlines()[-1])


def test_the_server_is_guarded_before_keras_is_there():
    facts = _in_a_fresh_process(
        """
import json, sys
import app
early = "keras" in sys.modules or "tensorflow" in sys.modules
import keras
first = keras.layers.Dense(1).name
keras.backend.clear_session()
second = keras.layers.Dense(1).name
keras.utils.clear_session()
print(json.dumps({"early": early, "names": [first, second], "own": keras.layers.Dense(1).name}))
"""
    )
    assert not facts["early"], "importing app.py must not wait for TensorFlow"
    assert facts["names"] == ["dense", "dense_1"], "Streamlit's call between the two must change nothing"
    assert facts["own"] == "dense", "who means it can still clear Keras"


@pytest.fixture
def guarded_keras():
    import keras

    before = keras.backend.clear_session
    guards.install()
    yield keras
    keras.backend.clear_session = before


def test_a_model_is_built_in_a_thread_while_script_runs_end(guarded_keras):
    layers = guarded_keras.layers
    begun, run_ended = threading.Event(), threading.Event()
    outcome = []

    def build():
        first = layers.Dense(2)
        begun.set()
        run_ended.wait(60)
        try:
            outcome.append(guarded_keras.Sequential([first, layers.Dense(2)]))
        except ValueError as error:
            outcome.append(error)

    thread = threading.Thread(target=build)
    thread.start()
    begun.wait(60)
    AppTest.from_string("import streamlit as st\nst.write('hello')").run(timeout=60)
    run_ended.set()
    thread.join()
    assert isinstance(outcome[0], guarded_keras.Sequential), outcome[0]


def test_a_rerun_is_several_times_faster_than_without_guards():
    seconds = _in_a_fresh_process(
        """
import gc, json, statistics, time
import app
import keras, tensorflow
from streamlit import config
from streamlit.testing.v1 import AppTest
from ui import guards
from utils import server

def median_rerun():
    page = AppTest.from_string("import streamlit as st\\nst.write('hello')").run(timeout=60)
    times = []
    for _ in range(7):
        start = time.perf_counter()
        page.run(timeout=60)
        times.append(time.perf_counter() - start)
    return statistics.median(times)

server.freeze()
kept = median_rerun()
keras.backend.clear_session = keras.utils.clear_session
gc.unfreeze()
config.set_option("runner.postScriptGC", True)
print(json.dumps({"with": kept, "without": median_rerun()}))
"""
    )
    assert seconds["without"] > 3 * seconds["with"], seconds


@pytest.mark.parametrize(
    "reason, option, wish",
    [
        ("a collection after every click", "runner.postScriptGC", False),
        ("a walk over every module for every visitor", "server.fileWatcherType", "none"),
    ],
)
def test_the_configuration_holds_its_share_of_the_guards(reason, option, wish):
    code = f"import json; from streamlit import config; print(json.dumps({{'value': config.get_option({option!r})}}))"
    assert _in_a_fresh_process(code)["value"] == wish, reason
