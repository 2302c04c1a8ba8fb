"""A morph taken home: saved, played in the page, cancelled; and one morph through three doors."""

import os
import subprocess
import sys
import urllib.request
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image, ImageSequence

from tests.browser.faces import live
from tests.tree import ROOT
from utils import marks

pytestmark = pytest.mark.browser

MORPH = "model=tiny&version=1&k1=3&k2=7_psi_0.8_d1_1.5&k3=5&path=lerp&easing=smooth&loop=1&steps=4"


def saved(page, kind: str):
    """What the page's button saves."""
    with page.expect_download() as started:
        page.get_by_role("button", name=kind, exact=True).click()
    return started.value


def frames(path) -> np.ndarray:
    """Decoded frames of an MP4, by OpenCV, which did not encode it, or of a WebP or GIF; uint8 [N, H, W, 3]."""
    if marks.is_marked(Path(path).read_bytes()):
        with Image.open(path) as image:
            return np.stack([np.asarray(frame.convert("RGB")) for frame in ImageSequence.Iterator(image)])
    player, found = cv2.VideoCapture(str(path)), []
    while (read := player.read())[0]:
        found.append(read[1][..., ::-1])
    return np.stack(found)


def test_an_mp4_is_saved_and_plays_in_the_page_and_elsewhere(open_page):
    page = open_page("/morph?model=tiny&seeds=1,2,3&steps=12")
    live(page)
    file = saved(page, "MP4")
    assert file.suggested_filename == "visage-tiny-morph-1-2-3.mp4"
    player = cv2.VideoCapture(str(file.path()))
    fourcc = int(player.get(cv2.CAP_PROP_FOURCC)).to_bytes(4, "little")
    facts = (cv2.CAP_PROP_FRAME_COUNT, cv2.CAP_PROP_FRAME_WIDTH, cv2.CAP_PROP_FRAME_HEIGHT, cv2.CAP_PROP_FPS)
    assert fourcc in (b"avc1", b"h264") and [player.get(fact) for fact in facts] == [25, 256, 256, 24]
    assert len(frames(file.path())) == 25 and marks.COMMENT.encode() in Path(file.path()).read_bytes()
    video = page.get_by_label("The morph as a video")
    page.wait_for_function("video => video.currentTime > 0.2", arg=video.element_handle())
    assert video.evaluate("v => [v.muted, v.loop, v.controls, v.videoWidth]") == [True, True, True, 256]
    page.get_by_role("button", name="Move face 1 right").click()
    video.wait_for(state="hidden")  # it shows another morph than the page


def test_a_video_does_not_start_by_itself_where_motion_is_too_much(open_page):
    page = open_page("/morph?model=tiny&seeds=1,2&steps=4", reduced_motion="reduce")
    live(page)
    saved(page, "MP4")
    video = page.get_by_label("The morph as a video")
    page.wait_for_function("video => video.readyState >= 2", arg=video.element_handle())
    assert video.evaluate("v => v.paused")


@pytest.mark.parametrize("kind", ["WebP", "GIF"])
def test_other_kinds_are_marked(open_page, kind):
    page = open_page("/morph?model=tiny&seeds=1,2&loop=1&steps=6")
    live(page)
    file = saved(page, kind)
    assert file.suggested_filename == f"visage-tiny-morph-1-2.{kind.lower()}"
    assert marks.is_marked(Path(file.path()).read_bytes()) and len(frames(file.path())) == 12


def test_a_long_one_tells_how_far_it_is_and_is_cancelled(open_page, server):
    page = open_page("/morph?model=tiny&seeds=1,2,3,4,5,6,7,8&steps=120")
    live(page)
    with page.expect_response(lambda reply: reply.request.method == "POST" and "/morphs?" in reply.url) as begun:
        page.get_by_role("button", name="GIF", exact=True).click()
    page.locator("#stage-words", has_text="of 841 pictures").wait_for()
    with page.expect_response(lambda reply: reply.request.method == "DELETE") as ended:
        page.get_by_role("button", name="Cancel").click()
    page.locator("#said", has_text="Cancelled.").wait_for()
    assert ended.value.status == 204 and ended.value.url.endswith(begun.value.json()["name"])
    assert not page.get_by_role("button", name="Cancel").is_visible()
    assert saved(page, "WebP").suggested_filename.endswith(".webp"), "the next one has its turn"


def test_what_is_wished_for_last_is_made(open_page):
    page = open_page("/morph?model=tiny&seeds=1,2,3,4,5,6,7,8&steps=120")
    live(page)
    page.get_by_role("button", name="GIF", exact=True).click()
    assert saved(page, "WebP").suggested_filename == "visage-tiny-morph-1-2-3-4-5-6-7-8.webp"
    assert page.locator("#made-words").inner_text().startswith("The WebP is saved, ")


@pytest.mark.parametrize("kind", ["MP4", "WebP", "GIF"])
def test_page_shell_and_http_give_one_morph(open_page, server, tmp_path, kind):
    page = open_page(f"/morph?{MORPH}")
    live(page)
    files = {door: tmp_path / f"{door}.{kind.lower()}" for door in ("page", "shell", "http")}
    saved(page, kind).save_as(files["page"])
    command = [sys.executable, "cli.py", "morph", "--link", f"{server}/morph?{MORPH}", "--out", str(files["shell"])]
    done = subprocess.run(command, cwd=ROOT, env=dict(os.environ), capture_output=True, text=True)
    assert done.returncode == 0 and not done.stderr, done.stderr
    reply = urllib.request.urlopen(f"{server}/api/v1/morph?{MORPH}&format={kind.lower()}")
    files["http"].write_bytes(reply.read())
    pictures = {door: frames(path) for door, path in files.items()}
    for door, found in pictures.items():
        assert len(found) == 12
        np.testing.assert_array_equal(found, pictures["http"], f"{kind} through the {door}")
