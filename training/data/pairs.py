"""Which annotation belongs to which picture: by its place and name, whatever the set's folders are called."""

from collections import Counter
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import NamedTuple

from training.data.faults import Fault
from utils.archives import PICTURE_ENDINGS

_FOLDERS = {"images", "image", "jpegimages", "annotations", "annotation", "labels", "label", "xmls", "xml"}
# texts that lie among labels and are none
_OTHER_TEXTS = {"classes", "obj", "labelmap", "train", "training", "val", "valid", "validation", "trainval", "test",
                "testing", "readme", "license", "licence", "notes", "requirements"}  # fmt: skip


class Pairs(NamedTuple):
    """`found`: (picture, its annotation or None where a text may be missing), sorted; `faults`: the others."""

    found: list[tuple[str, str | None]]
    faults: list[Fault]


def pair(files: Sequence[str]) -> Pairs:
    """Pictures and annotations (`.xml`, `.txt`) of a set.

    They belong together where their paths are equal but for endings and for folders like `images` and `labels`;
    else where their names are, and no other's is. An XML counts before a text. A picture without any is left out
    where the set has XMLs (Pascal VOC), and holds no object where it has texts alone (Darknet).
    """
    pictures, doubles = _first_of_each([name for name in files if _ending(name) in PICTURE_ENDINGS])
    xmls = [name for name in files if _ending(name) == ".xml"]
    texts = [name for name in files if _ending(name) == ".txt" and PurePosixPath(name).stem.lower() not in _OTHER_TEXTS]
    of_xml, of_text = _matched(pictures, xmls), _matched(pictures, texts)
    homes = {_home(text) for text in of_text.values()}
    orphans = sorted(set(texts) - set(of_text.values()))
    if of_xml or of_text:  # else whatever may be an annotation counts as one, to say that none fits
        orphans = [text for text in orphans if _home(text) in homes]
    lost = sorted({*xmls, *orphans} - set(of_xml.values()))
    faults = [*doubles, *(Fault(name, "no picture", f"`{name}` has no picture: left out.") for name in lost)]
    found = []
    for picture in pictures:
        annotation = of_xml.get(picture) or of_text.get(picture)
        if annotation or not of_xml:
            found.append((picture, annotation))
        if not annotation and (of_xml or of_text):
            kind = "no annotation" if of_xml else "no text"
            fate = "left out" if of_xml else "taken as showing none of the classes, as Darknet does"
            faults.append(Fault(picture, kind, f"`{picture}` has no annotation: {fate}."))
    return Pairs(found if of_xml or of_text else [], faults)


def short(names: Sequence[str]) -> dict[str, str]:
    """For each picture its path without folders like `images`, and without those that all of them share."""
    paths = {name: [part for part in PurePosixPath(name).parts if part.lower() not in _FOLDERS] for name in names}
    while len({path[0] for path in paths.values()}) == 1 and all(len(path) > 1 for path in paths.values()):
        paths = {name: path[1:] for name, path in paths.items()}
    return {name: "/".join(path) for name, path in paths.items()}


def _matched(pictures: list[str], annotations: list[str]) -> dict[str, str]:
    """Picture → annotation."""
    by_key = {_key(name): name for name in annotations}
    matched = {picture: by_key[_key(picture)] for picture in pictures if _key(picture) in by_key}
    taken = set(matched.values())
    lonely = [name for name in pictures if name not in matched]
    free = [name for name in annotations if name not in taken]
    often = Counter(map(_stem, pictures)) | Counter(map(_stem, annotations))
    by_stem = {_stem(name): name for name in free}
    return matched | {
        name: by_stem[_stem(name)] for name in lonely if _stem(name) in by_stem and often[_stem(name)] == 1
    }


def _first_of_each(pictures: list[str]) -> tuple[list[str], list[Fault]]:
    """Pictures of different names but for their endings; a fault for each further one."""
    first: dict[str, str] = {}
    faults = []
    for name in sorted(pictures):
        if (other := first.setdefault(_key(name), name)) != name:
            words = f"`{name}` has the name of `{other}`, and one annotation cannot be both's: left out."
            faults.append(Fault(name, "same name", words))
    return list(first.values()), faults


def _key(name: str) -> str:
    path = PurePosixPath(name)
    return "/".join([*(part for part in path.parts[:-1] if part.lower() not in _FOLDERS), path.stem]).casefold()


def _stem(name: str) -> str:
    return PurePosixPath(name).stem.casefold()


def _home(name: str) -> str:
    return str(PurePosixPath(name).parent)


def _ending(name: str) -> str:
    return PurePosixPath(name).suffix.lower()
