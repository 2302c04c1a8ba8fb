"""The files of the source tree, for tests that look at all of them."""

import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
_MADE_HERE = {".venv", "visage-home", "__pycache__", ".git", ".pytest_cache", ".ruff_cache"}


def files() -> list[Path]:
    """Every file of the tree, relative to its root: what git tracks or would; all that lies there without git."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    if listing.returncode == 0 and listing.stdout:
        found = [Path(name) for name in listing.stdout.decode().split("\0") if name]
    else:
        found = [path.relative_to(ROOT) for path in ROOT.rglob("*") if not _MADE_HERE & set(path.parts)]
    return sorted(path for path in found if (ROOT / path).is_file())
