"""Settings survive every spelling, and nonsense in a link is told, never raised."""

import json
import re
from dataclasses import replace

import pytest

from models.settings import FaceSettings, read_query
from utils.errors import LinkError

TINY = {"model": "tiny", "version": "1"}


@pytest.mark.parametrize(
    "reason, settings, query",
    [
        ("the least there is", {}, {"seed": "0"}),
        ("the last seed", {"seed": 2**32 - 1}, {"seed": "4294967295"}),
        ("truncation", {"psi": 0.7}, {"seed": "0", "psi": "0.7"}),
        ("the mean face", {"psi": 0.0}, {"seed": "0", "psi": "0"}),
        ("sliders", {"sliders": (("d1", 1.5), ("d3", -3.0))}, {"seed": "0", "d1": "1.5", "d3": "-3"}),
        ("three decimals", {"sliders": (("d1", 0.001),), "psi": 0.333}, {"seed": "0", "psi": "0.333", "d1": "0.001"}),
        ("a mix", {"mix": ((12, 0.5), (7, 1.0))}, {"seed": "0", "mix": "12:0.5,7:1"}),
        ("locks", {"locks": ("d3", "d1")}, {"seed": "0", "lock": "d1,d3"}),
        ("single values", {"latents": ((2, -0.7), (12, 0.0))}, {"seed": "0", "z2": "-0.7", "z12": "0"}),
    ],
)
def test_settings_survive_address_and_json(tiny_model, reason, settings, query):
    settings = FaceSettings(**TINY, **settings)
    assert settings.to_query() == TINY | query, reason
    assert read_query(settings.to_query(), tiny_model) == (settings, [])
    assert FaceSettings.from_json(settings.to_json()) == settings


def test_every_thousandth_survives(tiny_model):
    for thousandth in range(-3000, 3001, 7):
        settings = FaceSettings(**TINY, sliders=(("d1", thousandth / 1000),), latents=((0, thousandth / 1000),))
        assert read_query(settings.to_query(), tiny_model)[0] == settings


def test_settings_that_draw_one_face_are_equal():
    one = FaceSettings(**TINY, psi=0.70000001, sliders=(("b", 1), ("a", 0.5), ("c", 0)), latents=((3, 1), (1, -0.0)))
    assert one == FaceSettings(**TINY, psi=0.7, sliders=(("a", 0.5), ("b", 1.0)), latents=((1, 0.0), (3, 1.0)))
    assert hash(one) is not None and "-0" not in one.to_query().values()


@pytest.mark.parametrize(
    "reason, query, change, words",
    [
        ("a word we never had", {"colour": "blue"}, {}, "`colour`"),
        ("a slider of another model", {"smile": "1"}, {}, "`smile`"),
        ("a seed that is none", {"seed": "seven"}, {}, "seven"),
        ("a seed below all", {"seed": "-1"}, {}, "`seed`.*-1"),
        ("a seed past the last", {"seed": "4294967296"}, {}, "4294967296"),
        ("a seed with a fraction", {"seed": "1.5"}, {}, "`seed`"),
        ("digits of another script", {"seed": "٣"}, {}, "`seed`"),
        ("psi too high stops at 1", {"psi": "1.7"}, {"psi": 1.0}, r"`psi` must be in \[0, 1\]. Received: 1.7. 1 is"),
        ("psi too low stops at 0", {"psi": "-3"}, {"psi": 0.0}, "0 is shown"),
        ("not a number by name", {"psi": "nan"}, {}, "`psi` must be a number"),
        ("infinite by name", {"d1": "inf"}, {}, "`d1` must be a number"),
        ("infinite by size", {"d1": "1e999"}, {"sliders": (("d1", 3.0),)}, "3 is shown"),
        ("empty", {"d1": ""}, {}, "`d1` must be a number"),
        ("a slider past its end", {"d1": "-99"}, {"sliders": (("d1", -3.0),)}, r"\[-3, 3\].*-3 is shown"),
        ("a latent past its end", {"z3": "5"}, {"latents": ((3, 4.0),)}, "`z3`"),
        ("a latent that the model has not", {"z16": "1"}, {}, "`z16`"),
        ("a latent far out", {"z99999999999999999999": "1"}, {}, "z9999"),
        ("a mix without shares", {"mix": "12"}, {}, "`mix` must be.*12:0.5,7:0.3"),
        ("a share above 1", {"mix": "12:1.5"}, {}, "`mix`.*12:1.5"),
        ("a seed past the last in a mix", {"mix": "4294967296:0.5"}, {}, "`mix`"),
        ("a mix of far too many", {"mix": ",".join(["3:0.5"] * 25)}, {}, "up to 24"),
        ("half of the locks", {"lock": "d1,smile"}, {"locks": ("d1",)}, "`lock` names `smile`"),
        ("an older version", {"version": "0.9"}, {}, "version 0.9 .*version 1 is here"),
        ("another model", {"model": "gone", "version": "3"}, {}, "`gone`.*Tiny is shown"),
        ("marks of a page's language", {"<b>`x`": "1"}, {}, "`·b··x·`"),
        ("a novel", {"psi": "x" * 10000}, {}, "x{40}…"),
    ],
)
def test_nonsense_is_told_and_left_out(tiny_model, reason, query, change, words):
    settings, told = read_query(TINY | {"seed": "0"} | query, tiny_model)
    assert settings == replace(FaceSettings(**TINY), **change), reason
    assert len(told) == 1
    assert re.search(words, told[0]), told


