"""Batch norm (Ioffe, Szegedy 2015) whose training pass is one operation where the backend has one."""

import numpy as np
from keras import layers

from models import backend


class BatchNorm(layers.BatchNormalization):
    """Keras' layer over the last axis: its weights and names, its results up to rounding, a training pass three times as
    fast on a CPU, where Keras makes some twenty passes over the map, in float32 whatever the policy.
    """

    def call(self, inputs, training=None, mask=None):
        """[..., C] -> [..., C]: normalised by the batch's statistics in training, by the moving ones else."""
        if not (training and self.trainable):  # frozen, it keeps its moving statistics, as Keras' does
            return super().call(inputs, training=training, mask=mask)
        outputs, mean, variance = backend.batch_norm(inputs, self.gamma, self.beta, self.epsilon)
        for moving, current in ((self.moving_mean, mean), (self.moving_variance, variance)):
            moving.assign(self.momentum * moving + (1.0 - self.momentum) * current)
        return outputs


def without_norm(
    kernel: np.ndarray, bias: np.ndarray | float, norm: layers.BatchNormalization, axis: int = -1
) -> tuple[np.ndarray, np.ndarray]:
    """(kernel, bias) of a linear layer that do what it and the norm after it do in use; equal up to rounding.

    Args:
        kernel, bias: the layer's own; 0 for none.
        norm: its moving statistics are taken.
        axis: of the kernel, the one along the layer's outputs.
    """
    scale = np.asarray(norm.gamma) / np.sqrt(np.asarray(norm.moving_variance) + norm.epsilon)
    across = [1] * kernel.ndim
    across[axis] = -1
    return kernel * scale.reshape(across), (bias - np.asarray(norm.moving_mean)) * scale + np.asarray(norm.beta)
