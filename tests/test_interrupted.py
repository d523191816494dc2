"""Work that is killed at any moment loses nothing, and goes on to the same bytes."""

import errno
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from podium.backbones import make_backbone
from podium.cli.commands import run
from podium.datasets.manifest import Manifest
from podium.features.extraction import Extractor, FeatureCache, extract
from podium.machine import files
from podium.performance import Performance
from videos import write_table

N_KILLS = int(os.environ.get("PODIUM_TORTURE_KILLS", "4"))

# Each run is a copy of a process that has imported everything: 50 of them take seconds. What a kill
# leaves behind changes only when something is written: so a run is killed at one of its steps on
# the disk, counted, and never by the clock, which stands at other work on another machine.
KILLED = """
import functools, json, os, random, shutil, signal, sys
from pathlib import Path
import safetensors.numpy
from contextlib import suppress
import rich.console, rich.progress, scipy.stats
with suppress(ModuleNotFoundError):  # what needs them is not asked for then
    import torch, sklearn.linear_model
    torch.set_num_threads(1)
import podium.training, podium.assessor, podium.backbones.motion, podium.scorers.ridge
import podium.benchmark.run, podium.benchmark.tables, podium.scorers.siamese_lstm
from podium.training import left_out
from podium.evaluation import metrics
from samples import QUICK
metrics.bootstrap = functools.partial(metrics.bootstrap, n_resamples=30)
make = left_out.make_scorer
left_out.make_scorer = podium.benchmark.run.make_scorer = lambda name, options, seed: make(
    name, QUICK if name == "siamese_lstm" else options, seed)
from podium.cli.commands import run
asked = json.loads(sys.argv[1])
watched = Path(asked["watched"])
steps = {"folder": None, "done": 0, "last": None}

def count(event, arguments):
    if steps["folder"] is None or not event.startswith(("open", "os.")) or not arguments:
        return
    path = os.fspath(arguments[0]) if isinstance(arguments[0], (str, Path)) else ""
    changes = event in ("os.rename", "os.remove") or (
        event == "open" and arguments[2] & (os.O_WRONLY | os.O_RDWR))
    if not changes or not path.startswith(steps["folder"]):
        return
    steps["done"] += 1
    if steps["done"] == steps["last"]:
        if event == "os.rename" and steps["last"] % 2 and Path(path).name.startswith("."):
            os.truncate(path, os.path.getsize(path) // 2)  # it was still being written
        os.kill(os.getpid(), signal.SIGKILL)

sys.addaudithook(count)

def start(words, cache, folder, last=None):
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        silent = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silent, 1)
        os.environ["PODIUM_CACHE"] = cache
        steps.update(folder=str(folder) + os.sep, last=last)
        try:
            code = run(words)
        except BaseException:
            code = 99
        os.write(writing, str(steps["done"]).encode())
        os._exit(code)
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    os.close(writing)
    n_steps = os.read(reading, 20)
    os.close(reading)
    return code, int(n_steps or 0)

code, n_steps = start(asked["whole"], asked["caches"][0], asked["made"])
assert code == 0 and n_steps > 1, (code, n_steps)
tables = {path.name: path.read_bytes() for path in Path(asked["made"]).glob("*.csv")}
generator, n_killed, n_whole, n_runs = random.Random(0), 0, 0, 0
while n_killed < asked["n_kills"]:
    for path in sorted(watched.glob(asked["forgotten"])):  # else there is soon nothing left to do
        if generator.random() < 0.5:
            path.unlink()
    # One step in each part of the work: all may not fall before there is anything to lose.
    part = (n_killed + generator.random()) / asked["n_kills"]
    last = 1 + int(n_steps * part)
    n_runs += 1
    code, _ = start(asked["killed"], asked["caches"][1], watched, last)
    if code == -signal.SIGKILL:
        n_killed += 1
    else:  # most was done before: so it is begun anew, and has as many steps as the whole
        assert code == 0, code
        for path in watched.iterdir():
            shutil.rmtree(path) if path.is_dir() else path.unlink()
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
code, _ = start(asked["killed"], asked["caches"][1], watched)
print(json.dumps({"killed": n_killed, "runs": n_runs, "checked": n_whole, "code": code,
                  "steps": n_steps}))
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
) -> dict:
    """Run a command once to its end, then again and again, killed, and once to its end.

    `words` says the command for a folder to write to. Of what is `watched`, half of what is
    `forgotten` goes before each run. A run is killed at one of the steps on the disk that the
    whole one takes: an early one first, a late one last.
    """
    whole, killed = ([str(word) for word in words(folder)] for folder in folders)
    asked = {
        "whole": whole, "killed": killed, "caches": [str(cache) for cache in caches],
        "made": str(folders[0]), "watched": str(watched), "forgotten": forgotten,
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
    assert found["runs"] <= 2 * N_KILLS, found
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
    # Killed between an entry and its lock, an empty file stays, which the next to lock it takes.
    kept = {name: content for name, content in contents(caches[1]).items()
            if content or not name.startswith("features.locks/")}  # fmt: skip
    assert kept == contents(caches[0])


@pytest.mark.slow
@pytest.mark.needs_train
@pytest.mark.parametrize("scorer", ["ridge", "siamese_lstm"])
def test_train_can_be_killed_at_any_moment(small_model, tmp_path, scorer):
    folders = [path / "model" for path in pair(tmp_path)]
    kill_often(
        lambda folder: ["train", small_model.manifest, "--out", folder, "--scorer", scorer,
                        "--resume"],
        folders, [small_model.cache] * 2, watched=folders[1],
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
@pytest.mark.needs_train
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
from podium.features import extraction
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
cache = extraction.FeatureCache(Path(sys.argv[2]))
print("ready", flush=True)
sys.stdin.readline()
found = extraction.extract(rows, extraction.Extractor(Counting(), cache=cache))
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


def test_any_number_of_workers_makes_the_same_bytes(small_model, tmp_path, monkeypatch):
    """Alone, or in four shards at once with other numbers of threads each: features and scores."""
    words = ["-c", "from podium.cli import main; main()"]
    made = {}
    for name, n_workers in (("alone", 1), ("together", 4)):
        cache = tmp_path / name
        workers = [
            subprocess.Popen(
                [sys.executable, *words, "predict", str(small_model.manifest),
                 "--model", str(small_model.folder), "--split", "test",
                 "--out", str(tmp_path / f"{name}-{i}.csv"), "--shard", f"{i}/{n_workers}"],
                stderr=subprocess.PIPE, text=True,
                env={**os.environ, "PODIUM_CACHE": str(cache), "OMP_NUM_THREADS": str(1 + i % 2)},
            )
            for i in range(n_workers)
        ]  # fmt: skip
        for worker in workers:
            assert " scored, 0 failed: " in worker.communicate(timeout=250)[1]
            assert worker.returncode == 0
        out = tmp_path / f"{name}.csv"
        parts = [str(tmp_path / f"{name}-{i}.csv") for i in range(n_workers)]
        assert run(["merge", str(out), *parts]) == 0
        made[name] = (out.read_bytes(), contents(cache))
    assert made["alone"][0].count(b"\n") - 1 == len(made["alone"][1]) == 6
    assert made["together"] == made["alone"]


QUICK_INTERVALS = """
import functools
from podium.evaluation import metrics
metrics.bootstrap = functools.partial(metrics.bootstrap, n_resamples=30)
from podium.cli import main
main()
"""
"""A process of its own, but for the resamples of the intervals, which take most of the time."""


@pytest.mark.slow
@pytest.mark.needs_train
def test_any_number_of_threads_trains_the_same_model(small_model, tmp_path):
    words = ["-c", QUICK_INTERVALS, "train", str(small_model.manifest)]
    for n in (1, 2, 4):
        subprocess.run(
            [sys.executable, *words, "--out", str(tmp_path / str(n) / "model"),
             "--scorer", "ridge"],
            check=True, timeout=280, capture_output=True,
            env={**os.environ, "PODIUM_CACHE": str(small_model.cache), "OMP_NUM_THREADS": str(n)},
        )  # fmt: skip
    alone = contents(tmp_path / "1")
    assert len(alone) == 3
    assert contents(tmp_path / "2") == contents(tmp_path / "4") == alone


# a disk that is full, a folder that may not be written


MAKE_ROOM = "make room or name another disk (for features, PODIUM_CACHE), and run it again"
MAY_NOT = "name another place, or allow writing to this one, and run it again"
ASK_FOR_MORE = "allow larger files (ulimit -f) or name another disk, and run it again"
NO_ROOM = f"No space left on device: {MAKE_ROOM}"
TOO_LARGE = f"File too large: {ASK_FOR_MORE}"


@dataclass(frozen=True)
class Asked:
    """A command that writes to `folder`, and the file that it cannot write."""

    words: list[object]
    cache: Path
    refused: str


def asked(command: str, small_model: Any, folder: Path) -> Asked:
    """Let `predict`, `train` and `benchmark` find features, and `extract` make them."""
    table, kept = small_model.manifest, small_model.cache
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PODIUM_CACHE", str(kept))
        assert run(["extract", str(table)]) == 0
    return {
        "extract": Asked(["extract", table], folder, r"features/../[0-9a-f]{64}\.safetensors"),
        "predict": Asked(["predict", table, "--model", small_model.folder,
                          "--out", folder / "p.csv"], kept, r"p\.csv\.parts/shard-0-of-1\.json"),
        "score": Asked(["score", small_model.video("train"), "--model", small_model.folder,
                        "--report", folder / "r.html"], kept, r"r\.html"),
        "train": Asked(["train", table, "--out", folder, "--scorer", "ridge", "--resume"],
                       kept, r"\.unfinished/fold-[0-9a-f]{16}\.json"),
        "benchmark": Asked(["benchmark", "manifest", "--root", table, "--out", folder,
                            "--scorer", "ridge"], kept, r"cells/ridge-0-[0-9a-f]{12}\.json"),
    }[command]  # fmt: skip


MAIN = (
    "import podium.cli.progress; podium.cli.progress.FIRST_SECONDS = float('inf'); "
    "from podium.cli import main; main()"
)
"""The command, which says nothing of its progress: that hangs on how fast the machine is."""


def require_nothing_lost(folder: Path, earlier: dict[str, bytes]) -> None:
    after = contents(folder)
    assert {name: after[name] for name in earlier} == earlier
    assert set(after) == set(earlier), "something half-written was left behind"


COMMANDS = (
    "extract",
    "predict",
    "score",
    *(pytest.param(name, marks=pytest.mark.needs_train) for name in ("train", "benchmark")),
)


@pytest.mark.slow
@pytest.mark.parametrize("command", COMMANDS)
def test_a_limit_on_the_size_of_files_is_said_with_the_path(small_model, tmp_path, command):
    """A real error of the system's, in a process that may write files of ten bytes only."""
    folder = tmp_path / "out"
    what = asked(command, small_model, folder)
    folder.mkdir()
    for name in ("p.csv", "r.html", "config.json"):
        (folder / name).write_text("earlier")
    earlier = contents(folder)
    limited = (
        "import contextlib, resource\n"
        "with contextlib.suppress(ModuleNotFoundError): import joblib\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (10, 10)); " + MAIN
    )
    done = subprocess.run(
        [sys.executable, "-c", limited, *map(str, what.words)],
        capture_output=True, text=True, timeout=280,
        env={**os.environ, "PODIUM_CACHE": str(what.cache)},
    )  # fmt: skip
    path = f"{re.escape(str(folder))}/{what.refused}"
    assert re.fullmatch(rf"podium: {path}: {re.escape(TOO_LARGE)}\n", done.stderr), done.stderr
    assert (done.returncode, done.stdout) == (3, "")
    require_nothing_lost(folder, earlier)


