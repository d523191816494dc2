"""Work that is killed at any moment loses nothing, and goes on to the same bytes."""

import errno
import json
import os
import subprocess
import sys
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
import json, os, random, signal, sys, time
from pathlib import Path
import safetensors.numpy
import torch, rich.console, rich.progress, sklearn.linear_model, functools
import podium.training, podium.assessor, podium.backbones.motion, podium.scorers.ridge
from podium import metrics
metrics.bootstrap = functools.partial(metrics.bootstrap, n_resamples=30)
torch.set_num_threads(1)
from podium.cli import run
words, watched, n_kills = json.loads(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])

def start():
    pid = os.fork()
    if pid == 0:
        silent = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silent, 2); os.dup2(silent, 1)
        try:
            code = run(words)
        except BaseException:
            code = 99
        os._exit(code)
    return pid

os.environ["PODIUM_CACHE"], cache = sys.argv[4], os.environ["PODIUM_CACHE"]
begin = time.monotonic()
assert os.waitstatus_to_exitcode(os.waitpid(start(), 0)[1]) == 0
usual = time.monotonic() - begin
os.environ["PODIUM_CACHE"] = cache
words = json.loads(sys.argv[5])
generator, n_killed, n_whole, n_runs = random.Random(0), 0, 0, 0
while n_killed < n_kills and n_runs < 10 * n_kills:
    n_runs += 1
    if words[0] == "extract":  # else all would soon be done, and nothing left to interrupt
        for path in list(watched.rglob("*.safetensors")):
            if generator.random() < 0.5:
                path.unlink()
    pid = start()
    time.sleep(generator.uniform(0, usual if words[0] == "extract" else usual / 3))
    os.kill(pid, signal.SIGKILL)
    if os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == -signal.SIGKILL:
        n_killed += 1
    else:  # it had ended before: on a machine that is less busy now, wait for less
        usual *= 0.8
    for path in watched.rglob("*"):
        if path.suffix == ".safetensors" and not path.name.startswith("."):
            safetensors.numpy.load_file(path)
            n_whole += 1
        elif path.suffix == ".json" and not path.name.startswith("."):
            json.loads(path.read_bytes())
code = os.waitstatus_to_exitcode(os.waitpid(start(), 0)[1])
print(json.dumps({"killed": n_killed, "checked": n_whole, "code": code, "usual": usual}))
"""


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix != ".lock"
    }


def kill_often(whole: list[str], words: list[str], watched: Path, caches: list[Path]) -> dict:
    """Run `whole` once to its end, and `words` again and again, killed, and once to its end."""
    arguments = [json.dumps(whole), watched, str(N_KILLS), caches[0], json.dumps(words)]
    done = subprocess.run(
        [sys.executable, "-c", KILLED, *map(str, arguments)],
        capture_output=True, text=True, timeout=280,
        env={**os.environ, "PODIUM_CACHE": str(caches[1]), "OMP_NUM_THREADS": "1"},
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


@pytest.mark.slow
def test_extract_can_be_killed_at_any_moment(table, tmp_path):
    caches = [tmp_path / "uninterrupted", tmp_path / "killed"]
    words = ["extract", str(table), "--backbone", "motion"]
    caches[1].mkdir()
    kill_often(words, words, caches[1], caches)
    assert len(contents(caches[0])) == 12
    assert contents(caches[1]) == contents(caches[0])


@pytest.mark.slow
def test_train_can_be_killed_at_any_moment(table, tmp_path):
    cache = tmp_path / "cache"
    folders = [tmp_path / name / "model" for name in ("uninterrupted", "killed")]
    folders[1].mkdir(parents=True)
    words = [
        ["train", str(table), "--out", str(f), "--scorer", "ridge", "--resume"] for f in folders
    ]
    kill_often(*words, folders[1], [cache, cache])
    assert contents(folders[1]) == contents(folders[0])
    assert set(contents(folders[0])) == {"README.md", "config.json", "model.safetensors"}


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
