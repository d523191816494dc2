"""Files that lie elsewhere, by their address: of a web server, or of an object store.

Nothing is fetched unless the user asked for it. Web servers are read with Python alone, stores by
fsspec and what it needs for each (s3fs, gcsfs, adlfs). What comes is not trusted: it ends at the
size that is allowed, must be as long as was promised, and is no page of a web site.
"""

import re
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType
from typing import IO, Any, cast
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from podium.errors import MissingExtra, NotFetched, PodiumError, UsageError
from podium.machine import extras

WEB = ("https", "http")

SCHEMES: Mapping[str, str] = {
    **dict.fromkeys(WEB, ""), "s3": "s3fs", "gs": "gcsfs", "az": "adlfs", "file": "", "memory": "",
}  # fmt: skip
"""The kinds of addresses there are, and the package that fsspec needs for each, if any."""

STORES = ("s3", "gs", "az", "memory")
"""Those that can be written to."""

SILENT_SECONDS = 60.0
"""So long a server may say nothing."""

MAX_SECONDS = 3_600.0
"""So long a file may take to come."""

CHUNK_BYTES = 2**20

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")
_PAGE = re.compile(rb"(\xef\xbb\xbf)?\s*<(!doctype html|html|head|body)\b", re.IGNORECASE)


def scheme_of(name: str) -> str:
    """Return what an address begins with, in small letters; empty of the name of a file here."""
    found = _SCHEME.match(name)
    return found[1].lower() if found else ""


def shown(address: str) -> str:
    """Return an address as it may be printed: without what follows ?, which may be a secret."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def require_schemes(schemes: Collection[str], option: str) -> None:
    """Refuse kinds of addresses that there are not, or that cannot be reached from here.

    Raises
    ------
    UsageError
        If there is no such kind.
    MissingExtra
        If a package is not installed that it needs.
    """
    for scheme in schemes:
        if scheme not in SCHEMES:
            raise UsageError(f"{option} {scheme!r} must be one of {', '.join(SCHEMES)}")
        if scheme not in WEB:
            extras.require("remote", f"{option} {scheme}")
        package = SCHEMES[scheme]
        if package and find_spec(package) is None:
            raise MissingExtra(
                f"{option} {scheme} needs {package}, which is not installed: pip install {package}"
            )


def fetch(
    address: str,
    path: Path,
    max_bytes: int,
    headers: Mapping[str, str] = MappingProxyType({}),
    if_larger: str = "--limit gigabytes=8 allows more",
) -> None:
    """Write what lies at an address to a file here, which is to be removed if that fails.

    `headers` go to the server that is named, and to no other; `if_larger` is what to do then.

    Raises
    ------
    NotFetched
        If it cannot be had, is larger than `max_bytes`, breaks off, or is a page.
    """
    too_large = NotFetched(
        f"{shown(address)}: has more than the {max_bytes:,} bytes allowed: {if_larger}"
    )
    with _in_our_words(address), _opened(address, headers) as found, path.open("wb") as file:
        if found.n_bytes is not None and found.n_bytes > max_bytes:
            raise too_large
        n_bytes = _copy(address, found, file, max_bytes)
        if n_bytes > max_bytes:
            raise too_large
        if found.n_bytes not in (None, n_bytes):
            raise NotFetched(
                f"{shown(address)}: broke off after {n_bytes:,} of the {found.n_bytes:,} bytes "
                "that were promised: try it again"
            )


@dataclass(frozen=True)
class _Found:
    """What lies at an address, to be read from its start."""

    content: IO[bytes]
    n_bytes: int | None
    """How long it says that it is; `None` where it does not."""

    is_page: bool = False
    """Whether it says that it is a page."""


def _copy(address: str, found: _Found, file: IO[bytes], max_bytes: int) -> int:
    """Copy what comes, and return how many bytes: no more than one too many; refuse a page."""
    n_bytes, ends = 0, time.monotonic() + MAX_SECONDS
    while chunk := found.content.read(CHUNK_BYTES):
        if not n_bytes and (found.is_page or _PAGE.match(chunk)):
            raise NotFetched(
                f"{shown(address)}: is a page of a web site, not the file: give the address of the "
                "file itself, and check that you may read it"
            )
        n_bytes += len(chunk)
        if n_bytes > max_bytes:
            break
        if time.monotonic() > ends:
            raise NotFetched(
                f"{shown(address)}: did not come within {MAX_SECONDS:g} s: copy it beside the table"
            )
        file.write(chunk)
    return n_bytes


@contextmanager
def _in_our_words(address: str) -> Iterator[None]:
    try:
        yield
    except (PodiumError, MemoryError):
        raise
    except HTTPError as error:
        raise NotFetched(
            f"{shown(address)}: the server answers {error.code} ({_line(error.reason)}): check the "
            "address, and that you may read it"
        ) from error
    except Exception as error:  # each store has errors of its own
        why = f"{type(error).__name__}: {_line(error)}"
        raise NotFetched(
            f"{shown(address)}: cannot be reached ({why:.300}): check the address, the connection "
            "and that you may read it"
        ) from error


def _line(reason: object) -> str:
    return " ".join(str(reason).split())


@contextmanager
def _opened(address: str, headers: Mapping[str, str]) -> Iterator[_Found]:
    if scheme_of(address) in WEB:
        request = Request(address, headers={"User-Agent": "podium", **headers})
        with _opener(address).open(request, timeout=SILENT_SECONDS) as answer:
            length = answer.headers.get("Content-Length", "")
            kind = answer.headers.get_content_type()
            yield _Found(answer, int(length) if length.isdecimal() else None, kind == "text/html")
        return
    system, path = opened_store(address)
    with system.open(path, "rb") as file:
        yield _Found(file, cast("int | None", system.info(path).get("size")))


def opened_store(address: str) -> tuple[Any, str]:
    """Return the file system of fsspec that an address is of, and what it calls the file."""
    import fsspec

    system = fsspec.filesystem(scheme_of(address))
    return system, str(system._strip_protocol(address))  # never a chain of systems (::)


def _opener(address: str) -> Any:
    """Return what opens an address, and whatever it is sent on to, if that is as safe."""
    return build_opener(_Onwards(scheme_of(address)))


class _Onwards(HTTPRedirectHandler):
    def __init__(self, scheme: str) -> None:
        self._allowed = ("https",) if scheme == "https" else WEB

    def redirect_request(
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: Any, newurl: str
    ) -> Request | None:
        if scheme_of(newurl) not in self._allowed:
            raise NotFetched(
                f"{shown(req.full_url)}: sends on to {shown(newurl)}, which is not followed: give "
                "the address where the file itself is"
            )
        onwards = super().redirect_request(req, fp, code, msg, headers, newurl)
        if onwards and urlsplit(newurl).netloc != urlsplit(req.full_url).netloc:
            onwards.remove_header("Authorization")
        return onwards
