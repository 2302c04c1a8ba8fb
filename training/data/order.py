"""The order in which a training sees its data: a function of (seed, place), so that nothing must be saved to resume."""

import numpy as np


class Order:
    """Every epoch is a new shuffle of all indices.

    Args:
        indices: what to see, [N]; an index that stands there twice is seen twice an epoch.
        seed: of the shuffles.
    """

    def __init__(self, indices: np.ndarray, seed: int):
        self.indices, self.seed = indices, seed
        self._epoch, self._shuffled = -1, None

    def __getitem__(self, place: int) -> int:
        """The index at a place, counted from the training's start."""
        epoch, position = divmod(int(place), len(self.indices))
        if epoch != self._epoch:
            shuffled = np.random.default_rng([self.seed, 0, epoch]).permutation(len(self.indices))
            self._epoch, self._shuffled = epoch, self.indices[shuffled]
        return int(self._shuffled[position])
