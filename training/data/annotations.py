"""An annotated set as it lies on the disk: photos with boxes, whatever its folders and files are called."""

import hashlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from pathlib import Path, PurePosixPath

import numpy as np

from training.data import duplicates, faults, splits, voc, yolo_text
from training.data.faults import Fault
from training.data.pairs import pair
from utils import archives, pictures
from utils.errors import DataError, PictureError


@dataclass(frozen=True, eq=False)
class Photo:
    """One photo and what is marked in it.

    Attributes:
        name: path inside the source, with `/`.
        read: gives the file's bytes; `utils.pictures.decode` makes the picture of them.
        width, height: of the upright picture, pixels.
        boxes: float64 [N, 4], edges x1, y1, x2, y2 in pixels of it, 0 <= x1 < x2 <= width.
        labels: N class names.
        digest: of the file's bytes.
        annotation: name of the file with its boxes; empty where it has none.
    """

    name: str
    read: Callable[[], bytes]
    width: int
    height: int
    boxes: np.ndarray
    labels: tuple[str, ...]
    digest: str = ""
    annotation: str = ""


@dataclass(frozen=True, eq=False)
class AnnotatedSet:
    """Photos sorted by name, and what came with them.

    Attributes:
        title: the source's name, for sentences.
        photos: those that can be used.
        classes: the names there are, in order: of the list that came with the set, else of the alphabet.
        faults: what was left out, clipped or guessed.
        split, folds, groups: photo → part, fold, group of near-duplicates, as they came with the set; else empty.
    """

    title: str
    photos: list[Photo]
    classes: tuple[str, ...]
    faults: list[Fault] = field(default_factory=list)
    split: Mapping[str, str] = field(default_factory=dict)
    folds: Mapping[str, str] = field(default_factory=dict)
    groups: Mapping[str, str] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()

    @property
    def notes(self) -> list[str]:
        """Sentences about what was left out, clipped or guessed."""
        return [*self.remarks, *faults.summary(self.faults)]

    @property
    def fingerprint(self) -> str:
        """Changes when a photo, a box or a class does."""
        sums = hashlib.sha256("\n".join(self.classes).encode())
        for photo in self.photos:
            sums.update("\n".join(["", photo.name, photo.digest, *photo.labels]).encode() + photo.boxes.tobytes())
        return sums.hexdigest()[:16]

    def part(self, name: str) -> "AnnotatedSet":
        """The photos of `all`, of `train`, `val` or `test` by the set's split, or of `fold0-train`, `fold0-test` and
        so on by its folds: a fold's test photos are those that `folds.csv` gives its number.

        Without a split one is made: 80, 10 and 10 of a hundred, near-duplicates on one side, always the same.

        Raises: DataError for a part that the set does not have.
        """
        if name == "all":
            return self
        split, remarks = self.split, self.remarks
        if name.startswith("fold"):
            fold, _, side = name.removeprefix("fold").partition("-")
            split = {photo: name for photo, own in self.folds.items() if (own == fold) == (side == "test")}
            known = [f"fold{own}-{part}" for own in sorted(set(self.folds.values())) for part in ("train", "test")]
        else:
            if not split:
                split = self._made_split
                words = f"`{self.title}` came without a split: one was made, near-duplicates on one side."
                remarks = (*remarks, words)
            known = [part for part in splits.PARTS if part in split.values()]
        if name not in known:
            parts = f"only {', '.join(known)}" if known else "for it has no folds.csv"
            raise DataError(f"`{self.title}` has no part `{name}`, {parts}. Make a split with `data split`.")
        photos = [photo for photo in self.photos if split.get(photo.name) == name]
        own = {file for photo in photos for file in (photo.name, photo.annotation)}
        kept = [fault for fault in self.faults if fault.file in own]
        return replace(self, photos=photos, faults=kept, remarks=remarks)

    def mapped(self, names: Mapping[str, str]) -> "AnnotatedSet":
        """The same photos with other class names: `{"with_mask": "Good", "*": "Bad"}`, `*` for all that are not
        named. The new classes stand in the order in which they are named here.

        Raises: DataError for a class that the map leaves open.
        """
        left = [name for name in self.classes if name not in names and "*" not in names]
        if left:
            raise DataError(f"The class map says nothing about `{left[0]}`. Name it, or give `*` for all others.")
        to = {name: names.get(name, names.get("*")) for name in self.classes}
        photos = [replace(photo, labels=tuple(to[label] for label in photo.labels)) for photo in self.photos]
        return replace(self, photos=photos, classes=tuple(dict.fromkeys(names.values())))

    @cached_property
    def _made_split(self) -> dict[str, str]:
        return self.new_split(splits.MADE, seed=0)

    def new_split(self, parts: Mapping[str, float], seed: int) -> dict[str, str]:
        """Photo → part: a new split, near-duplicates on one side, classes in fair measure; see `splits.balanced`."""
        groups = duplicates.groups(self.photos, self.groups)
        return splits.balanced({photo.name: Counter(photo.labels) for photo in self.photos}, groups, parts, seed)


