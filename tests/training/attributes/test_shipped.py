"""The shipped model's attribute sliders hold what its card says, and the card says what was measured."""

import tomllib

import pytest

from models.card import read_card
from tests.tree import ROOT
from training.attributes import measure
from training.attributes.allowed import ALLOWED, BIAS

FOLDER = ROOT / "weights" / "dcgan-celeba64"
SAID = tomllib.loads((FOLDER / "model.toml").read_text("utf-8"))["metrics"]["attributes"]


def test_only_what_holds_is_offered_and_attributes_stand_first():
    found = read_card(FOLDER).directions
    offered = found.only("attribute").names
    assert offered == found.names[: len(offered)] == tuple(SAID)
    assert set(offered) <= {attribute.name for attribute in ALLOWED}
    assert all(measure.holds(name, row) for name, row in SAID.items())


def test_smile_turns_four_in_five_and_gender_one_in_seven_at_most():
    assert SAID["smile"]["smile"] >= 0.8 and SAID["smile"]["gender"] <= 0.15
    assert read_card(FOLDER).directions.limits()["smile"] >= measure.STEPS


@pytest.mark.parametrize("name", SAID)
def test_the_card_has_the_table_and_what_the_labels_are(name):
    card = (FOLDER / "README.md").read_text("utf-8")
    assert BIAS in card
    cells = (f"**{share:.0%}**" if other == name else f"{share:.0%}" for other, share in SAID[name].items())
    assert " | ".join(cells).replace("%", "") in card
