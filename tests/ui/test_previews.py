"""What is said of a link where it is posted."""

import pytest

from ui import previews


@pytest.mark.parametrize(
    "page, query, title, image",
    [
        ("", {}, "Faces · Visage", "/api/v1/frame?"),
        ("", {"model": "tiny", "seed": "7"}, "Face 7 · ", "seed=7"),
        ("faces", {"model": "tiny", "seed": "7", "d1": "1.5"}, "Face 7 · ", "d1=1.5"),
        ("morph", {"model": "tiny", "seeds": "3,7"}, "A morph · ", "/api/v1/morph-frame?"),
        ("masks", {}, "Masks · Visage", ""),
        ("training", {"run": "mine"}, "Training · Visage", ""),
        ("", {"model": "nobody", "seed": "7"}, "Faces · Visage", ""),
        ("", {"model": "tiny", "seed": "no", "what": "this"}, "Face 0 · ", "seed=0"),
        ("nowhere", {}, "Faces · Visage", ""),
    ],
)
def test_a_link_has_its_title_and_its_picture(tiny_model, page, query, title, image):
    told = previews.of(page, query)
    assert told.title.startswith(title) and told.title.endswith("Visage") and image in told.image
    assert bool(told.image) == bool(image) and told.words.endswith(".")


def test_what_a_link_says_cannot_break_out_of_the_head(tiny_model):
    told = previews.head(previews.Preview('"><script>', "<b>&", '/x?"', "'"), "https://a.example", True)
    assert "<script>" not in told and "<b>" not in told and told.count("<meta") == told.count("/>")
    assert 'content="noindex"' in told and "&quot;&gt;&lt;script&gt;" in told
    assert "noindex" not in previews.head(previews.Preview("a", "b"), "", False)
