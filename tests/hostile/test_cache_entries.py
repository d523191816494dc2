"""A cache in which files were moved, swapped, damaged or planted, that is full, or shared."""

import json
import os
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from safetensors.numpy import load_file, save_file
from scipy.io import savemat

from hostile.commands import SEED, chance, contents
from podium.cli.commands import run
from podium.errors import ManifestError, UsageError
from podium.features.extraction import Extractor, FeatureCache
from podium.features.values import Features
from podium.machine import cache as caches
from podium.machine import entries as entries_module
from podium.machine.cache import ArrayCache
from podium.machine.entries import DEFAULT_LIMIT_BYTES, Entries, bytes_of
from podium.machine.files import digest
from podium.video.clips import VideoFacts
from podium.video.frames import decode

FACTS = VideoFacts(50, 48, 2, 1.6)


def features(seed: int, n_clips: int = 3, dim: int = 4) -> Features:
    values = np.random.default_rng(seed).normal(size=(n_clips, dim)).astype(np.float32)
    times = np.arange(n_clips, dtype=np.float64)
    return Features(values, times, times + 1, "made-up", FACTS)


def key(number: int) -> str:
    return f"{number * 0x9E3779B97F4A7C15 % 2**64:016x}" * 4


@pytest.fixture
def cache(tmp_path: Path) -> FeatureCache:
    return FeatureCache(tmp_path / "features")


@pytest.fixture
def entries(cache: FeatureCache) -> Entries:
    return Entries(cache.folder)


def same(one: Features | None, other: Features) -> bool:
    return one is not None and one.values.tobytes() == other.values.tobytes()


# what is believed


def test_an_entry_of_another_video_is_not_believed(cache, entries):
    for number in range(2):
        cache.write(key(number), features(number))
    shutil.copyfile(entries.path(key(1)), entries.path(key(0)))
    assert cache.read(key(0)) is None
    assert same(cache.read(key(1)), features(1))


def test_a_score_is_that_of_the_video_whatever_is_in_the_cache(
    small_model, tmp_path, monkeypatch, capsys
):
    """The attack as it was made: an entry of a better performance under the name of this one's."""
    monkeypatch.setenv("PODIUM_CACHE", str(tmp_path / "cache"))
    videos = [p.path for p in small_model.performances()][:4]
    words = ["--model", str(small_model.folder), "--action", "107", "--difficulty", "2", "--json"]

    def scored(video: Path) -> float:
        assert run(["score", str(video), *words]) == 0
        return float(json.loads(capsys.readouterr().out)["score"])

    honest, where = [], []
    for video in videos:
        before = set((tmp_path / "cache").rglob("*.safetensors"))
        honest.append(scored(video))
        where += set((tmp_path / "cache").rglob("*.safetensors")) - before
    assert len(where) == 4
    for place, path in enumerate(where):
        path.write_bytes(where[place - 1].read_bytes())
    assert len(set(honest)) == 4
    assert [scored(video) for video in videos] == honest


def test_an_entry_of_an_earlier_podium_is_made_anew_without_a_word(make_video, cache, capsys):
    """Those knew no key, so that it cannot be told whose they are."""
    from features.test_extraction import Counting

    backbone, path = Counting(), make_video()
    first = Extractor(backbone, cache=cache).video(path)
    (entry,) = Entries(cache.folder).list_entries()
    arrays = load_file(entry.path)
    about = {"backbone": first.backbone, "video": dict(vars(first.video))}
    text = json.dumps(about, sort_keys=True)
    old = caches.hashlib.sha256(
        b"".join([text.encode(), *(arrays[n].tobytes() for n in ("values", "start_seconds",
                                                                 "end_seconds"))])
    ).hexdigest()  # fmt: skip
    save_file(arrays, entry.path, {"podium": old + text})
    assert same(Extractor(backbone, cache=cache).video(path), first)
    assert backbone.n_calls == 2
    assert same(Extractor(backbone, cache=cache).video(path), first)
    assert backbone.n_calls == 2
    assert capsys.readouterr() == ("", "")


