"""Imports go down only: doors, pages, ui, (models, training), utils. See docs/architecture.md."""

import ast
from pathlib import Path

import pytest

from tests.tree import ROOT, files

# room: the rooms it may use beside itself
MAY_USE = {
    "utils": set(),
    "models": {"utils"},
    "training": {"models", "utils"},
    "ui": {"models", "training", "utils"},
    "pages": {"ui", "models", "training", "utils"},
    "api": {"routes", "models", "training", "utils"},
    "routes": {"models", "training", "utils"},  # the routes behind api.py
    "cli": {"shell", "models", "training", "utils"},
    "shell": {"models", "training", "utils"},  # the commands behind cli.py
    "app": {"api", "pages", "ui", "models", "training", "utils"},
}
OURS = {*MAY_USE, "bench", "deploy", "tests", "scripts"}
SCREENS = {"streamlit", "fastapi", "starlette"}
BACKENDS = {"tensorflow", "jax", "torch"}
# room: packages of others it must do without
MUST_NOT_NAME = {
    "utils": SCREENS | BACKENDS | {"keras"},
    "models": SCREENS | BACKENDS,
    "training": SCREENS | BACKENDS,
    "ui": BACKENDS,
    "pages": BACKENDS | {"keras"},
    "api": BACKENDS | {"keras", "streamlit"},
    "routes": BACKENDS | {"keras", "streamlit"},
    "cli": BACKENDS | SCREENS,
    "shell": BACKENDS | SCREENS,
    "app": BACKENDS,
}
# the seam is where the backends are named, inside functions: importing it must load none but the chosen one
SEAM = "models/backend.py"


def faults(path: str, source: str) -> list[str]:
    """A sentence for every import in the file at `path` that its room may not have."""
    tree = ast.parse(source, path)
    room = path.split("/")[0].removesuffix(".py")
    if room not in MAY_USE:
        return []
    at_the_top = {id(node) for node in _run_on_import(tree)}
    found = []
    for node in ast.walk(tree):
        for name in _named(node, path):
            package = name.split(".")[0]
            if package in OURS - {room} - MAY_USE[room]:
                found.append(f"{path}:{node.lineno}: {room} must not use {package}")
            lazy_seam = path == SEAM and package in BACKENDS and id(node) not in at_the_top
            if package in MUST_NOT_NAME[room] and not lazy_seam:
                found.append(f"{path}:{node.lineno}: {room} must not name {package}")
    return found


def _named(node: ast.AST, path: str) -> list[str]:
    """The modules that a piece of source imports, whole names; also by `importlib.import_module("name")`."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        if node.level == 0:
            return [node.module]
        here = path.split("/")[: -node.level]
        stem = here + (node.module.split(".") if node.module else [])
        return [".".join(stem)] if stem else [alias.name for alias in node.names]
    if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if called in ("import_module", "__import__", "find_spec") and isinstance(node.args[0].value, str):
            return [node.args[0].value]
    return []


def _run_on_import(tree: ast.AST):
    """Every node that runs when the file is imported: all but the insides of functions."""
    for node in ast.iter_child_nodes(tree):
        yield node
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            yield from _run_on_import(node)


SOURCES = [path.as_posix() for path in files() if path.suffix == ".py"]


def test_imports_go_down_only():
    found = [fault for path in SOURCES for fault in faults(path, (ROOT / path).read_text("utf-8"))]
    assert not found, "\n".join(found)


def test_every_file_of_ours_has_a_room():
    strangers = [path for path in SOURCES if Path(path).parts[0].removesuffix(".py") not in OURS]
    assert not strangers, f"not in a room of the design: {strangers}"


@pytest.mark.parametrize(
    "reason, path, source, sentence",
    [
        ("utils stand alone", "utils/x.py", "from models import settings", "utils must not use models"),
        ("models never use training", "models/x.py", "import training.runs", "models must not use training"),
        ("hidden in a function", "models/x.py", "def f():\n    import training", "models must not use training"),
        ("a page is no part of ui", "ui/x.py", "from pages import faces", "ui must not use pages"),
        ("the trainer knows no screen", "training/x.py", "import streamlit as st", "training must not name streamlit"),
        ("nor HTTP", "models/x.py", "from fastapi import FastAPI", "models must not name fastapi"),
        ("nor the backend", "training/x.py", "import tensorflow as tf", "training must not name tensorflow"),
        ("by a part of it", "models/x.py", "from tensorflow.io import gfile", "models must not name tensorflow"),
        ("by a string", "models/x.py", "importlib.import_module('tensorflow')", "models must not name tensorflow"),
        ("the other backends alike", "training/x.py", "import jax.numpy as jnp", "training must not name jax"),
        ("pages draw, models compute", "pages/x.py", "from keras import ops", "pages must not name keras"),
        ("the API needs no page", "api.py", "from ui import links", "api must not use ui"),
        ("the shell neither", "cli.py", "import app", "cli must not use app"),
        ("upwards by dots", "models/networks/x.py", "from ...training import runs", "models must not use training"),
        ("upwards by dots alone", "utils/x.py", "from .. import models", "utils must not use models"),
        ("the product leaves tests alone", "models/x.py", "from tests import tree", "models must not use tests"),
        ("the seam loads no backend by itself", SEAM, "import tensorflow", "models must not name tensorflow"),
        ("not in an if either", SEAM, "if True:\n    import torch", "models must not name torch"),
        ("the seam stays a model's room", SEAM, "def f():\n    import streamlit", "models must not name streamlit"),
    ],
)
def test_a_violation_is_seen(reason, path, source, sentence):
    (fault,) = faults(path, source)
    assert sentence in fault, reason


@pytest.mark.parametrize(
    "reason, path, source",
    [
        ("down a floor", "training/x.py", "from models import backend\nfrom utils.errors import RunError"),
        ("within a room", "models/networks/x.py", "from . import register\nfrom ..latents import slerp"),
        ("Keras is what networks are written in", "models/networks/x.py", "import keras"),
        ("the seam, when asked", SEAM, "def f():\n    import tensorflow as tf"),
        ("the one process serves both", "app.py", "from api import api\nimport streamlit as st"),
        ("tests look at everything", "tests/models/x.py", "import tensorflow, streamlit, models, app"),
        ("a word in a text", "training/x.py", "'tensorflow is the default'"),
    ],
)
def test_what_is_allowed_passes(reason, path, source):
    assert faults(path, source) == [], reason
