"""`podium train` and `podium benchmark` in shards, killed, stopped and gone on with, and merged."""

import json
import signal
from pathlib import Path

import pytest

from killed import codes_of
from podium.benchmark.results import Results
from podium.cli.app import Exit

QUICK = [
    "n_networks=2", "learning.n_epochs=1", "learning.batch_size=64", "pairs.threshold=15",
    "pairs.n_similar=60", "pairs.n_dissimilar=60",
]  # fmt: skip
"""Two networks that learn next to nothing, in a moment."""

N_PIECES = 5 + 2
"""Folds that are left out, and networks."""

pytestmark = [pytest.mark.needs_train, pytest.mark.slow, pytest.mark.timeout(1200)]


@pytest.fixture(autouse=True)
def _kept(small_model, quick_intervals, monkeypatch):
    monkeypatch.setenv("PODIUM_CACHE", str(small_model.cache))


@pytest.fixture(scope="module")
def train(small_model) -> list[object]:
    chosen = [word for option in QUICK for word in ("--set", option)]
    return ["train", small_model.manifest, *chosen, "--out"]


@pytest.fixture(scope="module")
def whole(small_model, train, tmp_path_factory) -> dict[str, bytes]:
    """What one run makes of it."""
    out = tmp_path_factory.mktemp("one_run") / "bars"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PODIUM_CACHE", str(small_model.cache))
        codes, said = codes_of(([*train, out], None, None))
    assert codes == [0], said
    return contents(out)


def contents(folder: Path) -> dict[str, bytes]:
    paths = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def test_a_model_learned_in_shards_is_that_of_one_run_byte_for_byte(train, whole, tmp_path):
    outs = [tmp_path / f"{i}" for i in range(3)]
    words = [[*train, outs[i], "--shard", f"{i}/3"] for i in range(3)]
    killed = [(words[0], 1, signal.SIGKILL), (words[1], 3, signal.SIGKILL)]  # plan, pieces
    merged = tmp_path / "merged" / "bars"
    codes, said = codes_of(
        *killed, *((one, None, None) for one in words),
        (["merge", merged, *reversed(outs)], None, None),
        ([*train, merged, "--resume", "--shard", "0/1"], None, None),
        counted=".unfinished",
    )  # fmt: skip
    assert codes == [-signal.SIGKILL, -signal.SIGKILL, 0, 0, 0, 0, 0], said
    rest = "pieces are done; once all shards are, the same command with --resume --shard 0/1 makes"
    assert said[:4] == [
        *(
            f"shard {i}/3: {n} of {N_PIECES} {rest} the model of them"
            for i, n in enumerate((3, 2, 2))
        ),
        f"all {N_PIECES} pieces are in {merged}: podium train ... --out {merged} --resume --shard "
        "0/1 makes the whole of them",
    ]
    assert contents(merged) == whole


def test_what_is_put_together_is_not_learned_again(podium, train, whole, tmp_path, monkeypatch):
    out = tmp_path / "bars"
    assert podium(*train, out, "--shard", "0/2")[0] == 0
    assert podium(*train, out, "--shard", "1/2")[0] == 0
    with monkeypatch.context() as patch:
        patch.setattr(
            "podium.scorers._siamese_networks.learn_metric", lambda *_: pytest.fail("learned again")
        )
        assert podium(*train, out, "--resume")[0] == 0
    assert contents(out) == whole


@pytest.mark.parametrize("step", [2, 6])
def test_a_training_that_a_scheduler_stops_finishes_its_piece_and_goes_on(
    train, whole, tmp_path, step
):
    out = tmp_path / "bars"
    codes, said = codes_of(
        ([*train, out], step, signal.SIGTERM), ([*train, out, "--resume"], None, None),
        counted=".unfinished",
    )  # fmt: skip
    assert codes == [Exit.TO_BE_RESUMED, 0], said
    assert said[0] == (
        "podium: stopped on request: what is done is kept: run the same command with --resume to "
        "go on"
    )
    assert contents(out) == whole


def test_a_damaged_network_learns_again(podium, train, whole, tmp_path):
    out = tmp_path / "bars"
    assert podium(*train, out, "--shard", "0/2")[0] == 0
    (network, *_) = sorted((out / ".unfinished").glob("network-*.safetensors"))
    network.write_bytes(network.read_bytes()[:-9])
    assert podium(*train, out, "--resume")[0] == 0
    assert contents(out) == whole


