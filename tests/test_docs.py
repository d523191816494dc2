"""Pages that are made from JSON are what their commands make of it."""

import importlib
import json
import re
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parent.parent
RESULTS = REPOSITORY / "benchmarks" / "results"


@pytest.fixture
def script(monkeypatch):
    """Import one of the scripts in benchmarks, which are no package."""
    monkeypatch.syspath_prepend(str(REPOSITORY / "benchmarks"))
    return importlib.import_module


def test_the_page_of_backbones_is_what_was_measured(script):
    pages = script("backbones_page")
    found = (REPOSITORY / "docs" / "backbones.md").read_text("utf-8")
    assert found == pages.page(json.loads((RESULTS / "backbones.json").read_text("utf-8"))), (
        "docs/backbones.md is not what was measured: run python benchmarks/backbones_page.py"
    )


def test_every_backbone_is_on_its_page(script):
    catalog = script("podium._catalog")
    found = (REPOSITORY / "docs" / "backbones.md").read_text("utf-8")
    for name in catalog.names("podium.backbones"):
        assert f"`{name}`" in found


def test_a_number_that_was_not_measured_would_be_noticed(script):
    pages = script("backbones_page")
    result = json.loads((RESULTS / "backbones.json").read_text("utf-8"))
    page = pages.page(result)
    for row in result["backbones"].values():
        row["execution"]["rho"] += 0.1
    changed = pages.page(result)
    assert len(re.findall("^[|] `", page, re.M)) == len(result["backbones"])
    assert not set(re.findall("^[|] `.*", page, re.M)) & set(re.findall("^[|] `.*", changed, re.M))


def test_the_page_of_results_is_what_was_measured(script):
    found = (RESULTS / "README.md").read_text("utf-8")
    assert found == script("summary").page(), (
        "benchmarks/results/README.md is not what was measured: run python benchmarks/summary.py"
    )


def test_every_trial_of_the_torture_names_tests_that_there_are(monkeypatch):
    monkeypatch.syspath_prepend(str(REPOSITORY / "scripts"))
    for trial in importlib.import_module("torture").TRIALS:
        assert (REPOSITORY / "tests" / trial.tests[0]).is_file(), trial.tests[0]


def test_the_glossary_links_to_modules_that_there_are():
    page = (REPOSITORY / "docs" / "glossary.md").read_text("utf-8")
    links = re.findall(r"\| \[([\w/]+)\]\((\S+)\) \|$", page, re.M)
    rows = [line.split(" | ")[0].removeprefix("| ") for line in page.splitlines() if "](" in line]
    assert len(links) == len(rows) > 30
    for module, path in links:
        assert (REPOSITORY / "docs" / path).is_file(), path
        assert path.removesuffix(".py").removesuffix("/__init__") == f"../src/podium/{module}"
    assert rows == sorted(rows, key=lambda word: word.replace("-", "").lower())


def test_what_is_cited_is_this_version():
    cited = (REPOSITORY / "CITATION.cff").read_text("utf-8")
    (version,) = re.findall(r"^version: (.*)$", cited, re.M)
    assert version == importlib.import_module("podium").__version__
