"""A network learns labels; what it was not shown it is measured on; the next time it is there."""

import zipfile

import numpy as np
import pytest

from training.attributes import likeness, network
from training.attributes.allowed import ALLOWED
from utils.errors import DataError


def test_labels_come_with_their_faces_and_every_tenth_is_held_out(labelled_zip, labels):
    found = network.labelled(labelled_zip)
    np.testing.assert_array_equal(found.labels, labels)  # `Young` and `No_Beard` turned round
    np.testing.assert_array_equal(np.flatnonzero(found.held_out), np.arange(9, 600, 10))  # by the number in the name


def test_it_learns_what_it_is_shown(labelled_zip, labels):
    data = network.labelled(labelled_zip)
    said = network.scorer(network.train(data, epochs=50))(data.pictures[data.held_out]) > 0
    figures = network.figures_of(said, labels[data.held_out])
    assert list(figures) == [attribute.name for attribute in ALLOWED]
    assert np.mean([one["balanced"] for one in figures.values()]) > 0.8, figures


def test_the_next_time_it_is_there_and_says_the_same(learnt, labelled_zip, labels):
    steps = []
    again, figures = network.learnt(labelled_zip, lambda done, total: steps.append(done))
    assert not steps and figures == learnt[1]
    pictures = network.labelled(labelled_zip).pictures[:20]
    said, kept = (network.scorer(model)(pictures) for model in (learnt[0], again))
    assert np.corrcoef(said.ravel(), kept.ravel())[0, 1] > 0.999  # float16 on disk


def test_pictures_of_any_size_and_number_are_scored(learnt, labelled_zip):
    pictures = network.labelled(labelled_zip).pictures[:3]
    score = network.scorer(learnt[0])
    large = pictures.repeat(2, axis=1).repeat(2, axis=2)
    np.testing.assert_allclose(score(large), score(pictures), atol=1e-3)


def test_pictures_without_their_labels_are_a_sentence(tmp_path):
    with zipfile.ZipFile(tmp_path / "plain.zip", "w") as archive:
        archive.writestr("labels.csv", "image_id,Smiling\n000001.png,1\n")
        archive.writestr("000001.png", b"")
    with pytest.raises(DataError, match=r"`plain.zip` has no labels for Mouth_Slightly_Open.*CelebA"):
        network.labelled(tmp_path / "plain.zip")


def test_more_of_the_same_faces_are_known_as_such(learnt, labelled_zip):
    pictures = network.labelled(labelled_zip).pictures
    assert likeness.check(learnt[0], pictures[300:], pictures[:300], "same") < 2


def test_what_draws_no_faces_has_no_attributes(learnt, labelled_zip):
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 64, 3)).astype(np.uint8)
    with pytest.raises(DataError, match="What `icons` draws is unlike.*pca"):
        likeness.check(learnt[0], noise, network.labelled(labelled_zip).pictures, "icons")
