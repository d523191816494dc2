"""Pages that are made are what their commands make of it, and the site has all of them."""

import importlib
import inspect
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


def measured(page: str) -> str:
    """Leave out who is named as not measured: a new backbone need not touch the page."""
    return re.sub(r"(?m)^Not measured here: .*$", "", page)


def test_the_page_of_backbones_is_what_was_measured(script):
    pages = script("backbones_page")
    found = (REPOSITORY / "docs" / "backbones.md").read_text("utf-8")
    made = pages.page(json.loads((RESULTS / "backbones.json").read_text("utf-8")))
    assert measured(found) == measured(made), (
        "docs/backbones.md is not what was measured: run python benchmarks/backbones_page.py"
    )


def test_the_table_of_aims_is_what_cards_and_results_say(script):
    aims = script("aims")
    rows = json.loads((RESULTS / "aims.json").read_text("utf-8"))["rows"]
    text = (REPOSITORY / "docs" / "measures.md").read_text("utf-8")
    assert text == aims.page(text, rows), "run python benchmarks/aims.py"
    named = {row["what"] for row in rows}
    assert named == {row.what for row in aims.all_rows()}, "run python benchmarks/aims.py"


def test_an_aim_is_reached_where_all_that_was_measured_reaches_it(script):
    row = script("aims").Row
    assert row("x", 0.9).is_reached is None
    assert row("x", 0.9, (0.91,), (0.95,)).is_reached is True
    assert row("x", 0.9, (0.91,), (0.89,)).is_reached is False
    assert row("x", 3.0, (2.0,), less_is_better=True).is_reached is True
    assert row("x", 3.0, (4.0,), less_is_better=True).is_reached is False


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


@pytest.fixture
def site(monkeypatch):
    """Import one of the scripts that make the documentation site."""
    monkeypatch.syspath_prepend(str(REPOSITORY / "scripts"))
    return importlib.import_module


def places(menu):
    """List the pages of a menu, at any depth."""
    for entry in menu:
        if isinstance(entry, str):
            yield entry
        else:
            for below in entry.values():
                yield from places([below] if isinstance(below, str) else below)


def test_every_stage_has_its_page_in_the_menu(site):
    menu = list(places(site("site_pages").navigation()))
    podium = site("podium")
    stages = [name for name in podium.__all__ if inspect.ismodule(getattr(podium, name))]
    assert len(stages) > 10
    assert {f"reference/{stage}.md" for stage in stages} <= set(menu)


def test_the_menu_names_every_page_once(site):
    pages = site("site_pages")
    assert sorted(places(pages.navigation())) == sorted(pages.pages())


def test_every_page_of_docs_and_every_card_of_a_model_is_in_the_site(site):
    copied = set(site("site_links").COPIED.values())
    docs = {path.name for path in (REPOSITORY / "docs").glob("*.md")} - {"README.md"}
    cards = {path.parent.name for path in (REPOSITORY / "src").glob("podium/models/*/README.md")}
    assert {f"docs/{name}" for name in docs} <= copied
    assert {f"src/podium/models/{name}/README.md" for name in cards} <= copied


def test_all_that_a_stage_offers_is_in_the_reference(site):
    reference = site("site_reference")
    for package in ("podium", *(f"podium.{stage}" for stage in reference.stages())):
        module = site(package)
        named = getattr(module, "__all__", None) or [
            name
            for name, value in vars(module).items()
            if not name.startswith("_") and getattr(value, "__module__", None) == package
        ]
        found = reference.public_names(package)
        assert sorted(found) == sorted(named)
        for name, home in found.items():
            if home != "podium":  # which is where stages are
                assert getattr(site(home), name) is getattr(module, name)


def test_the_page_of_a_stage_shows_its_names_and_its_choices(site):
    page = site("site_reference").stage_page("backbones")
    for name in ("Backbone", "make_backbone", "motion.Motion", "c3d_mini.C3DMini"):
        assert f"\n::: podium.backbones.{name}\n" in page
    assert "\n### `motion`\n\nWhat a clip looks like and how it moves" in page


def test_every_command_and_its_options_are_on_their_page(site):
    page = site("site_pages").command_page()
    commands = re.findall(r"^## podium (\w+)$", page, re.M)
    assert {"score", "compare", "predict", "train", "evaluate", "serve", "demo"} <= set(commands)
    assert page.count("\n| `--help` |") == len(commands)
    assert "\n| `--report <path>` | " in page


def test_an_example_is_shown_as_it_is(site):
    page = site("site_pages").example_pages()["examples/nearest.md"]
    source = (REPOSITORY / "examples" / "nearest.py").read_text("utf-8")
    assert source.split('"""\n', 1)[1].strip() in page


@pytest.mark.parametrize(
    ("words", "page", "became"),
    [
        ("[a](docs/page.md)", "index.md", "[a](page.md)"),
        ("[a](../README.md)", "glossary.md", "[a](index.md)"),
        ("[a](src/podium/models/diving/README.md)", "index.md", "[a](models/diving.md)"),
        ("![a](docs/report.png)", "index.md", "![a](pictures/report.png)"),
        ("[a](examples)", "index.md", "[a](examples/index.md)"),
        ("[a](../src/podium/video/clips.py)", "glossary.md", "[a](reference/video.md)"),
        ("[a](../src/podium/assessor.py)", "glossary.md", "[a](reference/index.md)"),
        ("[a](../src/podium/model.py)", "glossary.md", "a"),
        ("[a](nowhere.md)", "glossary.md", "[a](nowhere.md)"),
        ("[a](#b)", "results.md", "[a](#b)"),
        ("[a](page.md#b)", "glossary.md", "[a](page.md#b)"),
        ("[a](https://example.org/b)", "index.md", "[a](https://example.org/b)"),
    ],
)
def test_links_between_files_become_links_between_pages(site, words, page, became):
    assert site("site_links").relinked(words, page) == became


def test_a_list_has_space_before_it(site):
    text = "Words:\n- one\n  goes on\n- two\n\n    - no list"
    assert site("site_links").spaced(text) == text.replace(":\n-", ":\n\n-")


@pytest.mark.parametrize(
    ("page", "found"),
    [
        ('<script src="https://a.example/b.js"></script>', ["https://a.example/b.js"]),
        ("<img alt=a src=//a.example/b.png>", ["//a.example/b.png"]),
        ('<link rel="stylesheet" href="http://a.example/b.css">', ["http://a.example/b.css"]),
        ('<link rel="stylesheet" href="a.css"><script src="b.js"></script>', []),
        ('<a href="https://a.example">it is read, not loaded</a>', []),
    ],
)
def test_what_a_page_would_load_from_another_machine_is_found(site, page, found):
    assert site("site_links").from_elsewhere(page) == found


def test_what_is_cited_is_this_version():
    cited = (REPOSITORY / "CITATION.cff").read_text("utf-8")
    (version,) = re.findall(r"^version: (.*)$", cited, re.M)
    assert version == importlib.import_module("podium").__version__
