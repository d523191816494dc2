"""What every data set must do; a new one is met by adding a recipe for a tiny made-up copy."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.io import savemat

from datasets.published import write_aqa_7, write_finediving, write_jigsaws, write_mtl_aqa
from podium import _catalog
from podium.datasets.aqa_7 import Aqa7
from podium.datasets.finediving import FineDiving
from podium.datasets.jigsaws import Jigsaws
from podium.datasets.kimore import Kimore
from podium.datasets.manifest import Manifest
from podium.datasets.mtl_aqa import MtlAqa
from podium.datasets.pushups import Pushups
from podium.datasets.simulated import Simulated
from podium.datasets.ui_prmd import UiPrmd
from podium.datasets.unlv_dive import UnlvDive
from podium.datasets.unlv_vault import UnlvVault
from podium.errors import DatasetNotFound, MissingFile
from podium.simulation import SimulationOptions
from podium.testing import check_dataset

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
    table: str = "metadata.csv"


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


def kimore(folder: Path) -> Kimore:
    rows = "a,s1,Expert,Es1,45,20,25\nb,s2,Stroke,Es1,20.5,10,10.5\n"
    header = "id,subject,group,exercise,total_score,primary_outcome,control_factors\n"
    (folder / "performances.csv").write_text(header + rows, encoding="utf-8")
    positions = np.random.default_rng(0).normal(size=(40, 25, 3)).astype(np.float16)
    np.savez(folder / "positions_15hz.npz", a=positions, b=positions)
    return Kimore(folder)


def ui_prmd(folder: Path) -> UiPrmd:
    rows = "a,m01,s1,1,correct\nb,m01,s1,1,incorrect\n"
    header = "id,movement,subject,repetition,label\n"
    (folder / "performances.csv").write_text(header + rows, encoding="utf-8")
    degrees = np.random.default_rng(0).normal(0, 30, (40, 22, 3)).astype(np.float16)
    np.savez(folder / "kinect_angles.npz", a=degrees, b=degrees)
    return UiPrmd(folder)


def pushups(folder: Path) -> Pushups:
    (folder / "videos").mkdir()
    for name in ("correct1", "wrong12"):
        (folder / "videos" / f"{name}.mp4").touch()
    table = "id,label,frames\ncorrect1,correct,61\nwrong12,wrong,50\n"
    (folder / "performances.csv").write_text(table, encoding="utf-8")
    return Pushups(folder)


def unlv_vault(folder: Path) -> UnlvVault:
    savemat(folder / "vault_overall_scores.mat", {"overall_scores": [14.5, 13.9]})
    for name in ("001", "002"):
        (folder / f"{name}.avi").touch()
    return UnlvVault(folder)


RECIPES = {
    "aqa_7": Recipe(
        lambda folder: Aqa7(write_aqa_7(folder)),
        Aqa7,
        DatasetNotFound,
        "AQA-7 was looked for at {folder}, by its file split_4_train_list.mat there or in Split_4, "
        "info, and is not there: set PODIUM_DATA to the folder that holds aqa_7, or give its path",
    ),
    "finediving": Recipe(
        lambda folder: FineDiving(write_finediving(folder)),
        FineDiving,
        DatasetNotFound,
        "FineDiving was looked for at {folder}, by its file fine-grained_annotation_aqa.pkl or "
        "fine-grained_annotation_for_aqa.pkl or FineDiving_coarse_annotation.pkl there or in "
        "Annotations, FineDiving/Annotations, and is not there: set PODIUM_DATA to the folder that "
        "holds finediving, or give its path",
    ),
    "jigsaws": Recipe(
        lambda folder: Jigsaws(write_jigsaws(folder)),
        Jigsaws,
        DatasetNotFound,
        "JIGSAWS was looked for at {table} and is not there: set PODIUM_DATA to the folder that "
        "holds jigsaws, or give its path",
        "Suturing/meta_file_Suturing.txt",
    ),
    "kimore": Recipe(
        kimore,
        Kimore,
        DatasetNotFound,
        "KIMORE was looked for at {table} and is not there: set PODIUM_DATA to the folder that "
        "holds kimore, or give its path",
        "performances.csv",
    ),
    "manifest": Recipe(
        manifest,
        lambda folder: Manifest(folder / "metadata.csv"),
        MissingFile,
        "{table}: no such table of performances: check the path",
    ),
    "mtl_aqa": Recipe(
        lambda folder: MtlAqa(write_mtl_aqa(folder)),
        MtlAqa,
        DatasetNotFound,
        "MTL-AQA was looked for at {folder}, by its file "
        "final_annotations_dict_with_dive_number.pkl or final_annotations_dict_with_dive_number or "
        "final_annotations_dict.pkl there or in info, MTL-AQA_split_0_data, "
        "Ready_2_Use/MTL-AQA_split_0_data, and is not there: set PODIUM_DATA to the folder that "
        "holds mtl_aqa, or give its path",
    ),
    "pushups": Recipe(
        pushups,
        Pushups,
        DatasetNotFound,
        "the set of push-ups was looked for at {table} and is not there: set PODIUM_DATA to the "
        "folder that holds pushups, or give its path",
        "performances.csv",
    ),
    "simulated": Recipe(
        simulated,
        lambda folder: Simulated(folder, TINY),
        DatasetNotFound,
        "simulated performances were looked for at {table} and are not there: "
        "podium.datasets.simulated.Simulated(root).render() in Python writes them",
    ),
    "ui_prmd": Recipe(
        ui_prmd,
        UiPrmd,
        DatasetNotFound,
        "UI-PRMD was looked for at {table} and is not there: set PODIUM_DATA to the folder that "
        "holds ui_prmd, or give its path",
        "performances.csv",
    ),
    "unlv_dive": Recipe(
        unlv_dive,
        UnlvDive,
        DatasetNotFound,
        "UNLV-Dive was looked for at {table} and is not there: set PODIUM_DATA to the folder that "
        "holds unlv-dive, or give its path",
    ),
    "unlv_vault": Recipe(
        unlv_vault,
        UnlvVault,
        DatasetNotFound,
        "UNLV-Vault was looked for at {table} and is not there: set PODIUM_DATA to the folder "
        "that holds unlv-vault, or give its path",
        "*overall_scores.mat",
    ),
}


@pytest.mark.parametrize("name", NAMES)
def test_every_data_set_has_a_recipe(name):
    assert name in RECIPES, (
        f"podium/datasets/{name}.py is new: add a recipe for a tiny made-up copy of it to RECIPES "
        f"in {__file__}"
    )


@pytest.mark.parametrize("name", sorted(RECIPES))
def test_it_lists_performances_as_every_data_set_must(name, tmp_path):
    check_dataset(RECIPES[name].make(tmp_path))


@pytest.mark.parametrize("name", sorted(RECIPES))
def test_it_says_where_it_was_looked_for(name, tmp_path):
    recipe = RECIPES[name]
    dataset = recipe.absent(tmp_path)
    message = recipe.message.format(folder=tmp_path, table=tmp_path / recipe.table)
    with pytest.raises(recipe.error, match=rf"^{re.escape(message)}$"):
        dataset.performances()
    assert list(tmp_path.iterdir()) == []
