"""Tables of labels as people have them: CSV, and CelebA's own text form."""

import csv
import io
import sys

from utils.errors import DataError


def read_table(data: bytes, name: str) -> list[dict[str, str]]:
    """The table's rows, each a dict from column name to text.

    `.txt` is CelebA's form: a line with the count, a line with the names, then the picture's name and its values in
    columns of white space. Anything else is CSV with a first line of names.

    Raises: DataError naming the table and the line that does not fit.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(f"`{name}` is not text in UTF-8. Save it again as CSV, UTF-8.") from error
    rows = _celeba_rows(text) if name.lower().endswith(".txt") else _csv_rows(text, name)
    _, names = next(rows, (1, []))
    if not names or len(set(names)) < len(names) or not all(names):
        raise DataError(f"`{name}` must begin with a line of column names, each once. Add or repair that line.")
    # a label is one of a few texts, repeated millions of times: kept once, CelebA's list takes half the memory
    names, table = [sys.intern(column) for column in names], []
    for line, values in rows:
        if len(values) != len(names):
            raise DataError(f"`{name}`, line {line}: {len(names)} values wanted, {len(values)} found. Repair the line.")
        table.append(dict(zip(names, [values[0], *map(sys.intern, values[1:])])))
    return table


def _csv_rows(text: str, name: str):
    reader = csv.reader(io.StringIO(text, newline=""))
    try:
        for values in reader:
            if values:
                yield reader.line_num, [value.strip() for value in values]
    except csv.Error as error:
        raise DataError(f"`{name}`, line {reader.line_num}: not CSV ({error}). Save it again as CSV, UTF-8.") from error


def _celeba_rows(text: str):
    lines = iter(enumerate(text.splitlines(), start=1))
    next(lines, None)  # the count; the rows tell it better
    number, names = next(lines, (2, ""))
    yield number, ["image_id", *names.split()]
    for number, line in lines:
        if line.strip():
            yield number, line.split()
