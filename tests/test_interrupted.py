"""Work that is killed at any moment loses nothing, and goes on to the same bytes."""

import errno
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from conftest import write_table
from podium import files
from podium.backbones import make_backbone
from podium.cli import run
from podium.datasets.manifest import Manifest
from podium.features import Extractor, FeatureCache, extract
from podium.performance import Performance

N_KILLS = int(os.environ.get("PODIUM_TORTURE_KILLS", "10"))

# Each run is a copy of a process that has imported everything: 50 of them take seconds.
KILLED = """
import functools, json, os, random, signal, sys, time
from pathlib import Path
import safetensors.numpy
import torch, rich.console, rich.progress, scipy.stats, sklearn.linear_model
import podium.training, podium.assessor, podium.backbones.motion, podium.scorers.ridge
import podium.benchmark, podium.scorers.siamese_lstm, podium.tables
from podium import metrics, training
from conftest import QUICK
metrics.bootstrap = functools.partial(metrics.bootstrap, n_resamples=30)
make = training.make_scorer
training.make_scorer = podium.benchmark.make_scorer = lambda name, options, seed: make(
    name, QUICK if name == "siamese_lstm" else options, seed)
torch.set_num_threads(1)
from podium.cli import run
asked = json.loads(sys.argv[1])
watched = Path(asked["watched"])

def start(words, cache):
    pid = os.fork()
    if pid == 0:
        silent = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silent, 1)
        os.environ["PODIUM_CACHE"] = cache
        try:
            code = run(words)
        except BaseException:
            code = 99
        os._exit(code)
    return pid

def ended(pid):
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])

def killed():
    return ended(start(asked["killed"], asked["caches"][1]))

begin = time.monotonic()
assert ended(start(asked["whole"], asked["caches"][0])) == 0
usual = time.monotonic() - begin
tables = {path.name: path.read_bytes() for path in Path(asked["made"]).glob("*.csv")}
generator, n_killed, n_whole, n_runs = random.Random(0), 0, 0, 0
while n_killed < asked["n_kills"] and n_runs < 10 * asked["n_kills"]:
    n_runs += 1
    for path in sorted(watched.glob(asked["forgotten"])):  # else there is soon nothing left to do
        if generator.random() < 0.5:
            path.unlink()
    pid = start(asked["killed"], asked["caches"][1])
    time.sleep(generator.uniform(0, usual * asked["share"]))
    os.kill(pid, signal.SIGKILL)
    if ended(pid) == -signal.SIGKILL:
        n_killed += 1
    else:  # it had ended before: on a machine that is less busy now, wait for less
        usual *= 0.8
    for path in watched.rglob("*"):
        if path.name.startswith(".") or not path.is_file():
            continue
        if path.suffix == ".safetensors":
            safetensors.numpy.load_file(path)
        elif path.suffix == ".json":
            json.loads(path.read_bytes())
        elif path.suffix == ".csv":
            assert path.read_bytes() == tables[path.name], path
        n_whole += 1
print(json.dumps({"killed": n_killed, "checked": n_whole, "code": killed(), "usual": usual}))
"""


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def kill_often(
    words: Callable[[Path], list[object]],
    folders: list[Path],
    caches: list[Path],
    *,
    watched: Path,
    forgotten: str = "nothing",
    share: float = 1.0,
) -> dict:
    """Run a command once to its end, then again and again, killed, and once to its end.

    `words` says the command for a folder to write to. Of what is `watched`, half of what is
    `forgotten` goes before each run; a run is killed within `share` of the time it takes.
    """
    whole, killed = ([str(word) for word in words(folder)] for folder in folders)
    asked = {
        "whole": whole, "killed": killed, "caches": [str(cache) for cache in caches],
        "made": str(folders[0]), "watched": str(watched), "forgotten": forgotten, "share": share,
        "n_kills": N_KILLS,
    }  # fmt: skip
    watched.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(
        [sys.executable, "-c", KILLED, json.dumps(asked)],
        capture_output=True, text=True, timeout=280 + 10 * N_KILLS,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parent), "OMP_NUM_THREADS": "1"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    found = json.loads(done.stdout)
    assert found["code"] == 0
    assert found["killed"] == N_KILLS, found
    assert found["checked"] > 0, found  # else they had not begun
    return found


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_table(tmp_path_factory.mktemp("table"), 12, 0)


