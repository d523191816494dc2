import re
from dataclasses import replace
from pathlib import Path

import pytest

from podium.benchmark import findings, tables
from podium.benchmark.changed import changed_systems
from podium.benchmark.opening import opening
from podium.benchmark.paper_systems import SYSTEMS
from podium.benchmark.provenance import About
from podium.benchmark.readings import as_printed
from podium.benchmark.results import (
    Claim,
    FaultRow,
    Found,
    ResultRow,
    Results,
    SplitMeasures,
    SystemNote,
    SystemRow,
    Tables,
    TransferRow,
    TransferTable,
    TransferTask,
    TypeMeasures,
)
from podium.benchmark.table_vi import NO_TABLE_VI
from podium.benchmark.table_vii import figure_5, table_vii
from podium.benchmark.targets import targets_table
from podium.errors import MissingFile, UsageError
from podium.evaluation.resampling import Comparison, Gap

REPOSITORY = Path(__file__).parents[2]
STORED = REPOSITORY / "benchmarks" / "results" / "paper"


def claim(spearman: list[float] | None, mse: list[float]) -> Comparison:
    return Comparison(*(Gap(None, interval, None, 0, 0) for interval in (spearman, mse)))


@pytest.mark.parametrize(
    ("spearman", "mse", "verdict"),
    [
        ((0.01, 0.1), (-20, 5), "yes"),
        ((0.01, 0.1), (5, 20), "yes"),
        ((-0.01, 0.1), (-20, -5), "not shown"),
        ((-0.1, -0.01), (-20, -5), "**no, the opposite**"),
        (None, (-20, 5), "not shown"),
        (None, (-20, -5), "yes"),
    ],
)
def test_a_claim_holds_where_the_interval_of_rho_is_on_its_side(spearman, mse, verdict):
    assert findings.verdict(claim(spearman, mse), 1) == verdict


def test_of_many_claims_each_needs_more():
    found = claim((0.01, 0.09), (0, 0))
    assert [findings.verdict(found, n) for n in (1, 2, 20)] == ["yes", "yes", "not shown"]
    assert findings.widened(None, (-1.0, 1.0), 1) == pytest.approx((-1, 1))
    # 1 - .05 / 10 of a normal distribution lies within 2.807 deviations, 95 % within 1.960
    assert findings.widened(0.0, (-1.96, 1.0), 10) == pytest.approx((-2.807, 1.432), abs=1e-3)
    assert findings.widened(0.5, None, 3) is None


@pytest.fixture
def results() -> Results:
    row = SystemRow(
        spearman=0.5, spearman_interval=(0.4, 0.6), mse=100.0, mse_interval=None,
        execution_spearman=None, n_splits=1, seconds=3.0,
    )  # fmt: skip
    measures = SplitMeasures(0.5, 100.0, by_type={"1": TypeMeasures(3, 0.5, 9.0)})
    cell = ResultRow("c3d_lstm_f", 0, 9, 1.0, {"001": 1.0}, measures)
    about = About(
        n_performances=12, seeds=(0,), commit="abc", backbone="motion",
        versions={"python": "3.11", "torch": "2", "scikit-learn": "1"}, keypoints=None,
        left_out={},
    )  # fmt: skip
    systems = {"c3d_lstm_f": SystemNote("C + L (F)")}
    return Results(about, systems, (cell,), Tables(summary={"c3d_lstm_f": row}))


def test_rows_stand_beside_the_printed_ones(results):
    assert "| C + L (F) | 0.50 (0.40 to 0.60) | 100 |  | 1 |  | 0.64 | 95 |" in tables.overview(
        results
    )


def test_what_was_not_measured_has_no_table(results):
    page = tables.page([results])
    for title in ("Table V:", "Table VI", "Table VIII", "Figure 5", "The claims"):
        assert title not in page
    assert "12 dives with a score, 1 seeded splits of 9 / 1. Commit abc" in page


def test_a_table_vi_that_was_not_run_is_said(results):
    paper = replace(results, about=replace(results.about, name="paper"))
    assert NO_TABLE_VI in tables.page([paper])
    assert NO_TABLE_VI not in tables.page([results])


def with_extras(results: Results, **extras: dict) -> Results:
    """The same, with what fitted systems were found to say, on two splits."""
    cells = [
        ResultRow(name, split, 9, 1.0, {}, SplitMeasures(0.5, 1.0, by_type={}), extras=found)
        for name, both in extras.items()
        for split, found in enumerate(both)
    ]
    return replace(results, cells=tuple(cells))


