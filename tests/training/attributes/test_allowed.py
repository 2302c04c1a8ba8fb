"""Which labels may become sliders: no race, nothing that judges looks."""

import re

import numpy as np

from models.directions import KINDS, Directions, load, save
from training.attributes.allowed import ALLOWED, BIAS, NEVER
from training.attributes.network import network

WORDS = re.compile(r"race|attractive|chubby|pale|skin|nose|lips\b|chin\b|oval|narrow|cheek", re.IGNORECASE)


def test_nothing_that_judges_looks_or_stands_in_for_race_is_a_slider():
    columns = [attribute.column for attribute in ALLOWED]
    assert not NEVER & set(columns) and not [column for column in columns if WORDS.search(column)]
    assert {"race", "Attractive", "Chubby", "Pale_Skin", "Big_Nose", "Big_Lips"} <= NEVER
    assert not [attribute for attribute in ALLOWED if WORDS.search(f"{attribute.name} {attribute.label}")]


def test_the_network_sees_nothing_else():
    assert network().output_shape == (None, len(ALLOWED))


def test_names_stand_in_links_and_labels_are_plain(tmp_path):
    names, labels = [a.name for a in ALLOWED], [a.label for a in ALLOWED]
    save(Directions.of(KINDS[0], names, labels, np.eye(len(names))), tmp_path / "d.npz")
    assert load(tmp_path / "d.npz").names == tuple(names)
    assert {"smile", "glasses", "age", "gender"} <= set(names)
    assert not [label for label in labels if "_" in label]
    assert "Gender presentation, feminine – masculine" in labels and "not what a person is" in " ".join(BIAS.split())
