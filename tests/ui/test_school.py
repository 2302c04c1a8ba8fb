"""GAN school: its examples show what is said of them, its page plays, and none of it wakes a large network."""

import subprocess
import sys

import pytest
from streamlit.testing.v1 import AppTest

from tests.test_pages import navigation_is_ours  # noqa: F401  the same shim
from tests.training.synthetic import write_run
from tests.tree import ROOT
from training.evaluate import COLLAPSED
from ui.school import examples, one_step, words
from ui.school.one_step import told
from utils import marks

CHARTS = {"losses", "scores", "metric", "learning_rate", "film", "diversity"}
PAGE = str(ROOT / "pages" / "school.py")


def last(run: str, key: str) -> float:
    return float(examples.runs()[run].curve(key)["value"].iloc[-5:].mean())


# The examples


def test_every_run_has_its_curves_and_a_film_strip_of_marked_pictures():
    assert list(examples.runs()) == ["healthy", "collapsed", "won"]
    size = sum(path.stat().st_size for path in examples.FOLDER.rglob("*") if path.is_file())
    assert size < 600_000
    for name, example in examples.runs().items():
        assert 6 <= len(example.film) <= 8
        for path in example.film.values():
            assert marks.is_marked(path.read_bytes()), path
        assert set(example.film) <= {0, *range(max(example.curves["images"]) + 1600)}
        assert len(set(map(len, example.curves.values()))) == 1, name


def test_the_healthy_run_is_healthy():
    assert last("healthy", "diversity") > 0.9
    swd = examples.runs()["healthy"].curve("swd")["value"]
    assert swd.iloc[-1] < 0.2 * swd.iloc[0]
    assert 0.4 < last("healthy", "score_fakes") < 0.5 < last("healthy", "score_reals") < 0.6


def test_the_collapsed_run_is_collapsed_though_its_losses_look_well():
    assert last("collapsed", "diversity") < COLLAPSED
    assert last("collapsed", "loss_discriminator") == pytest.approx(1.39, abs=0.15)
    assert last("collapsed", "loss_generator") == pytest.approx(0.69, abs=0.2)
    assert last("collapsed", "swd") > 2 * last("healthy", "swd")


def test_the_discriminator_won_its_run():
    assert last("won", "score_reals") > 0.95 and last("won", "score_fakes") < 0.05
    assert last("won", "loss_discriminator") < 0.1 and last("won", "loss_generator") > 3
    assert last("won", "swd") > 2 * last("healthy", "swd")


# The words


def test_every_chart_is_explained_shortly_for_every_run():
    assert set(words.BESIDE) == set(words.SHOWN) == CHARTS
    texts = [text for _title, text in words.BESIDE.values()] + [words.EQUILIBRIUM, words.VAE, one_step.WHAT]
    assert max(len(text.split()) for text in texts) <= 95
    for chart, said in words.SHOWN.items():
        assert set(said) == set(examples.runs()), chart
        assert all(5 < len(sentence.split()) < 45 for sentence in said.values()), chart


@pytest.mark.parametrize(
    "chart, run, key, which, as_written",
    [
        ("losses", "healthy", "loss_discriminator", -1, "{:.2f}"),
        ("losses", "healthy", "loss_generator", -1, "{:.2f}"),
        ("losses", "won", "loss_generator", "min", "{:.1f}"),
        ("losses", "won", "loss_generator", "max", "{:.1f}"),
        ("scores", "healthy", "score_reals", -1, "{:.2f}"),
        ("scores", "healthy", "score_fakes", -1, "{:.2f}"),
        ("metric", "healthy", "swd", 0, "{:.0f}"),
        ("metric", "healthy", "swd", -1, "{:.0f}"),
        ("metric", "collapsed", "swd", "min", "{:.0f}"),
        ("metric", "collapsed", "swd", -1, "{:.0f}"),
        ("metric", "won", "swd", -1, "{:.0f}"),
        ("diversity", "healthy", "diversity", 0, "{:.2f}"),
        ("diversity", "healthy", "diversity", -1, "{:.2f}"),
        ("diversity", "collapsed", "diversity", "min", "{:.2f}"),
        ("diversity", "collapsed", "diversity", "max", "{:.2f}"),
        ("learning_rate", "healthy", "learning_rate", 0, "{:.4f}"),
        ("learning_rate", "collapsed", "learning_rate", 0, "{:.3f}"),
        ("learning_rate", "won", "learning_rate", 0, "{:.4f}"),
    ],
)
def test_the_figures_in_the_words_are_the_runs(chart, run, key, which, as_written):
    values = examples.runs()[run].curve(key)["value"]
    value = values.iloc[which] if isinstance(which, int) else getattr(values, which)()
    assert as_written.format(value) in words.SHOWN[chart][run]


