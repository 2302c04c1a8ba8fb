"""Training a detector: what a truth is given to, what the loss wants, and a run that can be killed."""

import numpy as np
import pytest
from keras import ops

from models import yolo
from models.darknet.cfg import Head
from training import recipe as recipes
from training import tasks
from training.data.photos import PhotoSet
from training.detection import augment, targets
from training.detection.loss import ciou, loss
from training.detection.sets import Sets
from training.recipe_detection import Augment, Loss, Optimiser

HEADS = [
    Head(np.array([[40, 40], [60, 60]], np.float32), 32, 2),
    Head(np.array([[10, 10], [20, 20]], np.float32), 16, 2),
]
CFG = """
[net]
width=64
height=64
[convolutional]
batch_normalize=1
filters=16
size=3
stride=2
pad=1
activation=leaky
[convolutional]
batch_normalize=1
filters=32
size=3
stride=2
pad=1
activation=leaky
[convolutional]
batch_normalize=1
filters=32
size=3
stride=2
pad=1
activation=leaky
[convolutional]
batch_normalize=1
filters=32
size=3
stride=1
pad=1
activation=leaky
[convolutional]
filters=14
size=1
stride=1
pad=1
activation=linear
[yolo]
mask=0,1
anchors=12,12, 24,24
classes=2
num=2
scale_x_y=2
"""
RECIPE = """
task = "detection"
images = {images}
batch = 8
precision = "float32"
[network]
cfg = "{cfg}"
size = 64
[augment]
mosaic = 0.3
[optimiser]
learning_rate = 5e-3
[average]
half_life_kimg = 0.05
ramp = 0.2
[tick]
iterations = 5
metric_every = 2
"""


def rows_of(target):
    """Places of the rows that have a truth."""
    return np.flatnonzero(target.rows[0, :, 4])


def assigned(boxes, **settings):
    boxes = np.array(boxes, np.float32).reshape(-1, 4)
    return targets.assign([boxes], [np.zeros(len(boxes), np.int64)], HEADS, 64, Loss(**settings))


class TestTargets:
    def test_best_gives_a_truth_to_the_anchor_of_its_shape_in_the_cell_of_its_centre(self):
        # 64 px: the coarse head has 2 x 2 cells of 2 anchors (rows 0 to 7), the fine one 4 x 4 of 2 (rows 8 to 39)
        target = assigned([[22, 38, 33, 49]], assign="best")  # 11 x 11 around (27.5, 43.5): fine cell (1, 2), anchor 0
        assert rows_of(target).tolist() == [8 + (2 * 4 + 1) * 2]
        row = target.rows[0, rows_of(target)[0]]
        assert row.tolist() == [22, 38, 33, 49, 1, 1, 0]

    def test_ratio_gives_it_to_every_anchor_that_is_near_its_shape(self):
        target = assigned([[8, 8, 38, 38]], assign="ratio", ratio=2.1, neighbours=False)  # 30 x 30
        # coarse 40 and 60 (2.0), fine 20 (1.5); fine 10 is thrice smaller
        assert rows_of(target).tolist() == [0, 1, 8 + (1 * 4 + 1) * 2 + 1]

    def test_a_truth_that_no_anchor_is_near_keeps_its_best_one(self):
        assert len(rows_of(assigned([[0, 0, 4, 60]], assign="ratio", ratio=1.5))) == 1

    def test_neighbours_only_where_centres_can_reach_them(self):
        box = [[18, 18, 28, 28]]  # centre (23, 23): cell (1, 1), nearer to the left and the upper one
        assert len(rows_of(assigned(box, assign="ratio", ratio=1.1))) == 1
        wide = [head._replace(scale_xy=2.0) for head in HEADS]
        target = targets.assign([np.array(box, np.float32)], [np.array([1])], wide, 64, Loss(ratio=1.1))
        cells = (rows_of(target) - 8) // 2
        assert sorted(cells.tolist()) == [1, 4, 5]

    def test_the_smaller_of_two_truths_in_one_place_wins_and_a_crowd_is_cut_at_its_largest(self):
        target = assigned([[20, 20, 30, 30], [19, 19, 31, 31]], assign="best")
        assert target.rows[0, rows_of(target)[0], :4].tolist() == [20, 20, 30, 30]
        crowd = np.tile([[1.0, 1, 9, 9]], (500, 1))
        crowd[0] = [0, 0, 60, 60]
        target = assigned(crowd)
        assert target.truths.shape == (1, targets.TRUTHS, 4) and target.truths[0, 0].tolist() == [0, 0, 60, 60]


