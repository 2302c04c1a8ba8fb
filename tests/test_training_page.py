"""The Training page through `app.py`, without a browser: runs as they lie on the disk."""

import fcntl
import json

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from tests.test_pages import navigation_is_ours  # noqa: F401  the same shim
from tests.training.conftest import squares
from tests.training.synthetic import write_run
from tests.tree import ROOT
from training import runs


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("VISAGE_HOME", str(tmp_path))
    monkeypatch.setenv("VISAGE_TRAINING", "open")
    return tmp_path


@pytest.fixture
def faces(home, monkeypatch):
    """A set of pictures under the configured root."""
    monkeypatch.setenv("VISAGE_DATA", str(home / "sets"))
    folder = home / "sets" / "squares"
    folder.mkdir(parents=True)
    for number, picture in enumerate(squares(12)):
        Image.fromarray(picture).save(folder / f"{number}.png")
    return folder


def page(**query):
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()
    app.switch_page("pages/training.py")
    app.query_params.update(query)
    app.run()
    assert not app.exception, app.exception[0].message
    return app


def html(app) -> str:
    return " ".join(one.proto.body for one in app.get("html"))


def labels(app) -> list[str]:
    return [button.label for button in app.button]


def chart(app):
    (found,) = app.get("vega_lite_chart")
    return found.proto, json.loads(found.proto.spec)


def titles(app) -> list[str]:
    return [panel["title"]["text"] for panel in chart(app)[1]["vconcat"]]


def test_runs_are_listed_with_what_they_are_and_how_far(home):
    write_run("faces-1")
    write_run("masks-1", task="masks", status="paused")
    listed = html(page())
    assert "DCGAN · on faces.zip · 38 k of 520 k images · SWD 9.1" in listed
    assert "Detector yolo-fastest-xl-3l" in listed and "mAP 0.800" in listed
    assert 'data-status="finished"' in listed and 'data-status="paused"' in listed


def test_without_runs_the_page_says_what_one_is():
    app = page()
    assert "No run yet" in html(app) and "New run" in labels(app)


def test_a_run_is_put_aside_taken_back_and_deleted_only_when_sure(home):
    write_run("old")
    app = page()
    app.get_by_key("training.aside.old").click().run()
    assert "training.open.old" not in [button.key for button in app.button]
    app.toggle(key="training.archived").set_value(True).run()
    app.get_by_key("training.back.old").click().run()
    assert app.get_by_key("training.delete.old").disabled
    app.get_by_key("training.sure.old").check().run()
    app.get_by_key("training.delete.old").click().run()
    assert runs.all_runs() == [] and not app.exception


def test_a_run_shows_figures_curves_film_and_log(home):
    write_run("faces-1", status="paused")
    app = page(run="faces-1")
    assert "SWD" in html(app) and "38 k of 520 k" in html(app) and "Started: a synthetic run." in html(app)
    assert titles(app)[:2] == ["Losses", "Scores (1 is real)"] and "Learning rate" in titles(app)
    (film,) = app.get("bidi_component")
    data = json.loads(film.proto.json or film.proto.mixed.json)
    assert data["run"] == "faces-1" and data["last"] == 38400 and data["tile"] == 64
    assert {"Resume", "Branch from here", "Publish now"} <= set(labels(app)) and "Pause" not in labels(app)


def test_stage_and_alpha_are_shown_where_events_carry_them(home):
    write_run("grown", task="pggan-faces", stage=64, alpha=0.25)
    app = page(run="grown")
    assert "<dt>stage</dt><dd>64 px</dd>" in html(app) and "<dt>alpha</dt><dd>0.25</dd>" in html(app)
    assert "Stage, pixels" in titles(app) and any(title.startswith("Alpha") for title in titles(app))


def test_a_detector_has_its_own_panels(home):
    write_run("masks-1", task="masks")
    assert titles(page(run="masks-1")) == ["Loss", "At IoU 0.5 (higher is better)", "Learning rate"]


def test_new_points_keep_the_chart_as_it_is(home):
    run = write_run("faces-1")
    app = page(run="faces-1")
    before, _ = chart(app)
    run.add_event(
        {"images": 50_000, "iteration": 999, "seconds": 300.0, "loss_discriminator": 1.0, "loss_generator": 1.0}
    )
    app.run()
    after, _ = chart(app)
    assert after.spec == before.spec and after.alt == before.alt, "else the browser builds it anew, and a zoom is lost"
    assert after.datasets != before.datasets