def test_the_shape_and_the_kind_of_numbers_are_part_of_what_is_checked(cache, entries):
    cache.write(key(0), features(0, 3, 4))
    path = entries.path(key(0))
    for old, new in ((b"[3,4]", b"[4,3]"), (b'"F32"', b'"I32"')):
        content = path.read_bytes()
        assert old in content
        path.write_bytes(content.replace(old, new))
        assert cache.read(key(0)) is None
        path.write_bytes(content)
    assert same(cache.read(key(0)), features(0, 3, 4))


def planted(path: Path, kind: str) -> None:
    path.unlink()
    if kind == "fifo":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    elif kind == "device":
        path.symlink_to("/dev/zero")
    elif kind == "loop":
        path.symlink_to(path.name)
    else:
        with path.open("wb") as file:  # a terabyte that is not there
            file.write((2**40).to_bytes(8, "little"))
            file.truncate(2**40)


@pytest.mark.parametrize("kind", ["fifo", "folder", "device", "loop", "hole"])
def test_what_is_no_file_of_a_possible_size_is_not_even_opened(cache, entries, kind):
    cache.write(key(0), features(0))
    planted(entries.path(key(0)), kind)
    begin = time.process_time()
    assert cache.read(key(0)) is None
    assert time.process_time() - begin < 5
    assert kind == "folder" or not entries.path(key(0)).is_dir()


def test_random_damage_is_never_believed(cache, entries):
    generator = chance()
    cache.write(key(0), features(SEED))
    path, good = entries.path(key(0)), entries.path(key(0)).read_bytes()
    for _ in range(200):
        damaged = bytearray(good)
        for _ in range(generator.randint(1, 8)):
            damaged[generator.randrange(len(good))] = generator.randrange(256)
        kept = generator.randint(0, len(good)) if generator.random() < 0.3 else len(good)
        path.write_bytes(damaged[:kept])
        found = cache.read(key(0))
        assert found is None or same(found, features(SEED))


# how much is kept


def sized(cache: FeatureCache, n: int, first: int = 0) -> int:
    """Write so many entries of one size, the first used longest ago, and give the size."""
    for number in range(first, first + n):
        cache.write(key(number), features(number, 10, 100))
        path = Entries(cache.folder).path(key(number))
        if path.exists():
            os.utime(path, (1_000 + number, 1_000 + number))
    return path.stat().st_size


def kept(entries: Entries, n: int) -> list[int]:
    return [number for number in range(n) if entries.path(key(number)).exists()]


def test_what_was_used_longest_ago_goes(cache, entries, monkeypatch):
    n_bytes = sized(cache, 6)
    assert same(cache.read(key(0)), features(0, 10, 100))  # used just now
    monkeypatch.setenv("PODIUM_CACHE_LIMIT", str(5 * n_bytes))
    cache.write(key(6), features(6, 10, 100))
    assert kept(entries, 7) == [0, 4, 5, 6]
    assert sum(entry.n_bytes for entry in entries.list_entries()) <= 5 * n_bytes


def test_a_cache_stays_below_its_limit_while_it_is_written(cache, entries, monkeypatch):
    n_bytes = sized(cache, 1)
    monkeypatch.setenv("PODIUM_CACHE_LIMIT", str(20 * n_bytes))
    sized(cache, 100)
    assert sum(entry.n_bytes for entry in entries.list_entries()) <= 20 * n_bytes
    assert kept(entries, 100) == list(range(100 - len(entries.list_entries()), 100))


def test_sizes_are_looked_at_rarely(cache, monkeypatch):
    """Once for a sixty-fourth of the limit that is written, on average."""
    looked = []
    monkeypatch.setattr(Entries, "reduce_to", lambda self, limit: looked.append(limit))
    n_bytes = 10_000
    monkeypatch.setenv("PODIUM_CACHE_LIMIT", str(64 * 50 * n_bytes))
    for number in range(5_000):
        Entries(cache.folder).keep_limit_after(key(number), n_bytes)
    assert 50 < len(looked) < 150


