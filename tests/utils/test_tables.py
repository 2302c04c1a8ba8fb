"""Labels are read as people have them."""

import pytest

from utils.errors import DataError
from utils.tables import read_table

CELEBA = "2\nSmiling Young\n000001.jpg -1  1\n000002.jpg  1 -1\n"
ROWS = [
    {"image_id": "000001.jpg", "Smiling": "-1", "Young": "1"},
    {"image_id": "000002.jpg", "Smiling": "1", "Young": "-1"},
]


@pytest.mark.parametrize(
    "reason, name, text",
    [
        ("CelebA's text form", "list_attr_celeba.txt", CELEBA),
        ("CSV", "labels.csv", "image_id,Smiling,Young\n000001.jpg,-1,1\n000002.jpg,1,-1\n"),
        ("as Excel saves it", "a.csv", "\ufeffimage_id,Smiling,Young\r\n000001.jpg,-1,1\r\n\r\n000002.jpg,1,-1\r\n"),
        ("spaces and quotes", "b.CSV", '"image_id",Smiling , Young\n"000001.jpg", -1,1\n000002.jpg,1, -1'),
    ],
)
def test_each_form_gives_the_same_rows(reason, name, text):
    assert read_table(text.encode(), name) == ROWS, reason


def test_a_header_alone_is_no_rows():
    assert read_table(b"image_id,Smiling\n", "x.csv") == []


@pytest.mark.parametrize(
    "reason, name, data, sentence",
    [
        ("empty", "x.csv", b"", "`x.csv` must begin with a line of column names"),
        ("a column twice", "x.csv", b"a,b,b\n", "`x.csv` must begin with a line of column names, each once"),
        ("a column without a name", "x.csv", b"a,,b\n", "each once"),
        ("a short row", "x.csv", b"a,b\n1,2\n3\n", "`x.csv`, line 3: 2 values wanted, 1 found"),
        ("a short row of CelebA's", "x.txt", b"1\nA B\np.jpg 1\n", "`x.txt`, line 3: 3 values wanted, 2 found"),
        ("not text", "x.csv", b"\xff\xfe\x00a", "`x.csv` is not text in UTF-8"),
        ("a quote without end", "x.csv", b'a,b\n"' + b"x" * 200_000, "`x.csv`, line 2: not CSV"),
    ],
)
def test_a_broken_table_is_named_with_its_line(reason, name, data, sentence):
    with pytest.raises(DataError, match=sentence):
        read_table(data, name)
