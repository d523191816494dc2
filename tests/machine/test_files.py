import hashlib
import os
import stat
from pathlib import Path

import pytest

from messages import whole
from podium.machine.files import cache_folder, digest, remove_half_written, replacing, write_bytes


def test_a_file_is_written_with_the_folders_it_needs(tmp_path):
    path = tmp_path / "a" / "b" / "file.bin"
    write_bytes(path, b"content")
    assert path.read_bytes() == b"content"
    assert [p.name for p in path.parent.iterdir()] == ["file.bin"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o644


def test_the_old_content_stands_until_all_of_the_new_is_there(tmp_path):
    path = tmp_path / "file.bin"
    path.write_bytes(b"old")
    with replacing(path) as file:
        file.write(b"half")
        file.flush()
        assert path.read_bytes() == b"old"
        file.write(b" and half")
    assert path.read_bytes() == b"half and half"


@pytest.mark.parametrize("error", [OSError("disk full"), KeyboardInterrupt()])
def test_a_write_that_fails_leaves_nothing_behind(tmp_path, error):
    path = tmp_path / "file.bin"
    path.write_bytes(b"old")

    def fail() -> None:
        with replacing(path) as file:
            file.write(b"half")
            raise error

    with pytest.raises(type(error)):
        fail()
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("step", ["fsync", "replace", "chmod"])
def test_a_system_call_that_fails_leaves_nothing_behind(tmp_path, monkeypatch, step):
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, step, full)
    path = tmp_path / "file.bin"
    with pytest.raises(OSError, match=whole(f"[Errno 28] No space left on device: '{path}'")):
        write_bytes(path, b"content")
    assert list(tmp_path.iterdir()) == []


def test_what_was_half_written_of_a_file_is_removed_and_nothing_else(tmp_path):
    path = tmp_path / "[a]*.csv"
    half, other, own = tmp_path / ".[a]*.csv.abcd_123", tmp_path / ".b.csv.abcd_123", path
    for made in (half, other, own):
        made.touch()
    remove_half_written(path)
    assert sorted(tmp_path.iterdir()) == sorted([other, own])


def test_an_error_of_another_file_keeps_its_name(tmp_path):
    other = tmp_path / "other"

    def read_other() -> None:
        with replacing(tmp_path / "file.bin"):
            other.read_bytes()

    with pytest.raises(
        FileNotFoundError, match=whole(f"[Errno 2] No such file or directory: '{other}'")
    ):
        read_other()


def test_a_folder_in_the_way_is_named(tmp_path):
    path = tmp_path / "file.bin"
    path.mkdir()
    with pytest.raises(IsADirectoryError) as refused:
        write_bytes(path, b"content")
    assert refused.value.filename2 == str(path)
    assert list(tmp_path.iterdir()) == [path]


def test_files_are_told_apart_by_content(tmp_path):
    one, two = tmp_path / "one", tmp_path / "two"
    one.write_bytes(b"x" * 100_000)
    two.write_bytes(b"x" * 100_000)
    assert digest(one) == digest(two) == hashlib.sha256(b"x" * 100_000).hexdigest()
    two.write_bytes(b"x" * 99_999 + b"y")
    assert digest(one) != digest(two)


def test_the_cache_is_where_it_is_told_to_be(monkeypatch):
    monkeypatch.setenv("PODIUM_CACHE", "/somewhere")
    assert cache_folder() == Path("/somewhere")
    monkeypatch.delenv("PODIUM_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", "/caches")
    assert cache_folder() == Path("/caches/podium")
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", "/home/someone")
    assert cache_folder() == Path("/home/someone/.cache/podium")