def test_reading_looks_at_no_size(cache, monkeypatch):
    sized(cache, 2)
    monkeypatch.setattr(
        Entries, "list_entries", lambda self: pytest.fail("all entries were listed")
    )
    assert same(cache.read(key(0)), features(0, 10, 100))


def strangers(folder: Path, tmp_path: Path) -> dict[str, bytes]:
    """Put what is not Podium's in and about a cache, and give the content of all of it."""
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / "diary.txt").write_text("dear diary")
    save_file({"weights": np.zeros(3)}, precious / "mine.safetensors")
    inside = folder / key(0)[:2]
    inside.mkdir(parents=True, exist_ok=True)
    (folder / "notes.txt").write_text("mine")
    (inside / "photo.jpg").write_bytes(b"mine")
    (inside / f"{key(1)}.safetensors").write_text("of another folder's name")
    (inside / f"{key(0)[:-1]}x.safetensors").write_text("no key")
    (inside / f"{key(0)}.safetensors.bak").write_text("a copy")
    shutil.copyfile(precious / "mine.safetensors", inside / f"{key(0)[:2]}{'1' * 62}.safetensors")
    (inside / f"{key(0)[:2]}{'2' * 62}.safetensors").symlink_to(precious / "diary.txt")
    (inside / f"{key(0)[:2]}{'3' * 62}.safetensors").mkdir()
    (inside / f"{key(0)[:2]}{'3' * 62}.safetensors" / "x").write_text("in it")
    # Even an entry of Podium's, where it is none of this cache: it was put there by someone.
    other = FeatureCache(precious / "other")
    other.write("f" * 64, features(0))
    (folder / "ff").symlink_to(precious / "other" / "ff")
    entry = Entries(other.folder).path("f" * 64)
    (inside / f"{key(0)[:2]}{'4' * 62}.safetensors").symlink_to(entry)
    shutil.copyfile(entry, inside / entry.name)
    shutil.copyfile(entry, inside / f"copy of {entry.name}")
    return contents(tmp_path)


@pytest.mark.parametrize("how", ["--clear", "--limit"])
def test_what_is_not_podiums_is_never_removed(cache, tmp_path, monkeypatch, capsys, how):
    monkeypatch.setenv("PODIUM_CACHE", str(tmp_path))
    before = strangers(cache.folder, tmp_path)
    sized(cache, 5)
    words = ["--clear"] if how == "--clear" else ["--limit", "0"]
    assert run(["cache", *words, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["removed"] == 5
    after = contents(tmp_path)
    assert {name: after.get(name) for name in before} == before
    assert set(after) - set(before) <= {"features/limit.json"}


def test_a_stranger_that_is_large_pushes_no_entry_out(cache, entries, tmp_path):
    large = entries.path(key(9))
    large.parent.mkdir(parents=True)
    save_file({"weights": np.zeros(100_000)}, large)
    os.utime(large, (1, 1))
    n_bytes = sized(cache, 3)
    assert entries.reduce_to(4 * n_bytes) == 0
    assert kept(entries, 3) == [0, 1, 2]


def test_what_killed_processes_left_is_cleared_and_what_is_being_written_is_not(cache, entries):
    sized(cache, 1)
    folder = entries.path(key(0)).parent
    old, new = (folder / f".{key(0)}.safetensors.{name}" for name in ("abcdefgh", "ijklmnop"))
    old.write_bytes(b"half")
    new.write_bytes(b"half")
    os.utime(old, (1, 1))
    assert entries.clear() == 1
    assert [path.name for path in folder.iterdir()] == [new.name]


TWO = """
import sys
from pathlib import Path
from hostile.test_cache_entries import features, key, same
from podium.features.extraction import FeatureCache
cache, first = FeatureCache(Path(sys.argv[1])), int(sys.argv[2])
print("ready", flush=True)
sys.stdin.readline()
for round in range(3):
    for number in range(60):
        at = (first + number) % 60
        found = cache.read(key(at))
        assert found is None or same(found, features(at, 10, 100)), at
        if found is None:
            cache.write(key(at), features(at, 10, 100))
print("done", flush=True)
"""


def test_processes_that_share_a_full_cache_do_each_other_no_harm(cache, entries):
    n_bytes = sized(cache, 1)
    tests = str(Path(__file__).parents[1])
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", TWO, str(cache.folder), str(first)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env={**os.environ, "PODIUM_CACHE_LIMIT": str(20 * n_bytes), "PYTHONPATH": tests},
        )
        for first in (0, 20, 40)
    ]  # fmt: skip
    for process in processes:
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in processes:
        assert process.communicate(timeout=200) == ("done\n", "")
    entries.reduce_to(20 * n_bytes)
    assert 0 < len(entries.list_entries()) <= 20
    for number in kept(entries, 60):
        assert same(cache.read(key(number)), features(number, 10, 100))


