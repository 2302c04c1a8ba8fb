"""What is written is read again as it was: VOC to YOLO and back, and Darknet's own files."""

from itertools import pairwise

import numpy as np
import pytest

from models.darknet import cfg
from tests.training.annotated import GUIDE_BOXES, GUIDE_SIZE, GUIDE_TEXT, MASKS, cvat_voc, make, photo, small_set, voc
from training.data import darknet_files, export, yolo_text
from training.data import voc as pascal
from training.data.annotations import open_annotated
from utils import pictures
from utils.errors import DataError, PictureError


def same(one, other):
    """Both sets have the same photos, boxes and labels, to the last digit."""
    assert len(one.photos) == len(other.photos) > 0
    for a, b in zip(one.photos, other.photos):
        assert (a.width, a.height, a.labels, a.digest) == (b.width, b.height, b.labels, b.digest)
        np.testing.assert_array_equal(a.boxes, b.boxes)


def written(annotated, form, to):
    export.write(to, export.layout(annotated, form))
    return open_annotated(to)


def test_the_guides_boxes_become_the_guides_text_to_the_last_digit(tmp_path):
    files = {"a.png": photo(*GUIDE_SIZE, format="PNG"), "a.xml": voc(GUIDE_BOXES, GUIDE_SIZE)}
    annotated = open_annotated(make(tmp_path / "set", files)).mapped({"with_mask": "Good", "*": "Bad"})
    export.write(tmp_path / "yolo", export.layout(annotated, "yolo"))
    assert (tmp_path / "yolo" / "labels" / "a.txt").read_text() == GUIDE_TEXT
    assert (tmp_path / "yolo" / "labels" / "classes.txt").read_text() == "Good\nBad\n"


@pytest.mark.parametrize("ending", ["", ".zip"])
@pytest.mark.parametrize("marks", [voc, cvat_voc])
def test_there_and_back_gives_equal_boxes(tmp_path, marks, ending):
    random = np.random.default_rng(0)
    files = {}
    for number in range(30):
        size = tuple(int(side) for side in random.integers(40, 500, 2))
        corners = np.sort(random.random((4, 2, 2)), axis=1).reshape(4, 4) * [*size, *size]
        corners = corners.round(2) if number % 2 else corners.round()  # CVAT writes hundredths
        boxes = [("face", tuple(box)) for box in corners.tolist() if box[0] < box[2] and box[1] < box[3]]
        files |= {f"{number}.jpg": photo(*size, seed=number), f"{number}.xml": marks(boxes, size, f"{number}.jpg")}
    first = open_annotated(make(tmp_path / "set", files))
    text = written(first, "yolo", tmp_path / f"yolo{ending}")
    same(first, text)
    back = written(text, "voc", tmp_path / f"voc{ending}")
    same(first, back)
    assert first.classes == back.classes and text.notes == back.notes == []


def test_six_decimals_are_whole_pixels_again():
    """LabelImg rounds to six decimals; on a photo of 5,000 pixels they still mean the same pixel."""
    random = np.random.default_rng(1)
    for width, height in ((400, 267), (512, 366), (4999, 3333)):
        boxes = np.sort(random.integers(0, [[width], [height]], (50, 2, 2)), axis=2).transpose(0, 2, 1).reshape(50, 4)
        boxes = boxes[(boxes[:, 0] < boxes[:, 2]) & (boxes[:, 1] < boxes[:, 3])].astype(float)
        lines = yolo_text.write(boxes, [0] * len(boxes), width, height).splitlines()
        short = "\n".join("0 " + " ".join(f"{float(value):.6f}" for value in line.split()[1:]) for line in lines)
        np.testing.assert_array_equal(yolo_text.read(short.encode(), "a.txt", width, height)[1], boxes)


def test_what_came_along_goes_along(tmp_path):
    files = small_set() | {
        "split.csv": "file,split\n" + "".join(f"0{n}.jpg,{'val' if n < 3 else 'train'}\n" for n in range(10)),
        "groups.csv": "file,group\n" + "".join(f"0{n}.jpg,g{n // 2}\n" for n in range(10)),
    }
    first = open_annotated(make(tmp_path / "set.zip", files), classes=["without_mask", "with_mask"])
    for form in export.LAYOUTS:
        again = written(first, form, tmp_path / form)
        assert again.classes == ("without_mask", "with_mask")
        assert [one.name[-6:] for one in again.part("val").photos] == [f"0{n}.jpg" for n in range(3)]
        assert list(again.groups.values()) == list(first.groups.values())
    listing = (tmp_path / "yolo" / "data.yaml").read_text()
    assert listing == "train: train.txt\nval: val.txt\nnames:\n  0: without_mask\n  1: with_mask\n"
    assert (tmp_path / "voc" / "ImageSets" / "Main" / "val.txt").read_text() == "00\n01\n02\n"
    assert "\nwithout_mask:::\nwith_mask:::\n" in (tmp_path / "voc" / "labelmap.txt").read_text()
    assert (tmp_path / "yolo" / "val.txt").read_text().splitlines()[0] == "./images/00.jpg"


def test_folders_inside_stay_apart(tmp_path):
    files = {}
    for part in ("train", "test"):
        files |= {f"set/images/{part}/a.jpg": photo(seed=len(part)), f"set/labels/{part}/a.txt": b"0 .5 .5 .25 .25\n"}
    export.write(tmp_path / "out", export.layout(open_annotated(make(tmp_path / "in", files)), "voc"))
    names = sorted(str(path.relative_to(tmp_path / "out")) for path in (tmp_path / "out").rglob("*.xml"))
    assert names == ["Annotations/test/a.xml", "Annotations/train/a.xml"]


