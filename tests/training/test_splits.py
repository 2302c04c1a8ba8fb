"""Splits: those that come with a set are taken as they are; those made here keep near-duplicates on one side."""

import io
from collections import Counter

import numpy as np
import pytest
from PIL import Image, ImageOps

from tests.training.annotated import MASKS, make, photo, small_set, voc
from training.data import duplicates, splits
from training.data.annotations import open_annotated
from utils.errors import DataError

TABLE = "file,split\n" + "".join(f"{n:02}.jpg,{'test' if n < 2 else 'val' if n < 4 else 'train'}\n" for n in range(10))


def parts(annotated) -> dict[str, list[str]]:
    names = ("train", "val", "test")
    return {part: [one.name[-6:-4] for one in annotated.part(part).photos] for part in names}


BY_TABLE = {"train": ["04", "05", "06", "07", "08", "09"], "val": ["02", "03"], "test": ["00", "01"]}


@pytest.mark.parametrize(
    "reason, files",
    [
        ("a table inside", {"split.csv": TABLE}),
        ("other words for the parts, names without endings", {
            "data/split.csv": TABLE.replace("val", "validation").replace("test", "Testing").replace(".jpg", "")}),
        ("lists, as VOC has them", {
            "ImageSets/Main/train.txt": "04\n05\n06\n07\n08\n09\n", "ImageSets/Main/val.txt": "02\n03\n",
            "ImageSets/Main/test.txt": "00\n01\n"}),
        ("lists with paths of another computer, as Darknet has them", {
            "train.txt": "".join(f"/data/obj/0{n}.jpg\n" for n in range(4, 10)),
            "valid.txt": "C:\\obj\\02.jpg\nC:\\obj\\03.jpg\n", "test.txt": "00.jpg\n01.jpg\n\n"}),
    ],
)  # fmt: skip
@pytest.mark.parametrize("ending", ["", ".zip"])
def test_a_split_that_came_along_is_taken(tmp_path, reason, files, ending):
    assert parts(open_annotated(make(tmp_path / f"set{ending}", small_set() | files))) == BY_TABLE


def test_folders_are_a_split(tmp_path):
    files = {}
    for part, number in (("train", 1), ("train", 2), ("valid", 3), ("test", 4)):
        files |= {f"{part}/images/0{number}.jpg": photo(seed=number), f"{part}/labels/0{number}.txt": b"0 .5 .5 .2 .2"}
    assert parts(open_annotated(make(tmp_path / "set", files))) == {
        "train": ["01", "02"],
        "val": ["03"],
        "test": ["04"],
    }


@pytest.mark.parametrize("ending", ["", ".zip"])
def test_the_table_beside_comes_before_the_one_inside_and_a_named_one_before_both(tmp_path, ending):
    path = make(tmp_path / f"set{ending}", small_set() | {"split.csv": "file,split\n00.jpg,train\n"})
    (tmp_path / "set_split.csv").write_text(TABLE)
    assert parts(open_annotated(path)) == BY_TABLE
    other = tmp_path / "other.csv"
    other.write_text(TABLE.replace("04.jpg,train", "04.jpg,test"))
    assert parts(open_annotated(path, split=other))["test"] == ["00", "01", "04"]


def test_a_part_keeps_its_own_notes_and_all_classes(tmp_path):
    files = small_set() | {"annotations/00.xml": voc([("with_mask", (50, 10, 65, 40))]), "split.csv": TABLE}
    annotated = open_annotated(make(tmp_path / "set", files))
    assert annotated.part("train").notes == [] and len(annotated.part("test").notes) == 1
    only_one = open_annotated(make(tmp_path / "two", small_set(2) | {"split.csv": "file,split\n00,train\n01,test\n"}))
    assert only_one.part("train").classes == ("with_mask", "without_mask")
    assert only_one.part("all") is only_one
    with pytest.raises(DataError, match="`two` has no part `val`, only train, test"):
        only_one.part("val")
    with pytest.raises(DataError, match="no part `fold0-train`, for it has no folds.csv"):
        only_one.part("fold0-train")


def test_folds_are_parts(tmp_path):
    table = "file,fold\n" + "".join(f"{n:02}.jpg,{n % 5}\n" for n in range(10))
    annotated = open_annotated(make(tmp_path / "set.zip", small_set() | {"folds.csv": table}))
    assert [one.name for one in annotated.part("fold2-test").photos] == ["images/02.jpg", "images/07.jpg"]
    assert len(annotated.part("fold2-train").photos) == 8
    with pytest.raises(DataError, match="has no part `fold5-test`, only fold0-train"):
        annotated.part("fold5-test")


@pytest.mark.parametrize(
    "reason, table, sentence",
    [
        ("another set's", "file,split\nx.jpg,train\n", "names none of the 10 photos: it belongs to another set"),
        ("an unknown part", TABLE.replace("val", "maybe"), "knows a part `maybe`"),
        ("no such column", TABLE.replace("split", "part"), "has no column `split`, only file, part"),
        ("no rows", "file,split\n", "holds no rows"),
    ],
)
def test_a_table_that_cannot_be_meant_is_told(tmp_path, reason, table, sentence):
    path = tmp_path / "mine.csv"
    path.write_text(table)
    with pytest.raises(DataError, match=f"`mine.csv` {sentence}"):
        open_annotated(make(tmp_path / "set", small_set()), split=path)
    with pytest.raises(DataError, match="There is no split at"):
        open_annotated(tmp_path / "set", split=tmp_path / "gone.csv")


