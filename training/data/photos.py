"""Annotated photos for training: decoded once into a memory-mapped file, found again in the cache."""

import json
import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from training.data.annotations import AnnotatedSet
from utils import pictures
from utils.errors import DataError, PictureError
from utils.home import home


@dataclass(frozen=True, eq=False)
class PhotoSet:
    """Photos and their boxes, of any sizes.

    Attributes:
        pictures: N times uint8 [H, W, 3], memory-mapped; smaller than the originals where those are long.
        boxes: N times float32 [K, 4], x1 y1 x2 y2 in pixels of `pictures`.
        labels: N times int64 [K], places in `classes`.
        names: of the files.
        classes: names, in the order of the network's outputs.
        fingerprint: changes when a photo, a box or a class does.
        notes: sentences about what was left out.
    """

    pictures: list[np.ndarray]
    boxes: list[np.ndarray]
    labels: list[np.ndarray]
    names: list[str]
    classes: tuple[str, ...]
    fingerprint: str
    notes: list[str]

    def __len__(self) -> int:
        return len(self.pictures)


def prepare(
    annotated: AnnotatedSet,
    classes: Sequence[str],
    longest: int,
    progress: Callable[[int, int], None] | None = None,
) -> PhotoSet:
    """The photos of an annotated set, at most `longest` pixels on the longer side; made once, then found in the cache.

    Raises: DataError for a class that `classes` does not name, or a set without a photo that can be read.
    """
    for name in annotated.classes:
        if name not in classes:
            raise DataError(f"`{annotated.title}` has the class `{name}`; the recipe knows {', '.join(classes)}.")
    folder = home() / "cache" / "photos" / f"{annotated.fingerprint}-{longest}"
    if not (folder / "index.json").exists():
        _prepare(annotated, longest, folder, progress)
    index = json.loads((folder / "index.json").read_text())
    shapes, ends = index["shapes"], np.cumsum([int(np.prod(shape)) for shape in index["shapes"]]).tolist()
    values = np.memmap(folder / "photos.bin", np.uint8, "r")
    views = [values[end - int(np.prod(shape)) : end].reshape(shape) for shape, end in zip(shapes, ends)]
    kept = [annotated.photos[k] for k in index["kept"]]
    scales = [view.shape[1] / photo.width for view, photo in zip(views, kept)]
    return PhotoSet(
        views,
        [(photo.boxes * scale).astype(np.float32) for photo, scale in zip(kept, scales)],
        [np.array([classes.index(label) for label in photo.labels], np.int64) for photo in kept],
        [photo.name for photo in kept],
        tuple(classes),
        annotated.fingerprint,
        [*annotated.notes, *index["notes"]],
    )


def _prepare(annotated, longest, folder, progress):
    """Made beside and renamed; cut off, or with a full disk, nothing of it stays."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    beside = tempfile.mkdtemp(prefix=".preparing-", dir=folder.parent)
    kept, shapes, notes = [], [], []
    try:
        with open(f"{beside}/photos.bin", "wb") as file:
            for k, photo in enumerate(annotated.photos):
                try:
                    picture = pictures.decode(photo.read(), photo.name)
                except PictureError as error:
                    notes.append(str(error))
                    continue
                if max(picture.shape) > longest:
                    picture = pictures.enlarge(picture, longest)
                file.write(picture.tobytes())
                kept.append(k)
                shapes.append(picture.shape)
                if progress:
                    progress(k + 1, len(annotated.photos))
        if not kept:
            raise DataError(" ".join([f"`{annotated.title}` has no photo that can be read.", *notes[:3]]))
        with open(f"{beside}/index.json", "w") as file:
            json.dump({"kept": kept, "shapes": shapes, "notes": notes}, file)
        shutil.move(beside, folder)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
