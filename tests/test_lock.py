"""What is installed is what was tested: the constraints name every package, on every Python."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
PYTHONS = ("3.11", "3.12", "3.13")


def pins(name: str) -> list[Requirement]:
    return [Requirement(line) for line in (ROOT / name).read_text("utf-8").splitlines()]


def wanted() -> list[Requirement]:
    lists = [PROJECT["dependencies"], *PROJECT["optional-dependencies"].values()]
    return [Requirement(line) for lines in lists for line in lines]


def chosen(name: str, python: str) -> dict[str, Version]:
    """Return the version of each package that is installed on a Python on Linux."""
    machine = {
        "python_version": python,
        "python_full_version": f"{python}.0",
        "sys_platform": "linux",
        "platform_machine": "x86_64",
        "platform_python_implementation": "CPython",
    }
    found: dict[str, Version] = {}
    for pin in pins(name):
        if pin.marker is None or pin.marker.evaluate(machine):
            key = canonicalize_name(pin.name)
            assert key not in found, f"{key} has two versions on Python {python}"
            found[key] = Version(next(iter(pin.specifier)).version)
    return found


@pytest.mark.parametrize("python", PYTHONS)
def test_each_package_of_each_extra_has_one_version_that_may_be(python):
    versions = chosen("constraints.txt", python)
    for requirement in wanted():
        version = versions[canonicalize_name(requirement.name)]
        assert version in requirement.specifier, requirement


def test_the_lowest_versions_are_those_of_the_project():
    versions = chosen("constraints-lowest.txt", "3.11")
    for requirement in wanted():
        (lower,) = (part.version for part in requirement.specifier if part.operator == ">=")
        release = versions[canonicalize_name(requirement.name)].release
        assert release[: len(Version(lower).release)] == Version(lower).release, requirement


@pytest.mark.parametrize("name", ["constraints.txt", "constraints-lowest.txt"])
def test_only_versions_stand_in_it(name):
    for line in (ROOT / name).read_text("utf-8").splitlines():
        assert re.fullmatch(r"[A-Za-z0-9._-]+==[0-9][0-9A-Za-z.]*( ; .+)?", line), line


def test_the_pythons_are_those_that_the_project_allows():
    allowed = SpecifierSet(PROJECT["requires-python"])
    assert [f"3.{minor}" for minor in range(8, 20) if f"3.{minor}.0" in allowed] == list(PYTHONS)
    said = [line.split(" :: ")[-1] for line in PROJECT["classifiers"] if "Python :: 3." in line]
    assert said == list(PYTHONS)


def test_what_an_interface_changed_of_is_bounded_above():
    bounded = {r.name for r in wanted() if any(part.operator == "<" for part in r.specifier)}
    assert {"av", "typer", "fastapi", "uvicorn"} <= bounded
