"""The paper's protocol on made-up dives in the layout of UNLV-Dive, and on the real ones."""

import csv
import re
import shutil
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.io import savemat

from podium.backbones.pose import NOBODY_SEEN
from podium.benchmark import paper, pictures, tables, transfer
from podium.benchmark.paper import (
    CLAIMS,
    FLAGGING,
    QUICK,
    SPLITS,
    SYSTEMS,
    PaperBenchmark,
    fault_table,
    one_judge,
)
from podium.benchmark.results import Results, TransferTable, UnseenJoints
from podium.benchmark.run import Benchmark
from podium.benchmark.siamese_as_printed import LOOK_EVERY, PATIENCE
from podium.benchmark.splits import fits, load_splits
from podium.benchmark.table_vi import table_vi
from podium.benchmark.unseen import unseen_joints
from podium.cli.app import Exit
from podium.cli.commands import run
from podium.datasets import unlv_vault
from podium.errors import UnknownName, UsageError
from podium.features.values import Features, Sample
from podium.joints.follow import JOINTS_UNSEEN
from podium.metric.learning import LearningOptions
from podium.performance import Performance
from podium.scorers.siamese_lstm import SiameseLSTM
from podium.video.clips import VideoFacts
from podium.video.gaps import DAMAGED_PARTS

COLUMNS = ("file_name", "id", "split", "action", "score", "difficulty", "judges", "start_frame",
           "end_frame", "stage_frames", "paper_dive_type", "commentary")  # fmt: skip
PHASES = ("take_off", "flight", "entry", "splash", "overall")