def test_the_written_xml_reads_like_any_other():
    text = pascal.write("ä & b.jpg", 100, 50, np.array([[1, 2, 30, 40], [0.5, 2.25, 30.125, 40]]), ("<mask>", "ü"))
    said = pascal.read(text.encode(), "a.xml")
    assert said == pascal.Annotation(100, 50, ["<mask>", "ü"], [(1, 2, 30, 40), (0.5, 2.25, 30.125, 40)])
    assert "<xmin>1</xmin>" in text and "<xmin>0.5</xmin>" in text and "ä &amp; b.jpg" in text


def test_nothing_is_written_over_and_nothing_half(tmp_path):
    make(tmp_path / "full", {"mine.txt": b"x"})
    annotated = open_annotated(make(tmp_path / "set", small_set(3)))
    with pytest.raises(DataError, match="There is something at"):
        export.write(tmp_path / "full", export.layout(annotated, "voc"))
    (tmp_path / "set" / "images" / "02.jpg").unlink()
    for name in ("out", "out.zip"):
        with pytest.raises(PictureError, match="`images/02.jpg` cannot be opened"):
            export.write(tmp_path / name, export.layout(annotated, "voc"))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["full", "set"]


def job(tmp_path, files, network="yolov3-tiny"):
    annotated = open_annotated(make(tmp_path / "set", files))
    export.write(tmp_path / "job", darknet_files.job(annotated, cfg.shipped(network), tmp_path / "job", network))
    return tmp_path / "job"


SPLIT = "file,split\n" + "".join(f"0{n}.jpg,{'test' if n < 2 else 'train'}\n" for n in range(10))


@pytest.mark.parametrize("network, heads", [("yolov3", 3), ("yolov3-tiny", 2), ("yolov3-tiny-3l", 3)])
def test_darknet_finds_everything_that_the_guide_names(tmp_path, network, heads):
    folder = job(tmp_path, small_set() | {"split.csv": SPLIT}, network)
    net, *layers = cfg.read_cfg((folder / f"{network}.cfg").read_text())
    wanted = {"batch": "64", "subdivisions": "16", "width": "416", "height": "416", "max_batches": "4000",
              "policy": "steps", "steps": "3200,3600"}  # fmt: skip
    assert wanted.items() <= net.options.items()
    before = [one for one, after in pairwise(layers) if after.name == "yolo"]
    assert [one.options["filters"] for one in before] == ["21"] * heads
    assert [one.options["classes"] for one in layers if one.name == "yolo"] == ["2"] * heads
    assert (folder / "obj.names").read_text() == "with_mask\nwithout_mask\n"
    data = dict(line.split(" = ") for line in (folder / "obj.data").read_text().splitlines())
    assert data == {
        "classes": "2", "train": f"{folder}/train.txt", "valid": f"{folder}/test.txt", "names": f"{folder}/obj.names",
        "backup": f"{folder}/backup"}  # fmt: skip
    assert (folder / "backup").is_dir() and not (folder / "val.txt").exists()
    for part, count in (("train", 8), ("test", 2)):
        paths = [type(folder)(line) for line in (folder / f"{part}.txt").read_text().splitlines()]
        assert len(paths) == count and all(path.is_absolute() and path.is_file() for path in paths)
        assert all(path.with_suffix(".txt").read_text().count(" ") == 4 for path in paths)
    same(open_annotated(folder), open_annotated(tmp_path / "set"))


def test_darknet_chooses_its_weights_by_the_validation_part_where_there_is_one(tmp_path):
    folder = job(tmp_path, small_set() | {"split.csv": SPLIT.replace("02.jpg,train", "02.jpg,val")})
    assert f"valid = {folder}/val.txt\n" in (folder / "obj.data").read_text()
    assert len((folder / "val.txt").read_text().splitlines()) == 1 and (folder / "test.txt").is_file()


def test_what_darknet_cannot_read_goes_in_upright_as_jpeg(tmp_path):
    files = {"split.csv": "file,split\na.webp,train\nb.jpg,test\n"}
    files |= {"a.webp": photo(64, 48, format="WEBP"), "a.xml": voc([("face", (8, 12, 24, 36))])}
    files |= {"b.jpg": photo(64, 48, turn=6), "b.xml": voc([("face", (8, 12, 24, 36))], (48, 64))}
    folder = job(tmp_path, files)
    assert pictures.header((folder / "obj" / "a.jpg").read_bytes(), "a") == (64, 48, 1, "JPEG")
    assert pictures.header((folder / "obj" / "b.jpg").read_bytes(), "b") == (48, 64, 1, "JPEG")
    assert (folder / "obj" / "b.txt").read_text().split()[1:] == [repr(16 / 48), "0.375", repr(16 / 48), "0.375"]


def test_a_job_without_photos_to_test_on_is_refused(tmp_path):
    with pytest.raises(DataError, match="needs photos to train on and others to test on"):
        job(tmp_path, small_set(3))
    assert not (tmp_path / "job").exists()


@pytest.mark.skipif(not MASKS.is_file(), reason="the masks are not at hand")
def test_the_masks_come_back_equal(tmp_path):
    masks = open_annotated(MASKS)
    text = written(masks, "yolo", tmp_path / "yolo.zip")
    same(masks, text)
    same(masks, written(text, "voc", tmp_path / "voc.zip"))
    assert text.classes == masks.classes and text.split.values() and len(text.part("val").photos) == 77
