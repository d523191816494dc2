"""What each clip alone tells of a score."""

import numpy as np
import pytest

from podium.benchmark import tables
from podium.benchmark.results import About, ResultRow, Results, SplitMeasures, SystemNote, Tables
from podium.benchmark.segments import segment_table
from podium.benchmark.splits import DataSplit

N = 40


@pytest.fixture(scope="module")
def samples(make_sample) -> dict:
    """Performances of 3 or 4 clips; only the last but one shows the score."""
    generator = np.random.default_rng(0)
    made = {}
    for number in range(N):
        score = float(20 + 80 * generator.random())
        values = generator.normal(size=(3 if number % 8 else 4, 5)).astype(np.float32)
        values[-2, 0] = score / 10
        name = f"s{number}"
        made[name] = make_sample(name, values, score=score, action="ab"[number % 2], difficulty=2.0)
    return made


@pytest.fixture(scope="module")
def splits(samples) -> tuple[DataSplit, ...]:
    names = [*samples]
    return tuple(
        DataSplit(
            seed, tuple(names[:start] + names[start + 10 :]), tuple(names[start : start + 10])
        )
        for seed, start in enumerate((0, 10))
    )


def test_the_clip_that_shows_the_score_is_found(samples, splits):
    found = segment_table(samples, splits)
    assert [*found] == ["all", "1", "2", "3"]  # five performances alone have a fourth
    assert found["2"].spearman > 0.95
    assert abs(found["1"].spearman) < 0.6
    assert found["2"].spearman_interval[0] <= found["2"].spearman <= found["2"].spearman_interval[1]
    assert found["2"].n_splits == 2


def test_they_are_shown_by_their_place(samples, splits, results_of):
    told = tables._segments(results_of(segment_table(samples, splits)))
    assert "| read alone | rho (95 %) | MSE (95 %) | execution rho |" in told
    rows = [
        line.split(" | ")[0]
        for line in told.splitlines()
        if line.startswith("| ") and "---" not in line
    ]
    assert rows[1:] == ["| all clips", "| the last clip", "| 2 from the end", "| 3 from the end"]


@pytest.fixture
def results_of(tmp_path):
    """Results of nothing but these rows."""

    def make(segments: dict) -> Results:
        about = About(
            n_performances=N, seeds=(0, 1), commit="abc", backbone="motion",
            versions={"python": "3.11", "torch": "2", "scikit-learn": "1"}, keypoints=None,
            left_out={},
        )  # fmt: skip
        cell = ResultRow("ridge", 0, 9, 1.0, {"s1": 1.0}, SplitMeasures(0.5, 1.0, by_type={}))
        made = Results(about, {"ridge": SystemNote("Ridge")}, (cell,), Tables(segments=segments))
        made.save(tmp_path / "motion.json")
        return Results.load(tmp_path / "motion.json")

    return make
