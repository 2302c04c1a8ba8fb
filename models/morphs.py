"""Paths through several faces: what the Morph page, its link, its animations and the shell share."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from models import settings as faces
from models.card import ModelInfo
from models.latents import lerp, morph_path, morph_place, on_sphere, slerp, smooth
from models.settings import HIGHEST_SEED, FaceSettings
from utils.animations import encode_animation
from utils.errors import LinkError

FEWEST, MOST = 2, 8  # key faces
STEPS, MOST_STEPS = 24, 120  # pictures from one key face to the next: one second as it is, five at most
FPS = 24
LARGEST = 2**27  # pixels of all pictures of an animation together: 400 MB while it is made
WAYS = {"slerp": slerp, "lerp": lerp}
PACES = {"linear": float, "smooth": smooth}
_AT_ONCE = 16  # pictures drawn before progress is told: the batch that generators are compiled for
_FEW = 8  # sentences about one link
_KEY = re.compile(r"k[1-8]")
_WANTED = {
    "seeds": f"`seeds` must be {FEWEST} to {MOST} whole numbers from 0 to {HIGHEST_SEED}, by commas. Others are shown.",
    "path": "`path` must be slerp or lerp. It was left out.",
    "easing": "`easing` must be linear or smooth. It was left out.",
    "loop": "`loop` must be 1 or 0. It was left out.",
    "steps": f"`steps` must be a whole number from 1 to {MOST_STEPS}. It was left out.",
    "at": "`at` must be a whole number, 0 or more. It was left out.",
}


@dataclass(frozen=True)
class MorphSettings:
    """Where a morph goes and which picture of it is meant.

    Attributes:
        keys: two to eight key faces of one model, in order.
        path: `slerp` or `lerp`, the way between two of them.
        easing: `linear`, or `smooth`: slow near the key faces, faster between them.
        loop: whether the last key face returns to the first.
        steps: pictures from one key face to the next, 1 to 120.
        at: place on the path, 0 to `frames() - 1`.

    Raises: LinkError for anything else.
    """

    keys: tuple[FaceSettings, ...]
    path: str = "slerp"
    easing: str = "linear"
    loop: bool = False
    steps: int = STEPS
    at: int = 0

    def __post_init__(self):
        if not FEWEST <= len(self.keys) <= MOST:
            raise LinkError(f"A morph has {FEWEST} to {MOST} key faces. Received: {len(self.keys)}.")
        if len({(face.model, face.version) for face in self.keys}) > 1:
            raise LinkError("The key faces of a morph must be of one model. Take other faces, or draw them anew.")
        for name, known in (("path", WAYS), ("easing", PACES)):
            if getattr(self, name) not in known:
                raise LinkError(f"`{name}` must be {' or '.join(known)}. Received: {str(getattr(self, name))[:40]}.")
        if not 1 <= self.steps <= MOST_STEPS:
            raise LinkError(f"`steps` must be a whole number from 1 to {MOST_STEPS}. Received: {self.steps}.")

    @property
    def model(self) -> str:
        """Whose faces they are."""
        return self.keys[0].model

    @property
    def version(self) -> str | None:
        """The model's version; without one, whichever is installed."""
        return self.keys[0].version

    def frames(self) -> int:
        """Pictures on the whole path; a loop leaves out its last one, which is its first."""
        return self.steps * len(self.keys) if self.loop else self.steps * (len(self.keys) - 1) + 1

    def to_query(self) -> dict[str, str]:
        """The settings as short texts for an address; what is as by default stays out, model and faces apart.

        Faces that are nothing but seeds are `seeds=1,5,9`; with others among them each has a name, `k1` to `k8`.
        """
        texts = [key_text(face) for face in self.keys]
        named = {"seeds": ",".join(texts)}
        if not all(text.isdecimal() for text in texts):
            named = {f"k{place}": text for place, text in enumerate(texts, 1)}
        query = {"model": self.model, "version": self.version or ""} | named
        query |= {"path": self.path} if self.path != "slerp" else {}
        query |= {"easing": self.easing} if self.easing != "linear" else {}
        query |= {"loop": "1"} if self.loop else {}
        query |= {"steps": str(self.steps)} if self.steps != STEPS else {}
        query |= {"at": str(self.at)} if self.at else {}
        return {name: text for name, text in query.items() if text}


def key_text(face: FaceSettings) -> str:
    """A key face in an address: its seed, then names and values as in the face's own, all by `_`: `7_psi_0.8_smile_1.5`."""
    query = face.to_query()
    words = [word for name in query if name not in ("model", "version", "seed") for word in (name, query[name])]
    return "_".join([query["seed"], *words])


def read_query(query: Mapping[str, str], info: ModelInfo) -> tuple[MorphSettings, list[str]]:
    """The settings in an address and a sentence for everything in it that was not taken as it is; never an error."""
    told = []
    if query.get("version", info.version) != info.version:
        told.append(
            f"The link was made with another version of {info.title}; version {info.version} is here and shown, so the "
            "faces may be others."
        )
    settings = MorphSettings(_keys(query, info, told))
    for name, text in query.items():
        if name in ("model", "version", "seeds") or _KEY.fullmatch(name):
            continue
        try:
            settings = replace(settings, **{name: _READERS[name](text)})
        except (KeyError, ValueError, LinkError):
            told.append(_WANTED.get(name, "The link holds something that is no setting of a morph; it was left out."))
    last = settings.frames() - 1
    if settings.at > last:
        told.append(f"`at={settings.at}` lies behind the last picture, {last}, which is shown.")
        settings = replace(settings, at=last)
    return settings, told if len(told) <= _FEW else [*told[:_FEW], f"And {len(told) - _FEW} more like these."]


