"""The tree stays small, readable, and free of what belongs to one machine."""

import os
import re
import tomllib

import pytest

from tests.tree import ROOT, files

FILES = files()
MIB = 2**20
# where one person's machine shows: absolute folders, package indexes of our own, addresses of the local network
PRIVATE = re.compile(
    r"/(?:work|root|home/[a-z]\w*|Users/\w+)/[\w.]|[A-Z]:\\Users\\"
    r"|--(?:extra-)?index-url|pypi\.org/simple|registry\.npmjs|files\.pythonhosted"
    r"|\b192\.168\.\d{1,3}\.\d{1,3}\b"
)
TEXT = {".py", ".md", ".toml", ".txt", ".sh", ".json", ".css", ".js", ".html", ".yml", ".yaml", ".cfg", ""}


def test_the_tree_is_quickly_cloned():
    size = sum((ROOT / path).stat().st_size for path in FILES)
    assert size < 32 * MIB, f"{size / MIB:.1f} MiB"


def test_no_weights_file_is_over_20_mb():
    large = [path for path in FILES if path.parts[0] == "weights" and (ROOT / path).stat().st_size > 20e6]
    assert not large, f"too large for a source tree: {large}"


def test_no_source_file_is_over_350_lines():
    lengths = {path: len((ROOT / path).read_text("utf-8").splitlines()) for path in FILES if path.suffix == ".py"}
    long = {path.as_posix(): length for path, length in lengths.items() if length > 350}
    assert not long, f"these want a seam: {long}"


def private(text: str) -> list[str]:
    """What in a text points into one person's machine."""
    return [match.group() for match in PRIVATE.finditer(text)]


def test_nothing_points_into_one_machine():
    texts = [path for path in FILES if path.suffix in TEXT and path.as_posix() != "tests/test_tree.py"]
    found = {path.as_posix(): private((ROOT / path).read_text("utf-8")) for path in texts}
    assert not any(found.values()), {path: what for path, what in found.items() if what}


@pytest.mark.parametrize(
    "text",
    ["see /work/main/x", "/root/.cache", "/home/ada/visage", "pip install --index-url x", "http://192.168.1.20:8501"],
)
def test_a_private_place_is_seen(text):
    assert private(text)


@pytest.mark.parametrize("text", ["visage-home/models", "the work/room", "~/pictures", "pypi.org/project/keras"])
def test_public_words_pass(text):
    assert not private(text)


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-gpu.txt", "requirements-dev.txt"])
def test_requirements_are_pinned(name):
    lines = [line for line in (ROOT / name).read_text().splitlines() if line and not line.startswith(("#", "-r"))]
    assert lines and all("==" in line for line in lines), lines


def test_a_gpu_changes_tensorflow_and_nothing_else():
    def but_tensorflow(name: str) -> list[str]:
        return [line for line in (ROOT / name).read_text().splitlines() if not line.startswith(("#", "tensorflow"))]

    assert but_tensorflow("requirements.txt") == but_tensorflow("requirements-gpu.txt")


def test_the_server_listens_on_this_machine_only():
    config = tomllib.loads((ROOT / ".streamlit/config.toml").read_text("utf-8"))
    assert config["server"]["address"] == "localhost"
    assert config["server"]["fileWatcherType"] == "none" and config["runner"]["postScriptGC"] is False
    for face in config["theme"]["fontFaces"]:
        assert (ROOT / face["url"].removeprefix("app/")).is_file()


@pytest.mark.skipif(os.name != "posix", reason="rights are POSIX's")
@pytest.mark.parametrize("name", [".ci/run", "scripts/make-venv.sh", "scripts/find-browser.sh"])
def test_scripts_can_be_run(name):
    assert os.access(ROOT / name, os.X_OK)
