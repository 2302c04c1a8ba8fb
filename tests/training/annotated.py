"""Small annotated sets for the tests: drawn photos, and annotation files as LabelImg and CVAT write them."""

import io
import zipfile
from pathlib import Path

import numpy as np
from PIL import ExifTags, Image

from tests.tree import ROOT

DATA = ROOT.parent / "shared" / "data"  # the real sets, where they are at hand
MASKS = DATA / "masks853.zip"

# the guide's photo: its boxes, and what they are as YOLO text, Good 0 and Bad 1
GUIDE_SIZE = (512, 366)
GUIDE_BOXES = [
    ("without_mask", (79, 105, 109, 142)),
    ("with_mask", (185, 100, 226, 144)),
    ("without_mask", (325, 90, 360, 141)),
]
GUIDE_TEXT = (
    "1 0.18359375 0.337431693989071 0.05859375 0.10109289617486339\n"
    "0 0.4013671875 0.3333333333333333 0.080078125 0.12021857923497267\n"
    "1 0.6689453125 0.3155737704918033 0.068359375 0.13934426229508196\n"
)


def photo(width: int = 64, height: int = 48, seed: int = 0, turn: int = 1, format: str = "JPEG") -> bytes:
    """A picture file of soft colours; with an EXIF turn, `width` x `height` is the frame as stored."""
    small = np.random.default_rng(seed).integers(0, 256, (6, 8, 3), dtype=np.uint8)
    picture = Image.fromarray(small).resize((width, height), Image.Resampling.BICUBIC)
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = turn
    file = io.BytesIO()
    picture.save(file, format, exif=exif)
    return file.getvalue()


def voc(boxes, size=(64, 48), filename="a.jpg") -> bytes:
    """Pascal VOC as LabelImg writes it."""
    objects = "".join(
        f"<object><name>{name}</name><pose>Unspecified</pose><truncated>0</truncated><difficult>0</difficult>"
        f"<bndbox><xmin>{box[0]}</xmin><ymin>{box[1]}</ymin><xmax>{box[2]}</xmax><ymax>{box[3]}</ymax></bndbox></object>"
        for name, box in boxes
    )
    return (
        f"<annotation><folder>photos</folder><filename>{filename}</filename><path>C:\\photos\\{filename}</path>"
        "<source><database>Unknown</database></source>"
        f"<size><width>{size[0]}</width><height>{size[1]}</height><depth>3</depth></size><segmented>0</segmented>"
        f"{objects}</annotation>"
    ).encode()


def cvat_voc(boxes, size, filename) -> bytes:
    """Pascal VOC as CVAT writes it: corners with a decimal, attributes behind them."""
    objects = "".join(
        f"<object><name>{name}</name><occluded>0</occluded><truncated>0</truncated><difficult>0</difficult>"
        f"<bndbox><xmin>{float(box[0])}</xmin><ymin>{float(box[1])}</ymin><xmax>{float(box[2])}</xmax>"
        f"<ymax>{float(box[3])}</ymax></bndbox><attributes><attribute><name>rotation</name><value>0.0</value>"
        "</attribute></attributes></object>"
        for name, box in boxes
    )
    return (
        f"<annotation><folder></folder><filename>{filename}</filename><source><database>Unknown</database>"
        "<annotation>Unknown</annotation><image>Unknown</image></source>"
        f"<size><width>{size[0]}</width><height>{size[1]}</height><depth></depth></size><segmented>0</segmented>"
        f"{objects}</annotation>"
    ).encode()


def six_decimals(text: str) -> bytes:
    """YOLO text as LabelImg and CVAT write it."""
    rows = (line.split() for line in text.splitlines())
    return "".join(" ".join([row[0], *(f"{float(value):.6f}" for value in row[1:])]) + "\n" for row in rows).encode()


def make(path: Path, files: dict[str, bytes | str]) -> Path:
    """A folder, or a zip where `path` ends so, with these files."""
    if path.suffix == ".zip":
        with zipfile.ZipFile(path, "w") as archive:
            for name, data in files.items():
                archive.writestr(name, data)
        return path
    for name, data in files.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def small_set(count: int = 10) -> dict[str, bytes]:
    """The files of a Pascal VOC set of `count` photos, each with one box, of two classes by turns."""
    files = {}
    for number in range(count):
        files[f"images/{number:02}.jpg"] = photo(seed=number)
        box = ("with_mask", "without_mask")[number % 2], (10, 10, 30 + number, 40)
        files[f"annotations/{number:02}.xml"] = voc([box], filename=f"{number:02}.jpg")
    return files