def path(settings: MorphSettings, generator) -> np.ndarray:
    """Latents of every picture of the morph, float32 [frames, latent]; the key faces' own are among them to the bit.

    Where the family lives on the sphere (it brings every latent to one length, so that ψ means nothing to it), the way
    does too: there the straight line is a chord, whose points are pushed out to the sphere.
    """
    keys = np.stack([generator.z_for(face) for face in settings.keys])
    way, pace = _way(settings, generator), PACES[settings.easing]
    return morph_path(keys, settings.frames(), settings.loop, way, pace)


def picture(settings: MorphSettings, generator) -> np.ndarray:
    """The picture at the place that is meant, uint8 [resolution, resolution, 3]; only the two faces around it are asked."""
    start, end, share = morph_place(settings.at, settings.frames(), len(settings.keys), settings.loop)
    z = generator.z_for(settings.keys[start])
    if share:
        other = generator.z_for(settings.keys[end])
        z = _way(settings, generator)(z, other, PACES[settings.easing](share))
    return generator.generate(z[None])[0]


def animation(
    settings: MorphSettings,
    generator,
    format: str,
    fps: float = FPS,
    progress: Callable[[str, int, int], None] | None = None,
) -> bytes:
    """The whole morph as a file that loops: `mp4`, `webp` or `gif`, marked as drawn by a network; `at` plays no part.

    Args:
        fps: pictures a second, up to 50.
        progress: told ("drawing" or "encoding", done, total); raising in it cancels, and nothing is left behind.

    Raises: LinkError for more pictures than can be held at once; PictureError for another format or speed.
    """
    tell, size, total = progress or (lambda *_: None), generator.resolution, settings.frames()
    check_size(settings, size)
    zs = path(settings, generator)
    pictures = np.empty((total, size, size, 3), np.uint8)
    for start in range(0, total, _AT_ONCE):
        pictures[start : start + _AT_ONCE] = generator.generate(zs[start : start + _AT_ONCE])
        tell("drawing", min(start + _AT_ONCE, total), total)
    return encode_animation(pictures, format, fps, progress=lambda done, total: tell("encoding", done, total))


def check_size(settings: MorphSettings, resolution: int) -> None:
    """Nothing; raises LinkError where the morph has more pictures of so many pixels than can be held at once."""
    if settings.frames() * resolution**2 > LARGEST:
        raise LinkError(
            f"{settings.frames()} pictures of {resolution} px are more than can be made at once: up to "
            f"{LARGEST // resolution**2}. Take fewer steps, or fewer faces."
        )


def _way(settings: MorphSettings, generator) -> Callable:
    way = WAYS[settings.path]
    return way if generator.info.truncation else lambda a, b, t: on_sphere(way(on_sphere(a), on_sphere(b), t))


def _keys(query: Mapping[str, str], info: ModelInfo, told: list[str]) -> tuple[FaceSettings, ...]:
    """The key faces in an address; the first seeds of all where it holds none that can be read."""
    own = sorted(name for name in query if _KEY.fullmatch(name))
    seeds = (1, 2, 3)
    if own and "seeds" in query:
        told.append("The link names its faces twice, as `seeds` and as `k1`, `k2` and so on; `seeds` was left out.")
    if len(own) >= FEWEST:
        return tuple(_read_key(name, query[name], info, told) for name in own)
    if own:
        told.append(
            f"The link names one face, and a morph has {FEWEST} to {MOST}: `k1`, `k2` and so on. Others are shown."
        )
    elif "seeds" in query:
        try:
            seeds = _read_seeds(query["seeds"])
        except ValueError:
            told.append(_WANTED["seeds"])
    return tuple(FaceSettings(info.name, info.version, seed) for seed in seeds)


def _read_key(name: str, text: str, info: ModelInfo, told: list[str]) -> FaceSettings:
    seed, *words = text.split("_")
    if len(words) % 2:
        told.append(f"Face `{name}` ends in a name without a value, which was left out.")
    face, left_out = faces.read_query({**dict(zip(words[::2], words[1::2])), "seed": seed}, info)
    told += [f"Face `{name}`: {sentence}" for sentence in left_out]
    return face


def _read_seeds(text: str) -> tuple[int, ...]:
    seeds = tuple(_whole(part) for part in text.split(",", MOST))
    if not FEWEST <= len(seeds) <= MOST:
        raise ValueError(text)
    return seeds


def _read_switch(text: str) -> bool:
    return {"1": True, "0": False}[text]


def _whole(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,10}", text) or int(text) > HIGHEST_SEED:
        raise ValueError(text)
    return int(text)


# a value by its text; KeyError and ValueError for nonsense
_READERS = {"path": str, "easing": str, "loop": _read_switch, "steps": _whole, "at": _whole}