def test_a_photo_that_the_split_forgot_is_told(tmp_path):
    table = TABLE.replace("09.jpg,train\n", "")
    annotated = open_annotated(make(tmp_path / "set", small_set() | {"split.csv": table}))
    assert annotated.notes == ["1 photos are in no part of the split, `images/09.jpg` the first of them."]
    assert len(annotated.part("train").photos) == 5


def test_without_a_split_one_is_made_always_the_same(tmp_path):
    annotated = open_annotated(make(tmp_path / "set", small_set(20)))
    made = parts(annotated)
    assert {part: len(names) for part, names in made.items()} == {"train": 16, "val": 2, "test": 2}
    assert made == parts(open_annotated(make(tmp_path / "again.zip", small_set(20))))
    assert "came without a split: one was made" in annotated.part("test").notes[-1]


def test_a_new_split_meets_the_counts_with_whole_groups():
    names = [f"{n:03}" for n in range(100)]
    groups = {name: f"scene {int(name) // 3}" for name in names[:30]}
    for seed in range(5):
        parted = splits.shares(names, groups, {"test": 11, "val": 0.07}, seed)
        assert Counter(parted.values()) == {"train": 82, "test": 11, "val": 7}
        sides = {scene: {parted[name] for name in groups if groups[name] == scene} for scene in groups.values()}
        assert all(len(side) == 1 for side in sides.values())
    assert splits.shares(names, groups, {"test": 11}, 0) != splits.shares(names, groups, {"test": 11}, 1)
    with pytest.raises(DataError, match="100 of 100 photos asked for"):
        splits.shares(names, groups, {"test": 50, "val": 50}, 0)


def test_a_balanced_split_parts_a_rare_class_by_its_share():
    photos = {f"{n:03}": Counter(rare=1) if n < 10 else Counter(common=3) for n in range(100)}
    for seed in range(5):
        parted = splits.balanced(photos, {}, {"test": 0.2}, seed)
        assert sum(parted[name] == "test" for name in list(photos)[:10]) == 2


def saved(picture: Image.Image, quality: int) -> bytes:
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=quality)
    return file.getvalue()


def test_the_same_photo_smaller_saved_again_or_mirrored_is_one_group(tmp_path):
    one = Image.open(io.BytesIO(photo(320, 240, seed=1)))
    pictures = {
        "a": saved(one, 95),
        "b": saved(one.resize((160, 120)), 60),
        "c": saved(ImageOps.mirror(one), 90),
        **{f"other{n}": photo(320, 240, seed=n + 2) for n in range(6)},
    }
    files = {f"{name}.jpg": data for name, data in pictures.items()}
    files |= {f"{name}.txt": b"0 .5 .5 .2 .2\n" for name in pictures}
    annotated = open_annotated(make(tmp_path / "set", files))
    assert duplicates.groups(annotated.photos) == {"a.jpg": "a.jpg", "b.jpg": "a.jpg", "c.jpg": "a.jpg"}
    parted = annotated.new_split({"test": 3}, seed=0)
    assert len({parted[f"{name}.jpg"] for name in "abc"}) == 1


def test_groups_that_came_along_are_kept_together(tmp_path):
    table = "file,group\n" + "".join(f"{n:02}.jpg,g{n // 5}\n" for n in range(10))
    annotated = open_annotated(make(tmp_path / "set", small_set() | {"groups.csv": table}))
    parted = annotated.new_split({"test": 5}, seed=0)
    assert {parted[f"images/{n:02}.jpg"] for n in range(5)} ^ {parted[f"images/{n:02}.jpg"] for n in range(5, 10)} == {
        "train", "test"}  # fmt: skip


@pytest.mark.skipif(not MASKS.is_file(), reason="the masks are not at hand")
def test_photos_that_are_alike_by_hash_are_so_by_hand():
    masks = open_annotated(MASKS)
    by_hash, by_hand = duplicates.groups(masks.photos), masks.groups
    assert len(by_hash) > 20 and all(by_hand[photo] == by_hand[other] for photo, other in by_hash.items())
    parted = masks.new_split({"test": 86}, seed=0)
    assert Counter(parted.values()) == {"train": 767, "test": 86}
    assert len({(by_hand[photo], part) for photo, part in parted.items()}) == len(set(by_hand.values()))


def test_a_table_survives_names_with_commas(tmp_path):
    path = tmp_path / "s.csv"
    path.write_text(splits.table("split", {"a, b.jpg": "test", 'c"d.jpg': "train"}))
    assert splits.read_split(path, ["a, b.jpg", 'c"d.jpg']) == {"a, b.jpg": "test", 'c"d.jpg': "train"}
    assert np.char.count(path.read_text(), "\n") == 3