def open_annotated(
    source: str | Path, split: str | Path | None = None, classes: Sequence[str] | None = None
) -> AnnotatedSet:
    """The photos and boxes of a folder or zip, read in place.

    Taken as people have it: Kaggle's and other Pascal VOC (`images` or `JPEGImages`, `annotations`), YOLO (`images`
    and `labels`), Darknet's and CVAT's pictures with texts beside them; see docs/annotations.md. Splits, folds and
    groups that come along are taken (see `splits.found`); `split` names another CSV. `classes` are the names there
    are, in order, in place of the set's own list.

    What is faulty is left out, what is off by a pixel clipped, and both told in `faults` and `notes`.

    Raises: DataError for nothing there, no picture, no annotation, or none that belongs to a picture.
    """
    source = Path(source)
    files, read = archives.open_files(source)
    entries = archives.open_pictures(source)
    pairs = pair(files)
    if not pairs.found:
        raise DataError(_nothing(source.name, files, pairs.faults, len(entries)))
    listed, remarks = _class_list(files, read, classes)
    photos, found = [], list(pairs.faults)
    for name, annotation in pairs.found:
        photo, some = _photo(name, annotation, read, listed)
        photos += [photo] if photo else []
        found += some
    if not photos:
        raise DataError(f"`{source.name}` has no photo that can be used: " + " ".join(faults.summary(found[:3])))
    names = [photo.name for photo in photos]
    used = {label for photo in photos for label in photo.labels}
    if listed is None and any(annotation and annotation.endswith(".txt") for _, annotation in pairs.found):
        remarks.append(f"`{source.name}` has no list of class names (classes.txt, obj.names): numbers are the names.")
    parted = splits.read_split(Path(split), names) if split else splits.found(source, files, read, names)
    if parted and (rest := [name for name in names if name not in parted]):
        remarks.append(f"{len(rest):,} photos are in no part of the split, `{rest[0]}` the first of them.")
    return AnnotatedSet(
        source.name,
        sorted(photos, key=lambda photo: photo.name),
        tuple(listed or sorted(used, key=lambda one: (not one.isdigit(), int(one) if one.isdigit() else 0, one))),
        found,
        parted,
        splits.column("folds.csv", "fold", files, read, names),
        splits.column("groups.csv", "group", files, read, names),
        tuple(remarks),
    )


def _photo(name: str, annotation: str | None, read, listed: list[str] | None) -> tuple[Photo | None, list[Fault]]:
    """One photo with its sound boxes and its faults, or None where picture or annotation cannot be read."""
    try:
        data = read(name)
        header = pictures.header(data, name)
    except PictureError as error:
        return None, [Fault(name, "picture", str(error))]
    try:
        boxes, labels, found = _marks(annotation, read, header, listed)
    except (DataError, PictureError) as error:
        return None, [Fault(annotation, "annotation", str(error))]
    boxes, labels, more = faults.sound(boxes, labels, header.width, header.height, annotation or name)
    digest = hashlib.sha256(data).hexdigest()[:16]
    photo = Photo(name, partial(read, name), header.width, header.height, boxes, labels, digest, annotation or "")
    return photo, found + more


def _marks(annotation: str | None, read, header, listed) -> tuple[np.ndarray, list[str], list[Fault]]:
    """Boxes as written, in pixels of the upright picture; their labels; faults of those that have no class."""
    if annotation is None:
        return np.zeros((0, 4)), [], []
    if annotation.lower().endswith(".xml"):
        said = voc.read(read(annotation), annotation)
        boxes, amiss = voc.upright(said, header)
        found = [Fault(annotation, amiss, _said(annotation, amiss, said, header))] if amiss else []
        labels = said.labels
        unknown = {place for place, label in enumerate(labels) if not label or (listed and label not in listed)}
    else:
        numbers, boxes, lines = yolo_text.read(read(annotation), annotation, header.width, header.height)
        found = [Fault(annotation, kind, sentence) for sentence, kind in lines]
        unknown = {place for place, number in enumerate(numbers) if listed and number >= len(listed)}
        labels = [listed[n] if listed and n < len(listed) else str(n) for n in numbers]
    for place in sorted(unknown):
        what = f"class `{labels[place]}`" if labels[place] else "an object without a name"
        words = f"`{annotation}`: {what} is not in the list of classes; its box is left out."
        found.append(Fault(annotation, "class", words, labels[place], tuple(map(float, boxes[place]))))
    kept = [place for place in range(len(labels)) if place not in unknown]
    return boxes[kept], [labels[place] for place in kept], found


def _class_list(files, read, given: Sequence[str] | None) -> tuple[list[str] | None, list[str]]:
    """The class names in order, given or found in the set, or None; and a remark where lists differ."""
    if given is not None:
        return list(given), []
    found: dict[str, list[str]] = {}
    for file in sorted(files, key=lambda file: (file.count("/"), file)):
        path = PurePosixPath(file)
        if (
            path.name.lower() in ("classes.txt", "labelmap.txt", "data.yaml", "data.yml")
            or path.suffix.lower() == ".names"
        ):
            try:
                names = yolo_text.names(read(file), file)
            except PictureError as error:
                raise DataError(str(error)) from error
            if names:
                found[file] = names
    if not found:
        return None, []
    first, *others = found
    differing = [other for other in others if found[other] != found[first]]
    return found[first], [f"`{differing[0]}` lists other classes than `{first}`, which counts."] if differing else []


def _said(annotation, amiss, said, header) -> str:
    fate = {
        "turned": "the frame before its EXIF turn: its boxes are turned with the picture",
        "scaled": "the same picture at another scale: its boxes are scaled to it",
        "size": "another shape: its boxes are taken as pixels of the picture. Check them",
    }[amiss]
    sizes = f"{said.width} x {said.height}, the picture is {header.width} x {header.height}"
    return f"`{annotation}` speaks of {sizes}: {fate}."


def _nothing(title: str, files: list[str], some: list[Fault], count: int) -> str:
    lost = [fault for fault in some if fault.kind == "no picture"]
    if lost:
        return (
            f"`{title}` holds {count:,} pictures and {len(lost):,} annotations, and none belong together by name "
            f"(`{lost[0].file}` has no picture): these are annotations for other pictures."
        )
    return f"`{title}` holds pictures but no annotations: put Pascal VOC .xml or YOLO .txt files with them."
