"""What lies elsewhere is fetched within bounds, and is what was asked for, or is refused."""

import sys

import pytest

from elsewhere import put, web_server
from messages import whole
from podium.errors import MissingExtra, NotFetched, UsageError
from podium.machine.addresses import SCHEMES, fetch, require_schemes, scheme_of, shown

fsspec = pytest.importorskip("fsspec", reason="the extra `remote` is not installed")
CONTENT = bytes(range(256)) * 10


@pytest.mark.parametrize(
    ("name", "scheme"),
    [
        ("S3://bucket/a.mp4", "s3"),
        ("https://host/a.mp4", "https"),
        ("a.mp4", ""),
        ("C:/a.mp4", ""),
        ("simplecache::s3://bucket/a.mp4", ""),
    ],
)
def test_an_address_says_what_it_is_of(name, scheme):
    assert scheme_of(name) == scheme


def test_secrets_of_an_address_are_not_shown():
    assert shown("https://me:word@host/a.mp4?signature=secret#x") == "https://host/a.mp4"


def test_a_file_comes_from_a_server_and_from_a_store(tmp_path):
    with web_server({"/a.mp4": (200, {}, CONTENT)}) as server:
        fetch(f"{server.address}/a.mp4?x=1", tmp_path / "web", len(CONTENT))
        assert server.asked == ["/a.mp4?x=1"]
    fetch(put("memory://videos/a.mp4", CONTENT), tmp_path / "store", len(CONTENT))
    fetch((tmp_path / "web").as_uri(), tmp_path / "file", len(CONTENT))
    assert all((tmp_path / name).read_bytes() == CONTENT for name in ("web", "store", "file"))


PAGE = (
    "is a page of a web site, not the file: give the address of the file itself, and check that "
    "you may read it"
)
LARGE = "has more than the 2,000 bytes allowed: --limit gigabytes=8 allows more"


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ((200, {}, CONTENT), LARGE),
        ((200, {"Content-Length": ""}, CONTENT), LARGE),
        (
            (200, {"Content-Length": "90"}, b"short"),
            "broke off after 5 of the 90 bytes that were promised: try it again",
        ),
        ((200, {}, b"\n <!DOCTYPE html><title>Sign in</title>"), PAGE),
        ((200, {"Content-Type": "text/html; charset=utf-8"}, b"sign in"), PAGE),
        (
            (403, {}, b"no"),
            "the server answers 403 (Forbidden): check the address, and that you may read it",
        ),
        (
            (302, {"Location": "ftp://host/a.mp4"}, b""),
            "sends on to ftp://host/a.mp4, which is not followed: give the address where the "
            "file itself is",
        ),
    ],
)
def test_what_a_server_should_not_answer_is_said(answer, said, tmp_path):
    with web_server({"/a.mp4": answer}) as server:
        address = f"{server.address}/a.mp4"
        with pytest.raises(NotFetched, match=whole(f"{address}: {said}")):
            fetch(address, tmp_path / "a.mp4", 2_000)


def test_a_file_that_is_sent_on_to_is_followed(tmp_path):
    with web_server({"/b.mp4": (200, {}, CONTENT)}) as server:
        server.answers["/a.mp4"] = (302, {"Location": f"{server.address}/b.mp4"}, b"")
        fetch(f"{server.address}/a.mp4", tmp_path / "a.mp4", 5_000)
    assert (tmp_path / "a.mp4").read_bytes() == CONTENT


def test_what_is_not_there_is_said(tmp_path):
    said = (
        "memory://videos/none.mp4: cannot be reached (FileNotFoundError: /videos/none.mp4): check "
        "the address, the connection and that you may read it"
    )
    with pytest.raises(NotFetched, match=whole(said)):
        fetch("memory://videos/none.mp4", tmp_path / "a.mp4", 2_000)
    with pytest.raises(NotFetched, match=whole(f"memory://large.mp4: {LARGE}")):
        fetch(put("memory://large.mp4", CONTENT), tmp_path / "a.mp4", 2_000)


def test_what_is_missing_is_said_before_anything_is_fetched(monkeypatch):
    require_schemes(["https", "file", "memory"], "--remote")
    said = f"--remote 'ftp' must be one of {', '.join(SCHEMES)}"
    with pytest.raises(UsageError, match=whole(said)):
        require_schemes(["ftp"], "--remote")
    monkeypatch.setitem(sys.modules, "s3fs", None)
    said = "--remote s3 needs s3fs, which is not installed: pip install s3fs"
    with pytest.raises(MissingExtra, match=whole(said)):
        require_schemes(["s3"], "--remote")
    monkeypatch.setitem(sys.modules, "fsspec", None)
    said = "--remote s3 needs fsspec, which is not installed: pip install 'podium[remote]'"
    with pytest.raises(MissingExtra, match=whole(said)):
        require_schemes(["s3"], "--remote")
