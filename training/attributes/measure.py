"""What attribute directions do to fresh faces: which verdicts turn, and which flip along."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path

from models.directions import Directions
from training.attributes.allowed import ALLOWED, BIAS
from training.attributes.fit import GENDER, Judge
from utils.files import write_atomically

FRESH, NEUTRAL = 3_000, 500
STEPS = 2
TURNS, GENDER_FLIPS, FLIPS = 0.80, 0.20, 0.75  # what a direction must reach, and may not pass, to be offered
PROTOCOL = (
    f"shares of up to {NEUTRAL} fresh random faces, neutral in the attribute (verdict no), whose verdict flips at +{STEPS} "
    f"steps of its slider, by an attribute network trained on CelebA's labels; offered are directions that turn at least "
    f"{TURNS:.0%}, flip gender on at most {GENDER_FLIPS:.0%} (but its own) and no other verdict on more than {FLIPS:.0%}"
)
_SECTION = re.compile(r"<!-- attributes -->.*<!-- /attributes -->\n?", re.DOTALL)


def table(
    judge: Judge, directions: Directions, seed: int, progress: Callable[[int, int], None] | None = None
) -> dict[str, dict[str, float]]:
    """Direction → attribute → share of its neutral faces whose verdict flips at two steps; its own is what it turns."""
    fresh = judge.random(FRESH, seed)
    places = {attribute.name: place for place, attribute in enumerate(ALLOWED)}
    rows = {}
    for number, (name, step) in enumerate(zip(directions.names, directions.vectors), start=1):
        flips = judge.flips(fresh, places[name], STEPS * step, NEUTRAL)
        rows[name] = {attribute.name: round(float(share), 3) for attribute, share in zip(ALLOWED, flips)}
        if progress:
            progress(number, len(directions.names))
    return rows


def holds(name: str, row: Mapping[str, float]) -> bool:
    """Whether a direction does what its name says, and little else: see `PROTOCOL`."""
    gender = ALLOWED[GENDER].name
    others = {other: share for other, share in row.items() if other != name}
    return row[name] >= TURNS and others.get(gender, 0) <= GENDER_FLIPS and max(others.values()) <= FLIPS


def section(rows: Mapping[str, Mapping[str, float]], directions: Directions, accuracy: Mapping, left_out: list) -> str:
    """The part of a model's card that tells of its attribute sliders, Markdown."""
    labels = {attribute.name: attribute.label.split(",")[0] for attribute in ALLOWED}
    heads = [labels[attribute.name].lower() for attribute in ALLOWED]
    lines = [
        "<!-- attributes -->",
        "## Attribute sliders",
        "",
        f"Per cent of {NEUTRAL} fresh faces without the attribute whose verdict flips at +{STEPS} on the slider: in bold the",
        "attribute itself, beside it what flips along. The verdicts are those of a small network that learnt CelebA's labels;",
        "its balanced accuracy on held-out photographs is the last row, so some of what flips along is its own error.",
        "",
        "| slider (step) | " + " | ".join(heads) + " |",
        "|---" * (len(heads) + 1) + "|",
    ]
    steps = directions.steps()
    for name, row in rows.items():
        cells = [f"**{share:.0%}**" if other == name else f"{share:.0%}" for other, share in row.items()]
        lines.append(f"| {labels[name].lower()} ({steps[name]:g} σ) | " + " | ".join(cells).replace("%", "") + " |")
    lines.append(
        "| *network on photographs* | "
        + " | ".join(f"{accuracy[a.name]['balanced']:.0%}".replace("%", "") for a in ALLOWED)
        + " |"
    )
    missed = ", ".join(
        f"{labels[name].lower()} (turns {row[name]:.0%}, gender flips {row['gender']:.0%})" for name, row in left_out
    )
    lines += [
        "",
        f"Not offered, as they did not hold: {missed}." if missed else "All that were tried held.",
        "",
        BIAS,
        "<!-- /attributes -->",
        "",
    ]
    return "\n".join(lines)


def write_section(file: Path, title: str, text: str) -> None:
    """Nothing; afterwards the card at `file` has this section in place of the one it had, or at its end."""
    card = file.read_text("utf-8") if file.is_file() else f"# {title}\n"
    if _SECTION.search(card):
        card = _SECTION.sub(lambda _: text, card)
    else:
        card = f"{card.rstrip()}\n\n{text}"
    write_atomically(file, card)
