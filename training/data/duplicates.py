"""Photos of one scene, found by a perceptual hash: the same photo smaller, larger, saved again or mirrored.

The hash is the sign of the lowest frequencies of the picture's cosine transform against their median (C. Zauner,
"Implementation and Benchmarking of Perceptual Image Hash Functions", 2010, section 3.2.1; 8x8 of 32x32). Another
crop of the photo it does not see: a `groups.csv` made by hand knows more.

Faces that are aligned look alike at 8x8; the finer hash, 16x16 of 64x64, tells them apart.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

import cv2
import numpy as np

from utils import pictures
from utils.errors import PictureError

NEAR = 8  # of 64 bits: on 853 web photos all pairs this near are the same photo, at 10 the first strangers come
# of 256 bits: a face made smaller and saved again differs in 14 at most, the nearest strangers of 6,000 aligned in 46
FINE, NEAR_FINE = 16, 16


def groups(photos: Sequence, known: Mapping[str, str] | None = None) -> dict[str, str]:
    """Photo → the name of its group's first photo, for all photos that are like another; `known` where it is given.

    Args:
        photos: `annotations.Photo`s.
        known: groups as they came with the set.
    """
    return dict(known) if known else joined([photo.name for photo in photos], hashes(photos))


def hashes(photos: Sequence) -> np.ndarray:
    """uint64 [N, 2, 1]: `hash_of` each photo; 0 where it cannot be read."""
    found = np.zeros((len(photos), 2, 1), np.uint64)
    for place, photo in enumerate(photos):
        try:
            found[place] = hash_of(pictures.decode(photo.read(), photo.name))
        except PictureError:
            continue
    return found


def hash_of(picture: np.ndarray, side: int = 8) -> np.ndarray:
    """uint64 [2, side * side / 64]: the hash of a picture, uint8 [H, W, 3], and of its mirror image.

    `side`: of the square of frequencies, 8 or FINE.
    """
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    small = cv2.resize(grey, (4 * side, 4 * side), interpolation=cv2.INTER_AREA)
    return np.stack([_hash(small, side), _hash(small[:, ::-1], side)])


def joined(
    names: Sequence[str], sums: np.ndarray, near: int = NEAR, progress: Callable[[int, int], None] | None = None
) -> dict[str, str]:
    """Name → first name of its group, for all whose hash differs from another's in at most `near` bits.

    `sums`: uint64 [N, 2, words] of `hash_of`; 0 where there is none.
    """
    if not len(names):
        return {}
    first = np.arange(len(names))
    plain, mirrored = np.array(sums, np.uint64).reshape(len(names), 2, -1).transpose(1, 2, 0).copy()
    readable = plain.any(axis=0)
    for place in np.flatnonzero(readable)[1:]:
        own, before = plain[:, place], slice(0, place)
        near_one = (_far(plain[:, before], own) <= near) | (_far(mirrored[:, before], own) <= near)
        if (near_one := near_one & readable[before]).any():
            # the group of the first of them takes in the others
            alike = np.unique(first[before][near_one])
            first[before][np.isin(first[before], alike)] = alike[0]
            first[place] = alike[0]
        if progress and place % 256 == 0:
            progress(int(place), len(names))
    crowd = np.bincount(first, minlength=len(names))
    return {name: names[one] for name, one in zip(names, first) if crowd[one] > 1}


def surplus(groups: Mapping[str, str], most: int) -> list[str]:
    """All but the first `most` names of each group, sorted: what goes where at most so many of a kind are to stay."""
    seen: Counter = Counter()
    left = []
    for name in sorted(groups):
        seen[groups[name]] += 1
        if seen[groups[name]] > most:
            left.append(name)
    return left


def _far(many: np.ndarray, one: np.ndarray) -> np.ndarray:
    """Bits in which hashes [words, N] differ from one [words]."""
    if len(one) == 1:
        return np.bitwise_count(many[0] ^ one[0])
    return sum(np.bitwise_count(row ^ word).astype(np.uint16) for row, word in zip(many, one))


def _hash(small: np.ndarray, side: int) -> np.ndarray:
    low = cv2.dct(small.astype(np.float32))[:side, :side].ravel()
    bits = low > np.median(low[1:])  # without the mean, which says only how bright it is
    return np.packbits(bits).view(">u8").astype(np.uint64)
