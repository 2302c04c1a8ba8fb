"""The files that the image holds."""

import shutil
import urllib.request

import pytest

from tests.tree import ROOT

PATIENCE = 180  # seconds


@pytest.mark.slow
def test_the_image_holds_what_a_server_needs(tmp_path, monkeypatch):
    """The files that `.dockerignore` lets in, in a folder of their own, draw a face."""
    image = tmp_path / "visage"
    for line in (ROOT / ".dockerignore").read_text().splitlines():
        for path in ROOT.glob(line[1:]) if line.startswith("!") else ():
            target = image / path.relative_to(ROOT)
            target.parent.mkdir(parents=True, exist_ok=True)
            if path.is_dir():
                shutil.copytree(path, target, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(path, target)
    monkeypatch.chdir(image)
    monkeypatch.setattr("tests.browser.server.ROOT", image)
    from tests.browser.server import serve

    with serve(tmp_path / "home") as (address, _process):
        model = "dcgan-celeba64"
        urllib.request.urlopen(f"{address}/api/v1/models/{model}/ready", timeout=PATIENCE).read()
        face = urllib.request.urlopen(f"{address}/api/v1/frame?model={model}&seed=7&format=png").read()
        page = urllib.request.urlopen(f"{address}/").read().decode()
        assert face[:4] == b"\x89PNG" and " · Visage</title>" in page
