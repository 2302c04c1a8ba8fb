"""A bound on the models in memory: the one asked for longest ago goes, and its memory with it."""

import json
import os
import subprocess
import sys

from models import serving
from tests.tree import ROOT
from utils import memory

CODE = """
import json, os, shutil, sys
from pathlib import Path
from models import serving
from models.catalogue import Catalogue
from models.settings import FaceSettings

def resident():
    line = next(line for line in open("/proc/self/status") if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024

os.environ["VISAGE_MODELS"] = "2"
home = Path(os.environ["VISAGE_HOME"]) / "models"
home.mkdir(parents=True)
source = Catalogue().get("dcgan-celeba64").folder
names = ["one", "two", "three"]
for name in names:
    shutil.copytree(source, home / name)
    card = (home / name / "model.toml")
    card.write_text(card.read_text().replace('name = "dcgan-celeba64"', f'name = "{name}"'))
first = serving.generator("one").face(FaceSettings("one", seed=7))
serving.generator("two")
serving.generator("one")   # asked for again: the other one is the older
serving.generator("three")
held = [name for name in names if serving.loaded(name)]
sizes = []
for turn in range(20):
    serving.generator(names[turn % 3])
    sizes.append(resident())
again = serving.generator("one").face(FaceSettings("one", seed=7))
print(json.dumps({"held": held, "count": serving.count(), "sizes": sizes, "same": bool((first == again).all())}))
"""
GROWTH = 60  # MiB over fourteen cycles; three models that stayed would be as much each two


def test_twenty_models_loaded_and_let_go_leave_nothing_behind(tmp_path):
    environment = {**os.environ, "VISAGE_HOME": str(tmp_path / "home"), "TF_CPP_MIN_LOG_LEVEL": "3"}
    done = subprocess.run(
        [sys.executable, "-c", CODE], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=500
    )
    assert done.returncode == 0, done.stderr[-2000:]
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["held"] == ["one", "three"] and told["count"] == 2 and told["same"]
    assert max(told["sizes"][6:]) - told["sizes"][5] < GROWTH, told["sizes"]


def test_a_model_that_leaves_little_memory_leaves_a_warning(tiny_model, monkeypatch, caplog):
    serving._loaded.pop("tiny", None)
    monkeypatch.setattr(memory, "limit", lambda: memory.resident() / 0.9)
    serving.generator("tiny")
    assert "VISAGE_MODELS" in caplog.text and "MiB of memory are held" in caplog.text
