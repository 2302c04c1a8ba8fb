"""Known lines stay off standard error while a package is imported; everything else reaches it, whatever happens."""

import subprocess
import sys

import pytest

from tests.tree import ROOT

KNOWN = (
    "WARNING: All log messages before absl::InitializeLog() is called are written to STDERR\n"
    "I0000 00:00:1795489737.192473   28411 port.cc:153] oneDNN custom operations are on. You may see slightly different…\n"
    "I0000 00:00:1795489737.249152   28411 cpu_feature_guard.cc:227] This TensorFlow binary is optimized to use…\n"
    "To enable the following instructions: AVX2 AVX512F FMA, in other operations, rebuild TensorFlow with…\n"
)
ERROR = "F0000 00:00:1795489737.249152   28411 cpu_feature_guard.cc:38] The library needs AVX instructions.\n"
DOOR = """
import sys
from utils import imports
imports.around("heavy", imports.quietly)
imports.around("heavy", imports.quietly)
try:
    import heavy
except RuntimeError as error:
    print("raised", error)
import heavy as again
print("afterwards", file=sys.stderr)
"""


@pytest.mark.parametrize(
    "reason, body, seen",
    [
        ("known lines", "os.write(2, known)", "afterwards\n"),
        ("something of its own", "os.write(2, b'a fault\\n')", "a fault\nafterwards\n"),
        ("between known lines", "os.write(2, known + b'a fault\\n' + known)", "a fault\nafterwards\n"),
        ("what Python says", "print('a warning', file=sys.stderr)", "a warning\nafterwards\n"),
        ("what a log says later", "import logging\nlogging.basicConfig()", "afterwards\nWARNING:root:late\n"),
        ("the last words of a library", "os.write(2, known + error)\nos.abort()", ERROR),
    ],
)
def test_known_lines_are_kept_back_and_no_other(tmp_path, reason, body, seen):
    lines = f"import os, sys\nknown, error = {KNOWN.encode()!r}, {ERROR.encode()!r}\n{body}\n"
    (tmp_path / "heavy.py").write_text(lines)
    door = DOOR + "if 'logging' in sys.modules:\n    import logging\n    logging.warning('late')\n"
    assert _stderr(door, tmp_path) == seen, reason


def test_an_import_that_fails_fails_as_ever(tmp_path):
    (tmp_path / "heavy.py").write_text("raise ValueError('no backend')")
    assert "ValueError: no backend" in _stderr(DOOR, tmp_path)


def _stderr(code: str, folder) -> str:
    path = f"import sys; sys.path[:0] = [{str(ROOT)!r}, {str(folder)!r}]\n"
    return subprocess.run([sys.executable, "-c", path + code], capture_output=True, text=True, timeout=60).stderr