class TestLoss:
    GRID = yolo.grid(HEADS, 64, 64)

    def rows_for(self, target):
        """Raw values that say exactly what the target says."""
        rows = np.zeros_like(target.rows)
        boxes = target.rows[..., :4]
        centre = (boxes[..., :2] + boxes[..., 2:]) / 2 / self.GRID.stride - self.GRID.corner
        sides = np.maximum(boxes[..., 2:] - boxes[..., :2], 1)
        inside = np.clip(centre, 0.01, 0.99)
        rows[..., :2] = np.log(inside / (1 - inside))
        rows[..., 2:4] = np.log(sides / self.GRID.anchors)
        rows[..., 4:] = np.where(target.rows[..., 4:] > 0.5, 12, -12)
        return rows

    @pytest.mark.parametrize("box", ["ciou", "original"])
    @pytest.mark.parametrize("objectness", ["one", "overlap"])
    def test_a_network_that_is_right_loses_nothing_and_one_that_is_wrong_does(self, box, objectness):
        target = assigned([[22, 38, 33, 49], [2, 3, 50, 48]], assign="best")
        settings = Loss(box=box, objectness=objectness)
        right = self.rows_for(target)
        for part in loss(right, target.rows, target.truths, self.GRID, settings):
            assert float(part) < 0.01
        wrong = right.copy()
        wrong[..., :4] += 1.0
        wrong[..., 4:] *= -1
        for part in loss(wrong, target.rows, target.truths, self.GRID, settings):
            assert float(part) > 0.5

    def test_a_box_that_finds_a_truth_well_is_not_taught_to_be_nothing(self):
        target = assigned([[22, 38, 33, 49]], assign="best")
        rows = self.rows_for(target)
        other = rows_of(target)[0] + 1  # the other anchor of the cell draws nearly the same box, and is sure of it
        rows[0, other, :4] = [*rows[0, other - 1, :2], *np.log(np.array([11, 11]) / self.GRID.anchors[other])]
        rows[0, other, 4] = 8
        strict = loss(rows, target.rows, target.truths, self.GRID, Loss(ignore=1.0))
        fair = loss(rows, target.rows, target.truths, self.GRID, Loss(ignore=0.7))
        assert float(strict.objectness) > 5 and float(fair.objectness) < 0.1

    def test_complete_iou_of_boxes_that_can_be_told_by_hand(self):
        a, b = np.array([[0.0, 0, 10, 10]]), np.array([[5.0, 0, 15, 10]])
        overlap, complete = (float(x[0]) for x in ciou(ops.convert_to_tensor(a), ops.convert_to_tensor(b)))
        assert overlap == pytest.approx(1 / 3) and complete == pytest.approx(1 / 3 - 25 / (15**2 + 10**2))


class TestAugment:
    def photos(self, boxes, size=(80, 60)):
        """A white box on black for each box."""
        picture = np.zeros((*size[::-1], 3), np.uint8)
        for x1, y1, x2, y2 in boxes:
            picture[y1:y2, x1:x2] = 255
        own = np.array(boxes, np.float32)
        return PhotoSet([picture] * 4, [own] * 4, [np.zeros(len(own), np.int64)] * 4, ["a"] * 4, ("face",), "x", [])

    @pytest.mark.parametrize("mosaic", [0.0, 1.0])
    def test_boxes_go_where_the_pixels_go(self, mosaic):
        photos = self.photos([[30, 20, 50, 40]])
        settings = Augment(mosaic=mosaic, hue=0, saturation=0, value=0)
        checked = 0
        for seed in range(20):
            shown = augment.draw(photos, 0, 96, "letterbox", settings, True, np.random.default_rng(seed))
            for x1, y1, x2, y2 in shown.boxes.round().astype(int):
                inside = shown.picture[y1 + 1 : y2 - 1, x1 + 1 : x2 - 1]
                assert inside.min() > 200, (seed, x1, y1, x2, y2)
                checked += 1
            white = (shown.picture > 200).all(2)
            for x1, y1, x2, y2 in shown.boxes:
                white[max(0, int(y1) - 1) : int(y2) + 2, max(0, int(x1) - 1) : int(x2) + 2] = False
            assert white.sum() < 0.02 * white.size  # no face without its box, but for slivers at an edge
        assert checked > 15

    def test_the_same_generator_draws_the_same_and_no_change_draws_the_letterboxed_photo(self):
        photos = self.photos([[30, 20, 50, 40]])
        still = Augment(mosaic=0, scale=0, shift=0, hue=0, saturation=0, value=0, flip=False)
        shown = augment.draw(photos, 0, 96, "letterbox", still, True, np.random.default_rng(0))
        np.testing.assert_allclose(shown.boxes, [[36, 12 + 24, 60, 12 + 48]], atol=0.01)
        twice = [augment.draw(photos, 0, 96, "letterbox", Augment(), True, np.random.default_rng(5)) for _ in range(2)]
        np.testing.assert_array_equal(twice[0].picture, twice[1].picture)


