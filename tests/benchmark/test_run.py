import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from podium.benchmark import tables
from podium.benchmark.averages import bootstrap_of
from podium.benchmark.results import ResultRow, Results
from podium.benchmark.run import Benchmark
from podium.benchmark.splits import stratified_splits
from podium.benchmark.system import System, system_of
from podium.errors import MissingFile, ModelError, UnknownName, UsageError
from podium.evaluation import metrics
from podium.evaluation.resampling import Bootstrap, Gap, compare
from podium.performance import Performance
from podium.scorers.ridge import RidgeOptions
from podium.scorers.siamese_lstm import SiameseLSTMOptions


@pytest.fixture(scope="module")
def dives(tmp_path_factory) -> tuple[Performance, ...]:
    """Three dozen performances of two actions; the first number of each clip is the score."""
    folder = tmp_path_factory.mktemp("dives")
    generator = np.random.default_rng(0)
    made = []
    for number in range(36):
        score = float(30 + 60 * generator.random())
        values = generator.normal(size=(4, 5)).astype(np.float32)
        values[:, 0] = score / 10 + 0.5 * generator.normal()
        path = folder / f"{number:02d}.npy"
        np.save(path, values)
        action = "ab"[number % 2]
        made.append(Performance(f"{number:02d}", path, score=score, action=action, difficulty=2.0))
    return tuple(made)


@pytest.fixture(scope="module")
def results(dives) -> Results:
    return Benchmark(dives, scorers=["constant", "ridge", "c3d_svr"], seeds=range(3)).run()


def test_it_reads_as_a_sentence(dives, tmp_path):
    path = tmp_path / "results.json"
    Benchmark(dives, scorers=["type_mean", "ridge"], seeds=range(2)).run().save(path)
    assert [cell.system for cell in Results.load(path).cells] == ["type_mean", "ridge"] * 2


def test_backbones_may_be_joined_as_in_train(dives):
    both = "motion+posture"
    found = Benchmark(dives, scorers=["constant"], seeds=range(1), backbone=both).run()
    assert found.about.backbone == both


def test_every_test_performance_is_predicted_and_no_other(results, dives):
    for split in stratified_splits(dives, range(3)):
        for system in ("constant", "ridge", "c3d_svr"):
            cell = results.of(system)[split.seed]
            assert sorted(cell.predictions) == sorted(split.test)
            assert cell.n_train == len(split.train)


def test_measures_are_those_of_the_predictions(results, dives):
    true = {dive.id: dive.score for dive in dives}
    cell = results.of("ridge")[1]
    wanted = [true[name] for name in cell.predictions]
    predicted = list(cell.predictions.values())
    assert cell.measures.spearman == pytest.approx(metrics.spearman(predicted, wanted), abs=1e-3)
    assert cell.measures.mse == pytest.approx(metrics.mse(predicted, wanted), abs=0.05)
    assert cell.measures.execution_spearman == cell.measures.spearman  # all are as difficult
    assert set(cell.measures.by_type) == {"a", "b"}


def test_what_cannot_be_measured_is_null(results):
    assert results.of("constant")[0].measures.spearman is None
    assert results.tables.summary["constant"].spearman is None
    assert results.tables.summary["constant"].mse_interval


def test_the_average_lies_in_its_interval(results):
    row = results.tables.summary["ridge"]
    low, high = row.spearman_interval
    assert low < row.spearman < high
    assert row.n_splits == 3
    assert row.spearman == pytest.approx(
        np.mean([cell.measures.spearman for cell in results.of("ridge")]), abs=1e-4
    )


def test_draws_resample_performances_for_all_splits_at_once(dives):
    """Against resampling written out: the same counts, repeated row by row."""
    cells = [
        ResultRow("x", seed, 0, 0, {d.id: d.score + (-1) ** i * 9 for i, d in enumerate(part)})
        for seed, part in enumerate((dives[:20], dives[10:30]))
    ]
    scores = {dive.id: dive.score for dive in dives}
    draws = Bootstrap(cells, scores, n=4)
    rank, mse = draws.means(cells)
    for number, counts in enumerate(draws.counts):
        rhos, mses = [], []
        for cell in cells:
            rows = [name for name in cell.predictions for _ in range(counts[draws.index[name]])]
            predicted = [cell.predictions[name] for name in rows]
            true = [scores[name] for name in rows]
            rhos.append(metrics.spearman(predicted, true))
            mses.append(metrics.mse(predicted, true))
        assert rank[number] == pytest.approx(np.mean(rhos))
        assert mse[number] == pytest.approx(np.mean(mses))


