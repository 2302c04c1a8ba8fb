"""A loaded generator: settings or latents in, pictures out."""

from functools import partial
from typing import Any, NamedTuple

import numpy as np
from keras import ops

from models import backend, fetching, networks, weights_io
from models.batching import PATIENCE, Queue
from models.card import WEIGHTS, ModelInfo
from models.directions import Directions
from models.latents import seed_latent, slerp
from models.settings import FaceSettings
from utils.errors import LinkError, ModelError

BATCHES = (1, 2, 4, 8, 16)  # what functions are compiled for
BATCH = BATCHES[-1]
MOST_MEASURED = 1024  # latent values that are tried one by one; a second or two on a CPU


class Capabilities(NamedTuple):
    """What a family can do: whether psi means anything to it, and if not, why."""

    truncation: bool
    no_truncation: str


class Generator:
    """A network that draws faces; may be called from many threads at once.

    Functions are compiled for 1, 2, 4, 8 and 16 pictures, with float32 inside and uint8 out, rounded half to even; a queue in
    front of them joins what waits together (`models.batching`). A face among 16 costs a third of one alone or less. On a CPU all
    gave the same bits (TensorFlow 2.21 with oneDNN, 512 faces of two networks, at every place of the batch), so a face
    has equal pixels in whatever company it was drawn; an accelerator may sum in another order for another batch, and a
    value on the edge between two then differs by 1/255.

    Attributes:
        info: the model's card.
        network: what draws, float32 [N, latent] -> [N, resolution, resolution, 3] in [-1, 1], for those who need its
            gradients.
        latent, resolution: length of z; pixels on a side.
        directions: what the sliders move.
        capabilities: see `Capabilities`.
        queue: what its forward passes go through.
    """

    def __init__(self, info: ModelInfo, network: Any, directions: Directions):
        self.info, self.network, self.directions = info, network, directions
        self.latent, self.resolution = info.latent, info.resolution
        self.capabilities = Capabilities(info.truncation, info.no_truncation)
        shapes = (network.input_shape[1:], network.output_shape[1:])
        if shapes != ((self.latent,), (self.resolution, self.resolution, 3)):
            raise ModelError(
                f"The network of `{info.name}` is not the one its card tells of: {shapes[0]} to {shapes[1]}."
            )

        def draw(z):
            pictures = network(z, training=False)
            return ops.cast(ops.clip(ops.round((pictures + 1.0) * 127.5), 0.0, 255.0), "uint8")

        # a function a size, not one: a function that meets several is compiled again, for any size, and is slower; and each
        # an object of its own, or TensorFlow takes them for one that is traced too often, and says so
        self._functions = {size: backend.compiled(partial(draw), network.variables, frozen=True) for size in BATCHES}
        self.queue = Queue(self._draw, BATCH, PATIENCE if backend.has_accelerator() else 0.0)
        for size in BATCHES:
            self._draw(np.zeros((size, self.latent), np.float32))

    def z_for(self, settings: FaceSettings) -> np.ndarray:
        """The latent that settings mean, float32 [latent].

        psi times the seed's latent (single values replaced, other seeds mixed in), then σ times direction for every
        slider: truncation must not weaken what a person sets by hand. Where sliders are locked, the others move at right
        angles to them.

        Raises: LinkError for a slider, a lock or an index that this model does not have.
        """
        z = seed_latent(settings.seed, self.latent)
        for index, value in settings.latents:
            if not 0 <= index < self.latent:
                raise LinkError(f"`z{index}` must be from z0 to z{self.latent - 1} for {self.info.title}.")
            z[index] = value
        for seed, share in settings.mix:
            z = slerp(z, seed_latent(seed, self.latent), share)
        z *= np.float32(self._psi(settings.psi))
        sliders = dict(settings.sliders)
        unknown = [name for name in (*sliders, *settings.locks) if name not in self.directions.names]
        if unknown:
            known = ", ".join(self.directions.names) or "none"
            raise LinkError(f"{self.info.title} has no slider `{unknown[0]}`. Sliders: {known}.")
        vectors = self.directions.around(settings.locks)
        for name, direction in zip(self.directions.names, vectors):  # one order of summing, always
            z += np.float32(sliders.get(name, 0)) * direction
        return z

    def generate(self, z: np.ndarray, psi: float = 1.0) -> np.ndarray:
        """Pictures, uint8 [N, resolution, resolution, 3].

        Args:
            z: float32 [N, latent], N at least 1.
            psi: truncation, 0 to 1; scales z.

        Raises: ModelError for another shape, no latents, or values that are not numbers; BusyError where many wait.
        """
        z = np.asarray(z, np.float32)
        if z.ndim != 2 or z.shape[1] != self.latent or len(z) == 0:
            raise ModelError(f"`z` must be [N, {self.latent}] with N at least 1. Received: {list(z.shape)}.")
        if not np.isfinite(z).all():
            raise ModelError("`z` must hold numbers. Received: some that are infinite or none at all.")
        z = z * np.float32(self._psi(psi))
        batches = [self.queue(z[k : k + BATCH])[0] for k in range(0, len(z), BATCH)]
        return batches[0] if len(batches) == 1 else np.concatenate(batches)

    def face(self, settings: FaceSettings) -> np.ndarray:
        """The face that settings mean, uint8 [resolution, resolution, 3]; equal settings give equal pixels everywhere."""
        return self.generate(self.z_for(settings)[None])[0]

    def latent_changes(self, settings: FaceSettings) -> np.ndarray:
        """How much each single latent value changes this face, float32 [latent].

        The mean absolute difference between two pictures, over all their values (0 to 255), when the one value of z grows
        by 1 and all others stay: as many pictures are drawn as z has values.

        Raises: LinkError for settings of another model, or a latent too long to try value by value.
        """
        if self.latent > MOST_MEASURED:
            raise LinkError(
                f"{self.info.title} has {self.latent} latent values, too many to try one by one (up to {MOST_MEASURED}). "
                "Search by number instead."
            )
        z = self.z_for(settings)
        face = self.generate(z[None])[0].astype(np.int16)
        changes = []
        for start in range(0, self.latent, BATCH):
            moved = z + np.eye(self.latent, dtype=np.float32)[start : start + BATCH]
            changes.append(np.abs(self.generate(moved) - face).mean((1, 2, 3)))
        return np.concatenate(changes).astype(np.float32)

    def _draw(self, z: np.ndarray) -> list[np.ndarray]:
        """Up to 16 latents by the function of the next size; what is missing to it is drawn in vain."""
        size = next(size for size in BATCHES if len(z) <= size)
        padded = np.concatenate([z, np.zeros((size - len(z), self.latent), np.float32)])
        return [ops.convert_to_numpy(self._functions[size](padded))[: len(z)]]

    def _psi(self, psi: float) -> float:
        if not 0 <= psi <= 1:
            raise LinkError(f"`psi` must be in [0, 1]. Received: {psi}. Lower the truncation.")
        return psi if self.info.truncation else 1.0


def load(info: ModelInfo) -> Generator:
    """The model, checked against its sums, in float32 whatever it was trained in, compiled and warm.

    Files that lie elsewhere are fetched first.

    Raises: ModelError for a file that is missing, differs, or cannot be fetched, or weights that do not fit.
    """
    fetching.whole(info)
    network = build(info)
    weights_io.load_weights(network, info.path(WEIGHTS))
    return Generator(info, networks.family(info.family).folded(network, **info.arguments), info.directions)


def build(info: ModelInfo) -> Any:
    """The model's network with random weights, a Keras model.

    Raises: ModelError for arguments that its family does not take.
    """
    backend.prepare()
    try:
        return networks.family(info.family).generator(**info.arguments)
    except (TypeError, ValueError) as error:
        raise ModelError(f"The network of `{info.name}` cannot be built: {error}. Repair its model.toml.") from error
