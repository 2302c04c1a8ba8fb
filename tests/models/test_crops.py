"""A square is cut out of a photo where it lies, turned upright, whatever its size."""

import cv2
import numpy as np
import pytest

from models.crops import Crop, cut, whole


def photo(crop: Crop, height: int = 300, width: int = 400) -> np.ndarray:
    """A grey photo with a square on it: red, green, blue and white quarters, from the upper left by rows."""
    drawn = np.full((height, width, 3), 128, np.uint8)
    for across, down, colour in ((-1, -1, (255, 0, 0)), (1, -1, (0, 255, 0)), (-1, 1, (0, 0, 255)), (1, 1, (255,) * 3)):
        quarter = crop.moved(across / 4, down / 4)._replace(side=crop.side / 2)
        cv2.fillPoly(drawn, [quarter.corners().round().astype(int)], colour)
    return drawn


@pytest.mark.parametrize(
    "crop, size",
    [
        (Crop(200, 150, 100), 64),
        (Crop(200, 150, 100, 15), 64),
        (Crop(120, 170, 150, -30), 32),
        (Crop(200, 150, 40, 10), 64),
        (Crop(200, 150, 280), 16),
    ],
    ids=["upright", "clockwise", "the other way", "enlarged", "made much smaller"],
)
def test_what_lies_in_the_square_comes_out_upright(crop, size):
    square = cut(photo(crop), crop, size)
    assert square.shape == (size, size, 3) and square.dtype == np.uint8
    near, far = size // 4, 3 * size // 4
    quarters = [square[near, near], square[near, far], square[far, near], square[far, far]]
    np.testing.assert_allclose(quarters, [[255, 0, 0], [0, 255, 0], [0, 0, 255], [255] * 3], atol=8)


def test_a_square_of_the_photos_own_pixels_is_that_part_of_it():
    drawn = np.random.default_rng(0).integers(0, 256, (80, 90, 3), np.uint8)
    np.testing.assert_array_equal(cut(drawn, Crop(40, 36, 32), 32), drawn[20:52, 24:56])


def test_beyond_the_edge_the_last_pixels_go_on():
    drawn = np.zeros((50, 50, 3), np.uint8)
    drawn[:, 0] = 200
    assert (cut(drawn, Crop(0, 25, 40), 40)[:, :20] == 200).all()


def test_a_fine_pattern_is_averaged_not_sampled():
    chequered = (np.indices((1600, 1600)).sum(0) % 2 * 255).astype(np.uint8)
    square = cut(np.repeat(chequered[..., None], 3, 2), Crop(800, 800, 1600), 16)
    assert np.abs(square.astype(int) - 128).max() < 16


def test_a_square_moves_along_its_own_sides():
    moved = Crop(100, 100, 50, 90).moved(1, 0)
    assert (moved.x, moved.y) == pytest.approx((100, 150))


def test_the_whole_of_a_photo_is_its_middle_square():
    assert whole(np.zeros((30, 40, 3), np.uint8)) == Crop(20, 15, 30)
