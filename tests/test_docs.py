"""What README and docs promise is there: links lead somewhere, verbs exist, figures of the card are the model's."""

import re
import tomllib

import pytest

import cli
from models.catalogue import Catalogue
from tests.tree import ROOT, files

GENERATORS = [info.name for info in Catalogue([ROOT / "weights"]).models("generate")]
DOCS = [path for path in files() if path.suffix == ".md"]


@pytest.mark.parametrize("path", DOCS, ids=str)
def test_local_links_lead_to_files(path):
    text = (ROOT / path).read_text("utf-8")
    links = [link for link in re.findall(r"\]\(([^)#]+)", text) if "://" not in link]
    missing = [link for link in links if not (ROOT / path).parent.joinpath(link).exists()]
    assert not missing, missing


def test_every_test_that_the_docs_name_exists():
    named = {
        one for path in DOCS for one in re.findall(r"(tests/[\w/]+\.py)::(test_\w+)", (ROOT / path).read_text("utf-8"))
    }
    missing = [name for file, name in named if f"def {name}(" not in (ROOT / file).read_text("utf-8")]
    assert named and not missing, missing


def test_every_verb_in_the_docs_exists():
    known = {command.name or command.callback.__name__ for command in cli.app.registered_commands}
    known |= {group.name for group in cli.app.registered_groups}
    named = {verb for path in DOCS for verb in re.findall(r"cli\.py ([a-z]+)", (ROOT / path).read_text("utf-8"))}
    assert named and named <= known, named - known


@pytest.mark.parametrize("name", GENERATORS)
def test_the_cards_figures_are_the_models(name):
    folder = ROOT / "weights" / name
    metrics = tomllib.loads((folder / "model.toml").read_text())["metrics"]
    card = (folder / "README.md").read_text("utf-8")
    for row in ("swd", "swd_floor"):
        assert " | ".join(f"{value:.1f}" for value in metrics[row].values()) in card
    assert max(metrics["swd_to_floor"].values()) <= 2
    assert f"MS-SSIM {metrics['ms_ssim']:.3f} (reals {metrics['ms_ssim_reals']:.3f})" in card
    assert f"neighbour ratio {metrics['neighbour_ratio']:.2f}" in card
