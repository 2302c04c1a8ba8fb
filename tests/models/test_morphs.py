"""Morphs: what a link says of them, the ways between faces, and the pictures on them."""

from dataclasses import replace
from itertools import pairwise
from urllib.parse import parse_qsl, urlencode

import numpy as np
import pytest

from models import morphs, serving
from models.catalogue import write_model
from models.generator import load
from models.latents import on_sphere
from models.morphs import MorphSettings, read_query
from models.settings import FaceSettings
from utils.errors import LinkError

SEEDS = tuple(FaceSettings("tiny", "1", seed) for seed in (1, 5, 9))
CHANGED = FaceSettings("tiny", "1", 7, 0.8, (("d1", -1.5),), ((3, 0.25),), ((12, 0.5), (13, 0.2)), ("d2", "d3"))


@pytest.fixture
def tiny(tiny_model):
    return serving.generator("tiny")


@pytest.fixture(scope="module")
def grown(tmp_path_factory):
    """A tiny network of the family that lives on the sphere."""
    import keras

    from models import networks

    keras.utils.set_random_seed(5)
    arguments = {"resolution": 16, "latent": 16, "channels": [8, 8, 6]}
    network = networks.family("progressive").generator(**arguments)
    fields = {"title": "Grown", "version": "1", "family": "progressive", "arguments": arguments, "licence": "none"}
    return load(write_model(tmp_path_factory.mktemp("models") / "grown", fields, network, directions=2))


@pytest.mark.parametrize(
    "settings, query",
    [
        (MorphSettings(SEEDS), "model=tiny&version=1&seeds=1,5,9"),
        (MorphSettings(SEEDS, loop=True, at=30), "model=tiny&version=1&seeds=1,5,9&loop=1&at=30"),
        (
            MorphSettings((SEEDS[0], CHANGED), "lerp", "smooth", steps=8, at=3),
            (
                "model=tiny&version=1&k1=1&k2=7_psi_0.8_d1_-1.5_z3_0.25_mix_12:0.5,13:0.2_lock_d2,d3"
                "&path=lerp&easing=smooth&steps=8&at=3"
            ),
        ),
    ],
)
def test_a_link_holds_all_of_a_morph_and_is_short(tiny_model, settings, query):
    assert urlencode(settings.to_query(), safe=",:") == query
    assert read_query(dict(parse_qsl(query)), tiny_model) == (settings, [])


def test_any_eight_faces_come_back_from_their_link(tiny_model):
    rng = np.random.RandomState(0)
    faces = tuple(
        FaceSettings(
            "tiny",
            "1",
            int(rng.randint(2**31)),
            round(rng.uniform(), 3),
            tuple((f"d{k}", round(rng.uniform(-3, 3), 3)) for k in range(1, 5)),
            tuple((k, round(rng.uniform(-4, 4), 3)) for k in range(16)),
        )
        for _ in range(8)
    )
    settings = MorphSettings(faces, "lerp", loop=True, steps=120, at=959)
    assert read_query(dict(parse_qsl(urlencode(settings.to_query()))), tiny_model) == (settings, [])


@pytest.mark.parametrize(
    "reason, query, words",
    [
        ("one face", "seeds=1", "`seeds` must be 2 to 8"),
        ("nine faces", "seeds=1,2,3,4,5,6,7,8,9", "`seeds` must be 2 to 8"),
        ("one face with a name", "k1=5", "names one face"),
        ("both spellings", "k1=5&k2=6&seeds=5,6", "twice"),
        ("a slider that is not there", "k1=5&k2=6_smirk_1", "Face `k2`: `smirk`"),
        ("a name without a value", "k1=5_psi&k2=6", "Face `k1` ends in a name"),
        ("no seed", "k1=x_psi_1&k2=6", "Face `k1`: `seed`"),
        ("no such way", "seeds=1,2&path=ferry", "`path` must be"),
        ("no such pace", "seeds=1,2&easing=hop", "`easing` must be"),
        ("no steps", "seeds=1,2&steps=0", "`steps` must be"),
        ("too many steps", "seeds=1,2&steps=121", "`steps` must be"),
        ("behind the end", "seeds=1,2&at=25", "behind the last picture, 24"),
        ("another version", "seeds=1,2&version=0", "another version"),
        ("unknown", "seeds=1,2&speed=3", "no setting of a morph"),
    ],
)
def test_nonsense_is_told_once_and_the_rest_stands(tiny_model, reason, query, words):
    settings, told = read_query(dict(parse_qsl(query)), tiny_model)
    assert len(told) == 1 and words in told[0], reason
    assert len(settings.keys) >= 2 and settings.at < settings.frames()
    assert read_query(settings.to_query(), tiny_model) == (settings, []), "what is shown has a link of its own"