def test_a_better_system_is_found_to_be_better(results, dives):
    samples = Benchmark(dives).samples(dives)
    row = compare(results.of("ridge"), results.of("constant"), bootstrap_of(results.cells, samples))
    assert row.mse.gap < 0
    assert row.mse.interval[1] < 0
    assert row.mse.n_better == 3
    assert row.spearman.gap is None


def test_a_system_is_as_good_as_itself(results, dives):
    samples = Benchmark(dives).samples(dives)
    row = compare(results.of("ridge"), results.of("ridge"), bootstrap_of(results.cells, samples))
    assert row.spearman == Gap(0, (0, 0), None, 0, 3)


def test_results_survive_being_saved(results, tmp_path):
    again = Results.load(results.save(tmp_path / "a.json") and tmp_path / "a.json")
    assert again == results
    again.save(tmp_path / "b.json")
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()


def test_no_score_of_the_data_is_in_the_results(results, dives, tmp_path):
    text = (results.save(tmp_path / "a.json") and tmp_path / "a.json").read_text("utf-8")
    assert not any(str(dive.score) in text for dive in dives)


def test_results_say_with_what_they_were_made(results):
    assert set(results.about.versions) >= {"podium", "python", "torch"}
    assert results.about.n_performances == 36
    assert results.about.seeds == (0, 1, 2)
    assert results.about.commit


class Counting:
    """Looks at nothing, and counts how often a scorer was fitted."""

    def __init__(self, at: int | None = None) -> None:
        self.n, self.at = 0, at

    def __call__(self, *_) -> dict:
        if self.n == self.at:
            raise KeyboardInterrupt
        self.n += 1
        return {}


def test_a_stopped_run_goes_on_where_it_was(dives, tmp_path):
    asked = {"scorers": ["constant", "ridge"], "seeds": range(2), "folder": tmp_path}
    with pytest.raises(KeyboardInterrupt):
        Benchmark(dives, hook=Counting(at=3), **asked).run()
    rest = Counting()
    resumed = Benchmark(dives, hook=rest, **asked).run()
    assert rest.n == 1
    whole = Benchmark(dives, scorers=["constant", "ridge"], seeds=range(2)).run()
    assert [c.predictions for c in resumed.cells] == [c.predictions for c in whole.cells]


def test_other_options_are_never_taken_from_an_earlier_run(dives, tmp_path):
    for n_components, n_fitted in ((2, 1), (3, 1), (2, 0)):
        counting = Counting()
        system = System("ridge", "Ridge", "ridge", RidgeOptions(n_components=n_components))
        asked = {"scorers": [system], "seeds": [0], "folder": tmp_path, "hook": counting}
        Benchmark(dives, **asked).run()
        assert counting.n == n_fitted


MINE = """
from podium.scorers.constant import Constant
from my_scorers.{inner} import shift


class Mine(Constant):
    def predict(self, queries):
        return super().predict(queries) + shift()
"""


