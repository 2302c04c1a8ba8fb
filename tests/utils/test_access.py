"""Who may start and stop: off wherever strangers could come, unless the host says otherwise."""

import os

import pytest

from utils.access import FILE, training_allowed


@pytest.fixture
def said(monkeypatch, tmp_path):
    from streamlit import config

    before = config.get_option("server.address")
    monkeypatch.setenv("VISAGE_HOME", str(tmp_path))

    def say(word, address="localhost"):
        monkeypatch.setenv("VISAGE_TRAINING", word)
        config.set_option("server.address", address)
        return training_allowed()

    yield say
    config.set_option("server.address", before)


@pytest.mark.parametrize("address", ["localhost", "127.0.0.1", "::1"])
def test_on_this_machine_it_is_open(said, address):
    assert said("", address).mode == "open" and said("", address).check("")


@pytest.mark.parametrize("address", ["0.0.0.0", "::", None, "", "10.1.2.3", "visage.example"])
def test_beyond_it_is_off_unless_set(said, address):
    assert said("", address).mode == "off" and not said("", address).check("")
    assert said("open", address).mode == "open"
    assert said(" Password:pear ", address).mode == "password"


@pytest.mark.parametrize("word", ["off", "yes", "open:pear", "passwort:pear"])
def test_what_nobody_understands_is_off(said, word):
    assert said(word).mode == "off"
    assert not said(word).check("pear")


def test_the_password_opens_and_no_other(said):
    access = said("password:pear:tree")
    assert access.check("pear:tree")
    assert not any(access.check(word) for word in ("", "pear", "pear:treé", "\udcff"))
    assert "pear" not in repr(access)


def test_without_a_word_one_is_drawn_and_kept_from_others(said, tmp_path):
    access = said("password")
    word = (tmp_path / FILE).read_text()
    assert len(word) >= 12 and access.check(word) and not access.check("")
    assert said("password") == access
    assert os.stat(tmp_path / FILE).st_mode & 0o077 == 0
