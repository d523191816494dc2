"""What the page answers where it refuses: short, readable, and never what was sent to it whole."""

import errno
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from podium.errors import Bug, PodiumError
from podium.web.store import Changed, NotThere

MAX_VALUE_LETTERS = 200
"""How much of anything that was sent is said again."""

MAX_REASON_LETTERS = 4000
"""The longest reason: one that lists all that there is to choose from."""

MAX_PROBLEMS = 10
"""How many things that are wrong with one request are said."""

_GONE = "the page's folder, or a file in it, is gone: start podium serve again"
_FULL = "the page cannot keep it because its disk is full: make room there, and try again"
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
    for kind, code in ((NotThere, 404), (Changed, 409), (Bug, 500), (PodiumError, 422)):
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


async def _not_valid(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    problems = [
        {
            "type": problem["type"],
            "loc": [_place(part) for part in problem["loc"][:MAX_PROBLEMS]],
            "msg": shorten(_in_our_words(problem, request), MAX_REASON_LETTERS),
        }
        for problem in error.errors()[:MAX_PROBLEMS]
    ]
    return JSONResponse({"detail": problems}, 422)


_SAID = {
    "finite_number": "must be a finite number",
    "float_type": "must be a number",
    "greater_than": "must be above {gt:g}",
    "greater_than_equal": "must be {ge} or more",
    "int_parsing": "must be a whole number",
    "int_parsing_size": "must be a whole number of fewer digits",
    "less_than_equal": "must be {le:g} or less",
    "list_type": "must be a list",
    "missing": "is missing: give it",
    "model_attributes_type": "must be an object, as in {{...}}",
    "string_too_long": "must be no longer than {max_length} characters",
    "string_too_short": "must not be empty",
    "string_type": "must be text",
    "string_unicode": "must be text whose characters all exist",
    "too_long": "must have {max_length} entries at most",
    "too_short": "must have {min_length} entries or more",
    "value_error": "{error}",
}
"""What is said of a field, by the kind of what is wrong, in place of pydantic's own words."""


def _in_our_words(problem: Mapping[str, Any], request: Request) -> str:
    """Return which field of a request is wrong, and what is allowed."""
    place = [str(part) for part in problem["loc"] if part not in ("body", "query", "path")]
    field = shorten(".".join(place)) or "the body of the request"
    if problem["type"] == "extra_forbidden":
        return f"there is no field {field!r} here: choose one of {', '.join(_fields(request))}"
    said = _SAID.get(problem["type"])
    return f"{field} {said.format(**problem.get('ctx', {}))}" if said else problem["msg"]


def _fields(request: Request) -> list[str]:
    """Return the names that the body of a request may have, by what its route is given."""
    given = request.scope["route"].endpoint.__annotations__
    bodies = [kind for name, kind in given.items() if name != "return"]
    return [name for body in bodies for name in getattr(body, "model_fields", ())]


def _place(part: int | str) -> int | str:
    return part if isinstance(part, int) else shorten(part)
