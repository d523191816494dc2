"""Videos that lie elsewhere: fetched when they are asked for, scored as they are here."""

import csv
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest

from elsewhere import put, web_server
from podium.backbones.motion import Motion
from podium.batch import score_one
from podium.cli.commands import run
from podium.features.extraction import Extractor, FeatureCache, extract
from podium.performance import Performance

pytest.importorskip("fsspec", reason="the extra `remote` is not installed")


@pytest.fixture
def fetched_to(tmp_path, monkeypatch):
    """Where videos are while they are looked at."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def write(table: Path, names: list[str]) -> Path:
    lines = [f"{name},407,3.0" for name in names]
    table.write_text("\n".join(["file_name,action,difficulty", *lines]) + "\n")
    return table


def scores(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_nothing_is_fetched_unasked(tmp_path, capsys, small_model):
    with web_server() as server:
        name = f"{server.address}/a.mp4"
        table = write(tmp_path / "t.csv", [f"{name}?secret", "gopher://x/d.mp4", "s3://b/c.npy"])
        words = ["predict", table, "--out", tmp_path / "p.csv", "--model", small_model.folder]
        assert run([*map(str, words), "--remote", "memory"]) == 3
        assert server.asked == []
    asks = (
        "lies elsewhere, and nothing is fetched unasked: podium predict, extract and train fetch "
        "such videos with --remote {}, or copy it beside the table"
    )
    assert capsys.readouterr().err == (
        f"podium: {table}: 3 problems, nothing was done: line 2: file_name '{name}' "
        f"{asks.format('http')}; line 3: file_name 'gopher://x/d.mp4' must be a file, or begin "
        "with one of https, http, s3, gs, az, file, memory and ://; line 4: file_name "
        f"'s3://b/c.npy' {asks.format('s3')}\n"
    )


def test_only_videos_are_fetched(tmp_path, capsys):
    table = write(tmp_path / "t.csv", ["memory://b/a.npy"])
    words = ["predict", str(table), "--out", str(tmp_path / "p.csv"), "--remote", "memory"]
    assert run(words) == 3
    assert capsys.readouterr().err == (
        f"podium: {table}: 1 problem, nothing was done: line 2: file_name 'memory://b/a.npy' is no "
        "video, and only videos are fetched: copy it beside the table\n"
    )


def test_scores_are_those_of_the_same_files_here(tmp_path, fetched_to, small_model, capsys):
    video, other = small_model.video(), small_model.video("train", "107")
    content = other.read_bytes()
    with web_server({"/b.mp4": (200, {}, content), "/page": (200, {}, b"<html>")}) as server:
        there = [
            put(f"memory://videos/{video.name}", video.read_bytes()),
            f"{server.address}/b.mp4?signature=1",
            f"{server.address}/page",
        ]
        table = write(tmp_path / "t.csv", there)
        words = ["predict", table, "--out", tmp_path / "p.csv", "--model", small_model.folder]
        asked = ["--remote", "http", "--remote", "memory"]
        assert run([*map(str, words), *asked]) == 4
        assert len(server.asked) == 2
    assert list(fetched_to.iterdir()) == []
    rows = scores(tmp_path / "p.csv")
    assert [row["file_name"] for row in rows] == there
    assert [row["id"] for row in rows] == [video.stem, "b", "page"]
    assert rows[2]["error"] == (
        f"{server.address}/page: is a page of a web site, not the file: give the address of the "
        "file itself, and check that you may read it"
    )
    for row, path in zip(rows, [video, other], strict=False):
        here = Performance(row["id"], path, action="407", difficulty=3.0)
        expected = score_one(here, model=small_model.folder).predicted
        assert {**expected, "file_name": row["file_name"]}.items() <= row.items()


def test_features_are_made_of_what_is_fetched_and_kept(tmp_path, fetched_to, small_model):
    cache = FeatureCache(tmp_path / "cache")
    path = small_model.video()
    here = Performance("a", path)
    there = replace(here, address=put("memory://videos/x.mp4", path.read_bytes()))
    damaged = Performance("b", Path("y.mp4"), address=put("memory://y.mp4", b"no video at all"))
    extractor = Extractor(Motion(), cache=cache)
    made = extract([there, damaged, there], extractor)
    assert list(fetched_to.iterdir()) == []
    assert [one.performance for one in made.samples] == [there, there]
    (alone,) = extract([here], Extractor(Motion())).samples
    assert (made.samples[0].features.values == alone.features.values).all()
    assert str(made.errors["b"]) == (
        "memory://y.mp4: cannot be read as a video (Invalid data found when processing input): "
        "give an MP4, MOV, MKV, WebM, AVI, MPEG-TS or GIF file"
    )


@pytest.fixture
def memory():
    import fsspec

    system = fsspec.filesystem("memory")
    system.store.clear()
    return system


def test_shards_meet_in_a_store(tmp_path, small_model, memory, monkeypatch, capsys):
    monkeypatch.setenv("PODIUM_CACHE", "memory://kept")
    words = ["predict", str(small_model.manifest), "--split", "test", "--model"]
    words += [str(small_model.folder), "--out"]
    assert run([*words, str(tmp_path / "here.csv")]) == 0
    out = "memory://results/p.csv"
    assert run([*words, out, "--shard", "0/2"]) == 0
    capsys.readouterr()
    assert run(["merge", "memory://results/all.csv", out]) == 3
    n = len([name for name in memory.find("results") if "/records/" in name])
    assert capsys.readouterr().err == (
        f"podium: nothing was merged: {6 - n} of 6 performances are in none of the parts (shards "
        "1/2)\n"
    )
    assert run([*words, out, "--shard", "1/2"]) == 0
    assert run(["merge", "memory://results/all.csv", out]) == 0
    assert memory.cat_file("/results/all.csv") == (tmp_path / "here.csv").read_bytes()
    assert len([name for name in memory.find("kept") if name.endswith(".safetensors")]) == 6
    assert run([*words, "memory://whole/p.csv", "--resume"]) == 0
    assert memory.find("whole") == ["/whole/p.csv"]  # its records are gone
    assert capsys.readouterr().err.endswith("6 scored, 0 failed: memory://whole/p.csv\n")


def test_what_cannot_be_there_is_refused(small_model, memory, monkeypatch, capsys):
    words = ["predict", str(small_model.manifest), "--model", str(small_model.folder), "--out"]
    assert run([*words, "https://host/p.csv"]) == 2
    assert capsys.readouterr().err == (
        "podium: https://host/p.csv: nothing can be written there: name a file, or what begins "
        "with one of s3, gs, az, memory and ://\n"
    )
    pytest.importorskip("submitit", reason="the extra `slurm` is not installed")
    assert run([*words, "memory://p.csv", "--engine", "slurm:local"]) == 2
    assert capsys.readouterr().err.splitlines()[-1] == (
        "podium: jobs on Slurm are kept beside what is written, and memory://p.csv.parts is in a "
        "store: give --out a path that all machines see, or run an array of jobs with --shard"
    )
    monkeypatch.setenv("PODIUM_CACHE", "memory://kept")
    assert run(["cache"]) == 2
    assert capsys.readouterr().err == (
        "podium: PODIUM_CACHE is 'memory://kept', an address: what lies there is counted, limited "
        "and removed by the store's own means\n"
    )
