import re
from pathlib import Path

import pytest

from podium import tables
from podium.benchmark import Cell, Results
from podium.errors import MissingFile, UsageError

REPOSITORY = Path(__file__).parent.parent
STORED = REPOSITORY / "benchmarks" / "results" / "paper"


def claim(rho: list[float], mse: list[float]) -> dict:
    return {"rho": {"interval": rho}, "mse": {"interval": mse}}


@pytest.mark.parametrize(
    ("rho", "mse", "verdict"),
    [
        ([0.01, 0.1], [-20, 5], "yes"),
        ([0.01, 0.1], [-20, -5], "yes"),
        ([-0.01, 0.1], [-20, -5], "yes"),
        ([-0.01, 0.1], [-20, 5], "not shown"),
        ([0.01, 0.1], [5, 20], "not shown"),
        ([-0.1, -0.01], [-20, 5], "**no, the opposite**"),
        (None, [-20, 5], "not shown"),
    ],
)
def test_a_claim_holds_where_an_interval_is_on_its_side(rho, mse, verdict):
    assert tables._verdict(claim(rho, mse)) == verdict


@pytest.fixture
def results() -> Results:
    row = {
        "rho": 0.5, "rho_interval": [0.4, 0.6], "mse": 100.0, "mse_interval": None,
        "execution_rho": None, "n_splits": 1, "seconds": 3.0,
    }  # fmt: skip
    by_type = {"1": {"n": 3, "rho": 0.5, "mse": 9.0}}
    cell = Cell(
        "c3d_lstm_f", 0, 9, 1.0, {"001": 1.0}, {"rho": 0.5, "mse": 100.0, "by_type": by_type}
    )
    about = {
        "n_performances": 12, "seeds": [0], "commit": "abc", "backbone": "motion",
        "versions": {"python": "3.11", "torch": "2", "scikit-learn": "1"}, "keypoints": None,
        "left_out": {},
    }  # fmt: skip
    systems = {"c3d_lstm_f": {"title": "C + L (F)"}}
    return Results(about, systems, (cell,), {"summary": {"c3d_lstm_f": row}})


def test_rows_stand_beside_the_printed_ones(results):
    assert "| C + L (F) | 0.50 (0.40 to 0.60) | 100 |  | 0.64 | 95 |" in tables.overview(results)


def test_what_was_not_measured_has_no_table(results):
    page = tables.page([results])
    for title in ("Table V:", "Table VI", "Table VIII", "Figure 5", "The claims"):
        assert title not in page
    assert "12 dives with a score, 1 seeded splits of 9 / 1. Commit abc" in page


def test_the_short_table_takes_the_place_of_the_old_one(results):
    before = f"Hello\n{tables.BEGIN}\nold\n{tables.END}\nBye\n"
    after = tables.with_block(before, tables.block([results]))
    assert after.startswith(f"Hello\n{tables.BEGIN}\n| backbone | system |")
    assert after.endswith(f"{tables.END}\nBye\n")
    assert "old" not in after
    assert tables.with_block(after, tables.block([results])) == after


def test_a_readme_without_a_place_is_refused(results):
    message = (
        f"README.md has no place for results: put the lines {tables.BEGIN} and {tables.END} in"
    )
    with pytest.raises(UsageError, match=rf"^{re.escape(message)}$"):
        tables.with_block("Hello", "x")


def test_outside_the_repository_tables_stand_beside_the_results(results, tmp_path):
    results.save(tmp_path / "out" / "motion.json")
    written = tables.render(tmp_path / "out", tmp_path)
    assert written == (tmp_path / "out" / "results.md",)
    assert written[0].read_text("utf-8") == tables.page([results])


def test_a_folder_without_results_is_refused(tmp_path):
    message = f"{tmp_path}: holds no results: run podium benchmark with --out first"
    with pytest.raises(MissingFile, match=rf"^{re.escape(message)}$"):
        tables.render(tmp_path, tmp_path)


# what the repository says


def test_docs_and_readme_say_what_the_stored_results_say():
    stored = tables.load_all(STORED)
    advice = "run podium benchmark paper --render --out benchmarks/results/paper"
    docs = (REPOSITORY / "docs" / "results.md").read_text("utf-8")
    assert docs == tables.page(stored), advice
    readme = (REPOSITORY / "README.md").read_text("utf-8")
    assert readme == tables.with_block(readme, tables.block(stored)), advice


def test_stored_results_are_small_and_hold_no_words_of_the_data():
    for path in STORED.glob("*.json"):
        assert path.stat().st_size < 2_000_000
        assert "commentary" not in path.read_text("utf-8")