def test_other_code_is_never_taken_from_an_earlier_run(dives, tmp_path, monkeypatch):
    """A scorer's own file, or one that it imports; what is only said does not count."""
    folder = tmp_path / "my_scorers"
    folder.mkdir()
    (folder / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    mine, inner = folder / "mine.py", folder / "inner.py"
    mine.write_text(MINE.format(inner="inner"), "utf-8")
    inner.write_text("def shift():\n    return 1.0\n", "utf-8")

    def n_fitted() -> int:
        counting = Counting()
        system = System("mine", "Mine", "my_scorers.mine:Mine")
        Benchmark(dives, scorers=[system], seeds=[0], folder=tmp_path, hook=counting).run()
        return counting.n

    assert [n_fitted(), n_fitted()] == [1, 0]
    inner.write_text('def shift():\n    """Shift."""\n    return 1.0  # one\n', "utf-8")
    assert n_fitted() == 0
    inner.write_text("def shift():\n    return 2.0\n", "utf-8")
    assert [n_fitted(), n_fitted()] == [1, 0]
    mine.write_text(MINE.format(inner="inner") + "\nX = 1\n", "utf-8")
    assert [n_fitted(), n_fitted()] == [1, 0]


def test_other_defaults_and_samples_are_never_taken_from_an_earlier_run(dives, tmp_path):
    def n_fitted(performances) -> int:
        counting = Counting()
        asked = {"scorers": ["ridge"], "seeds": [0], "folder": tmp_path, "hook": counting}
        Benchmark(performances, **asked).run()
        return counting.n

    assert [n_fitted(dives), n_fitted(dives)] == [1, 0]
    assert n_fitted((replace(dives[0], score=31.0), *dives[1:])) == 1
    assert n_fitted((replace(dives[0], difficulty=3.0), *dives[1:])) == 1
    moved = tmp_path / "moved.npy"
    moved.write_bytes(dives[0].path.read_bytes())
    assert n_fitted((replace(dives[0], path=moved), *dives[1:])) == 0
    assert system_of("ridge").recipe() == System("a", "A", "ridge", RidgeOptions()).recipe()
    assert (
        system_of("ridge").recipe()
        != System("ridge", "ridge", "ridge", RidgeOptions(n_components=3)).recipe()
    )


@pytest.mark.needs_train
def test_a_frozen_metric_depends_on_the_system_it_is_of():
    worst = System("worst", "Worst", "siamese_lstm", metric_of="best")
    few, many = (System("best", "Best", "siamese_lstm", n_variants=n) for n in (0, 7))
    assert worst.recipe([few, worst]) != worst.recipe([many, worst])


def test_cells_of_earlier_results_are_not_made_again(dives, results, tmp_path):
    earlier = Results.load(results.save(tmp_path / "a.json") and tmp_path / "a.json")
    counting = Counting()
    asked = {"scorers": ["constant", "ridge"], "seeds": range(4), "hook": counting}
    again = Benchmark(dives, earlier=earlier, **asked).run()
    assert counting.n == 2  # the fourth split
    assert again.of("ridge")[:3] == results.of("ridge")


def test_systems_are_compared_on_the_splits_that_both_have(results, dives):
    draws = bootstrap_of(results.cells, Benchmark(dives).samples(dives))
    row = compare(results.of("ridge")[1:], results.of("c3d_svr"), draws)
    assert row.mse.n_splits == 2
    assert row == compare(results.of("ridge")[1:], results.of("c3d_svr")[1:], draws)


def test_a_frozen_metric_is_fitted_once_a_split(dives):
    from podium.benchmark.siamese_as_printed import paper_options
    from podium.metric.learning import LearningOptions

    options = replace(paper_options(n_pairs=100), learning=LearningOptions(n_epochs=1))
    systems = [
        System("best", "Best", "siamese_lstm", options),
        System("worst", "Worst", "siamese_lstm", replace(options, references="worst"),
               metric_of="best"),
    ]  # fmt: skip
    seen = {}

    def hook(scorer, split, train, test):
        seen[scorer.options.references] = scorer
        return {}

    Benchmark(dives, scorers=systems, seeds=[0], hook=hook).run()
    assert seen["worst"].members[0].network is seen["best"].members[0].network
    assert seen["worst"].references != seen["best"].references


def test_scorers_of_pose_are_left_out_without_keypoints(dives):
    results = Benchmark(dives, scorers=["constant", "pose_dct"], seeds=[0]).run()
    assert results.about.left_out == {
        "pose_dct": "reads keypoints, but no backbone for them was named"
    }
    assert list(results.systems) == ["constant"]


def test_scorers_know_what_they_read():
    assert system_of("pose_dft").reads == "keypoints"
    assert system_of("ridge").reads == "clips"
    assert system_of("one_judge").reads == "judges"


def test_only_what_reads_judges_is_shown_their_marks(dives):
    marked = [replace(dive, judges=(dive.score / 6,) * 7) for dive in dives]
    asked = {"scorers": ["one_judge", "type_mean"], "seeds": [0]}
    judged = Benchmark(marked, **asked).run()
    unmarked = Benchmark(dives, **asked).run()
    assert judged.of("one_judge")[0].spearman == 1
    assert judged.of("type_mean")[0].predictions == unmarked.of("type_mean")[0].predictions
    system = replace(system_of("one_judge"), reads="clips")
    hidden = Benchmark(marked, scorers=[system], seeds=[0]).run()
    assert hidden.of("one_judge")[0].predictions == unmarked.of("one_judge")[0].predictions


def test_unknown_scorers_and_empty_questions_are_refused(dives):
    with pytest.raises(UnknownName, match=r"^no scorer is called 'nothing': choose one of "):
        Benchmark(dives, scorers=["nothing"]).run()
    with pytest.raises(UsageError, match=r"^no scorer was named: choose from podium list scorers$"):
        Benchmark(dives, scorers=[]).run()
    unscored = [Performance("a", Path("a.npy"))]
    with pytest.raises(UsageError, match=r"^no performance has a score to be measured against$"):
        Benchmark(unscored).run()


@pytest.mark.needs_train
def test_a_video_that_cannot_be_used_stops_it(dives, tmp_path):
    missing = replace(dives[0], path=tmp_path / "gone.npy")
    message = f"{missing.path}: no such file of features: check the path"
    with pytest.raises(Exception, match=rf"^{re.escape(message)}$"):
        Benchmark([missing, *dives[1:]], scorers=["constant"], seeds=[0]).run()


def test_missing_and_damaged_results_are_refused(tmp_path):
    path = tmp_path / "x.json"
    message = f"{path}: no such results: run podium benchmark first"
    with pytest.raises(MissingFile, match=rf"^{re.escape(message)}$"):
        Results.load(path)
    path.write_text("{}", "utf-8")
    message = f"{path}: is not a file of results ('cells'): make it again"
    with pytest.raises(ModelError, match=rf"^{re.escape(message)}$"):
        Results.load(path)


LEVELS = (40.0, 90.0, 55.0, 80.0, 60.0, 75.0)
"""The scores of groups, which nothing but their names tells."""


@pytest.fixture(scope="module")
def tagged(tmp_path_factory) -> tuple[Performance, ...]:
    """Performances that carry the name of their event, and nothing else, in their features."""
    folder = tmp_path_factory.mktemp("tagged")
    generator = np.random.default_rng(1)
    made = []
    for number in range(48):
        group = number % len(LEVELS)
        values = 0.2 * generator.normal(size=(3, 12))
        values[:, group] += 3
        values += 0.5 * generator.normal(size=12)  # so that no two are copies of one another
        path = folder / f"{number:02d}.npy"
        np.save(path, values.astype(np.float32))
        score = LEVELS[group] + float(generator.normal())
        event = f"e{group}"
        made.append(Performance(f"{number:02d}", path, score=score, action="a", event=event))
    return tuple(made)


def test_the_name_of_its_event_gains_nothing(tagged):
    error = {}
    for group in (None, "none"):
        found = Benchmark(tagged, scorers=["ridge"], seeds=range(6), group=group).run()
        error[group] = np.mean([cell.measures.mse for cell in found.cells])
        assert found.about.grouped_by == ("event" if group is None else None)
        for cell in found.cells:
            left_out = {one.event for one in tagged if one.id in cell.predictions}
            parted = {one.event for one in tagged if one.id not in cell.predictions} & left_out
            assert bool(parted) == (group == "none")
    assert error["none"] < 80 < 200 < error[None]


def test_splits_that_are_given_are_taken_as_they_are(tagged):
    splits = stratified_splits(tagged, range(2))
    found = Benchmark(tagged, scorers=["constant"], splits=splits).run()
    assert [sorted(cell.predictions) for cell in found.cells] == [sorted(s.test) for s in splits]
    assert found.about.grouped_by is None
    with pytest.raises(UsageError, match=r"^--group athlete: 48 of 48 performances have no"):
        Benchmark(tagged, scorers=["constant"], group="athlete").run()


def exercises(folder: Path, n: int = 24) -> list[Performance]:
    """Files of joints, one of which swings the wider the better the score."""
    generator, made = np.random.default_rng(0), []
    for number in range(n):
        positions = np.tile(np.arange(10.0).reshape(5, 2), (48, 1, 1))
        positions[:, 2, 0] += (1 + number / 12) * np.sin(np.arange(48) / 4)
        path = folder / f"{number}.npy"
        np.save(path, positions + 0.05 * generator.normal(size=positions.shape))
        made.append(Performance(f"e{number}", path, float(number), athlete=f"a{number % 6}"))
    return made


def test_files_of_joints_are_read_by_scorers_of_pose_without_a_backbone_for_them(tmp_path):
    found = Benchmark(
        exercises(tmp_path), scorers=["pose_dct"], seeds=range(1), name="kimore", cache=None
    ).run()
    assert found.about.left_out == {}
    assert found.tables.summary["pose_dct"].spearman > 0.5
    shown = tables.overview(found)
    assert shown.startswith("### kimore: 24 performances, no athlete on both sides\n\n| system |")
    assert "paper" not in shown


def test_where_every_scorer_needs_joints_and_there_are_none_that_is_said(tmp_path):
    message = (
        "pose_dct reads keypoints, but no backbone for them was named: name one by --keypoints, "
        "or choose another scorer"
    )
    videos = [Performance(f"v{n}", tmp_path / f"{n}.mp4", float(n)) for n in range(4)]
    with pytest.raises(UsageError, match=f"^{re.escape(message)}$"):
        Benchmark(videos, scorers=["pose_dct"]).run()


# several fits on each split


CHANCE = System("chance", "By chance", "siamese_lstm", SiameseLSTMOptions(
    n_networks=1, learn_metric=False, n_last_clips=0))  # fmt: skip
FIXED = System("fixed", "By none", "ridge", uses_chance=False)


@pytest.fixture(scope="module")
def repeated(dives, tmp_path_factory) -> Results:
    folder = tmp_path_factory.mktemp("repeated")
    return Benchmark(
        dives, scorers=[CHANCE, FIXED], seeds=range(2), n_attempts=3, folder=folder,
        hook=lambda *_: {"seen": True},
    ).run()  # fmt: skip


def test_what_uses_chance_is_fitted_anew_with_other_seeds(repeated):
    places = [(cell.system, cell.split, cell.attempt) for cell in repeated.cells]
    fits = [("chance", "fixed"), ("chance",), ("chance",)]
    assert places == [
        (system, split, attempt)
        for split in range(2)
        for attempt, systems in enumerate(fits)
        for system in systems
    ]
    first, second, third = (cell.predictions for cell in repeated.of("chance")[:3])
    assert first.keys() == second.keys() == third.keys()
    assert first != second != third != first
    assert [bool(cell.extras) for cell in repeated.of("chance")] == [True, False, False] * 2


def test_the_row_is_the_mean_of_all_fits_and_says_what_seeds_do(repeated):
    row, fixed = (repeated.tables.summary[name] for name in ("chance", "fixed"))
    found = np.array([cell.spearman for cell in repeated.of("chance")]).reshape(2, 3)
    assert (row.n_splits, row.n_attempts, fixed.n_attempts) == (2, 3, 1)
    assert row.spearman == pytest.approx(found.mean(), abs=1e-3)
    sd = np.sqrt(found.var(axis=1, ddof=1).mean())
    assert row.spearman_seed_sd == pytest.approx(sd, abs=1e-3)
    assert fixed.spearman_seed_sd is None


def test_the_first_fit_is_that_of_a_benchmark_of_one(repeated, dives):
    once = Benchmark(dives, scorers=[CHANCE, FIXED], seeds=range(2)).run()
    first = [cell for cell in repeated.cells if cell.attempt == 0]
    assert [(c.made_from, c.predictions) for c in first] == [
        (c.made_from, c.predictions) for c in once.cells
    ]


def test_fits_are_kept_apart_and_found_again(dives, tmp_path, monkeypatch):
    asked = Benchmark(dives, scorers=[CHANCE], seeds=range(1), n_attempts=2, folder=tmp_path)
    pieces = asked.pieces()
    names = [re.sub("-[0-9a-f]{12}", "", piece.name) for piece in pieces]
    assert names == ["chance-0.json", "chance-0-1.json"]
    assert len({piece.lot for piece in pieces}) == 2
    for piece in pieces:
        piece.make()
    monkeypatch.setattr("podium.benchmark.run._fit", None)  # nothing is fitted again
    assert [cell.attempt for cell in asked.run().cells] == [0, 1]


def test_chance_in_training_widens_the_interval():
    """Fits that differ are drawn too: one that is drawn alone would hide what a seed does."""
    true = {str(i): float(i) for i in range(40)}
    generator = np.random.default_rng(0)

    def fit(noise: float, attempt: int) -> ResultRow:
        said = {name: value + noise * generator.normal() for name, value in true.items()}
        return ResultRow("x", 0, 9, 0.0, said, attempt=attempt)

    alike = [fit(8.0, 0)]
    apart = [alike[0], *(fit(noise, i) for i, noise in enumerate((1.0, 40.0), 1))]
    draws = Bootstrap(apart, true)
    widths = [np.ptp(np.quantile(draws.means(fits)[0], [0.025, 0.975])) for fits in (alike, apart)]
    assert widths[1] > 1.3 * widths[0]
    again = [replace(alike[0], attempt=i) for i in range(3)]
    np.testing.assert_allclose(draws.means(again)[0], draws.means(alike)[0])
