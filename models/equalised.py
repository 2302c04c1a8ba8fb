"""Layers of the Progressive GAN (Karras et al. 2018): equalised learning rate, pixel norm, minibatch deviation.

They compute in the precision of what comes in (float32 or bfloat16) and keep float32 weights, so that one network can
be run in bfloat16 and, for a penalty, in float32.
"""

import math

import keras
import numpy as np
from keras import layers, ops

EPSILON = 1e-8
GROUP = 4  # pictures whose deviation is taken together


class _Equalised(layers.Layer):
    """Weights drawn from N(0, 1) and multiplied, at every use, by `gain` / sqrt(fan-in).

    Adam's step does not hang on the gradient's size, so a weight's rate is relative to its range; here all ranges are 1
    and all rates are equal (section 4.1).
    """

    def __init__(self, shape: tuple[int, ...], units: int, gain: float, name: str):
        super().__init__(name=name, autocast=False, dtype="float32")
        self.shape = (*shape, units)
        self.scale = gain / math.sqrt(math.prod(shape))  # fan-in counts the kernel's area
        self.kernel = self.add_weight(
            shape=self.shape, initializer=keras.initializers.RandomNormal(0.0, 1.0), name="kernel"
        )
        self.bias = self.add_weight(shape=(units,), initializer="zeros", name="bias")
        self.built = True

    def scaled(self):
        """The kernel that is multiplied with, float32: the weights at their scale."""
        return self.kernel * self.scale


class EqualisedDense(_Equalised):
    """[N, inputs] -> [N, units]."""

    def __init__(self, inputs: int, units: int, gain: float = math.sqrt(2), *, name: str):
        super().__init__((inputs,), units, gain, name)

    def call(self, x):
        return ops.matmul(x, ops.cast(self.scaled(), x.dtype)) + ops.cast(self.bias, x.dtype)

    def plain(self) -> layers.Layer:
        """The same map as a Keras layer, its scale in its kernel."""
        return _filled(layers.Dense(self.shape[-1], name=self.name), (None, self.shape[0]), self.scaled(), self.bias)


class EqualisedConv(_Equalised):
    """[N, H, W, inputs] -> [N, H, W, filters] by a square kernel with zeros around the picture.

    Args:
        resample: `up` doubles the picture by nearest neighbours before, `down` averages two by two pixels after. Both are
            computed as one convolution of stride 2 with the kernel summed over its four shifts: the same values for 4
            multiplications instead of 9, and two and a half times as fast on a CPU.
    """

    def __init__(
        self, inputs: int, filters: int, kernel: int = 3, gain: float = math.sqrt(2), resample: str = "", *, name: str
    ):
        super().__init__((kernel, kernel, inputs), filters, gain, name)
        self.resample = resample

    def call(self, x):
        kernel = ops.cast(self.convolved(), x.dtype)
        if self.resample == "up":
            x = ops.conv_transpose(x, kernel, strides=2, padding="same")
        else:
            x = ops.conv(x, kernel, strides=2 if self.resample else 1, padding="same")
        return x + ops.cast(self.bias, x.dtype)

    def convolved(self):
        """The kernel of the one convolution: float32 [k, k, inputs, filters], or, resampling, [k+1, k+1, …]."""
        if self.resample == "up":
            return ops.transpose(_summed(self.kernel, _shifts(self.shape[0])[:, ::-1] * self.scale), (0, 1, 3, 2))
        if self.resample == "down":
            return _summed(self.kernel, _shifts(self.shape[0]) * (self.scale / 4.0))
        return self.scaled()

    def plain(self) -> layers.Layer:
        """The same map as a Keras layer, its scale in its kernel."""
        inputs, filters = self.shape[-2:]
        options = {"strides": 2 if self.resample else 1, "padding": "same", "name": self.name}
        kind = layers.Conv2DTranspose if self.resample == "up" else layers.Conv2D
        kernel = self.convolved()
        return _filled(kind(filters, kernel.shape[0], **options), (None, 8, 8, inputs), kernel, self.bias)


class PixelNorm(layers.Layer):
    """Every pixel's vector, [..., C], brought to a mean square of 1 (section 4.2); for z, to the sphere's radius sqrt(C)."""

    def __init__(self, **options):
        super().__init__(autocast=False, **options)

    def call(self, x):
        return x * ops.rsqrt(ops.mean(ops.square(x), axis=-1, keepdims=True) + EPSILON)


class MinibatchDeviation(layers.Layer):
    """One more channel: the deviation over a group of pictures, averaged over channels and places (section 3).

    A group is 4 pictures, or the most that divides the batch, or the batch; a picture alone deviates by nothing.
    """

    def __init__(self, **options):
        super().__init__(autocast=False, **options)

    def call(self, x):
        pictures, height, width, channels = x.shape
        pictures = pictures or ops.shape(x)[0]
        group = next((k for k in (GROUP, 3, 2) if isinstance(pictures, int) and pictures % k == 0), pictures)
        grouped = ops.reshape(ops.cast(x, "float32"), (group, -1, height, width, channels))
        deviation = ops.sqrt(ops.var(grouped, axis=0) + EPSILON)  # the derivative of a root has no end at zero
        means = ops.tile(ops.mean(deviation, axis=(1, 2, 3)), (group,))
        more = ops.broadcast_to(ops.reshape(means, (-1, 1, 1, 1)), (pictures, height, width, 1))
        return ops.concatenate([x, ops.cast(more, x.dtype)], axis=-1)

    def compute_output_shape(self, shape):
        return (*shape[:-1], shape[-1] + 1)


def halved(x):
    """[N, H, W, C] -> [N, H/2, W/2, C]: means of two by two pixels."""
    return ops.average_pool(x, 2, 2)


def doubled(x):
    """[N, H, W, C] -> [N, 2H, 2W, C]: nearest neighbours."""
    return ops.repeat(ops.repeat(x, 2, axis=1), 2, axis=2)


def fade(old, new, alpha):
    """From `old` (alpha 0) to `new` (alpha 1), linearly; equal shapes, `alpha` a number or a float32 scalar."""
    alpha = ops.cast(alpha, new.dtype)
    return old + (new - old) * alpha


def _shifts(size: int) -> np.ndarray:
    """float32 [(size + 1)², size²]: which places of a kernel add up where it is summed over its four shifts by 0 or 1."""
    once = np.eye(size + 1, size) + np.eye(size + 1, size, -1)
    return np.kron(once, once).astype(np.float32)


def _summed(kernel, shifts):
    """One matrix product: on a CPU the gradient of padding and slicing took twenty times as long."""
    size = math.isqrt(len(shifts))
    return ops.reshape(ops.matmul(shifts, ops.reshape(kernel, (shifts.shape[1], -1))), (size, size, *kernel.shape[2:]))


def _filled(layer, shape, kernel, bias):
    layer.build(shape)
    layer.set_weights([np.asarray(ops.convert_to_numpy(kernel)), np.asarray(ops.convert_to_numpy(bias))])
    return layer
