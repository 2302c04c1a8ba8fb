"""Boxes are seen on any ground, told apart without colour, and their words stay inside the picture."""

import numpy as np
import pytest

from utils.drawing import PLATE, STYLES, draw_boxes, draw_outlines

GREY = 100


def ground(height=300, width=400, value=GREY):
    return np.full((height, width, 3), value, np.uint8)


def share(picture, box, style):
    """How much of the box's four sides carries the style's own colour, 0 to 1."""
    x1, y1, x2, y2 = box
    close = (np.abs(picture.astype(int) - STYLES[style].colour).max(-1) < 40).astype(float)
    band = 6
    sides = [
        close[y1 : y1 + band, x1:x2].max(0),
        close[y2 - band : y2, x1:x2].max(0),
        close[y1:y2, x1 : x1 + band].max(1),
        close[y1:y2, x2 - band : x2].max(1),
    ]
    return float(np.concatenate(sides).mean())


def test_patterns_differ_where_colours_are_not_seen():
    box = (40, 50, 240, 250)
    shares = {style: share(draw_boxes(ground(), [box], [""], [style]), box, style) for style in STYLES}
    assert shares["solid"] > 0.95
    assert 0.45 < shares["dashed"] < 0.8
    assert 0.1 < shares["truth"] < 0.6


@pytest.mark.parametrize("value", [0, 100, 255])
@pytest.mark.parametrize("style", ["solid", "dashed", "truth"])
@pytest.mark.parametrize("height, width", [(150, 200), (2160, 3840)])
def test_a_line_is_seen_on_any_ground(style, value, height, width):
    box = [width // 4, height // 4, width // 2, height // 2]
    drawn = draw_boxes(ground(height, width, value), [box], [""], [style])
    middle = drawn[height * 5 // 16 : height * 7 // 16, : width * 3 // 8].astype(int).mean(-1)  # across the left side
    assert middle.max() - middle.min() > 80


def test_the_picture_given_is_left_as_it_was():
    picture = ground()
    picture.flags.writeable = False
    draw_boxes(picture, [[10, 10, 90, 90]], ["Good"], ["solid"])
    assert (picture == GREY).all()


def test_nothing_to_draw_changes_nothing():
    np.testing.assert_array_equal(draw_boxes(ground(), np.zeros((0, 4)), [], []), ground())


@pytest.mark.parametrize(
    "reason, box",
    [
        ("along every edge", [0, 0, 400, 300]),
        ("upper right corner", [380, 0, 400, 20]),
        ("lower left corner", [0, 280, 12, 300]),
        ("as good as nothing", [200, 150, 200, 150]),
    ],
)
def test_a_word_is_whole_wherever_its_box_lies(reason, box):
    def plate(box):
        return (draw_boxes(ground(), [box], ["Bad 0.88"], ["dashed"]) == PLATE).all(-1).sum()

    assert plate(box) > 300 and plate(box) == plate([150, 120, 260, 220]), reason


def test_words_of_neighbours_do_not_cover_each_other():
    def plates(boxes):
        drawn = draw_boxes(ground(), boxes, ["Good 0.90"] * len(boxes), ["solid"] * len(boxes))
        return (drawn == PLATE).all(-1).sum()

    alone = plates([[100, 100, 150, 150]])
    assert plates([[100, 100, 150, 150], [110, 100, 160, 150]]) == 2 * alone


@pytest.mark.parametrize("height, width", [(1, 1), (1, 50), (8, 8), (20, 5)])
def test_a_picture_too_small_for_words_keeps_its_size(height, width):
    drawn = draw_boxes(ground(height, width), [[0, 0, width, height]], ["Good 0.99"], ["solid"])
    assert drawn.shape == (height, width, 3)


def test_letters_grow_with_the_picture():
    def plate_height(height, width):
        drawn = draw_boxes(
            ground(height, width), [[width // 3, height // 3, width // 2, height // 2]], ["Bad"], ["dashed"]
        )
        return (drawn == PLATE).all(-1).any(1).sum()

    assert plate_height(150, 200) >= 11 and plate_height(2160, 3840) > 2160 / 40


def test_words_that_would_hide_a_crowd_are_left_out_and_the_boxes_stay():
    plain = np.full((480, 640, 3), 128, np.uint8)
    places = np.array([[x, y, x + 20, y + 24] for x in range(8, 600, 40) for y in range(30, 460, 40)], float)
    few, all_of_them = (
        draw_boxes(plain, some, ["Bad 0.98"] * len(some), ["dashed"] * len(some)) for some in (places[:9], places)
    )
    assert (few == PLATE).all(2).sum() > 1000
    assert (all_of_them == PLATE).all(2).sum() == 0 and (all_of_them != plain).any(2).mean() > 0.05


def test_a_turned_square_is_outlined_where_it_lies_and_named():
    corners = np.array([[100, 40], [160, 100], [100, 160], [40, 100]])
    drawn = draw_outlines(np.full((200, 200, 3), 128, np.uint8), [corners], ["1"], ["solid"])
    assert (drawn[70, 130] == STYLES["solid"].colour).all() and (drawn[100, 100] == 128).all()
    assert (drawn == np.array(PLATE)).all(-1).any(), "no plate with its number"
