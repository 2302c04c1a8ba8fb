"""The sample pictures: generated faces in drawn scenes, so that there is something to see before anything is brought."""

from functools import cache
from pathlib import Path

from ui.masks.looks import Shot, shot

FOLDER = Path(__file__).parent / "samples"


@cache
def shots() -> list[Shot]:
    """Every sample, the one with three people first."""
    files = sorted(FOLDER.glob("*.webp"), key=lambda file: (file.stem != "three-at-a-stop", file.stem))
    return [shot(file.name, file.read_bytes(), ours=True) for file in files]