# A disk of a page or two in a name space of one's own, which is gone with the process.
ON_A_SMALL_DISK = """
mount -t tmpfs -o size=16k tmpfs "$1" || exit 77
cp -r "$2/." "$1" && shift 2 && "$@"
code=$?
cp -r "$PODIUM_TEST_DISK/." "$PODIUM_TEST_AFTER"
exit $code
"""


@pytest.mark.slow
@pytest.mark.parametrize("command", COMMANDS)
def test_a_disk_that_is_full_is_said_with_the_path(small_model, tmp_path, command):
    folder, before, after = tmp_path / "out", tmp_path / "before", tmp_path / "after"
    what = asked(command, small_model, folder)
    for made in (folder, before, after):
        made.mkdir()
    for name in ("p.csv", "r.html", "config.json"):
        (before / name).write_text("earlier")
    (before / "all that fits").write_bytes(bytes(4096))  # each of four files takes a page
    unshare = ["unshare", "--mount", *([] if os.geteuid() == 0 else ["--map-root-user"])]
    words = [folder, before, sys.executable, "-c", MAIN, *what.words]
    try:
        done = subprocess.run(
            [*unshare, "sh", "-c", ON_A_SMALL_DISK, "sh", *map(str, words)],
            capture_output=True, text=True, timeout=280,
            env={**os.environ, "PODIUM_CACHE": str(what.cache),
                 "PODIUM_TEST_DISK": str(folder), "PODIUM_TEST_AFTER": str(after)},
        )  # fmt: skip
    except FileNotFoundError:
        pytest.skip("unshare is not installed: no small disk can be made")
    if done.returncode in (1, 77) and "podium" not in done.stderr:
        pytest.skip(f"no small disk can be made here: {done.stderr.strip()}")
    path = f"{re.escape(str(folder))}/{what.refused}"
    assert re.fullmatch(rf"podium: {path}: {re.escape(NO_ROOM)}\n", done.stderr), done.stderr
    assert (done.returncode, done.stdout) == (3, "")
    require_nothing_lost(after, contents(before))


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (errno.ENOSPC, NO_ROOM),
        (errno.EDQUOT, f"Disk quota exceeded: {MAKE_ROOM}"),
        (errno.EROFS, f"Read-only file system: {MAY_NOT}"),
    ],
)
@pytest.mark.parametrize("command", COMMANDS)
def test_a_disk_that_takes_no_more_loses_nothing_earlier(
    small_model, tmp_path, monkeypatch, capsys, code, words, command
):
    out = tmp_path / "out"
    what = asked(command, small_model, out)
    monkeypatch.setenv("PODIUM_CACHE", str(what.cache))
    out.mkdir()
    for name in ("p.csv", "r.html", "config.json"):
        (out / name).write_text("earlier")
    earlier = contents(out)
    n_written = 0

    def full(handle: int) -> None:
        nonlocal n_written
        n_written += 1
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(files.os, "fsync", full)
    capsys.readouterr()
    assert run([str(word) for word in what.words]) == 3
    assert n_written > 0
    said = capsys.readouterr().err
    path = f"{re.escape(str(out))}/{what.refused}"
    assert re.fullmatch(rf"podium: {path}: {re.escape(words)}\n", said), said
    require_nothing_lost(out, earlier)
