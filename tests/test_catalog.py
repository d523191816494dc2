import re
import sys

import pytest

from messages import whole
from podium import _catalog
from podium.backbones.motion import Motion
from podium.datasets.unlv_dive import UnlvDive
from podium.errors import UnknownName

FOLDERS = ("podium.backbones", "podium.datasets", "podium.scorers")


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A folder of entries: two that are offered, and a private file that is not."""
    folder = tmp_path / "stables"
    folder.mkdir()
    (folder / "__init__.py").write_text('"""Stables."""\n')
    (folder / "big_horse.py").write_text('"""A horse.\n\nTall."""\n\nclass BigHORSE:\n    pass\n')
    (folder / "apple.py").write_text("raise RuntimeError('imported')\n")
    (folder / "_hidden.py").write_text("")
    (folder / "empty.py").write_text('"""Nothing."""\n')
    monkeypatch.syspath_prepend(str(tmp_path))
    yield "stables"
    for name in [name for name in sys.modules if name.startswith("stables")]:
        del sys.modules[name]


def test_the_folder_is_the_registry_and_nothing_is_imported(package):
    assert _catalog.names(package) == ("apple", "big_horse", "empty")


def test_a_name_stands_for_the_class_called_as_its_file(package):
    assert _catalog.find(package, "big_horse").__name__ == "BigHORSE"
    assert _catalog.find("podium.backbones", "motion") is Motion
    assert _catalog.find("podium.datasets", "unlv_dive") is UnlvDive


@pytest.mark.parametrize(
    ("folder", "name"), [(folder, name) for folder in FOLDERS for name in _catalog.names(folder)]
)
def test_every_file_holds_its_class_and_says_what_it_is(folder, name):
    assert re.match(r"^[A-Z].*[.:]", _catalog.summary(folder, name))
    found = _catalog.find(folder, name)
    assert found.__name__.lower() == name.replace("_", "")
    assert found.__module__ == f"{folder}.{name}"


def test_a_summary_is_the_first_line_without_an_import(package):
    assert _catalog.summary(package, "big_horse") == "A horse."
    assert _catalog.summary(package, "apple") == ""


@pytest.mark.parametrize("name", ["horse", "", "_hidden", "BIG_HORSE", "../x"])
def test_an_unknown_name_is_answered_with_those_there_are(package, name):
    message = (
        f"no stable is called {name!r}: choose one of apple, big_horse, empty, "
        "or name your own as package.module:Class"
    )
    with pytest.raises(UnknownName, match=whole(message)):
        _catalog.find(package, name)


def test_a_file_without_its_class_is_said(package):
    message = "stables.empty has no class of the same name as the file: add one, such as Empty"
    with pytest.raises(UnknownName, match=whole(message)):
        _catalog.find(package, "empty")


def test_a_third_partys_class_is_imported_where_it_is_allowed():
    name = "podium.backbones.motion:Motion"
    assert _catalog.find("podium.backbones", name, [name]) is Motion
    assert _catalog.find("podium.backbones", name, name) is Motion


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("no_such_thing:Class", "No module named 'no_such_thing'"),
        ("re:Nothing", "module 're' has no attribute 'Nothing'"),
        (":Class", "Empty module name"),
        (".motion:Motion", "the 'package' argument is required to perform a relative import for "
                           "'.motion'"),
        ("os:getcwd", "a builtin_function_or_method is not a class"),
    ],
)  # fmt: skip
def test_a_third_partys_name_that_leads_nowhere_is_said(name, reason):
    message = (
        f"{name!r} cannot be imported ({reason}): check that the package is installed in this "
        "environment and the class is spelt package.module:Class"
    )
    with pytest.raises(UnknownName, match=whole(message)):
        _catalog.find("podium.backbones", name, [name])