def test_similarities_are_summed_up_beside_a_control(results):
    said = with_extras(
        results,
        siamese_best=(
            {"similarity": {"118": [0.1, 0.3], "007": [0.2, 0.4]}},
            {"similarity": {"118": [0.2, 0.6]}},
        ),
        siamese_no_dml=({"similarity": {"118": [0.51, 0.49]}},),
    )
    lines = table_vii(said).splitlines()
    assert "| Ours, the similarity as printed | 83% | 67% | 0.60 |" in lines
    control = "The same with a network that learned nothing (control)"
    assert f"| {control} | 50% | 0% | 0.51 |" in lines
    assert "| 118 | 0.15 0.45 |  |" in lines
    assert table_vii(results) == ""


def test_clusters_stand_beside_those_of_an_untrained_network(results):
    found = with_extras(
        results,
        siamese_best=({"clusters": {"O": -0.1, "D2": 0.1}}, {"clusters": {"O": -0.2, "D2": 0.3}}),
        siamese_no_dml=({"clusters": {"O": 0.0, "D2": 0.4}},),
    )
    lines = figure_5(found).splitlines()
    assert "| (d) D2, best performer bias | 0.20 | 0.10 to 0.30 |" in lines
    assert "| control: D2 of it, best performer bias | 0.40 | 0.40 to 0.40 |" in lines


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


def test_claims_of_the_paper_are_judged_by_intervals(results):
    row = replace(
        results.tables.summary["c3d_lstm_f"],
        spearman=0.6, spearman_interval=(0.55, 0.64), mse=80.0, mse_interval=(70, 90.0),
    )  # fmt: skip
    gaps = Gap(0.1, (0.06, 0.2), 0.1, 1, 1)
    losses = replace(gaps, gap=-8.0, interval=(-20.0, -1.0))
    claimed = (
        Claim("siamese_best", "c3d_lstm_f", "It is better", gaps, losses),
        Claim("podium", "siamese_best", "Not the paper's", gaps, losses),
    )
    found_clips = {
        "Ours": Found(0.5, (0.4, 0.6), 0.5, (0.4, 0.6), 9),
        "C3D + LSTM": Found(0.2, (0.1, 0.3), 0.8, (0.7, 0.9), 9),
        "C3D + LSTM + SVR": Found(0.3, (0.2, 0.33), 0.8, (0.7, 0.9), 9),
        "Every clip (floor)": Found(0.3, (0.25, 0.45), 1.0, (1.0, 1.0), 9),
    }
    worse = Comparison(gaps, replace(losses, gap=8.0, interval=(1.0, 20.0)))
    transferred = TransferRow(
        **vars(row), system="c3d_lstm_f", title="C + L (F)", frozen_less_this=worse, predictions={}
    )
    tables_ = Tables(
        summary={"siamese_best": row},
        claims=claimed,
        faults={title: FaultRow(found, found) for title, found in found_clips.items()},
        transfer=TransferTable((TransferTask("", "", "Vaults", 5, 9, 4, (transferred,)),)),
    )
    clusters = [("siamese_best", -0.2, 0.1), ("siamese_best", -0.1, 0.4), ("siamese_worst", 0, 0.2)]
    cells = tuple(
        ResultRow(name, split, 9, 1.0, {}, extras={"clusters": {"O": before, "D2": after}})
        for split, (name, before, after) in enumerate(clusters)
    )
    found = findings.findings(Results(results.about, {}, cells, tables_))
    assert [(f.claim.partition(" (a floor")[0], f.verdict) for f in found] == [
        ("The best performer's bias reaches a rho of 0.69", "**no**"),
        ("The best performer's bias has an MSE of 88.6 or less", "not shown"),
        ("It is better", "yes"),
        ("Low similarity finds faults with a better precision than a falling score", "yes"),
        ("Low similarity finds faults with a better recall than a falling score",
         "**no, the opposite**"),
        ("Low similarity is more precise than flagging every clip", "not shown"),
        ("Types form clusters in D2 with the worst performer's bias, and none in O", "yes"),
        ("Types form clusters in D2 with the best performer's bias, and none in O", "yes"),
        ("Vaults: a metric frozen from diving beats C + L (F)", "yes"),
    ]  # fmt: skip
    assert found[2].printed == "rho +0.05, MSE -6"
    assert found[2].here == "rho 0.10 (0.06 to 0.20), MSE -8 (-20 to -1)"
    assert found[-1].printed == "rho +0.07, MSE -0.25 (UNLV-Vault)"


# what the repository says


def test_docs_and_readme_say_what_the_stored_results_say():
    stored = tables.load_all(STORED)
    advice = "run podium benchmark paper --render --out benchmarks/results/paper"
    docs = (REPOSITORY / "docs" / "results.md").read_text("utf-8")
    assert docs == tables.page(stored), advice
    readme = (REPOSITORY / "README.md").read_text("utf-8")
    assert readme == tables.with_block(readme, tables.block(stored)), advice


def test_stored_results_are_of_the_systems_as_they_are():
    advice = (
        "results are of other options or code than today's: run podium benchmark paper --out "
        "benchmarks/results/paper --scorer NAME for each, then the same with --render"
    )
    for stored in tables.load_all(STORED):
        assert changed_systems(stored, SYSTEMS) == {}, advice


