import csv
from pathlib import Path

import pytest

from podium.datasets.simulated import Simulated
from podium.errors import DatasetNotFound, UsageError
from podium.simulation import SimulationOptions, simulate

OPTIONS = SimulationOptions(
    n_performances=3, seed=4, width=96, height=64, frames_per_second=10, flawless_share=0.4
)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("simulated")
    Simulated(root, OPTIONS).render()
    return root


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_the_table_lists_what_was_simulated(root: Path) -> None:
    for one, row in zip(simulate(OPTIONS), rows(root / "metadata.csv"), strict=True):
        assert row["file_name"] == f"videos/{one.id}.mp4"
        assert (row["id"], row["action"]) == (one.id, one.action)
        assert row["dive_number"] == one.dive_number
        assert float(row["score"]) == one.score
        assert row["judges"] == ";".join(str(mark) for mark in one.marks)
        assert row["athlete"] == ""


def test_performances_carry_the_truth(root: Path) -> None:
    for one, read in zip(simulate(OPTIONS), Simulated(root, OPTIONS).performances(), strict=True):
        assert read.path.is_file()
        assert (read.id, read.score, read.difficulty) == (one.id, one.score, one.difficulty)
        assert (read.judges, read.phases) == (one.marks, one.phases)
        assert read.event == "simulated diving, seed 4"
        assert read.extra == {"dive_number": one.dive_number}


def test_the_faults_are_listed_by_performance(root: Path) -> None:
    faults = Simulated(root, OPTIONS).faults()
    assert set(faults) == {one.id for one in simulate(OPTIONS)}
    listed = [(row["id"], row["phase"], row["words"]) for row in rows(root / "faults.csv")]
    assert listed == [(id_, f.phase, f.words) for id_, found in faults.items() for f in found]


def test_a_second_render_renders_nothing(root: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in (root / "videos").iterdir()}
    told: list[tuple[int, int]] = []
    Simulated(root, OPTIONS).render(lambda done, of: told.append((done, of)))
    assert told == []
    assert {path: path.stat().st_mtime_ns for path in (root / "videos").iterdir()} == before


def test_only_what_is_missing_is_rendered_again(root: Path) -> None:
    lost = sorted((root / "videos").iterdir())[1]
    before = lost.read_bytes()
    lost.unlink()
    told: list[tuple[int, int]] = []
    table = Simulated(root, OPTIONS).render(lambda done, of: told.append((done, of)))
    assert table == root / "metadata.csv"
    assert told == [(3, 3)]
    assert lost.read_bytes() == before


@pytest.mark.slow
def test_several_workers_render_the_same_videos(root: Path, tmp_path: Path) -> None:
    Simulated(tmp_path, OPTIONS).render(workers=2)
    for path in (root / "videos").iterdir():
        assert (tmp_path / "videos" / path.name).read_bytes() == path.read_bytes()


def test_a_folder_with_other_options_is_refused(root: Path) -> None:
    other = Simulated(root, SimulationOptions(n_performances=3, seed=5, width=96, height=64))
    message = (
        f"{root} holds simulated performances with other options (seed 4 instead of 5, "
        "frames_per_second 10 instead of 30, flawless_share 0.4 instead of 0.2): use the same "
        "options or another folder"
    )
    for use in (other.render, other.performances):
        with pytest.raises(UsageError) as refusal:
            use()
        assert isinstance(refusal.value, ValueError)
        assert str(refusal.value) == message


def test_nothing_rendered_yet_is_said(tmp_path: Path) -> None:
    with pytest.raises(DatasetNotFound) as refusal:
        Simulated(tmp_path, OPTIONS).performances()
    assert str(refusal.value) == (
        f"simulated performances were looked for at {tmp_path / 'metadata.csv'} and are not "
        "there: podium.datasets.simulated.Simulated(root).render() in Python writes them"
    )
    assert list(tmp_path.iterdir()) == []
