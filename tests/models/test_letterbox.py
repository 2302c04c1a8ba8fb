"""A picture of any size lies in the square where its placement says, and boxes come back to the pixel."""

import numpy as np
import pytest

from models.letterbox import GREY, fit, place

SIZES = [(1, 1), (2, 1), (5000, 1), (1, 3000), (416, 416), (512, 366), (366, 512), (333, 417), (3840, 2160), (31, 7)]


@pytest.mark.parametrize("mode", ["letterbox", "stretch"])
@pytest.mark.parametrize("width, height", SIZES)
def test_boxes_come_back_exactly(width, height, mode):
    placement = place(width, height, 416, mode)
    rng = np.random.RandomState(0)
    corners = np.sort(rng.uniform(0, 1, (50, 2, 2)), 1).reshape(50, 4) * [width, height, width, height]
    corners = np.vstack([corners, [[0, 0, width, height]]])
    inside = placement.to_network(corners)
    assert inside.min() >= 0 and inside.max() <= 416
    np.testing.assert_allclose(placement.to_picture(inside), corners, rtol=0, atol=1e-9 * max(width, height))


@pytest.mark.parametrize("mode", ["letterbox", "stretch"])
@pytest.mark.parametrize("width, height", SIZES)
def test_the_picture_fills_its_place_and_grey_the_rest(width, height, mode):
    square, placement = fit(np.full((height, width, 3), 200, np.uint8), 416, mode)
    x1, y1, x2, y2 = placement.to_network([[0, 0, width, height]])[0].round().astype(int)
    assert square.shape == (416, 416, 3) and square.dtype == np.uint8
    assert (square[y1:y2, x1:x2] == 200).all() and (square == 200).all(-1).sum() == (x2 - x1) * (y2 - y1)
    assert ((square == 200) | (square == GREY)).all()
    if mode == "stretch":
        assert (x1, y1, x2, y2) == (0, 0, 416, 416)
    else:
        assert max(x2 - x1, y2 - y1) == 416


def test_a_mark_is_found_where_its_box_says():
    picture = np.zeros((300, 600, 3), np.uint8)
    picture[60:120, 400:500] = 255
    for mode in ("letterbox", "stretch"):
        square, placement = fit(picture, 208, mode)
        y, x = np.nonzero(square.min(-1) > 200)
        box = placement.to_picture([[x.min(), y.min(), x.max() + 1, y.max() + 1]])[0]
        np.testing.assert_allclose(box, [400, 60, 500, 120], atol=3)


def test_what_lies_outside_is_clipped():
    np.testing.assert_allclose(
        place(100, 50, 200, "letterbox").to_picture([[-40, 0, 400, 400], [20, 60, 60, 90]]),
        [[0, 0, 100, 50], [10, 5, 30, 20]],
    )


def test_one_bright_pixel_of_a_large_photo_is_not_skipped():
    picture = np.zeros((2160, 3840, 3), np.uint8)
    picture[1001:1010, 2003:2012] = 255
    assert fit(picture, 416, "letterbox")[0].max() > 128


def test_another_mode_is_refused():
    with pytest.raises(ValueError, match="letterbox, stretch"):
        place(10, 10, 416, "crop")
