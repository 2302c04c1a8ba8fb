"""Labels that came with a set are counted, whatever form they have."""

from tests.training.annotated import make, photo
from training.data.label_table import balance

PICTURES = {f"{number}.jpg": photo(seed=number) for number in range(3)}


def test_celebas_table_becomes_yes_and_no(tmp_path):
    source = make(tmp_path / "set", PICTURES)
    (tmp_path / "list_attr_celeba.txt").write_text("3\nSmiling Young\n0.jpg 1 -1\n1.jpg 1 1\n2.jpg -1 -1\n")
    assert balance(source) == {"Smiling": {"yes": 2, "no": 1}, "Young": {"no": 2, "yes": 1}}


def test_words_are_counted_and_names_are_none(tmp_path):
    rows = "".join(f"{number}.jpg,{('long', 'short')[number % 2]},person {number}\n" for number in range(14))
    source = make(tmp_path / "set.zip", PICTURES | {"labels.csv": f"file,hair,who\n{rows}"})
    assert balance(source) == {"hair": {"long": 7, "short": 7}}


def test_without_a_table_there_is_nothing(tmp_path):
    assert balance(make(tmp_path / "set", PICTURES)) == {}
