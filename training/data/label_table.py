"""The labels that came with pictures, counted: how many have each value."""

from collections import Counter
from pathlib import Path

from utils import archives

MOST_VALUES = 12  # a column with more is a name, a date or a measure, and no label
_YES, _NO = {"1", "true", "yes"}, {"-1", "0", "false", "no"}


def balance(source: str | Path) -> dict[str, dict[str, int]]:
    """Column → value → pictures, for every column with few values; empty where no table came with the set.

    A column of 1 and -1 (CelebA), of 1 and 0, or of true and false has the values `yes` and `no`.

    Raises: DataError for a table that cannot be read.
    """
    rows = archives.labels(source) or []
    if not rows:
        return {}
    found = {}
    for column in list(rows[0])[1:]:
        values = Counter(row[column].strip() for row in rows)
        if not 1 < len(values) <= MOST_VALUES and not set(values) <= _YES | _NO:
            continue
        if {value.lower() for value in values} <= _YES | _NO:
            yes = sum(count for value, count in values.items() if value.lower() in _YES)
            values = Counter({"yes": yes, "no": len(rows) - yes})
        found[column] = dict(values.most_common())
    return found