def test_stored_results_are_small_and_hold_no_words_of_the_data():
    for path in STORED.glob("*.json"):
        assert path.stat().st_size < 4_000_000
        assert "commentary" not in path.read_text("utf-8")


def test_results_from_when_measures_had_other_names_are_read(tmp_path):
    """What was kept when spearman was called rho is read, and written with the names of today."""
    (stored,) = tables.load_all(STORED)
    text = (STORED / "motion.json").read_text("utf-8")
    assert not re.search(r'"(rho|rho_interval|execution_rho)"', text)
    earlier = tmp_path / "earlier.json"
    renamed = re.sub(r'"(execution_)?spearman(_interval)?":', r'"\1rho\2":', text)
    earlier.write_text(renamed, "utf-8")
    again = Results.load(earlier)
    assert (again.cells, again.systems) == (stored.cells, stored.systems)
    assert tables.page([again]) == tables.page([stored])


def test_predictions_become_a_data_frame(results):
    pytest.importorskip("pandas", reason="pandas is not installed")
    frame = results.to_pandas()
    assert list(frame.columns) == ["system", "split", "id", "predicted"]
    assert len(frame) == sum(len(cell.predictions) for cell in results.cells)


# several fits of one system, both targets, other readings


def fitted_twice(results: Results) -> Results:
    """The same with a second fit of its system, with another seed."""
    (first,) = results.cells
    again = replace(first, attempt=1, measures=replace(first.measures, spearman=0.7, mse=80.0))
    return replace(results, cells=(first, again))


def test_of_several_fits_the_tables_show_the_mean(results):
    page = tables.page([fitted_twice(results)])
    assert "| split | C + L (F) |\n| --- | --- |\n| 1 | 0.60 |" in page
    assert "| split | C + L (F) |\n| --- | --- |\n| 1 | 90 |" in page


def with_rows(results: Results, **rows: tuple[str, float]) -> Results:
    """Results with rows of these titles and rank correlations."""
    row = results.tables.summary["c3d_lstm_f"]
    return replace(
        results,
        systems={name: SystemNote(title) for name, (title, _) in rows.items()},
        tables=replace(
            results.tables,
            summary={
                name: replace(row, spearman=spearman, spearman_interval=None)
                for name, (_, spearman) in rows.items()
            },
        ),
    )


def test_both_targets_of_a_system_stand_side_by_side(results):
    found = with_rows(
        results,
        s3d=("S3D", 0.5), s3d_execution=("S3D, on execution", 0.6), ridge=("A ridge", 0.7),
        ridge_score=("A ridge on the score", 0.4), alone=("Alone", 0.1),
    )  # fmt: skip
    lines = targets_table(found).splitlines()
    assert lines[4:6] == [
        "| S3D | 0.50 | 100 | 0.60 | 100 |",
        "| A ridge | 0.40 | 100 | 0.70 | 100 |",
    ]
    assert targets_table(results) == ""


def test_what_is_read_into_the_paper_stands_beside_other_readings(results):
    found = with_rows(results, siamese_best=("Ours", 0.6), siamese_relu=("With ReLU", 0.5))
    told = as_printed(found)
    assert "| **as printed**: linear, one order | 0.60 | 100 |" in told
    assert "| ReLU, one order | 0.50 | 100 |" in told
    assert as_printed(results) == ""


def test_the_page_begins_with_what_the_results_come_to(results):
    row = replace(results.tables.summary["c3d_lstm_f"], spearman=0.61, spearman_interval=None)
    gaps = Gap(0.1, (0.06, 0.2), 0.1, 1, 1)
    claims = (Claim("siamese_best", "c3d_lstm_f", "It is better", gaps, gaps),)
    found = Results(results.about, {}, (), Tables(summary={"siamese_best": row}, claims=claims))
    lines = opening([results, found]).splitlines()
    assert lines == [
        "1. **The headline.** The best performer's bias, as the equations print it, comes to a "
        "rho of 0.61 and an MSE of 100 on `motion`; the paper prints 0.69 and 88.6, with C3D "
        "features and dives whose scores are not all at hand.",
        "2. **What the paper adds.** Its rho on `motion` less that of regression without an expert "
        "is 0.10 (0.06 to 0.20).",
        "3. **What these data cannot decide.** Scores are at hand of 12 of the paper's 264 dives; "
        "no vault is at hand (table VI is of simulated ones); the features are not the paper's "
        "C3D.",
        "",
        "Of the paper's claims, on `motion`:",
        "",
        "- Hold here: It is better.",
        "- Do not: none.",
        "- Are left open: The best performer's bias reaches a rho of 0.69; The best performer's "
        "bias has an MSE of 88.6 or less.",
    ]
    assert opening([results]) == ""
