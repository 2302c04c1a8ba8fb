"""The catalogue finds models in two folders, trusts no file whose sum differs, and says what is wrong."""

import os
import shutil

import numpy as np
import pytest

from models import serving
from models.card import verify
from models.catalogue import SHIPPED, Catalogue, add_folder, add_keras, write_model
from models.generator import load
from models.settings import read_query
from models.weights_io import load_weights
from utils.errors import ModelError


@pytest.fixture
def copy(tiny_model, tmp_path):
    """A folder of models with a copy of `tiny` that a test may spoil."""
    shutil.copytree(tiny_model.folder, tmp_path / "models" / "tiny")
    return tmp_path / "models" / "tiny"


@pytest.fixture
def empty_home(tmp_path, monkeypatch):
    monkeypatch.setenv("VISAGE_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def change(card, old, new):
    text = card.read_text()
    assert old in text
    card.write_text(text.replace(old, new))


def test_the_card_tells_what_was_written(tiny_model):
    info = Catalogue().get("tiny")
    assert (info.name, info.title, info.version, info.task, info.family) == ("tiny", "Tiny", "1", "generate", "dcgan")
    assert info.arguments["resolution"] == 32 and info.arguments["slope"] == 0.3  # defaults are written out
    assert "dtype" not in info.arguments and info.truncation and info.folder == tiny_model.folder
    assert set(info.files) == {"weights.safetensors", "directions.npz"} and len(info.directions) == 4
    assert verify(info) == []


def test_two_folders_are_one_catalogue_and_the_first_counts(copy, tmp_path):
    second = tmp_path / "second"
    shutil.copytree(copy, second / "tiny")
    change(second / "tiny" / "model.toml", 'title = "Tiny"', 'title = "Shadowed"')
    shutil.copytree(copy, second / "other")
    change(second / "other" / "model.toml", 'name = "tiny"', 'name = "other"')
    catalogue = Catalogue([copy.parent, second, tmp_path / "missing"])
    assert [info.name for info in catalogue.models()] == ["tiny", "other"]
    assert catalogue.get("tiny").title == "Tiny" and catalogue.default().name == "tiny"
    assert catalogue.models("generate") == catalogue.models() and catalogue.models("detect") == []


@pytest.mark.parametrize("name", ["gone", "", "../models/tiny", "tiny/", "/etc", "a\nb", "x" * 1000])
def test_an_unknown_model_is_told_with_what_there_is(copy, name):
    with pytest.raises(ModelError, match="There is no model .* Models: tiny."):
        Catalogue([copy.parent]).get(name)


def test_no_model_at_all_says_how_to_come_by_one(tmp_path):
    with pytest.raises(ModelError, match="weights add"):
        Catalogue([tmp_path]).default()


@pytest.mark.parametrize(
    "reason, old, new, words",
    [
        ("no TOML", "[arguments]", "[arguments", "cannot be read"),
        ("a field is missing", 'version = "1"', "", "`version`"),
        ("a field nobody knows", 'version = "1"', 'version = "1"\ncolour = 3', "`colour`"),
        ("another name than the folder's", 'name = "tiny"', 'name = "giant"', "`giant`"),
        ("a latent that is none", "latent = 16", "latent = 0", "latent"),
        ("a file outside the folder", '"weights.safetensors"', '"../weights.safetensors"', "files"),
        ("no weights", '"weights.safetensors"', '"other.safetensors"', "weights.safetensors"),
    ],
)
def test_a_wrong_card_is_told_and_hides_no_other(copy, reason, old, new, words):
    shutil.copytree(copy, copy.parent / "well")
    change(copy.parent / "well" / "model.toml", 'name = "tiny"', 'name = "well"')
    change(copy / "model.toml", old, new)
    catalogue = Catalogue([copy.parent])
    assert [info.name for info in catalogue.models()] == ["well"], reason
    with pytest.raises(ModelError, match=words):
        catalogue.get("tiny")
    assert len(catalogue.faults()) == 1 and "tiny" in catalogue.faults()[0]


def flip_a_bit(path):
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


@pytest.mark.parametrize("file", ["weights.safetensors", "directions.npz"])
@pytest.mark.parametrize(
    "reason, spoil, words",
    [
        ("one bit differs", flip_a_bit, "SHA-256 differs"),
        ("cut off", lambda path: os.truncate(path, 100), "SHA-256 differs"),
        ("missing", lambda path: path.unlink(), "missing"),
    ],
)
def test_a_file_that_is_not_the_published_one_is_refused_by_name(copy, file, reason, spoil, words):
    spoil(copy / file)
    info = Catalogue([copy.parent]).get("tiny")
    (sentence,) = verify(info)
    assert file in sentence and words in sentence and "tiny" in sentence
    with pytest.raises(ModelError, match=words):
        load(info)


def test_weights_of_another_size_are_refused_though_their_sum_is_right(copy):
    change(copy / "model.toml", "capacity = 4", "capacity = 8")
    with pytest.raises(ModelError, match="does not fit.*in the file and .* in the network"):
        load(Catalogue([copy.parent]).get("tiny"))


def test_arguments_that_a_family_does_not_take_are_told(copy):
    change(copy / "model.toml", "capacity = 4", "capacity = 4\nwings = 2")
    with pytest.raises(ModelError, match="wings"):
        load(Catalogue([copy.parent]).get("tiny"))


def test_starting_points_are_settings_with_a_name(copy):
    (copy / "presets.toml").write_text('[[preset]]\nname = "Warm"\nseed = 7\npsi = 0.5\nmix = "9:0.3"\n')
    assert Catalogue([copy.parent]).get("tiny").presets == (("Warm", {"seed": "7", "psi": "0.5", "mix": "9:0.3"}),)


@pytest.mark.parametrize("text", ["", "[[preset]]\nseed = 7\n", "preset = 3\n", 'preset = ["x"]\n', "[[preset", "\xff"])
def test_spoiled_starting_points_are_none(copy, text):
    (copy / "presets.toml").write_bytes(text.encode("latin-1"))
    assert Catalogue([copy.parent]).get("tiny").presets == ()


def test_the_shipped_starting_points_are_settings_of_their_models():
    for info in Catalogue([SHIPPED]).models("generate"):
        for preset in info.presets:
            assert read_query(preset.query, info)[1] == [], preset.name


def test_an_added_folder_draws_the_same_faces(tiny_model, empty_home, tmp_path):
    shutil.copytree(tiny_model.folder, tmp_path / "tiny")
    carried = {"README.md", "LICENCE", "samples.webp", "training.webp", "presets.toml"}
    for name in (*carried, "notes.txt"):
        (tmp_path / "tiny" / name).write_text("…")
    info = add_folder(tmp_path / "tiny", "my-tiny")
    assert info.folder == empty_home / "models" / "my-tiny"
    assert set(os.listdir(info.folder)) == {"model.toml", *info.files, *carried}
    assert Catalogue().get("my-tiny").files == tiny_model.files
    z = np.zeros((1, 16), np.float32)
    np.testing.assert_array_equal(load(info).generate(z), load(tiny_model).generate(z))
    with pytest.raises(ModelError, match="`my-tiny` already"):
        add_folder(tmp_path / "tiny", "my-tiny")


@pytest.mark.parametrize("name", ["../out", "a/b", ".hidden", "", "x" * 65])
def test_a_name_that_is_no_safe_folder_is_refused(tiny_model, empty_home, name):
    with pytest.raises(ModelError, match="name"):
        add_folder(tiny_model.folder, name) if name else add_keras(tiny_model.folder, name, "dcgan", {})
    assert not list(empty_home.rglob("*.toml"))


def test_a_damaged_folder_is_not_added(copy, empty_home):
    flip_a_bit(copy / "weights.safetensors")
    with pytest.raises(ModelError, match="SHA-256 differs"):
        add_folder(copy)
    assert not list(empty_home.rglob("*"))


def test_a_keras_file_becomes_a_model(tiny_model, empty_home, tmp_path):
    from models.generator import build

    network = build(tiny_model)
    load_weights(network, tiny_model.folder / "weights.safetensors")
    network.save_weights(tmp_path / "old.weights.h5")
    arguments = {"resolution": 32, "latent": 16, "capacity": 4, "kernel": 4}
    info = add_keras(tmp_path / "old.weights.h5", "old", "dcgan", arguments)
    z = np.random.RandomState(0).standard_normal((1, 16)).astype(np.float32)
    np.testing.assert_array_equal(load(info).generate(z), load(tiny_model).generate(z))
    assert info.version == "1" and len(info.directions) == 10


@pytest.mark.parametrize(
    "reason, data, arguments, words",
    [
        ("no such argument", b"", {"wings": 2}, "no argument `wings`"),
        ("empty file", b"", {}, "does not fit"),
        ("not HDF5", b"hello" * 100, {}, "does not fit"),
    ],
)
def test_a_keras_file_that_does_not_fit_is_told(empty_home, tmp_path, reason, data, arguments, words):
    (tmp_path / "old.weights.h5").write_bytes(data)
    with pytest.raises(ModelError, match=words):
        add_keras(tmp_path / "old.weights.h5", "old", "dcgan", arguments)
    assert not list(empty_home.rglob("*.toml"))


def test_a_model_published_anew_is_loaded_anew(tiny_model, empty_home):
    import keras

    from models.generator import build

    shutil.copytree(tiny_model.folder, empty_home / "models" / "tiny2")
    change(empty_home / "models" / "tiny2" / "model.toml", 'name = "tiny"', 'name = "tiny2"')
    before = serving.generator("tiny2")
    assert serving.loaded("tiny2") and serving.generator("tiny2") is before
    keras.utils.set_random_seed(9)
    fields = {key: getattr(tiny_model, key) for key in ("title", "family", "arguments")}
    write_model(empty_home / "models" / "tiny2", fields | {"version": "2"}, build(tiny_model))
    after = serving.generator("tiny2")
    z = np.ones((1, 16), np.float32)
    assert after.info.version == "2" and (after.generate(z) != before.generate(z)).any()


def test_a_broken_network_is_not_published(tiny_model, tmp_path):
    from models.generator import build

    network = build(tiny_model)
    network.variables[0].assign(np.full(network.variables[0].shape, np.nan, np.float32))
    fields = {"title": "Broken", "version": "1", "family": "dcgan", "arguments": tiny_model.arguments}
    with pytest.raises(ModelError, match="not numbers"):
        write_model(tmp_path / "broken", fields, network)
    assert not os.listdir(tmp_path)


@pytest.mark.parametrize(
    "reason, folder, fields, words",
    [
        ("a name that no link can carry", "two words", {}, "`name`"),
        ("a version that no link can carry", "fine", {"version": "1/2"}, "`version`"),
        ("a field nobody knows", "fine", {"colour": 3}, "`colour`"),
        ("a task nobody knows", "fine", {"task": "dream"}, "`task`"),
    ],
)
def test_a_model_that_cannot_be_leaves_nothing_behind(tiny_model, tmp_path, reason, folder, fields, words):
    from models.generator import build

    whole = {"title": "Fine", "version": "1", "family": "dcgan", "arguments": tiny_model.arguments}
    with pytest.raises(ModelError, match=words):
        write_model(tmp_path / folder, whole | fields, build(tiny_model))
    assert not os.listdir(tmp_path), reason
