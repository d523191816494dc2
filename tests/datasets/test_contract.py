"""What every data set must do; a new one is met by adding a recipe for a tiny made-up copy."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from podium import _catalog
from podium.datasets.manifest import Manifest
from podium.datasets.simulated import Simulated
from podium.datasets.unlv_dive import UnlvDive
from podium.errors import DatasetNotFound, MissingFile
from podium.performance import Performance
from podium.simulation import SimulationOptions

NAMES = _catalog.names("podium.datasets")
TINY = SimulationOptions(
    n_performances=2, seed=4, width=96, height=64, frames_per_second=10, flawless_share=0.4
)


@dataclass(frozen=True)
class Recipe:
    """How to make up a data set in a folder, and what is said where there is none."""

    make: Callable[[Path], Any]
    absent: Callable[[Path], Any]
    error: type[Exception]
    message: str


def manifest(folder: Path) -> Manifest:
    for name in ("a.mp4", "b.mp4"):
        (folder / name).touch()
    table = folder / "metadata.csv"
    table.write_text("file_name,score\na.mp4,70\nb.mp4,80.5\n", encoding="utf-8")
    return Manifest(table)


def unlv_dive(folder: Path) -> UnlvDive:
    manifest(folder)
    return UnlvDive(folder)


def simulated(folder: Path) -> Simulated:
    dataset = Simulated(folder, TINY)
    dataset.render()
    return dataset


RECIPES = {
    "manifest": Recipe(
        manifest,
        lambda folder: Manifest(folder / "metadata.csv"),
        MissingFile,
        "{table}: no such table of performances: check the path",
    ),
    "simulated": Recipe(
        simulated,
        lambda folder: Simulated(folder, TINY),
        DatasetNotFound,
        "simulated performances were looked for at {table} and are not there: call render() first",
    ),
    "unlv_dive": Recipe(
        unlv_dive,
        UnlvDive,
        DatasetNotFound,
        "UNLV-Dive was looked for at {table} and is not there: set PODIUM_DATA to the folder that "
        "holds unlv-dive, or give its path",
    ),
}


@pytest.mark.parametrize("name", NAMES)
def test_every_data_set_has_a_recipe(name):
    assert name in RECIPES, (
        f"podium/datasets/{name}.py is new: add a recipe for a tiny made-up copy of it to RECIPES "
        f"in {__file__}"
    )


@pytest.fixture(scope="module", params=sorted(RECIPES))
def performances(request, tmp_path_factory) -> tuple[Performance, ...]:
    return RECIPES[request.param].make(tmp_path_factory.mktemp(request.param)).performances()


def test_it_lists_performances_with_files_that_exist(performances):
    assert isinstance(performances, tuple)
    assert performances
    for performance in performances:
        assert isinstance(performance, Performance)
        assert performance.path.is_file()
        assert performance.score is None or performance.score >= 0


def test_its_ids_are_unique_texts(performances):
    ids = [performance.id for performance in performances]
    assert all(ids)
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("name", sorted(RECIPES))
def test_it_says_where_it_was_looked_for(name, tmp_path):
    recipe = RECIPES[name]
    dataset = recipe.absent(tmp_path)
    message = recipe.message.format(table=tmp_path / "metadata.csv")
    with pytest.raises(recipe.error, match=rf"^{re.escape(message)}$"):
        dataset.performances()
    assert list(tmp_path.iterdir()) == []
