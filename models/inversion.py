"""The latent whose face comes closest to a picture: a first guess, gradient descent on pixels, a few Gauss-Newton steps.

GAN inversion by optimisation from an encoder's guess (Zhu, Krähenbühl, Shechtman and Efros 2016, "Generative visual
manipulation on the natural image manifold", section 3.1). What comes out is a face that this network can draw, alike in
pose, light and colours; it is never the person.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from keras import ops

from models import backend
from models.generator import Generator
from models.latents import on_sphere
from models.likeness import Found
from models.settings import LATENT_LIMIT, FaceSettings
from utils.errors import PictureError
from utils.similarity import grey, ms_ssim, psnr

STARTS, SCATTER = 4, 0.5  # first guesses, and the deviation of what is added to all but the first
SCOUT, STEPS, POLISH = 25, 200, 4  # steps of descent with all starts, of the best alone; of Gauss-Newton
RATE, MOMENTS = 0.1, (0.9, 0.99)  # of Adam; the rate falls to 0 along half a cosine
HALVINGS = 3  # the pictures are compared at full size and at so many halvings of it
SHELL = 0.02  # of the squared excess of |z|² / latent over 1, against mean squared differences of values in [-1, 1]
NUDGE, TRUST = 0.02, 0.5  # of a latent value, to see what it does; Gauss-Newton's weight of z, in squared pixel values

Progress = Callable[[float], None]


class Inverter:
    """Finds latents for one generator; may be called from many threads at once.

    Attributes:
        generator: whose latents.
        encoder: the network that guesses first, or None: then the search starts at random.
    """

    def __init__(self, generator: Generator, encoder: Any = None):
        self.generator, self.encoder = generator, encoder
        network = generator.network
        frozen = {"variables": network.variables, "frozen": True}
        # a function each for many and for one: one that meets both is compiled again, for any number, and is slower
        self._slopes = {count: backend.compiled(self._slope, **frozen) for count in (STARTS, 1)}
        self._losses = backend.compiled(self._loss, **frozen)
        self._draw = backend.compiled(lambda z: network(z, training=False), **frozen)
        if encoder is not None:
            self._encode = backend.compiled(lambda x: encoder(x, training=False), encoder.variables, frozen=True)

    def guess(self, pictures: np.ndarray) -> np.ndarray:
        """First guesses, float32 [N, latent], for uint8 [N, R, R, 3]; the middle of all faces where there is no encoder."""
        if self.encoder is None:
            return np.zeros((len(pictures), self.generator.latent), np.float32)
        return self._kept(ops.convert_to_numpy(self._encode(_to_network_range(pictures))))

    def find(
        self, picture: np.ndarray, progress: Progress | None = None, cancelled: Callable[[], bool] = lambda: False
    ) -> Found | None:
        """The face nearest to a picture, or None where the search was cancelled.

        Args:
            picture: uint8 [resolution, resolution, 3], squared as the model's data are.
            progress: called with what is done, 0 to 1.
            cancelled: asked before every step.

        Raises: PictureError for a picture of another size.
        """
        size = self.generator.resolution
        if picture.shape != (size, size, 3):
            raise PictureError(f"`picture` must be [{size}, {size}, 3]. Received: {list(picture.shape)}.")
        z, target = None, _to_network_range(picture[None])
        for step, z in enumerate(self._steps(self._starts(picture), target), start=1):
            if cancelled():
                return None
            if progress:
                progress(step / (SCOUT + STEPS + POLISH))
        return self._found(picture, z[0])

    def _steps(self, starts, target):
        """Latents after every step of the search: [STARTS, latent], later [1, latent]."""
        several = one = None
        for several in self._descent(starts, target, SCOUT):
            yield several
        best = np.argmin(ops.convert_to_numpy(self._losses(several, target)))
        for one in self._descent(several[best][None], target, STEPS):
            yield one
        yield from self._gauss_newton(one, target)

    def _starts(self, picture):
        random = np.random.default_rng(0)  # always the same: one photo has one face
        noise = random.standard_normal((STARTS, self.generator.latent)).astype(np.float32)
        if self.encoder is None:
            return self._kept(noise)
        noise[0] = 0.0
        return self._kept(self.guess(picture[None]) + SCATTER * noise)

    def _descent(self, z, target, steps):
        """Adam (Kingma and Ba 2015) on latents, a start a row."""
        mean, square = np.zeros_like(z), np.zeros_like(z)
        for step in range(steps):
            slope = ops.convert_to_numpy(self._slopes[len(z)](z, target))
            mean += (1 - MOMENTS[0]) * (slope - mean)
            square += (1 - MOMENTS[1]) * (slope * slope - square)
            way = mean / (1 - MOMENTS[0] ** (step + 1))
            way /= np.sqrt(square / (1 - MOMENTS[1] ** (step + 1))) + 1e-8
            z = self._kept(z - RATE * (1 + np.cos(np.pi * step / steps)) / 2 * way)
            yield z

    def _gauss_newton(self, z, target):
        """Steps to where the pixels' differences, taken as straight lines in z, are least (Levenberg 1944: with a weight
        that holds z back). How a picture follows each latent value is seen by moving it a little: no gradients."""
        weight, goal = TRUST, ops.convert_to_numpy(target).ravel()
        error = self._pictures(z)[0] - goal
        for _ in range(POLISH):
            nudged = self._pictures(z + NUDGE * np.eye(z.shape[1], dtype=np.float32))
            follows = (nudged - goal - error) / NUDGE  # [latent, values]
            step = np.linalg.solve(follows @ follows.T + weight * np.eye(z.shape[1]), follows @ error)
            moved = self._kept(z - step.astype(np.float32))
            there = self._pictures(moved)[0] - goal
            better = there @ there < error @ error
            z, error, weight = (moved, there, weight / 4) if better else (z, error, weight * 8)
            yield z

    def _pictures(self, z):
        return ops.convert_to_numpy(self._draw(z)).reshape(len(z), -1)

    def _slope(self, z, target):
        return backend.input_gradient(lambda x: ops.sum(self._loss(x, target)), z)

    def _loss(self, z, target):
        """[N]: squared differences at several scales, and what keeps z among faces: no longer than training's latents."""
        difference = self.generator.network(z, training=False) - target
        loss = SHELL * ops.square(ops.relu(ops.mean(ops.square(z), axis=1) - 1.0))
        for halving in range(HALVINGS + 1):
            difference = ops.average_pool(difference, 2) if halving else difference
            loss = loss + ops.mean(ops.square(difference), axis=(1, 2, 3))
        return loss

    def _kept(self, z):
        """Latents where a link can hold them, float32; on the sphere where the family lives there."""
        z = np.asarray(z, np.float32)
        return np.clip(z if self.generator.capabilities.truncation else on_sphere(z), -LATENT_LIMIT, LATENT_LIMIT)

    def _found(self, picture, z):
        info = self.generator.info
        latents = tuple((index, round(float(value), 3)) for index, value in enumerate(z))
        settings = FaceSettings(info.name, info.version, latents=latents)
        face = self.generator.face(settings)
        return Found(settings, face, ms_ssim(grey(picture), grey(face)), psnr(picture, face))


def _to_network_range(pictures):
    return ops.convert_to_tensor(pictures.astype(np.float32) / 127.5 - 1.0)
