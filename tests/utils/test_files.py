"""Files are whole or not there."""

import os
import stat

import pytest

from utils.files import sha256, write_atomically


@pytest.mark.parametrize("data, stored", [(b"\x00\xff", b"\x00\xff"), ("größer", "größer".encode())])
def test_bytes_and_text_arrive(tmp_path, data, stored):
    write_atomically(tmp_path / "new" / "file", data)
    assert (tmp_path / "new" / "file").read_bytes() == stored
    assert os.listdir(tmp_path / "new") == ["file"]


@pytest.mark.parametrize("failing", ["fsync", "replace"])
def test_a_full_disk_keeps_the_old_file(tmp_path, monkeypatch, failing):
    write_atomically(tmp_path / "state.json", "old")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, failing, full)
    with pytest.raises(OSError, match="No space"):
        write_atomically(tmp_path / "state.json", "new")
    assert (tmp_path / "state.json").read_text() == "old"
    assert os.listdir(tmp_path) == ["state.json"], "the half-written file is gone"


@pytest.mark.skipif(os.name != "posix", reason="rights are POSIX's")
def test_a_written_file_has_the_rights_of_any_other(tmp_path):
    (tmp_path / "plain").write_text("")
    write_atomically(tmp_path / "ours", "")
    rights = [stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("plain", "ours")]
    assert rights[0] == rights[1]


def test_sha256_is_the_known_one(tmp_path):
    (tmp_path / "abc").write_bytes(b"abc")  # FIPS 180-2, appendix B.1
    assert sha256(tmp_path / "abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