def write_dives(root: Path, n: int = 48) -> Path:
    """Files of features in place of videos: the first number of each clip is the mark."""
    generator = np.random.default_rng(0)
    rows = []
    for number in range(n):
        kind, mark = number % 4, round(2 * (3 + 6.5 * generator.random())) / 2
        difficulty = (2.8, 3.2, 3.4)[number % 3]
        values = generator.normal(size=(9, 6)).astype(np.float32)
        values[:, 0] = mark + 0.3 * generator.normal(size=9)
        values[:, 1] = kind
        np.save(root / f"{number:03d}.npy", values)
        rows.append(
            {
                "file_name": f"{number:03d}.npy",
                "id": f"{number:03d}",
                "split": "train",
                "action": ("407", "207", "307", "109")[kind],
                "score": round(3 * mark * difficulty, 2) if number != 5 else "",
                "difficulty": difficulty,
                "judges": ";".join(map(str, [mark] * 6 + [min(mark + 0.5, 10)])),
                "start_frame": 0,
                "end_frame": 150,
                "stage_frames": "20;40;100;120",
                "paper_dive_type": kind + 1 if number != 6 else "",
                "commentary": "over a little",
            }
        )
    with (root / "metadata.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
    said = [f"{i:03d},none,none,{'fault' if i % 2 else 'none'},none,praise,2,x" for i in range(n)]
    text = "\n".join(["id,take_off,flight,entry,splash,overall,confidence,evidence", *said])
    (root / "faults.csv").write_text(text + "\n", encoding="utf-8")
    return root


@pytest.fixture(scope="module")
def root(tmp_path_factory) -> Path:
    return write_dives(tmp_path_factory.mktemp("unlv-dive"))


@pytest.fixture(scope="module")
def quick(root) -> Results:
    return PaperBenchmark(root, quick=True).run()


def test_scored_dives_of_the_six_types_take_part(root):
    dives = PaperBenchmark(root).dives()
    assert len(dives) == 46
    assert not {"005", "006"} & {dive.id for dive in dives}


def test_quick_is_two_splits_and_three_systems(quick):
    assert Counter(cell.system for cell in quick.cells) == dict.fromkeys(QUICK, 2)
    assert quick.about.quick is True


def test_types_are_counted_with_ties(quick, root):
    dives = PaperBenchmark(root).dives()
    for row in quick.tables.types:
        scores = [d.score for d in dives if d.extra["paper_dive_type"] == row.type]
        assert (row.n, row.best, row.worst) == (len(scores), max(scores), min(scores))
        assert row.n_best == sum(score == max(scores) for score in scores)


def test_faulty_clips_are_compared_with_the_commentary(quick):
    row = quick.tables.faults["Every clip (floor)"]
    assert row.all.recall == 1
    assert row.all.precision < row.only_faulted.precision < 1
    assert "Podium: siamese_lstm, its defaults" not in quick.tables.faults


def test_what_coaches_corrected_counts_in_place_of_the_commentary(quick, root, tmp_path):
    benchmark = PaperBenchmark(root, quick=True)
    samples = Benchmark(benchmark.dives(), "motion", ["constant"]).samples(benchmark.dives())
    comments = benchmark._comments(samples)
    id_, said = next((id_, one) for id_, one in comments.items() if "fault" in one.values())
    phase = next(name for name, word in said.items() if word == "fault")
    table = tmp_path / "corrections.csv"
    name = samples[id_].performance.path.name
    table.write_text(f"file_name,moment,is_true\n{name},{phase},no\n")
    corrected = PaperBenchmark(root, quick=True, corrections=table)._comments(samples)
    assert corrected[id_] == {**said, phase: "none"}
    row = "Every clip (floor)"
    fewer = fault_table(quick, samples, corrected)[row].all.precision
    assert fewer < fault_table(quick, samples, comments)[row].all.precision


def test_splits_of_other_dives_are_drawn_and_written_down(root, tmp_path):
    protocol = PaperBenchmark(root, n_seeds=3, folder=tmp_path)
    drawn = protocol.splits(protocol.dives())
    assert load_splits(tmp_path / "splits.json") == drawn
    assert [split.seed for split in drawn] == [0, 1, 2]


def test_systems_that_nobody_asked_for_are_said(root):
    results = PaperBenchmark(root, n_seeds=1, systems=["type_mean", "c3d_svr"]).run()
    assert list(results.systems) == ["type_mean", "c3d_svr"]
    assert results.about.left_out["S3D"] == "not asked for"
    with pytest.raises(UnknownName, match=r"^no system of the paper's tables is called 'svr': "):
        PaperBenchmark(root, systems=["svr"]).run()


def test_systems_stand_beside_those_of_an_earlier_run(root, tmp_path):
    first = PaperBenchmark(root, n_seeds=2, systems=["type_mean", "c3d_svr"]).run()
    first = replace(first, tables=replace(first.tables, transfer=TransferTable()))
    first = replace(first, about=replace(first.about, commit="abc1234"))
    old_rows = {name: replace(note, commit="") for name, note in first.systems.items()}
    first = replace(first, systems=old_rows)  # as before each row said its commit
    both = PaperBenchmark(root, n_seeds=1, systems=["constant", "c3d_svr"], earlier=first).run()
    assert list(both.systems) == ["constant", "type_mean", "c3d_svr"]  # the order of the tables
    assert both.of("type_mean") == first.of("type_mean")
    assert [len(both.of(name)) for name in both.systems] == [1, 2, 1]
    assert both.systems["type_mean"].commit == "abc1234"
    assert both.tables.transfer == TransferTable()
    assert both.tables.summary["type_mean"] == first.tables.summary["type_mean"]
    assert set(both.about.left_out) == {s.title for s in SYSTEMS if s.name not in both.systems}
    page = tables.page([both])
    assert "**Constant (floor): on 1 of the splits only.**" in page
    assert "at commit abc1234: Mean of the type x difficulty (floor)." in page


def test_systems_of_other_dives_are_no_neighbours(root, tmp_path_factory):
    other = write_dives(tmp_path_factory.mktemp("fewer"), n=40)
    earlier = PaperBenchmark(other, n_seeds=1, systems=["constant"]).run()
    message = (
        "the results in that folder are of other performances, splits or features (38 "
        "performances, backbone motion): name another folder with --out"
    )
    with pytest.raises(UsageError, match=rf"^{re.escape(message)}$"):
        PaperBenchmark(root, n_seeds=1, systems=["type_mean"], earlier=earlier).run()


@pytest.fixture
def asked(root, tmp_path) -> list[str]:
    return ["benchmark", "paper", "--root", str(root), "--seeds", "1", "--out", str(tmp_path)]


def test_the_command_adds_rows_to_those_that_are_there(asked, tmp_path, capsys):
    assert run([*asked, "--scorer", "type_mean", "--scorer", "c3d_svr"]) == Exit.DONE
    before = Results.load(tmp_path / "motion.json")
    capsys.readouterr()
    assert run([*asked, "--scorer", "ridge"]) == Exit.DONE
    assert "| C3D-SVR | " in capsys.readouterr().out
    after = Results.load(tmp_path / "motion.json")
    assert list(after.systems) == ["type_mean", "ridge", "c3d_svr"]
    assert after.of("c3d_svr") == before.of("c3d_svr")
    assert after.tables.transfer is None


def test_rendering_draws_the_pictures_or_says_why_not(asked, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PODIUM_DATA", str(tmp_path))
    assert run([*asked, "--scorer", "type_mean"]) == Exit.DONE
    drawn = {
        name: lambda results, dives, folder, name=name: (folder / f"{name}-{len(dives)}.png",)
        for name in ("draw_examples", "draw_maps")
    }
    for name, draw in drawn.items():
        monkeypatch.setattr(pictures, name, draw)
    results = f"tables: {tmp_path / 'results.md'}"
    without = [word for word in asked if word not in ("--root", asked[3])]
    told = {}
    for words in (asked, [*asked, "--backbone", "c3d_mini"], without):
        capsys.readouterr()
        assert run([*words, "--render"]) == Exit.DONE
        told[len(words)] = capsys.readouterr().err.splitlines()
    folder = tmp_path / "pictures"
    assert told[len(asked)] == [
        results, f"picture: {folder / 'draw_examples-46.png'}",
        f"picture: {folder / 'draw_maps-46.png'}",
    ]  # fmt: skip
    assert told[len(asked) + 2] == [
        results,
        f"no pictures: {tmp_path / 'c3d_mini.json'} is not there; --backbone names another",
    ]
    place = tmp_path / "unlv-dive" / "metadata.csv"
    assert told[len(without)] == [
        results,
        f"no pictures: UNLV-Dive was looked for at {place} and is not there: set PODIUM_DATA to "
        "the folder that holds unlv-dive, or give its path",
    ]


def test_the_command_adds_table_vi_alone(asked, tmp_path, monkeypatch):
    monkeypatch.setattr(transfer.Transfer, "run", lambda self: {"tasks": []})
    assert run([*asked, "--scorer", "type_mean"]) == Exit.DONE
    before = Results.load(tmp_path / "motion.json")
    assert run([*asked, "--scorer", "transfer"]) == Exit.DONE
    after = Results.load(tmp_path / "motion.json")
    assert after.cells == before.cells
    assert after.tables == replace(before.tables, transfer=TransferTable())


def test_the_command_keeps_no_rows_of_damaged_results(asked, tmp_path, capsys):
    (tmp_path / "motion.json").write_text("{}", "utf-8")
    assert run([*asked, "--scorer", "ridge"]) == Exit.INPUT
    said = f"podium: {tmp_path / 'motion.json'}: is not a file of results ('cells'): make it again"
    assert capsys.readouterr().err.splitlines()[-1] == said


def test_joints_that_nobody_saw_are_counted():
    def sample(*doubts):
        facts = VideoFacts(16, 16, 0, 1.0, doubts)
        features = Features(np.zeros((1, 2), np.float32), np.zeros(1), np.ones(1), "x", facts)
        return Sample(Performance("a", Path("a.mp4")), features)

    dark = DAMAGED_PARTS(n=1)
    filled = JOINTS_UNSEEN(percent=30.0)
    nobody = NOBODY_SEEN(n=1, clips=2)
    found = unseen_joints([sample(), sample(dark, filled), sample(filled, nobody)])
    assert found == UnseenJoints(n=3, n_filled=2, unseen=0.2, n_nobody=1)


def test_names_hold_together():
    names = [system.name for system in SYSTEMS]
    assert len(set(names)) == len(names)
    assert {*QUICK, *FLAGGING, *(n for first, second, _ in CLAIMS for n in (first, second))} <= {
        *names
    }
    printed = tables.PRINTED
    assert set(printed.systems) | set(printed.by_type) | set(printed.vaults) <= {*names}
    assert {s.metric_of for s in SYSTEMS} <= {*names, None}


def test_the_printed_averages_are_those_of_the_splits_printed():
    """Tables I and II of the paper, split by split, for what it calls ours."""
    rho = [0.71, 0.65, 0.71, 0.8, 0.73, 0.67, 0.72, 0.63, 0.65, 0.65]
    mse = [64.67, 101.31, 77.95, 72.43, 89.18, 85.08, 102.7, 110.17, 95.26, 87.2]
    best = tables.PRINTED.systems["siamese_best"]
    assert best.spearman == pytest.approx(np.mean(rho), abs=0.005)
    assert best.mse == pytest.approx(np.mean(mse), abs=0.01)


def test_one_judge_is_compared_with_the_other_six():
    dives = [
        Performance(
            str(i), Path("x"), score=1.0, difficulty=2.0, judges=(i, i, i, i, i, i, i + 1.0)
        )
        for i in range(1, 6)
    ]
    found = one_judge(dives)
    assert found.n == 5
    # Six judges of seven say the panel's mark exactly; the seventh is one mark off: 6 points.
    assert found.mse == pytest.approx(36 / 7, abs=0.01)
    assert one_judge([]).spearman is None


def test_data_without_types_are_refused(tmp_path):
    (tmp_path / "a.npy").touch()
    (tmp_path / "metadata.csv").write_text("file_name,score\na.npy,7\n", "utf-8")
    message = (
        f"{tmp_path}: no scored dive has a paper_dive_type: the paper's protocol needs that "
        "column of metadata.csv"
    )
    with pytest.raises(UsageError, match=rf"^{re.escape(message)}$"):
        PaperBenchmark(tmp_path).dives()


# everything, with little to learn


@pytest.fixture(scope="module")
def whole(root) -> Results:
    """Every system that reads clips, on two splits, each learning for an epoch or two."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(paper, "SYSTEMS", tuple(map(hasty, SYSTEMS)))
        return PaperBenchmark(root, n_seeds=2, n_attempts=1).run()


def hasty(system):
    options = system.options
    if system.scorer == "siamese_lstm":
        options = replace(options or SiameseLSTM().options, n_networks=1)
    if hasattr(options, "learning"):
        learning = replace(options.learning, n_epochs=1, batch_size=512)
        options = replace(options, learning=learning)
    if hasattr(options, "fitting"):
        options = replace(options, fitting=replace(options.fitting, n_epochs=2))
    return replace(system, options=options, n_variants=0)


@pytest.mark.slow
def test_all_tables_are_made(whole):
    page = tables.page([whole])
    for title in (
        "Tables I and II", "Table I: rank correlation", "Table II: MSE", "Table III", "Table IV",
        "Table V", "Table VII", "Table VIII", "Figure 5", "The claims",
    ):  # fmt: skip
        assert f"### {title}" in page
    assert "Not run: Pose + DCT (reads keypoints, but no backbone for them was named)" in page
    # overview, both targets, by type, table V
    assert page.count("\n| Ours: best performer bias per dive |") == 4


@pytest.mark.slow
def test_claims_are_judged(whole):
    assert [row.claim for row in whole.tables.claims] == [words for _, _, words in CLAIMS]
    for row in whole.tables.claims:
        assert row.spearman.n_splits <= 2
        assert row.mse.interval[0] <= row.mse.gap <= row.mse.interval[1]


@pytest.mark.slow
def test_pictures_are_drawn(whole, root, tmp_path):
    drawn = pictures.draw_maps(whole, PaperBenchmark(root).dives(), tmp_path)
    assert [path.name for path in drawn] == ["figure_5.png"]
    assert drawn[0].stat().st_size > 10_000


@dataclass(frozen=True)
class DivesForVaults:
    """Stands in for rendered vaults, which take a minute to render."""

    root: Path

    def render(self, progress: object) -> None:
        pass

    def performances(self) -> Any:
        return PaperBenchmark(self.root).dives()[:20]


@pytest.mark.slow
def test_the_metric_goes_over_to_other_actions(root, monkeypatch, tmp_path):
    monkeypatch.setattr(transfer, "N_SPLITS", 1)
    monkeypatch.setattr(transfer, "REGRESSORS", ("c3d_lstm_f",))
    monkeypatch.setattr(transfer, "Simulated", lambda *_: DivesForVaults(root))
    monkeypatch.setattr(transfer, "SYSTEMS", tuple(map(hasty, SYSTEMS)))
    found = transfer.Transfer(root).run()
    (task,) = found.tasks
    assert (task.title, task.n_splits, task.n_train) == ("Simulated vaults", 1, 15)
    assert [row.system for row in task.rows] == ["frozen", "c3d_lstm_f", "constant"]
    for row in task.rows:
        assert len(row.predictions["0"]) == task.n_test
        assert row.mse_interval[0] <= row.mse <= row.mse_interval[1]
    assert task.rows[0].frozen_less_this.mse.gap == 0

    def never(*_):
        raise AssertionError("fitted though nothing has changed")

    monkeypatch.setattr(transfer, "make_scorer", never)
    assert transfer.Transfer(root, earlier=found).run() == found
    monkeypatch.setattr(transfer, "SYSTEMS", SYSTEMS)  # other options
    with pytest.raises(AssertionError, match=r"^fitted though nothing has changed$"):
        transfer.Transfer(root, earlier=found).run()


def write_vaults(folder: Path, root: Path) -> None:
    """UNLV-Vault in its published layout: dives stand in for the vaults, two thirds are tuck."""
    dives = PaperBenchmark(root).dives()[:21]
    (folder / "vault").mkdir(parents=True)
    for number, dive in enumerate(dives, 1):
        (folder / "vault" / f"{number:03d}.avi").touch()
        shutil.copy(dive.path, folder / "vault" / f"{number:03d}.npy")
    scores = np.array([[dive.score / 7] for dive in dives])
    savemat(folder / "vault_overall_scores.mat", {"overall_scores": scores})
    types = [f"{number:03d},{'twist' if number % 3 == 0 else 'tuck'}" for number in range(1, 22)]
    (folder / "vault_types.csv").write_text("\n".join(["id,type", *types]))


@pytest.mark.slow
def test_whoever_has_the_vaults_of_the_paper_makes_table_vi_by_one_command(
    root, monkeypatch, tmp_path
):
    monkeypatch.setattr(transfer, "N_SPLITS", 1)
    monkeypatch.setattr(transfer, "REGRESSORS", ("c3d_lstm_f",))
    monkeypatch.setattr(transfer, "SYSTEMS", tuple(map(hasty, SYSTEMS)))
    seen = unlv_vault._video
    monkeypatch.setattr(  # features stand in for the videos, as they do for those of dives
        unlv_vault, "_video", lambda path: seen(path).with_suffix(".npy")
    )
    dives = tmp_path / "unlv-dive"
    dives.symlink_to(root)
    write_vaults(tmp_path / "unlv-vault", root)
    out = tmp_path / "out"
    asked = ["benchmark", "paper", "--root", str(dives), "--out", str(out), "--seeds", "2"]
    assert run([*asked, "--scorer", "type_mean", "--scorer", "transfer"]) == Exit.DONE
    results = Results.load(out / "motion.json")
    (task,) = results.tables.transfer.tasks
    assert (task.title, task.n_train, task.n_test) == ("UNLV-Vault, 14 of tuck", 10, 4)
    told = table_vi(results)
    assert "| UNLV-Vault, 14 of tuck (1 splits, 10 / 4) | Ours: metric of diving, frozen |" in told
    assert "| UNLV-Vault: the paper's numbers | c3d_lstm_f | 0.34 | 0.69 |" in told
    assert "not run" not in told.casefold()


def test_the_type_of_vaults_is_the_papers_or_the_most_frequent():
    def of(*types: str) -> str:
        made = [Performance(f"v{i}", Path("v"), 9.0, action=t) for i, t in enumerate(types)]
        title, ours = transfer.of_one_type(made)
        return f"{title}: {', '.join(one.id for one in ours)}"

    assert of("twist", "tuck", "twist") == "UNLV-Vault, 1 of tuck: v1"
    assert of("type 1", "type 3", "type 3") == "UNLV-Vault, 2 of type 3: v1, v2"
    assert of("vault", "vault") == "UNLV-Vault, all 2, types not given: v0, v1"


# the real data


@pytest.fixture
def real(data_folder) -> Path:
    if not (data_folder / "unlv-dive").is_dir():
        pytest.skip(f"UNLV-Dive is not in {data_folder}")
    return data_folder / "unlv-dive"


def test_the_kept_splits_are_of_the_scored_dives_and_hold_ids_only(real):
    dives = PaperBenchmark(real).dives()
    splits = load_splits(SPLITS)
    assert len(splits) == 10
    if not fits(splits, dives):
        pytest.skip(f"other dives are scored here: {len(dives)}")
    assert all(re.fullmatch(r"\d{3}", name) for name in splits[0].train)
    assert PaperBenchmark(real).splits(dives) == splits


@pytest.mark.slow
def test_the_quick_form_runs_on_the_real_dives(real):
    """It must stay under three minutes, the making of features included."""
    results = PaperBenchmark(real, quick=True).run()
    assert len(results.cells) == 6
    assert results.tables.summary["c3d_lstm_f"].spearman > 0.4


def test_learning_options_of_the_paper_hold_nothing_of_podiums():
    best = next(system.options for system in SYSTEMS if system.name == "siamese_best")
    assert best.learning == LearningOptions(
        clip_weight=0.0, noise=0.0, look_every=LOOK_EVERY, patience=PATIENCE
    )
    assert (best.head, best.target, best.n_networks) == ("joint_in_order", "score", 1)
    assert best.pairs.n_similar + best.pairs.n_dissimilar == 26_000
