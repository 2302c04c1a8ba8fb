"""One face through three doors: the page's own download, the shell in a process of its own, HTTP."""

import os
import subprocess
import sys
import urllib.request
from pathlib import Path
from urllib.parse import urlencode

import numpy as np
import pytest

from models.settings import FaceSettings
from tests.browser.faces import live
from tests.tree import ROOT
from utils import marks, pictures

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(
    "reason, settings",
    [
        ("a seed alone", {"seed": 7}),
        ("truncated, then a slider", {"seed": 11, "psi": 0.7, "sliders": (("d1", 1.5),)}),
        ("a single latent value", {"seed": 3, "latents": ((4, -0.7),)}),
        (
            "mixed, with a lock",
            {"seed": 3, "mix": ((8, 0.4),), "sliders": (("d1", 1.0), ("d2", 2.0)), "locks": ("d1",)},
        ),
    ],
)
def test_page_shell_and_http_give_one_face(open_page, server, tmp_path, reason, settings):
    wish = FaceSettings("tiny", "1", **settings)
    files = {
        "page": _downloaded(open_page, wish),
        "shell": _drawn_by_the_shell(wish, tmp_path),
        "http": urllib.request.urlopen(f"{server}/api/v1/frame?{urlencode(wish.to_query())}&format=png").read(),
    }
    for door, file in files.items():
        assert FaceSettings.from_json(marks.read_note(file)) == wish, (door, reason)
        np.testing.assert_array_equal(pictures.decode(file), pictures.decode(files["http"]), f"{door}: {reason}")


def _downloaded(open_page, wish: FaceSettings) -> bytes:
    page = open_page(f"/?{urlencode(wish.to_query())}")
    live(page)
    with page.expect_download() as started:
        page.get_by_role("link", name="Download").click()
    return Path(started.value.path()).read_bytes()


def _drawn_by_the_shell(wish: FaceSettings, folder: Path) -> bytes:
    values = {name: text for name, text in wish.to_query().items() if name not in ("model", "version", "seed", "psi")}
    flags = [
        "--seed",
        str(wish.seed),
        "--psi",
        str(wish.psi),
        *(f"--set={name}={text}" for name, text in values.items()),
    ]
    command = [sys.executable, "cli.py", "generate", wish.model, *flags, "--out", str(folder)]
    done = subprocess.run(command, cwd=ROOT, env=dict(os.environ), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return (folder / f"{wish.seed:04d}.png").read_bytes()