def test_shards_that_are_no_whole_are_not_merged(podium, train, tmp_path):
    out, merged = tmp_path / "bars", tmp_path / "merged"
    podium(*train, out, "--shard", "1/3")
    assert podium("merge", merged, out) == (
        Exit.INPUT,
        "",
        f"podium: nothing was merged: 5 of {N_PIECES} pieces are in none of the parts (shards 0/3, "
        "2/3)\n",
    )
    (gone, *_) = sorted((out / ".unfinished").glob("fold-*.json"))
    gone.unlink()
    assert podium("merge", merged, out)[2] == (
        f"podium: nothing was merged: 5 of {N_PIECES} pieces are in none of the parts (shards 0/3, "
        f"2/3); {out}: 1 of the 2 pieces of shard 1/3 are not done ({gone.name!r}): run it again\n"
    )
    assert not merged.exists()
    table = tmp_path / "p.csv"
    table.touch()
    assert podium("merge", merged, out, table)[::2] == (
        Exit.USAGE,
        f"podium: {out}, {table}: are not shards of one command: name the folders that one podium "
        "train, or one podium benchmark, wrote with --shard\n",
    )
    assert podium("merge", merged, out, "--measures", tmp_path / "m.csv")[::2] == (
        Exit.USAGE,
        "podium: pieces of a training or a benchmark are brought together in a folder of this "
        "machine: leave out --measures, and name folders\n",
    )


def test_a_model_is_not_made_a_place_for_pieces(podium, train, small_model, tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    code, _, err = podium(*train, tmp_path, "--shard", "0/2")
    assert (code, err) == (
        Exit.USAGE,
        f"podium: {tmp_path}: is not empty: choose another folder, or add --resume to finish or "
        "renew it\n",
    )


def test_a_scheduler_says_which_share_of_a_training_it_is(podium, train, tmp_path, monkeypatch):
    monkeypatch.setenv("SLURM_ARRAY_TASK_ID", "1")
    monkeypatch.setenv("SLURM_ARRAY_TASK_COUNT", "4")
    _, _, err = podium(*train, tmp_path / "bars", "--set", "n_networks=1")
    assert err.splitlines()[0] == "shard 1/4, as SLURM_ARRAY_TASK_ID says (--shard 0/1 does all)"
    kept = sorted(path.name[:5] for path in (tmp_path / "bars" / ".unfinished").iterdir())
    assert kept == ["fold-", "netwo", "shard"]  # the second of six, and the last


@pytest.fixture
def benchmark(small_model) -> list[object]:
    scorers = ["--scorer", "ridge", "--scorer", "type_mean"]
    return ["benchmark", "manifest", "--root", small_model.manifest, "--seeds", "2", *scorers,
            "--out"]  # fmt: skip


def measured(out: Path) -> dict[str, object]:
    """What was measured, but for how long it took."""
    results = json.loads((out / "motion.json").read_text())
    for row in (*results["cells"], *results["tables"]["summary"].values()):
        del row["seconds"]
    assert Results.load(out / "motion.json").cells
    return results


def test_cells_measured_in_shards_are_those_of_one_run(podium, benchmark, tmp_path):
    outs = [tmp_path / f"{i}" for i in range(2)]
    words = [[*benchmark, outs[i], "--shard", f"{i}/2"] for i in range(2)]
    merged, one_run = tmp_path / "merged", tmp_path / "one_run"
    codes, said = codes_of(
        (words[1], 3, signal.SIGKILL), (words[0], 2, signal.SIGTERM),
        *((one, None, None) for one in words),
        (["merge", merged, *outs], None, None),
        counted="cells",
    )  # fmt: skip
    assert codes == [-signal.SIGKILL, Exit.TO_BE_RESUMED, 0, 0, 0], said
    rest = "pieces are done; once all shards are, the same command with --shard 0/1 makes the"
    assert said == [
        "podium: stopped on request: what is done is kept: run it again to go on",
        *(f"shard {i}/2: 2 of 4 {rest} tables of them" for i in range(2)),
        f"all 4 pieces are in {merged}: podium benchmark ... --out {merged} --shard 0/1 makes the "
        "whole of them",
    ]
    before = contents(merged / "cells")
    assert podium(*benchmark, merged, "--shard", "0/1")[0] == 0
    assert contents(merged / "cells") == before, "what was measured was measured again"
    assert podium(*benchmark, one_run)[0] == 0
    assert measured(merged) == measured(one_run)