def pair(folder: Path) -> list[Path]:
    return [folder / "uninterrupted", folder / "killed"]


def without_seconds(value: object) -> object:
    """Leave out how long something took: the one thing that a second run does not repeat."""
    if isinstance(value, dict):
        return {key: without_seconds(v) for key, v in value.items() if key != "seconds"}
    return [without_seconds(v) for v in value] if isinstance(value, list) else value


@pytest.mark.slow
def test_extract_can_be_killed_at_any_moment(table, tmp_path):
    caches = pair(tmp_path)
    kill_often(
        lambda _: ["extract", table, "--backbone", "motion"], caches, caches,
        watched=caches[1], forgotten="features/*/*.safetensors",
    )  # fmt: skip
    assert len(contents(caches[0])) == 12
    assert contents(caches[1]) == contents(caches[0])


@pytest.mark.slow
@pytest.mark.parametrize("scorer", ["ridge", "siamese_lstm"])
def test_train_can_be_killed_at_any_moment(small_model, tmp_path, scorer):
    folders = [path / "model" for path in pair(tmp_path)]
    kill_often(
        lambda folder: ["train", small_model.manifest, "--out", folder, "--scorer", scorer,
                        "--resume"],
        folders, [small_model.cache] * 2, watched=folders[1], share=2 / 3,
    )  # fmt: skip
    assert contents(folders[1]) == contents(folders[0])
    assert set(contents(folders[0])) == {"README.md", "config.json", "model.safetensors"}


@pytest.mark.slow
def test_predict_can_be_killed_at_any_moment(small_model, tmp_path):
    folders = pair(tmp_path)
    caches = [folder / "cache" for folder in folders]
    kill_often(
        lambda folder: ["predict", small_model.manifest, "--model", small_model.folder,
                        "--out", folder / "predicted.csv"],
        folders, caches, watched=folders[1], forgotten="cache/features/*/*.safetensors",
    )  # fmt: skip
    assert len(contents(folders[0])) == 31
    assert contents(folders[1]) == contents(folders[0])


@pytest.mark.slow
def test_benchmark_can_be_killed_at_any_moment(small_model, tmp_path):
    folders = pair(tmp_path)
    kill_often(
        lambda folder: ["benchmark", "manifest", "--root", small_model.manifest, "--out", folder,
                        "--seeds", 4, "--scorer", "ridge", "--scorer", "type_mean"],
        folders, [small_model.cache] * 2, watched=folders[1], forgotten="cells/*.json",
    )  # fmt: skip
    whole, killed = (
        {name: without_seconds(json.loads(content)) for name, content in contents(f).items()}
        for f in folders
    )
    assert len(whole) == 4 * 2 + 1
    assert killed == whole


def test_what_a_killed_process_left_half_written_is_removed(table, tmp_path):
    performance = Manifest(table).performances()[0]
    extractor = Extractor(make_backbone("motion"), cache=FeatureCache(tmp_path))
    extractor.performance(performance)
    (kept,) = tmp_path.rglob("*.safetensors")
    half = kept.with_name(f".{kept.name}.abcd1234")
    half.write_bytes(kept.read_bytes()[:100])
    kept.unlink()
    extractor.performance(performance)
    assert not half.exists()
    assert kept.exists()


def test_shards_merged_are_one_run(table, tmp_path, monkeypatch):
    runs = {"whole": ["0/1"], "shards": [f"{i}/8" for i in range(8)]}
    for name, shards in runs.items():
        monkeypatch.setenv("PODIUM_CACHE", str(tmp_path / name))
        for shard in shards:
            assert run(["extract", str(table), "--shard", shard]) == 0
    assert contents(tmp_path / "shards") == contents(tmp_path / "whole")