def test_what_is_right_counts_beside_what_is_wrong(tiny_model):
    settings, told = read_query({"seed": "7", "psi": "half", "d2": "1.23456"}, tiny_model)
    assert settings == FaceSettings(**TINY, seed=7, sliders=(("d2", 1.235),)) and len(told) == 1


def test_a_thousand_faults_are_few_sentences(tiny_model):
    _, told = read_query({f"x{k}": "1" for k in range(1000)}, tiny_model)
    assert len(told) == 9 and "992" in told[-1]


def test_a_family_without_truncation_says_why_psi_is_left_out(tiny_model):
    settings, told = read_query({"psi": "0.5"}, tiny_model.model_copy(update={"truncation": False}))
    assert settings.psi == 1 and re.search("`psi`.*truncate", told[0])


@pytest.mark.parametrize(
    "reason, text",
    [
        ("no JSON", "hello"),
        ("cut off", FaceSettings(**TINY).to_json()[:-5]),
        ("a list", "[]"),
        ("no model", "{}"),
        ("a model that is a number", '{"model": 3}'),
        ("a version that is a number", '{"model": "tiny", "version": 0}'),
        ("an unknown field", '{"model": "tiny", "colour": "blue"}'),
        ("a seed that is a text", '{"model": "tiny", "seed": "7"}'),
        ("a seed that is true", '{"model": "tiny", "seed": true}'),
        ("a slider that is a text", '{"model": "tiny", "sliders": {"d1": "x"}}'),
        ("a slider that is no number", '{"model": "tiny", "sliders": {"d1": NaN}}'),
        ("sliders that are a list", '{"model": "tiny", "sliders": [1]}'),
        ("an index that is none", '{"model": "tiny", "latents": {"x": 1}}'),
        ("a mix that is a number", '{"model": "tiny", "mix": 3}'),
        ("a mix of texts", '{"model": "tiny", "mix": [["3", 0.5]]}'),
        ("a lock that is a number", '{"model": "tiny", "locks": [3]}'),
        ("psi outside", '{"model": "tiny", "psi": 2}'),
        ("a hundred thousand brackets", "[" * 100_000),
    ],
)
def test_a_note_that_is_none_of_ours_is_a_sentence(reason, text):
    with pytest.raises(LinkError):
        FaceSettings.from_json(text)


def test_a_note_names_every_field():
    names = {"model", "version", "seed", "psi", "sliders", "latents", "mix", "locks"}
    assert set(json.loads(FaceSettings("tiny").to_json())) == names


def test_a_note_from_before_mixes_and_locks_is_still_read():
    old = '{"model": "tiny", "version": "1", "seed": 7, "psi": 0.5, "sliders": {"d1": 1.5}, "latents": {"3": 1.0}}'
    assert FaceSettings.from_json(old) == FaceSettings("tiny", "1", 7, 0.5, (("d1", 1.5),), ((3, 1.0),))


def test_a_share_of_nothing_is_no_mix():
    assert FaceSettings("tiny", mix=((5, 0.0), (6, 0.25))) == FaceSettings("tiny", mix=((6, 0.25),))


def test_neighbours_are_links_to_other_faces(tiny_model):
    one = FaceSettings(**TINY, seed=2**32 - 5, sliders=(("d1", 1.0),))
    around = one.neighbours(0.25)
    assert len({face.mix for face in around}) == 24 and one.seed not in [
        seed for ((seed, _),) in (f.mix for f in around)
    ]
    assert all(read_query(face.to_query(), tiny_model) == (face, []) for face in around)
    assert {face.mix[1:] for face in around[0].neighbours(0.25)}.isdisjoint({face.mix for face in around})


def test_a_mix_of_too_many_has_no_neighbours():
    with pytest.raises(LinkError, match="24 seeds"):
        FaceSettings("tiny", mix=((1, 0.5),) * 24).neighbours(0.25)
