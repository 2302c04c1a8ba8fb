"""What the pages give programs to copy, run; and its boxes are the shell's."""

import json
import shlex
import shutil
import subprocess
import sys

import pytest
from PIL import Image

from tests.tree import ROOT

pytestmark = pytest.mark.browser


def lines(page) -> list[str]:
    """curl, Python, JavaScript."""
    page.get_by_role("button", name="Code", exact=True).click()
    texts = page.get_by_role("dialog").locator("[data-testid=stCode] code")
    texts.nth(2).wait_for()
    return texts.all_inner_texts()


def run(command: list[str], folder) -> str:
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True, timeout=120).stdout


def test_the_lines_of_masks_find_the_boxes_that_the_shell_finds(open_page, tmp_path):
    Image.open(ROOT / "ui/masks/samples/queue.webp").convert("RGB").save(tmp_path / "photo.jpg", quality=95)
    page = open_page("/masks")
    page.get_by_role("button", name="Download", exact=True).wait_for(timeout=120_000)
    curl, python, javascript = lines(page)
    (by_python,) = json.loads(run([sys.executable, "-c", python], tmp_path))["predictions"]
    shell = [sys.executable, str(ROOT / "cli.py"), "detect", "yolo-fastest-masks", "photo.jpg", "--min-score", "0.25"]
    by_shell = json.loads(run(shell, tmp_path))
    confidence = float(curl.partition("confidence=")[2].split()[0])
    expected = [one for one in by_shell if one["score"] >= confidence]
    assert expected and [box | {"image": "photo.jpg"} for box in by_python["boxes"]] == expected
    if shutil.which("curl"):
        assert json.loads(run(shlex.split(curl), tmp_path))["predictions"][0]["boxes"] == by_python["boxes"]
    data = list((tmp_path / "photo.jpg").read_bytes())
    script = f"async data => {{ const photo = new Blob([new Uint8Array(data)]); {javascript} return found; }}"
    assert page.evaluate(script, data)["predictions"][0]["boxes"] == by_python["boxes"]


def test_the_lines_of_morph_fetch_it(open_page, tmp_path):
    page = open_page("/morph?model=tiny&seeds=3,7&steps=4")
    curl, python, javascript = lines(page)
    run([sys.executable, "-c", python], tmp_path)
    film = (tmp_path / "morph.mp4").read_bytes()
    assert film[4:8] == b"ftyp" and len(film) > 1000
    if shutil.which("curl"):
        run(shlex.split(curl.replace("morph.mp4", "curl.mp4", 1)), tmp_path)
        assert (tmp_path / "curl.mp4").read_bytes() == film
    assert page.evaluate(f"async () => {{ {javascript} return morph.size; }}") == len(film)
