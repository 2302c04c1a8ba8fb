"""`cli.py morph`: faces by seeds, links and PNG files, over a link or without; the file says what it is."""

import json

import cv2
import pytest
from PIL import Image

from models.settings import FaceSettings
from tests.test_cli import shell
from utils import marks

SMILING = FaceSettings("tiny", "1", 7, 0.8, (("d1", 1.5),))


@pytest.fixture(autouse=True)
def folder(tiny_model, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def morph(*arguments) -> dict:
    return json.loads(shell("morph", *arguments, "--json").stdout)


@pytest.mark.parametrize("format", ["webp", "gif"])
def test_it_goes_from_face_to_face(folder, format):
    facts = morph("tiny", "--seeds", "1,5,9", "--steps", 4, "--out", f"m.{format}")
    assert (facts["frames"], facts["seeds"]) == (9, [1, 5, 9])
    with Image.open(folder / f"m.{format}") as image:
        assert (image.n_frames, image.size) == (9, (32, 32))
    assert marks.is_marked((folder / f"m.{format}").read_bytes())


def test_an_mp4_is_read_by_other_programs(folder):
    morph("tiny", "--seeds", "1,5", "--steps", 4, "--fps", 12, "--out", "m.mp4")
    player = cv2.VideoCapture(str(folder / "m.mp4"))
    wanted = (cv2.CAP_PROP_FRAME_COUNT, cv2.CAP_PROP_FPS, cv2.CAP_PROP_FRAME_WIDTH)
    assert [player.get(fact) for fact in wanted] == [5, 12, 256]


def test_a_loop_ends_a_picture_before_its_first():
    assert morph("tiny", "--seeds", "1,5", "--steps", 4, "--loop")["frames"] == 8


def test_faces_come_from_seeds_links_and_png_files(folder):
    from models import serving

    file = marks.encode(serving.generator("tiny").face(SMILING), "png", note=SMILING.to_json())
    (folder / "smiling.png").write_bytes(file)
    keys = ("--key", "smiling.png", "--key", "http://x/?model=tiny&seed=5&psi=0.5", "--key", "9")
    query = morph(*keys, "--steps", 2, "--lerp", "--easing", "smooth")["query"]
    assert (query["model"], query["path"], query["easing"], query["steps"]) == ("tiny", "lerp", "smooth", "2")
    assert [query[f"k{place}"] for place in (1, 2, 3)] == ["7_psi_0.8_d1_1.5", "5_psi_0.5", "9"]


def test_a_link_counts_first_and_what_is_given_by_hand_over_it():
    link = "http://x/morph?model=tiny&seeds=3,4&loop=1&steps=3&path=lerp"
    assert morph("--link", link)["frames"] == 6
    query = morph("--link", link, "--once", "--slerp", "--seeds", "5,6,7", "--psi", "0.5", "--steps", 2)["query"]
    assert query == {
        "model": "tiny",
        "version": "1",
        "k1": "5_psi_0.5",
        "k2": "6_psi_0.5",
        "k3": "7_psi_0.5",
        "steps": "2",
    }


def test_what_a_link_holds_too_much_is_said_and_the_rest_is_drawn():
    result = shell("morph", "--link", "?model=tiny&seeds=1,2&steps=2&speed=9")
    assert "no setting of a morph" in result.stderr and "3 pictures of Tiny in morph.webp" in result.stdout


@pytest.mark.parametrize(
    "reason, arguments, words",
    [
        ("one face", ["--seeds", "1"], "`--seeds` must be 2 to 8"),
        ("seeds that are none", ["--seeds", "1,b"], "1,b"),
        ("one face by --key", ["--key", "1"], "2 to 8 key faces"),
        ("faces named twice", ["--seeds", "1,2", "--key", "1"], "both name the faces"),
        ("no face at all", ["--key", "nobody", "--key", "1"], "neither a seed"),
        ("a file that is not there", ["--key", "gone.png", "--key", "1"], "gone.png"),
        ("a picture of another program", ["--key", "other.png", "--key", "1"], "no PNG of ours"),
        ("a face of another model", ["--key", "?model=other&seed=1", "--key", "1"], "take one model"),
        ("a link that is none", ["--link", "http://[", "--seeds", "1,2"], "is no link"),
        ("another kind of file", ["--out", "m.avi"], ".mp4, .webp, .gif"),
        ("too fast", ["--seeds", "1,2", "--steps", 1, "--fps", 1000], "`fps`"),
        ("no steps", ["--steps", 0], "`steps` must be"),
        ("no such pace", ["--easing", "hop"], "`easing` must be"),
        ("psi too high", ["--psi", "1.7"], "`psi`"),
    ],
)
def test_the_impossible_is_one_sentence_and_nothing_is_written(folder, reason, arguments, words):
    Image.new("RGB", (8, 8)).save(folder / "other.png")
    assert words in shell("morph", "tiny", *arguments, code=2).stderr, reason
    assert [path.name for path in folder.iterdir()] == ["other.png"]
