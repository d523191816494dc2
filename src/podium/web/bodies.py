"""Takes what is sent to the page: no more than is allowed, and not slower than anybody would."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from podium.web.refusals import refusal

MAX_BODY_BYTES = 2**17
"""The largest body of a request that sends no video: four times the words of the largest batch."""


@dataclass(frozen=True)
class Pace:
    """How slowly a body may come; only the time counts in which the page waits for it.

    A pause may last `pause_seconds`, and all pauses together that and the time that it would take
    at `bytes_per_second`. A telephone far from its antenna sends several times as fast.
    """

    pause_seconds: float = 30.0
    bytes_per_second: float = 4096.0


USUAL_PACE = Pace()


class Bodies:
    """Stops a body on its way that is too large (413) or comes too slowly (408).

    `is_unbounded` says of which requests the body is not measured here.
    """

    def __init__(
        self,
        app: ASGIApp,
        is_unbounded: Callable[[Scope], bool],
        pace: Pace = USUAL_PACE,
        max_bytes: int = MAX_BODY_BYTES,
    ) -> None:
        self.app = app
        self._is_unbounded = is_unbounded
        self._pace = pace
        self._max_bytes = max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request while its body is watched."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        most = None if self._is_unbounded(scope) else self._max_bytes
        promised = promised_bytes(Headers(scope=scope))
        if most is not None and promised is not None and promised > most:
            error = _too_large(most)
            await refusal(error.status_code, error.detail)(scope, receive, send)
            return
        await self.app(scope, _Body(receive, self._pace, most), send)


def promised_bytes(headers: Headers) -> int | None:
    """Return how long a body is to be, where its sender says so."""
    length = headers.get("content-length", "")
    return int(length) if length.isascii() and length.isdecimal() else None


class _Body:
    """One body on its way."""

    def __init__(self, receive: Receive, pace: Pace, max_bytes: int | None) -> None:
        self._receive = receive
        self._pace = pace
        self._max_bytes = max_bytes
        self._n_bytes = 0
        self._waited_seconds = 0.0
        self._is_whole = False

    async def __call__(self) -> Message:
        """Return the next part, or what comes after the last one, which may be long in coming."""
        if self._is_whole:
            return await self._receive()
        clock = asyncio.get_running_loop().time
        began = clock()
        try:
            async with asyncio.timeout(self._patience_seconds()):
                message = await self._receive()
        except TimeoutError as error:
            raise _too_slow() from error
        self._waited_seconds += clock() - began
        self._count(message)
        return message

    def _patience_seconds(self) -> float:
        pause = self._pace.pause_seconds
        left = pause + self._n_bytes / self._pace.bytes_per_second - self._waited_seconds
        return max(min(pause, left), 0.0)

    def _count(self, message: Message) -> None:
        self._n_bytes += len(message.get("body", b""))
        self._is_whole = not message.get("more_body", False)
        if self._max_bytes is not None and self._n_bytes > self._max_bytes:
            raise _too_large(self._max_bytes)


def _too_large(max_bytes: int) -> HTTPException:
    return HTTPException(
        413, f"the request has more than the {max_bytes:,} bytes allowed: ask for less at once"
    )


def _too_slow() -> HTTPException:
    return HTTPException(
        408,
        "the request came too slowly: send it again over a better connection",
        headers={"connection": "close"},
    )
