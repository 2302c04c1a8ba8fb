"""Directions turn what they are named after, and leave alone what they can; what they do is measured and told."""

import numpy as np
import pytest

from models.directions import Directions
from training.attributes import fit, measure
from training.attributes.allowed import ALLOWED, BIAS

LATENT, SMILE = 40, 0
NAMES = [attribute.name for attribute in ALLOWED]


@pytest.fixture
def judge():
    """Verdicts that are linear in z, but for a little; smile leans on gender as it does among celebrities."""
    rng = np.random.default_rng(0)
    weights = rng.standard_normal((LATENT, len(ALLOWED)))
    weights /= np.linalg.norm(weights, axis=0)
    weights[:, SMILE] = 0.8 * weights[:, SMILE] + 0.6 * weights[:, fit.GENDER]
    return fit.Judge(
        lambda z: z, lambda z: (3 * z @ weights + 0.3 * np.sin(z[:, :1])).astype(np.float32), LATENT, normalised=False
    )


def test_slopes_are_found_again(judge):
    faces = judge.random(3_000, 0)
    true = judge.score(np.eye(LATENT, dtype=np.float32)) - judge.score(np.zeros((1, LATENT), np.float32))
    found = fit.slopes(faces)
    cosines = [(a @ b) / np.linalg.norm(a) / np.linalg.norm(b) for a, b in zip(found, true.T)]
    assert min(cosines) > 0.95


def test_smile_turns_and_gender_stays(judge):
    faces, trial, fresh = (judge.random(3_000, seed) for seed in range(3))
    slopes = fit.slopes(faces)
    plain = 2 * slopes[SMILE] / np.linalg.norm(slopes[SMILE])
    step = fit.direction(judge, trial, slopes, SMILE)
    before, after = (judge.flips(fresh, SMILE, vector, 500) for vector in (plain, 2 * step))
    assert after[SMILE] >= 0.8 and before[fit.GENDER] > 0.2
    assert after[fit.GENDER] < before[fit.GENDER] / 2


def test_a_family_that_normalises_is_judged_on_its_sphere(judge):
    faces = judge._replace(normalised=True).random(10, 0)
    np.testing.assert_allclose(np.linalg.norm(faces.z, axis=1), np.sqrt(LATENT), rtol=1e-5)


def test_the_table_is_of_fresh_neutral_faces(judge):
    still = Directions.of("attribute", ["smile"], ["Smile"], np.full((1, LATENT), 1e-9))
    assert set(measure.table(judge, still, 9)["smile"].values()) == {0}
    away = Directions.of("attribute", ["smile"], ["Smile"], 50 * fit.slopes(judge.random(2_000, 0))[[SMILE]])
    assert measure.table(judge, away, 9)["smile"]["smile"] == 1


@pytest.mark.parametrize(
    "reason, name, row, held",
    [
        ("turns, and little else", "smile", {"smile": 0.8, "gender": 0.2, "age": 0.3}, True),
        ("turns too few", "smile", {"smile": 0.79, "gender": 0.0, "age": 0.0}, False),
        ("turns gender along", "smile", {"smile": 0.9, "gender": 0.21, "age": 0.0}, False),
        ("is another attribute's by right", "age", {"age": 0.9, "gender": 0.1, "smile": 0.76}, False),
        ("gender may turn gender", "gender", {"smile": 0.1, "gender": 0.9, "age": 0.0}, True),
    ],
)
def test_only_what_holds_is_offered(reason, name, row, held):
    assert measure.holds(name, row) is held, reason


def test_the_card_tells_it_and_is_told_anew_in_place(tmp_path):
    rows = {"smile": dict.fromkeys(NAMES, 0.1) | {"smile": 0.934}}
    found = Directions.of("attribute", ["smile"], ["Smile"], np.eye(LATENT)[:1] * 0.75)
    accuracy = {name: {"balanced": 0.9} for name in NAMES}
    left_out = [("hat", dict.fromkeys(NAMES, 0.5))]
    text = measure.section(rows, found, accuracy, left_out)
    assert "| smile (0.75 σ) | **93** | 10 |" in text and BIAS in text and "hat (turns 50%, gender flips 50%)" in text
    card = tmp_path / "README.md"
    card.write_text("# Model\n\n## Terms\n\nFree.\n")
    for words in (text, text.replace("93", "95")):
        measure.write_section(card, "Model", words)
    assert card.read_text().startswith("# Model\n\n## Terms") and card.read_text().count("## Attribute sliders") == 1
    assert "**95**" in card.read_text() and "**93**" not in card.read_text()