def test_a_link_full_of_nonsense_is_told_in_a_few_sentences(tiny_model):
    query = {f"k{place}": f"x_smirk_{place}_grin_1" for place in range(1, 9)}
    told = read_query(query, tiny_model)[1]
    assert len(told) == 9 and told[-1] == "And 16 more like these."


@pytest.mark.parametrize(
    "reason, change",
    [
        ("one face", {"keys": SEEDS[:1]}),
        ("two models", {"keys": (SEEDS[0], FaceSettings("other", "1", 2))}),
        ("no such way", {"path": "ferry"}),
        ("no such pace", {"easing": "hop"}),
        ("no steps", {"steps": 0}),
    ],
)
def test_impossible_morphs_are_refused(reason, change):
    with pytest.raises(LinkError):
        replace(MorphSettings(SEEDS), **change)


@pytest.mark.parametrize("path", morphs.WAYS)
@pytest.mark.parametrize("easing", morphs.PACES)
@pytest.mark.parametrize("loop", [False, True])
def test_key_faces_stand_on_every_way_to_the_pixel(tiny, path, easing, loop):
    settings = MorphSettings((*SEEDS, CHANGED), path, easing, loop, steps=5)
    pictures = tiny.generate(morphs.path(settings, tiny))
    assert len(pictures) == settings.frames() == (20 if loop else 16)
    for place, face in enumerate(settings.keys):
        np.testing.assert_array_equal(pictures[5 * place], tiny.face(face))


@pytest.mark.parametrize("loop", [False, True])
def test_one_picture_is_the_one_on_the_way(tiny, loop):
    settings = MorphSettings((*SEEDS, CHANGED), "slerp", "smooth", loop, steps=5)
    pictures = tiny.generate(morphs.path(settings, tiny))
    for at in (0, 1, 7, 10, settings.frames() - 1):
        np.testing.assert_array_equal(morphs.picture(replace(settings, at=at), tiny), pictures[at])


def test_the_straight_way_is_shorter_inside_and_the_smooth_pace_slow_at_its_ends(tiny):
    two = MorphSettings(SEEDS[:2], steps=24)
    arc, line = (morphs.path(replace(two, path=path), tiny) for path in ("slerp", "lerp"))
    assert np.linalg.norm(line[12]) < 0.9 * np.linalg.norm(arc[12])
    np.testing.assert_allclose(np.diff(line, axis=0), np.diff(line, axis=0)[[0]].repeat(24, 0), atol=1e-5)
    smooth = morphs.path(replace(two, path="lerp", easing="smooth"), tiny)
    speeds = [np.linalg.norm(b - a) for a, b in pairwise(smooth)]
    assert speeds[0] < 0.2 * speeds[11] and np.argmax(speeds) in (11, 12)
    np.testing.assert_allclose(smooth[12], line[12], atol=1e-5)


@pytest.mark.parametrize("path", morphs.WAYS)
def test_a_family_of_the_sphere_morphs_on_it(grown, path):
    keys = tuple(FaceSettings("grown", "1", seed) for seed in (1, 5))
    settings = MorphSettings(keys, path, steps=8)
    zs = morphs.path(settings, grown)
    np.testing.assert_allclose(np.linalg.norm(zs[1:-1], axis=1), 4, rtol=1e-5)  # √16
    pictures = grown.generate(zs)
    for place, face in ((0, keys[0]), (8, keys[1])):
        np.testing.assert_array_equal(pictures[place], grown.face(face))
    middle = on_sphere(on_sphere(zs[0]) + on_sphere(zs[8]))  # both ways meet in the middle of the arc
    np.testing.assert_allclose(zs[4], middle, atol=1e-5)


def test_an_animation_tells_both_stages_and_can_be_left(tiny):
    told = []
    settings = MorphSettings(SEEDS, steps=10)
    data = morphs.animation(settings, tiny, "webp", progress=lambda *at: told.append(at))
    assert told[:2] == [("drawing", 16, 21), ("drawing", 21, 21)]
    assert told[2:] == [("encoding", done, 21) for done in range(1, 22)] and data[:4] == b"RIFF"

    class Left(Exception):
        pass

    def leave(stage, *_at):
        raise Left(stage)

    with pytest.raises(Left, match="drawing"):
        morphs.animation(settings, tiny, "webp", progress=leave)


def test_more_than_fits_is_refused_before_it_is_drawn():
    settings = MorphSettings(SEEDS, steps=120)
    morphs.check_size(settings, 256)
    with pytest.raises(LinkError, match="up to 128"):
        morphs.check_size(settings, 1024)
