"""Where the folder of made things lies."""

from pathlib import Path

import pytest

from utils.errors import VisageError
from utils.home import home


def test_home_is_named_by_the_environment(monkeypatch, tmp_path):
    monkeypatch.setenv("VISAGE_HOME", str(tmp_path / "mine"))
    assert home() == tmp_path / "mine"
    assert not home().exists(), "looking is not making"


@pytest.mark.parametrize("unset", [None, "", "  "])
def test_home_lies_beside_the_app_where_nothing_is_named(monkeypatch, unset):
    monkeypatch.delenv("VISAGE_HOME", raising=False)
    if unset is not None:
        monkeypatch.setenv("VISAGE_HOME", unset)
    assert home() == Path(__file__).resolve().parents[2] / "visage-home"


def test_a_relative_home_stays_where_it_was_meant(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("VISAGE_HOME", "near")
    assert home() == tmp_path / "near"


def test_a_home_that_is_a_file_is_told(monkeypatch, tmp_path):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("VISAGE_HOME", str(tmp_path / "file"))
    with pytest.raises(VisageError, match="VISAGE_HOME.*must name a folder"):
        home()