TWO = """
import json, os, sys, time
from pathlib import Path
from podium import features
from podium.backbones import make_backbone
from podium.datasets.manifest import Manifest
made = []
backbone = make_backbone("motion")
class Counting:
    name, frame_size, dim = backbone.name, backbone.frame_size, backbone.dim
    fingerprint = backbone.fingerprint
    def __call__(self, clips):
        made.append(1)
        time.sleep(0.05)
        return backbone(clips)
rows = Manifest(Path(sys.argv[1])).performances()
if sys.argv[3] == "backwards":
    rows = rows[::-1]
cache = features.FeatureCache(Path(sys.argv[2]))
print("ready", flush=True)
sys.stdin.readline()
found = features.extract(rows, features.Extractor(Counting(), cache=cache))
print(json.dumps([len(made), len(found.samples)]))
"""


@pytest.mark.slow
@pytest.mark.parametrize("order", ["forwards", "backwards"])
def test_two_processes_on_one_cache_do_no_work_twice(table, tmp_path, order):
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", TWO, str(table), str(tmp_path / "cache"), way],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        for way in ("forwards", order)
    ]  # fmt: skip
    for process in processes:
        assert process.stdout.readline() == "ready\n"
    answers = [process.stdin.write("go\n") and process.stdin.flush() for process in processes]
    answers = [json.loads(process.communicate(timeout=120)[0]) for process in processes]
    assert [n for _, n in answers] == [12, 12]
    assert sum(n for n, _ in answers) == 12
    alone = tmp_path / "alone"
    extract(
        Manifest(table).performances(),
        Extractor(make_backbone("motion"), cache=FeatureCache(alone)),
    )
    assert contents(tmp_path / "cache") == contents(alone)
    assert not list(tmp_path.rglob("*.lock"))


def test_a_performance_listed_twice_does_not_wait_for_itself(table, tmp_path):
    one = Manifest(table).performances()[0]
    rows = [Performance(str(i), one.path) for i in range(4)]
    cache = FeatureCache(tmp_path)
    found = extract(rows, Extractor(make_backbone("motion"), cache=cache))
    assert len(found.samples) == 4
    assert len(contents(tmp_path)) == 1


# a disk that is full, a folder that may not be written


@pytest.mark.parametrize(
    ("code", "words"),
    [(errno.ENOSPC, "No space left on device"), (errno.EROFS, "Read-only file system")],
)
@pytest.mark.parametrize("command", ["extract", "predict", "train"])
def test_a_disk_that_takes_no_more_loses_nothing_earlier(
    small_model, tmp_path, monkeypatch, capsys, code, words, command
):
    out = tmp_path / "out"
    asked = {
        "extract": ["extract", small_model.manifest],
        "predict": ["predict", small_model.manifest, "--out", out / "p.csv", "--split", "test",
                    "--model", small_model.folder],
        "train": ["train", small_model.manifest, "--out", out, "--scorer", "ridge", "--resume"],
    }[command]  # fmt: skip
    monkeypatch.setenv(
        "PODIUM_CACHE", str(tmp_path / "cache" if command == "extract" else small_model.cache)
    )
    out.mkdir()
    (out / "p.csv").write_text("earlier")
    (out / "config.json").write_text("earlier")
    n_written = 0

    def full(handle: int) -> None:
        nonlocal n_written
        n_written += 1
        raise OSError(code, words)

    monkeypatch.setattr(files.os, "fsync", full)
    assert run([str(word) for word in asked]) == 3
    assert n_written > 0
    said = capsys.readouterr().err.splitlines()
    assert said[-1] == (f"podium: {words}: check the path, its permissions and the free space")
    assert (out / "p.csv").read_text() == "earlier"
    assert (out / "config.json").read_text() == "earlier"
    assert not [path for path in tmp_path.rglob(".*") if path.is_file()]