def test_level_losses_stand_beside_a_metric_that_falls():
    healthy = examples.runs()["healthy"]
    for key in ("loss_discriminator", "loss_generator", "swd"):
        curve = healthy.curve(key)
        late = curve[curve["images"] >= 40_000]["value"]
        said = "{:.0f}" if key == "swd" else "{:.2f}"
        assert said.format(late.min()) in words.LEVEL and said.format(late.max()) in words.LEVEL, key


# One step at a time


@pytest.fixture
def page():
    app = AppTest.from_file(PAGE, default_timeout=30).run()
    assert not app.exception
    return app


def press(app, step: str):
    app.get_by_key(f"school.{step}").click().run()
    assert not app.exception
    return app


def maps(app) -> list[str]:
    return [one.proto.alt for one in app.get("vega_lite_chart") if "mean score" in one.proto.alt]


def text(app) -> str:
    return " ".join(one.value for one in app.markdown)


def test_a_step_of_each_player_shows_what_it_changed(page):
    (start,) = maps(page)
    press(page, "discriminator")
    before, after = maps(page)
    assert before.split(": ")[1] == start.split(": ")[1]
    assert before.split("; ")[1] == after.split("; ")[1], "no fake moved"
    assert before.split(": ")[1] != after.split(": ")[1], "the scores did"
    assert "Only the discriminator learned" in text(page)
    press(page, "generator")
    assert maps(page)[0].split(": ")[1] == after.split(": ")[1]
    assert maps(page)[1].split("; ")[1] != after.split("; ")[1]
    assert "Only the generator learned" in text(page)


def test_start_again_and_a_seed_bring_back_the_same_beginning(page):
    (start,) = maps(page)
    first = maps(press(page, "both"))
    assert maps(press(page, "again")) == [start]
    assert maps(press(page, "both")) == first
    page.get_by_key("school.seed").set_value(7).run()
    assert maps(page) != [start] and len(maps(page)) == 1


def test_visitors_play_alone(page):
    other = AppTest.from_file(PAGE, default_timeout=30).run()
    (start,) = maps(other)
    press(page, "both")
    assert maps(other.run()) == [start]


def test_words_follow_the_figures():
    look = one_step.TinyGan(1).look()
    worse = look._replace(loss_generator=look.loss_generator + 0.1)
    assert "fell" in told("generator", worse, look) and "rose" not in told("generator", worse, look)
    assert "the step was too long" in told("generator", look, worse)


def test_every_lesson_draws(page):
    for lesson in ("Three runs", "Equilibrium", "VAE or GAN", "One step at a time"):
        page.get_by_key("school.lesson").set_value(lesson).run()
        assert not page.exception, lesson
    page.get_by_key("school.lesson").set_value("Three runs").run()
    for chart in sorted(CHARTS - {"film"}):
        page.get_by_key("school.chart").set_value(chart).run()
        assert not page.exception and len(page.get("vega_lite_chart")) == 3, chart


# `training` first: Streamlit puts the script's own folder, which has a training.py, before everything else
CODE = f"""
import sys
import training
from streamlit.testing.v1 import AppTest
app = AppTest.from_file({PAGE!r}, default_timeout=60).run()
assert not app.exception, app.exception
app.get_by_key("school.both").click().run()
assert not app.exception
print(sorted({{"keras", "tensorflow", "jax", "torch"}} & set(sys.modules)))
"""


def test_no_click_needs_a_large_network():
    done = subprocess.run([sys.executable, "-c", CODE], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.strip().endswith("[]"), done.stdout


# Beside a chart of the Training page


def row() -> None:
    from ui import school

    school.row()


def test_beside_a_chart_nothing_is_sent_before_somebody_asks():
    app = AppTest.from_function(row, default_timeout=30).run()
    assert not app.exception and not app.markdown and not app.get("vega_lite_chart") and not app.get("html")


@pytest.mark.parametrize("chart", sorted(CHARTS))
def test_beside_a_chart_its_explanation_opens(chart):
    app = AppTest.from_function(row, default_timeout=30)
    app.session_state[f"school.beside.{chart}"] = True
    app.run()
    assert not app.exception
    assert words.BESIDE[chart][1] in [one.value for one in app.markdown]
    assert len(app.get("vega_lite_chart")) == (0 if chart == "film" else 3)


@pytest.mark.parametrize("task, there", [("dcgan", True), ("masks", False)])
def test_it_stands_on_the_page_of_a_gans_run_and_not_of_a_detectors(tmp_path, monkeypatch, task, there):
    monkeypatch.setenv("VISAGE_HOME", str(tmp_path))
    write_run("one", task=task)
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()
    app.switch_page("pages/training.py")
    app.query_params["run"] = "one"
    app.run()
    assert not app.exception and app.title[0].value == "one"
    assert ("What does it mean?" in [one.value for one in app.caption]) is there
