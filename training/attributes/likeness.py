"""Whether a generator draws faces as the labelled ones are: labels mean nothing on anything else."""

import keras
import numpy as np
from keras import ops

from utils.errors import DataError

FAR = 2.6  # CelebA's held-out faces and a DCGAN's of them are at 1.0, UTKFace's photographs at 2.0, drawn icons at 3.0
COMPARED, KNOWN = 512, 2_000  # fakes, labelled faces


def check(model: keras.Model, fakes: np.ndarray, labelled: np.ndarray, name: str) -> float:
    """How far the fakes are from labelled faces, both uint8 [N, 64, 64, 3]: about 1 for more of the same kind.

    The median of the squared Mahalanobis distance, a feature, in the features of the attribute network: its last maps,
    averaged over the picture.

    Raises: DataError where the fakes are of another kind, icons say.
    """
    maps = keras.Model(model.input, model.get_layer("relu5").output)

    def features(faces):
        return ops.convert_to_numpy(ops.mean(maps(faces.astype(np.float32) / 127.5 - 1), axis=(1, 2)))

    known = features(labelled[:KNOWN])
    away, covariance = features(fakes[:COMPARED]) - known.mean(0), np.cov(known.T)
    scale = np.linalg.inv(covariance + 1e-3 * np.trace(covariance) / len(covariance) * np.eye(len(covariance)))
    distance = float(np.median(np.einsum("ij,jk,ik->i", away, scale, away)) / len(scale))
    if distance > FAR:
        raise DataError(
            f"What `{name}` draws is unlike the labelled faces ({distance:.1f}; up to {FAR} passes), so their labels mean "
            "nothing there. Find its directions by --method pca."
        )
    return distance