def test_an_entry_that_is_removed_while_it_is_read_is_read_or_is_not_there(cache, entries):
    sized(cache, 1)
    stop = threading.Event()

    def remove() -> None:
        while not stop.is_set():
            entries.clear()

    thread = threading.Thread(target=remove)
    thread.start()
    try:
        for _ in range(300):
            found = cache.read(key(0))
            assert found is None or same(found, features(0, 10, 100))
            cache.write(key(0), features(0, 10, 100))
    finally:
        stop.set()
        thread.join()


def test_what_cannot_be_removed_stops_nothing(cache, entries, monkeypatch):
    def refused(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    n_bytes = sized(cache, 3)
    monkeypatch.setattr(Path, "unlink", refused)
    monkeypatch.setenv("PODIUM_CACHE_LIMIT", str(n_bytes))
    cache.write(key(3), features(3, 10, 100))
    assert kept(entries, 4) == [0, 1, 2, 3]


# the limit


@pytest.mark.parametrize(
    ("text", "n_bytes"),
    [("0", 0), ("1234", 1234), ("2GB", 2 * 10**9), (" 500 mb ", 5 * 10**8), ("1.5GiB", 3 * 2**29),
     ("2kB", 2000), ("1tib", 2**40)],
)  # fmt: skip
def test_a_size_is_read(text, n_bytes):
    assert bytes_of(text, "--limit") == n_bytes


@pytest.mark.parametrize(
    "text", ["", "GB", "-1", "2 apples", "1e9", "nan", "inf", "9" * 30, "２GB"]
)
def test_what_is_no_size_is_refused(text, monkeypatch, capsys):
    with pytest.raises(UsageError) as said:
        bytes_of(text, "--limit")
    assert str(said.value) == f"--limit {text!r} must be a size, such as 2GB or 500MB"
    assert run(["cache", f"--limit={text}"]) == 2
    assert capsys.readouterr() == ("", f"podium: {said.value}\n")
    if text:
        monkeypatch.setenv("PODIUM_CACHE_LIMIT", text)
        assert run(["cache"]) == 2
        message = f"podium: PODIUM_CACHE_LIMIT {text!r} must be a size, such as 2GB or 500MB\n"
        assert capsys.readouterr() == ("", message)


def test_the_limit_is_kept_for_later_processes_and_the_environment_counts_for_more(
    cache, entries, monkeypatch, capsys
):
    assert entries.limit_bytes() == DEFAULT_LIMIT_BYTES == 2 * 10**9
    monkeypatch.setenv("PODIUM_CACHE", str(cache.folder.parent))
    sized(cache, 2)
    assert run(["cache", "--limit", "3MB"]) == 0
    assert Entries(cache.folder).limit_bytes() == 3_000_000
    monkeypatch.setenv("PODIUM_CACHE_LIMIT", "1GB")
    capsys.readouterr()
    assert run(["cache", "--limit", "4MB", "--json"]) == 0
    out, err = capsys.readouterr()
    assert json.loads(out)["limit_bytes"] == 10**9
    assert err == "PODIUM_CACHE_LIMIT is set and takes precedence over --limit\n"
    monkeypatch.delenv("PODIUM_CACHE_LIMIT")
    assert entries.limit_bytes() == 4_000_000


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", "5", '{"limit_bytes": "2GB"}', '{"limit_bytes": -1}',
             '{"limit_bytes": true}', '{"limit_bytes": NaN}', '{"limit_bytes": 1e99}', "[" * 500]
)  # fmt: skip
def test_a_damaged_limit_is_the_usual_one(cache, entries, text):
    cache.folder.mkdir(parents=True)
    (cache.folder / "limit.json").write_text(text)
    assert entries.limit_bytes() == DEFAULT_LIMIT_BYTES