def test_two_runs_are_drawn_side_by_side(home):
    write_run("one")
    write_run("two")
    app = page(run="one")
    app.selectbox(key="training.compare.one").select("two").run()
    domain = chart(app)[1]["vconcat"][0]["layer"][2]["encoding"]["color"]["scale"]["domain"]
    assert domain == ["discriminator", "generator", "discriminator · two", "generator · two"]


def test_a_live_run_can_be_paused_and_stopped_by_request_alone(home):
    run = write_run("live", status="running")
    with open(run.folder / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        app = page(run="live")
        assert "Pause" in labels(app) and "Resume" not in labels(app)
        app.get_by_key("training.pause").click().run()
        assert run.requested() == "pause"
        app.get_by_key("training.stop").click().run()
        assert run.requested() == "stop"


def test_a_dead_run_is_told_with_its_last_place(home):
    write_run("dead", status="running")
    app = page(run="dead")
    assert "Interrupted" in app.error[0].value and "38,400 images" in app.error[0].value and "Resume" in labels(app)


def test_an_address_that_names_no_run_or_another_folder_is_told(home, tmp_path):
    for name in ("nobody", "../runs/x", str(tmp_path)):
        assert "There is no run" in page(run=name).error[0].value


def test_switched_off_the_page_shows_runs_and_says_how_to_switch_it_on(home, monkeypatch):
    monkeypatch.setenv("VISAGE_TRAINING", "off")
    write_run("one")
    app = page()
    assert "VISAGE_TRAINING=open" in app.info[0].value
    assert set(labels(app)) == {"one"}
    assert set(labels(page(run="one"))) == {"All runs"}
    assert "Start" not in labels(page(new="1"))


def test_a_password_is_asked_once(home, monkeypatch):
    monkeypatch.setenv("VISAGE_TRAINING", "password:apricot")
    write_run("one")
    app = page()
    assert "New run" not in labels(app)
    app.text_input(key="training.word").input("plum")
    app.button(key="FormSubmitter:training.password-Let me start and stop runs").click().run()
    assert "not the password" in app.error[0].value and "New run" not in labels(app)
    app.text_input(key="training.word").input("apricot")
    app.button(key="FormSubmitter:training.password-Let me start and stop runs").click().run()
    assert "New run" in labels(app)
    app.run()
    assert "New run" in labels(app) and not app.text_input


def test_train_on_this_opens_new_run_filled_in(faces):
    app = page(data="squares")
    assert app.title[0].value == "New run"
    assert app.selectbox(key="training.data.faces.squares").value == "squares"
    assert "masks" not in app.radio[0].options, "a detector cannot learn from faces"
    assert not app.get_by_key("training.start").disabled


def test_the_dry_run_is_the_whole_recipe_and_follows_the_fields(faces):
    app = page(data="squares")
    app.number_input(key="training.set.dcgan.images").set_value(12345).run()
    shown = app.code[0].value
    assert "images = 12345" in shown and str(faces) in shown and "[discriminator_optimiser]" in shown


def test_every_field_is_explained(faces):
    app = page(data="squares")
    fields = [*app.number_input, *app.selectbox, *app.toggle, *app.text_input]
    assert len(fields) > 30
    unexplained = [one.label for one in fields if not one.proto.help or one.proto.help.startswith("(`")]
    assert unexplained == []


def test_a_setting_that_cannot_be_is_told_and_nothing_can_be_started(faces):
    app = page(data="squares")
    app.number_input(key="training.set.dcgan.batch").set_value(1).run()
    assert "`batch` is wrong" in app.error[0].value and "Start" not in labels(app)


def test_a_branch_says_where_it_comes_from(faces, home):
    write_run("parent", source=str(faces))
    app = page(run="parent")
    app.get_by_key("training.branch").click().run()
    assert app.title[0].value == "Branch"
    assert 'init = "parent@19200"' in app.code[0].value
    assert app.text_input(key="training.name.parent-branch").value == "parent-branch-1"


def test_a_million_ticks_send_few_points(home):
    run = write_run("long", ticks=30_000)
    app = page(run="long")
    found = app.get("vega_lite_chart")[0].proto
    assert len(run.events()) == 30_000
    import pyarrow

    tables = [pyarrow.ipc.open_stream(one.data.data).read_pandas() for one in found.datasets]
    points = [table for table in tables if "series" in table]
    assert len(points) >= 5 and max(table.groupby("series").size().max() for table in points) <= 2000
    assert all(np.isfinite(table["value"]).all() for table in points)