def test_rates_follow_the_guides_steps_with_burn_in_and_the_cosine():
    steps = Optimiser(learning_rate=1.0, schedule="steps", warm_up=1000)
    assert steps.rate(499, 10_000) == pytest.approx(0.5**4)
    assert [steps.rate(images, 10_000) for images in (5000, 8000, 9500)] == pytest.approx([1, 0.1, 0.01])
    cosine = Optimiser(learning_rate=1.0, final=0.1)
    assert [cosine.rate(images, 100) for images in (0, 50, 100)] == pytest.approx([1, 0.55, 0.1])


def drawn_photos(count, seed=0):
    """Squares of two colours on grey grounds, marked: what a small network learns in a moment."""
    rng = np.random.RandomState(seed)
    pictures, boxes, labels = [], [], []
    for _ in range(count):
        picture = np.full((64, 64, 3), rng.randint(60, 120), np.uint8)
        x, y, side, label = rng.randint(2, 36), rng.randint(2, 36), rng.randint(12, 26), rng.randint(2)
        picture[y : y + side, x : x + side] = (230, 40, 40) if label else (40, 40, 230)
        pictures.append(picture)
        boxes.append(np.array([[x, y, x + side, y + side]], np.float32))
        labels.append(np.array([label]))
    return PhotoSet(pictures, boxes, labels, [f"{k:03d}.png" for k in range(count)], ("blue", "red"), "drawn", [])


@pytest.fixture
def recipe(tmp_path):
    (tmp_path / "small.cfg").write_text(CFG)
    path = tmp_path / "small.toml"

    def written(*settings, images=800):
        path.write_text(RECIPE.format(images=images, cfg=tmp_path / "small.cfg"))
        return recipes.load(str(path), list(settings))

    return written


def test_one_batch_is_learnt_by_heart_and_the_boxes_are_found(recipe):
    photos = drawn_photos(8)
    still = ["mosaic=0", "scale=0", "shift=0", "hue=0", "saturation=0", "value=0", "flip=false"]
    wanted = recipe(*[f"augment.{setting}" for setting in still], images=1600)
    task = tasks.build(wanted, Sets(photos, photos, np.arange(8)))
    first = float(task.step(0, 0)["loss"])
    for iteration in range(1, 200):
        last = float(task.step(iteration, iteration * 8)["loss"])
    assert last < 0.15 * first
    assert task.evaluate(0)["map50"] > 0.95


def test_a_batch_in_parts_moves_the_weights_as_a_whole_one(recipe):
    """Without batch norm's statistics in the way the sum of two halves' gradients is the whole's, up to their counts."""
    photos = drawn_photos(16)
    data = Sets(photos, photos, np.arange(16))
    moved = []
    for parts in (1, 2):
        task = tasks.build(recipe(f"subdivisions={parts}", "network.frozen=4", "optimiser.name=sgd"), data)
        before = np.array(task.network.get_layer("conv004").kernel)
        task.step(0, 0)
        moved.append(np.array(task.network.get_layer("conv004").kernel) - before)
    similarity = (moved[0] * moved[1]).sum() / np.linalg.norm(moved[0]) / np.linalg.norm(moved[1])
    assert similarity > 0.98


def test_several_inputs_are_drawn_from(recipe):
    photos = drawn_photos(8)
    task = tasks.build(recipe("network.sizes=[64, 96]", "network.size_every=1"), Sets(photos, photos, np.arange(8)))
    sizes = {task._drawn(place)[0] for place in range(12)}
    assert sizes == {64, 96}
    for iteration in range(4):
        assert np.isfinite(float(task.step(iteration, iteration * 8)["loss"]))
