"""Directions in latent space along which a face changes in one way: what the sliders move."""

import io
import re
import unicodedata
import zipfile
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from utils.errors import ModelError
from utils.files import write_atomically

FILE = "directions.npz"
COUNT = 10
STRENGTH = 3.0  # σ either way, until a range is measured; at 4 the strongest directions of a DCGAN tear faces apart
KINDS = ("attribute", "pca", "closed")  # how a direction was found, in the order in which sliders stand
TWINS = 0.8  # cosine from which two directions do the same
OTHER = 0.05  # share of a step from which the same slider shows another face
# names that mean something else in an address, a settings text or to the server
_TAKEN = {"model", "version", "seed", "psi", "sliders", "latents", "mix", "lock", "locks"}
_TAKEN |= {"seeds", "loop", "at", "format", "size", "spread"}
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_LATENT = re.compile(r"z\d+")


@dataclass(frozen=True, eq=False)  # arrays do not compare to one answer
class Directions:
    """K directions with their names.

    Attributes:
        names: short names for links, [K], lower case with hyphens.
        labels: words for people, [K].
        vectors: float32 [K, latent], what one step of a slider adds to z; of length 1 (σ), but for attributes that need
            longer or shorter steps.
        kinds: of `KINDS`, [K].
        low, high: float32 [K], how far it can go before faces tear, in steps; low is below 0.
    """

    names: tuple[str, ...]
    labels: tuple[str, ...]
    vectors: np.ndarray
    kinds: tuple[str, ...]
    low: np.ndarray
    high: np.ndarray

    @classmethod
    def of(cls, kind: str, names: Sequence[str], labels: Sequence[str], vectors: np.ndarray) -> "Directions":
        """Directions of one kind, with a range that is not measured yet."""
        ends = np.full(len(names), STRENGTH, np.float32)
        return cls(tuple(names), tuple(labels), vectors.astype(np.float32), (kind,) * len(names), -ends, ends)

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
        """How far each slider goes either way, by name: to the nearer end of the range, so that 0 stands in its middle."""
        nearer = np.minimum(-self.low, self.high)
        return {name: round(float(limit), 3) for name, limit in zip(self.names, nearer)}

    def steps(self) -> dict[str, float]:
        """The length of each slider's step, in σ of z, by name."""
        return {name: round(float(length), 3) for name, length in zip(self.names, np.linalg.norm(self.vectors, axis=1))}

    def units(self) -> dict[str, str]:
        """What a slider's figure counts, by name: `σ`, or `× 1.25 σ` where a step is longer."""
        return {name: "σ" if step == 1 else f"× {step:g} σ" for name, step in self.steps().items()}

    def pick(self, places: Sequence[int]) -> "Directions":
        """The directions at these places, in this order."""
        names, labels, kinds = (tuple(row[k] for k in places) for row in (self.names, self.labels, self.kinds))
        chosen = list(places)
        return Directions(names, labels, self.vectors[chosen], kinds, self.low[chosen], self.high[chosen])

    def only(self, kind: str) -> "Directions":
        """Those of one kind."""
        return self.pick([k for k, one in enumerate(self.kinds) if one == kind])

    def differs(self, others: "Directions", name: str) -> bool:
        """Whether a name that is in both means another direction there."""
        if name not in self.names or name not in others.names:
            return False
        here, there = self.vectors[self.names.index(name)], others.vectors[others.names.index(name)]
        return float(np.linalg.norm(here - there)) > OTHER * float(np.linalg.norm(here))

    def joined(self, others: "Directions") -> "Directions":
        """These and then the others, but for those whose name is here already, or that do what one here does."""
        alike = np.abs(_unit(others.vectors) @ _unit(self.vectors).T).max(axis=1, initial=0)
        new = others.pick([k for k, name in enumerate(others.names) if name not in self.names and alike[k] < TWINS])
        return Directions(
            self.names + new.names,
            self.labels + new.labels,
            np.concatenate([self.vectors, new.vectors]),
            self.kinds + new.kinds,
            np.concatenate([self.low, new.low]),
            np.concatenate([self.high, new.high]),
        )


def none(latent: int) -> Directions:
    """No directions at all, for a model that came without."""
    return Directions.of("closed", (), (), np.zeros((0, latent), np.float32))


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
    names, labels = [f"d{k + 1}" for k in range(count)], [f"Direction {k + 1}" for k in range(count)]
    return Directions.of("closed", names, labels, vectors * np.sign(largest)[:, None])


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
        "kinds": np.array(directions.kinds, np.str_),
        "low": directions.low,
        "high": directions.high,
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
            parts = _parts(stored)
    except Exception as error:
        raise ModelError(
            f"`{Path(path).name}` cannot be read ({path}). Make it anew: python cli.py directions MODEL --count {COUNT}."
        ) from error
    names, labels, vectors, kinds, low, high = parts
    count = len(names) if names.ndim else -1
    sane = all(part.shape == (count,) for part in (names, labels, kinds, low, high))
    words = all(part.dtype.kind == "U" for part in (names, labels, kinds))
    if not (sane and words) or vectors.ndim != 2 or len(vectors) != count or vectors.dtype.kind != "f":
        raise ModelError(f"`{Path(path).name}` does not hold directions: their numbers differ. Make it anew.")
    short = [str(name) for name in names]
    wrong = [name for name in short if not _SLUG.fullmatch(name) or name in _TAKEN or _LATENT.fullmatch(name)]
    usable = np.isfinite(vectors).all() and (low < 0).all() and (high > 0).all() and set(kinds) <= set(KINDS)
    if wrong or len(set(short)) < count or not usable:
        raise ModelError(f"`{Path(path).name}` holds directions that cannot be used. Make it anew.")
    texts = (tuple(str(text) for text in part) for part in (labels, kinds))
    numbers = (part.astype(np.float32) for part in (vectors, low, high))
    (labels, kinds), (vectors, low, high) = texts, numbers
    return Directions(tuple(short), labels, vectors, kinds, low, high)


def _unit(vectors):
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def _parts(stored):
    """The arrays in the order of the fields; a file from before ranges were measured has one `strength` for both ends."""
    first = [stored[key] for key in ("names", "labels", "vectors")]
    if "strength" in stored:
        return *first, np.full(first[0].shape, "closed"), -stored["strength"], stored["strength"]
    return *first, *(stored[key] for key in ("kinds", "low", "high"))


def _short_name(label: str) -> str:
    """`Größeres Lächeln!` as `grosseres-lacheln`."""
    plain = unicodedata.normalize("NFKD", label.casefold()).encode("ascii", "ignore").decode()
    return "-".join(re.findall(r"[a-z0-9]+", plain))[:40].strip("-")
