"""What the page answers where it refuses: short, readable, and never what was sent to it whole."""

import errno
from collections.abc import Awaitable, Callable, Mapping

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from podium.errors import Bug, PodiumError
from podium.web.store import NotThere

MAX_VALUE_LETTERS = 200
"""How much of anything that was sent is said again."""

MAX_REASON_LETTERS = 4000
"""The longest reason: one that lists all that there is to choose from."""

MAX_PROBLEMS = 10
"""How many things that are wrong with one request are said."""

_GONE = "the page's folder, or a file of it, is gone: start podium serve again"
_FULL = "the page cannot keep it, its disk is full: make room there, and try again"
_MAY_NOT = (
    "the page may not write into its folder: allow that, or name another with podium serve --folder"
)
_OF_SYSTEM = {
    errno.ENOSPC: _FULL, errno.EDQUOT: _FULL, errno.EFBIG: _FULL,
    errno.EROFS: _MAY_NOT, errno.EACCES: _MAY_NOT, errno.EPERM: _MAY_NOT,
    errno.ENOENT: _GONE, errno.ENOTDIR: _GONE,
}  # fmt: skip
"""What is said where the disk, not a request, is the reason (409): what to do about it."""


def shorten(text: str, max_letters: int = MAX_VALUE_LETTERS) -> str:
    """Return a text in one line of so many letters at most, all of which can be written down."""
    kept = " ".join(text[: 2 * max_letters].split())
    kept = kept.encode("utf-8", "backslashreplace").decode()
    return kept if len(kept) <= max_letters else f"{kept[: max_letters - 3]}..."


def refusal(code: int, reason: str, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """Return the answer that says why a request was refused."""
    return JSONResponse({"detail": shorten(reason, MAX_REASON_LETTERS)}, code, headers)


def say_refusals(app: FastAPI) -> None:
    """Have an application say what is wrong as this module does."""
    app.add_exception_handler(RequestValidationError, _not_valid)
    app.add_exception_handler(HTTPException, _as_raised)
    app.add_exception_handler(OSError, _of_system)
    for kind, code in ((NotThere, 404), (Bug, 500), (PodiumError, 422)):
        app.add_exception_handler(kind, _with(code))


def _with(code: int) -> Callable[[Request, Exception], Awaitable[JSONResponse]]:
    async def handle(_: Request, error: Exception) -> JSONResponse:
        return refusal(code, str(error))

    return handle


async def _as_raised(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    return refusal(error.status_code, error.detail, error.headers)


async def _of_system(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, OSError)
    if error.errno not in _OF_SYSTEM:
        raise error
    return refusal(409, _OF_SYSTEM[error.errno])


async def _not_valid(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    problems = [
        {
            "type": problem["type"],
            "loc": [_place(part) for part in problem["loc"][:MAX_PROBLEMS]],
            "msg": shorten(problem["msg"]),
        }
        for problem in error.errors()[:MAX_PROBLEMS]
    ]
    return JSONResponse({"detail": problems}, 422)


def _place(part: int | str) -> int | str:
    return part if isinstance(part, int) else shorten(part)
