"""Directions in latent space along which a face changes in one way: what the sliders move."""

import io
import re
import unicodedata
import zipfile
from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from utils.errors import ModelError
from utils.files import write_atomically

FILE = "directions.npz"
COUNT = 10
STRENGTH = 3.0  # σ either way; at 4 the strongest directions of a DCGAN tear faces apart
# names that mean something else in an address, a settings text or to the server
_TAKEN = {
    "model",
    "version",
    "seed",
    "psi",
    "sliders",
    "latents",
    "mix",
    "lock",
    "locks",
    "seeds",
    "loop",
    "at",
    "format",
    "size",
}
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_LATENT = re.compile(r"z\d+")


@dataclass(frozen=True, eq=False)  # arrays do not compare to one answer
class Directions:
    """K directions with their names.

    Attributes:
        names: short names for links, [K], lower case with hyphens.
        labels: words for people, [K].
        vectors: float32 [K, latent], each of length 1.
        strength: float32 [K], how far a slider goes either way, in σ of z along its direction.
    """

    names: tuple[str, ...]
    labels: tuple[str, ...]
    vectors: np.ndarray
    strength: np.ndarray

    def __len__(self) -> int:
        return len(self.names)

    def around(self, locks: Collection[str]) -> np.ndarray:
        """The vectors as they move a face while the named ones are locked, float32 [K, latent].

        What an unlocked vector has in common with the locked ones is taken from it: it is at right angles to them all
        afterwards, and shorter. The locked vectors stay as they are.
        """
        if not locks:
            return self.vectors
        locked = np.isin(self.names, list(locks))
        span = self.vectors[locked].astype(np.float64)
        free = self.vectors - self.vectors @ np.linalg.pinv(span) @ span
        return np.where(locked[:, None], self.vectors, free).astype(np.float32)

    def limits(self) -> dict[str, float]:
        """How far each slider goes either way, by name."""
        return {name: round(float(limit), 3) for name, limit in zip(self.names, self.strength)}


def none(latent: int) -> Directions:
    """No directions at all, for a model that came without."""
    return Directions((), (), np.zeros((0, latent), np.float32), np.zeros(0, np.float32))


def factorise(first_layer: np.ndarray, count: int = COUNT) -> Directions:
    """The directions in which the first layer moves its output most, named d1, d2, … from the strongest down.

    They are the eigenvectors of W Wᵀ with the largest eigenvalues: no pictures and no labels are needed (Shen & Zhou
    2021, "Closed-form factorization of latent semantics in GANs"). An eigenvector has no sign of its own; here its
    largest value is positive, so that the same network always gives the same directions.

    Args:
        first_layer: W, float [latent, units], batch norm folded in.
        count: 1 to latent.

    Raises: ModelError for another count.
    """
    latent = len(first_layer)
    if not 1 <= count <= latent:
        raise ModelError(f"`count` must be from 1 to {latent}, the length of the latent. Received: {count}.")
    weights = np.asarray(first_layer, np.float64)
    _, vectors = np.linalg.eigh(weights @ weights.T)  # by rising eigenvalue
    vectors = vectors.T[::-1][:count]
    largest = vectors[np.arange(count), np.abs(vectors).argmax(1)]
    return Directions(
        tuple(f"d{k + 1}" for k in range(count)),
        tuple(f"Direction {k + 1}" for k in range(count)),
        (vectors * np.sign(largest)[:, None]).astype(np.float32),
        np.full(count, STRENGTH, np.float32),
    )


def rename(directions: Directions, name: str, label: str) -> Directions:
    """The directions with one of them under a new label, and under the short name that follows from it.

    Raises: ModelError for a name that is not there, a label without letters, or a short name that is taken.
    """
    if name not in directions.names:
        raise ModelError(f"There is no direction `{name}`. There are: {', '.join(directions.names) or 'none'}.")
    place, short = directions.names.index(name), _short_name(label)
    if not short or short in _TAKEN or _LATENT.fullmatch(short):
        raise ModelError(f"`{label}` cannot name a direction: a link would read it as something else. Choose a word.")
    if short in directions.names and short != name:
        raise ModelError(f"There is a direction `{short}` already. Choose another word for `{name}`.")
    names, labels = list(directions.names), list(directions.labels)
    names[place], labels[place] = short, label.strip()
    return replace(directions, names=tuple(names), labels=tuple(labels))


def save(directions: Directions, path: str | Path) -> None:
    """Nothing; afterwards `path` (`.npz`, nothing pickled) holds the directions. Equal directions give equal bytes."""
    arrays = {
        "names": np.array(directions.names, np.str_),
        "labels": np.array(directions.labels, np.str_),
        "vectors": directions.vectors,
        "strength": directions.strength,
    }
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:  # np.savez would write the hour into it, and the sum would differ
        for name, array in arrays.items():
            with archive.open(zipfile.ZipInfo(f"{name}.npy"), "w") as part:
                np.lib.format.write_array(part, array, allow_pickle=False)
    write_atomically(path, file.getvalue())


def load(path: str | Path) -> Directions:
    """The directions in a file.

    Raises: ModelError for a missing or damaged file, or directions that cannot be: of other lengths, not numbers.
    """
    try:
        with np.load(io.BytesIO(Path(path).read_bytes()), allow_pickle=False) as stored:
            names, labels, vectors, strength = (stored[key] for key in ("names", "labels", "vectors", "strength"))
    except Exception as error:
        raise ModelError(
            f"`{Path(path).name}` cannot be read ({path}). Make it anew: python cli.py directions MODEL --count {COUNT}."
        ) from error
    count = len(names) if names.ndim else -1
    sane = names.shape == labels.shape == strength.shape == (count,) and names.dtype.kind == labels.dtype.kind == "U"
    if not sane or vectors.ndim != 2 or len(vectors) != count or vectors.dtype.kind != "f":
        raise ModelError(f"`{Path(path).name}` does not hold directions: their numbers differ. Make it anew.")
    short = [str(name) for name in names]
    wrong = [name for name in short if not _SLUG.fullmatch(name) or name in _TAKEN or _LATENT.fullmatch(name)]
    if wrong or len(set(short)) < count or not np.isfinite(vectors).all() or not (strength > 0).all():
        raise ModelError(f"`{Path(path).name}` holds directions that cannot be used. Make it anew.")
    vectors, strength = vectors.astype(np.float32), strength.astype(np.float32)
    return Directions(tuple(short), tuple(str(label) for label in labels), vectors, strength)


def _short_name(label: str) -> str:
    """`Größeres Lächeln!` as `grosseres-lacheln`."""
    plain = unicodedata.normalize("NFKD", label.casefold()).encode("ascii", "ignore").decode()
    return "-".join(re.findall(r"[a-z0-9]+", plain))[:40].strip("-")
