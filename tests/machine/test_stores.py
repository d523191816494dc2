"""Small files in an object store: whole, found by their names, without locks."""

import numpy as np
import pytest

from elsewhere import put
from messages import whole
from podium.errors import NotFetched, UnusableFile, UsageError
from podium.machine.cache import ArrayCache
from podium.machine.stores import Elsewhere, FolderShelf, StoreShelf, place_of, shelf_of

fsspec = pytest.importorskip("fsspec", reason="the extra `remote` is not installed")
KEY = "ab" * 32
ROWS = {"values": np.arange(6, dtype=np.float32).reshape(3, 2)}


@pytest.fixture(autouse=True)
def empty():
    fsspec.filesystem("memory").store.clear()


@pytest.mark.parametrize("kind", [Elsewhere, FolderShelf])
def test_a_folder_and_a_store_are_used_alike(kind, tmp_path):
    shelf = shelf_of(Elsewhere("memory://b/f") if kind is Elsewhere else tmp_path / "f")
    assert shelf.names() == shelf.names(deep=False) == []
    shelf.write("a.json", b"1")
    shelf.write("in/side.json", b"2")
    shelf.write("a.json", b"3")
    assert shelf.names() == ["a.json", "in/side.json"]
    assert shelf.names(deep=False) == ["a.json"]
    assert shelf.read("a.json", 1) == b"3"
    with pytest.raises(UnusableFile, match="has more than the 0 bytes allowed"):
        shelf.read("a.json", 0)
    shelf.remove("a.json")
    shelf.remove("a.json")
    with pytest.raises(OSError, match=r"a\.json"):
        shelf.read("a.json", 1)
    assert shelf.names() == ["in/side.json"]


def test_what_cannot_be_written_to_is_refused():
    said = (
        "https://host/p.csv: nothing can be written there: name a file, or what begins with one "
        "of s3, gs, az, memory and ://"
    )
    with pytest.raises(UsageError, match=whole(said)):
        place_of("https://host/p.csv?key=secret")


def test_a_store_that_fails_is_said(monkeypatch):
    def refuse(*_, **__):
        raise PermissionError("no")

    monkeypatch.setattr(type(fsspec.filesystem("memory")), "pipe_file", refuse)
    said = (
        "memory://b/a: the store does not answer as it should (PermissionError: no): check the "
        "address, and that you may read and write there"
    )
    with pytest.raises(NotFetched, match=whole(said)):
        StoreShelf("memory://b").write("a", b"1")
    told: list[str] = []
    monkeypatch.setenv("PODIUM_CACHE", "memory://cache")
    cache = ArrayCache(tell=told.append)
    cache.keep(KEY, ROWS, {})
    cache.keep(KEY, ROWS, {})
    assert told == [
        f"warning: features cannot be kept (memory://cache/features/ab/{KEY}.safetensors: the "
        "store does not answer as it should (PermissionError: no): check the address, and that "
        "you may read and write there): every video is looked at again each time, until "
        "PODIUM_CACHE names a folder that can be written to"
    ]


def test_a_cache_may_lie_in_a_store(monkeypatch, tmp_path):
    monkeypatch.setenv("PODIUM_CACHE", "memory://cache/mine")
    cache = ArrayCache()
    assert cache.kept(KEY, ["values"]) is None
    assert cache.claim(KEY) is None  # nothing is locked
    cache.keep(KEY, ROWS, {"a": 1})
    arrays, about = ArrayCache().kept(KEY, ["values"])
    assert (arrays["values"] == ROWS["values"]).all()
    assert about == {"a": 1}
    (path,) = fsspec.filesystem("memory").find("cache")
    assert path == f"/cache/mine/features/ab/{KEY}.safetensors"
    content = fsspec.filesystem("memory").cat_file(path)
    put(f"memory://cache/mine/features/cd/{'cd' * 32}.safetensors", content)
    assert cache.kept("cd" * 32, ["values"]) is None  # kept under another key
    put(f"memory:/{path}", content[:-1])
    assert cache.kept(KEY, ["values"]) is None
    assert ArrayCache(tmp_path).kept(KEY, ["values"]) is None
