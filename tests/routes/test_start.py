"""The server's start, with a model and without."""

import json
import os
import subprocess
import sys

from tests.tree import ROOT

# how many objects the collector leaves alone: before there is a model, and once the first one was loaded
CODE = """
import asyncio, gc, json, os, shutil, time
from pathlib import Path
from models import catalogue, serving
from routes import start as starting

catalogue.SHIPPED = Path(os.environ["VISAGE_HOME"]) / "none"

def settled(above):
    end = time.monotonic() + 60
    while gc.get_freeze_count() <= above and time.monotonic() < end:
        time.sleep(0.05)
    return gc.get_freeze_count()

async def start():
    async with starting.lifespan(None):
        empty = settled(0)
        shutil.copytree(os.environ["TINY"], Path(os.environ["VISAGE_HOME"]) / "models" / "tiny")
        serving.generator("tiny")
        return {"empty": empty, "loaded": settled(empty + 50_000)}

print(json.dumps(asyncio.run(start())))
"""


def test_a_model_added_later_is_kept_from_the_collector_too(tiny_model, tmp_path):
    environment = {**os.environ, "VISAGE_HOME": str(tmp_path), "TINY": str(tiny_model.folder)}
    done = subprocess.run(
        [sys.executable, "-c", CODE], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert "There is no model yet" in done.stderr
    counts = json.loads(done.stdout.splitlines()[-1])
    assert 0 < counts["empty"] and counts["empty"] + 50_000 < counts["loaded"], counts