def test_the_command_says_what_there_is(cache, monkeypatch, capsys):
    monkeypatch.setenv("PODIUM_CACHE", str(cache.folder.parent))
    n_bytes = sized(cache, 3)
    assert run(["cache", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {
        "folder": str(cache.folder), "entries": 3, "bytes": 3 * n_bytes,
        "limit_bytes": 2_000_000_000, "removed": 0,
    }  # fmt: skip
    assert run(["cache", "--clear"]) == 0
    assert capsys.readouterr().out == (
        f"folder       {cache.folder}\nentries      0\nbytes        0\n"
        "limit_bytes  2000000000\nremoved      3\n"
    )


def test_a_cache_that_is_not_there_is_empty_and_stays_so(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("PODIUM_CACHE", str(tmp_path / "none"))
    assert run(["cache", "--clear", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["entries"] == 0
    assert list(tmp_path.iterdir()) == []


def test_arrays_of_any_kind_can_be_kept(tmp_path):
    cache = ArrayCache(tmp_path / "arrays")
    transposed = np.arange(6.0).reshape(2, 3).T
    cache.keep(key(0), {"x": transposed}, {"why": "none"})
    arrays, about = cache.kept(key(0), ["x"])
    np.testing.assert_array_equal(arrays["x"], transposed)
    assert about == {"why": "none"}
    assert cache.kept(key(0), ["y"]) is None
    assert digest(entries_module.Entries(cache.folder).path(key(0)))


# data sets that are unpacked into the cache


def test_a_skeleton_of_somebody_else_is_not_believed(tmp_path):
    from podium.datasets.kimore import Kimore

    made = {name: np.full((3, 25, 3), number, np.float32) for number, name in enumerate("ab")}
    np.savez(tmp_path / "positions_15hz.npz", **made)
    rows = [f"{name},s{name},Expert,e1,50" for name in made]
    (tmp_path / "performances.csv").write_text(
        "\n".join(["id,subject,group,exercise,total_score", *rows])
    )
    paths = [performance.path for performance in Kimore(tmp_path).performances()]
    before = [path.stat().st_mtime_ns for path in paths]
    assert [p.stat().st_mtime_ns for p in paths] == before
    shutil.copyfile(paths[1], paths[0])
    for performance, wanted in zip(Kimore(tmp_path).performances(), made.values(), strict=True):
        np.testing.assert_array_equal(np.load(performance.path), wanted)
    assert paths[1].stat().st_mtime_ns == before[1]


def test_a_skeleton_is_never_written_outside_of_the_cache(tmp_path):
    from podium.datasets.kimore import Kimore

    np.savez(tmp_path / "positions_15hz.npz", **{"../../out": np.zeros((3, 25, 3))})
    table = tmp_path / "performances.csv"
    table.write_text("id,subject,group,exercise,total_score\n../../out,s,Expert,e,5\n")
    with pytest.raises(ManifestError) as said:
        Kimore(tmp_path).performances()
    message = f"{table}: line 2: id '../../out' must be a file name without folders"
    assert str(said.value) == message


def test_the_vaults_of_two_copies_are_told_apart(tmp_path):
    from podium.datasets.unlv_vault import UnlvVault

    found = []
    for number, colour in enumerate((20, 220)):
        root = tmp_path / str(number)
        (root / "001").mkdir(parents=True)
        savemat(root / "x_overall_scores.mat", {"x": [[9.0]]})
        for place in range(17):
            Image.new("RGB", (64, 48), (colour, colour, place)).save(root / "001" / f"{place}.png")
        (vault,) = UnlvVault(root).performances()
        found.append(decode(vault.path, width=64, height=48).pixels.mean())
        assert UnlvVault(root).performances()[0].path == vault.path
    assert found[1] - found[0] > 100
