"""What makes a release: the same bytes twice, one version, all files, and what it consists of."""

import importlib
import io
import sys
import tarfile
from importlib.metadata import version
from pathlib import Path
from zipfile import ZipFile

import pytest

from messages import whole

REPOSITORY = Path(__file__).parent.parent


@pytest.fixture
def script(monkeypatch):
    """Import one of the scripts, which are no package."""
    monkeypatch.syspath_prepend(str(REPOSITORY / "scripts"))
    return importlib.import_module


def packed(path: Path, names: list[str], owner: str, time: int) -> Path:
    with tarfile.open(path, "w:gz") as archive:
        for name in names:
            member = tarfile.TarInfo(f"podium/{name}")
            member.size, member.mtime, member.uname, member.mode = len(name), time, owner, 0o664
            archive.addfile(member, io.BytesIO(name.encode()))
    return path


def test_a_source_is_the_same_bytes_whoever_packs_it_and_when(script, tmp_path):
    repacked = script("release").repacked
    one = packed(tmp_path / "one.tar.gz", ["a", "b"], "ada", 1_000_000)
    other = packed(tmp_path / "other.tar.gz", ["b", "a"], "bob", 2_000_000)
    assert one.read_bytes() != other.read_bytes()
    assert repacked(one, 5).read_bytes() == repacked(other, 5).read_bytes()
    with tarfile.open(one) as archive:
        assert [(m.name, m.mtime, m.uname, m.mode) for m in archive] == [
            ("podium/a", 5, "", 0o644),
            ("podium/b", 5, "", 0o644),
        ]


def test_what_is_not_the_same_bytes_is_refused(script, tmp_path):
    release = script("release")
    (tmp_path / "a.whl").write_bytes(b"1")
    (tmp_path / "b.whl").write_bytes(b"2")
    said = "a.whl is not the same bytes when it is built again"
    with pytest.raises(release.NotReady, match=whole(said)):
        release.require_same((tmp_path / "a.whl",), (tmp_path / "b.whl",))


@pytest.fixture
def tree(tmp_path):
    """A tree with a version in each place that has one, and a package of two files."""
    places = {
        "pyproject.toml": 'version = "1.2.0"\n',
        "src/podium/__init__.py": '__version__ = "1.2.0"\n',
        "src/podium/py.typed": "",
        "CITATION.cff": "version: 1.2.0\n",
        "CHANGELOG.md": "# Changelog\n\n## 1.2.0 (unreleased)\n",
    }
    for name, text in places.items():
        path = tmp_path / "tree" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path / "tree"


def test_a_release_has_its_date(script, tree):
    release = script("release")
    assert release.require_version(tree, is_trial=True) == "1.2.0"
    said = "CHANGELOG.md: give 1.2.0 its date, as in ## 1.2.0 (2026-11-30)"
    with pytest.raises(release.NotReady, match=whole(said)):
        release.require_version(tree, is_trial=False)
    (tree / "CHANGELOG.md").write_text("## 1.2.0 (2026-12-01)\n\n## 1.1.0 (2025-01-01)\n")
    assert release.require_version(tree, is_trial=False) == "1.2.0"


def test_a_release_has_one_version(script, tree):
    release = script("release")
    (tree / "CITATION.cff").write_text("version: 1.1.0\n")
    said = (
        "the version is not the same everywhere: {'pyproject.toml': ['1.2.0'], "
        "'src/podium/__init__.py': ['1.2.0'], 'CITATION.cff': ['1.1.0'], "
        "'CHANGELOG.md': ['1.2.0']}"
    )
    with pytest.raises(release.NotReady, match=whole(said)):
        release.require_version(tree, is_trial=True)


def test_a_wheel_has_all_files_and_no_other(script, tree, tmp_path):
    release = script("release")
    with ZipFile(tmp_path / "p.whl", "w") as wheel:
        wheel.writestr("podium/__init__.py", "")
        wheel.writestr("podium-1.2.0.dist-info/METADATA", "")
        wheel.writestr("podium/left_over.py", "")
    said = "p.whl lacks ['podium/py.typed'] and has ['podium/left_over.py'] beside"
    with pytest.raises(release.NotReady, match=whole(said)):
        release.require_whole(tmp_path / "p.whl", tree)


def test_this_tree_has_one_version(script):
    assert script("release").require_version(REPOSITORY, is_trial=True) == version("podium")


def test_a_bill_of_materials_names_what_is_installed_and_what_it_needs(script, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    bill = script("inventory").bill()
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.5")
    assert bill["metadata"]["timestamp"] == "2023-11-14T22:13:20Z"
    references = [one["bom-ref"] for one in bill["components"]]
    assert len(set(references)) == len(references)
    own = bill["metadata"]["component"]["bom-ref"]
    needs = {one["ref"]: one["dependsOn"] for one in bill["dependencies"]}
    assert own == f"pkg:pypi/podium@{version('podium')}"
    assert f"pkg:pypi/numpy@{version('numpy')}" in needs[own]
    assert all(one in references for each in needs.values() for one in each)
    assert all(one["licenses"] for one in bill["components"])
    assert bill == script("inventory").bill()


def test_a_bill_of_materials_names_what_is_fetched(script):
    fetched = [one for one in script("inventory").bill()["components"] if "scope" in one]
    assert [one["name"] for one in fetched] == [
        "pose_detection.tflite",
        "pose_landmark_full.tflite",
        "face_detection_full_range_sparse.tflite",
    ]
    assert {one["type"] for one in fetched} == {"machine-learning-model"}


def test_the_notices_have_the_texts_of_licences(script):
    text = script("inventory").notices()
    assert text.startswith(
        "Podium is under Apache-2.0, and so are the networks and models in it.\n"
    )
    assert f"\nnumpy {version('numpy')}: " in text
    assert "Redistribution and use in source and binary forms" in text


def test_only_a_python_that_runs_is_tried(script, tmp_path):
    release = script("release")
    (tmp_path / "refuses").write_text("#!/bin/sh\nexit 127\n")
    (tmp_path / "refuses").chmod(0o755)
    here = f"{sys.version_info.major}.{sys.version_info.minor}"
    assert release._is_python(sys.executable, here)
    assert not release._is_python(sys.executable, "3.1")
    assert not release._is_python(str(tmp_path / "refuses"), here)
    assert not release._is_python(str(tmp_path / "none"), here)
