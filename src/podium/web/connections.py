"""Ends connections that are held open and not used, so that others find room.

uvicorn waits for ever for the rest of a request, and for whoever does not take an answer. Here a
look at each connection, every now and then, finds out for how long it has been doing the same.
"""

import asyncio
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any, ClassVar

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from podium.checks import check_options
from podium.web.guard import is_this_machine


@dataclass(frozen=True)
class ConnectionLimits:
    """How long a connection may keep the page waiting, and how many there may be."""

    headers_seconds: float = 20.0
    """For all headers of a request, counted from the connection or the answer before."""
    taking_seconds: float = 120.0
    """For some part of an answer to be taken."""
    rest_seconds: float = 5.0
    """For the rest of a request that has had its answer: so that the answer is read."""
    n_connections: int = 200
    """In all."""
    n_of_one: int = 32
    """Of one other machine."""

    def __post_init__(self) -> None:
        check_options(
            self, headers_seconds=0, taking_seconds=0, rest_seconds=0, n_connections=1, n_of_one=1
        )


USUAL_LIMITS = ConnectionLimits()
_LONGEST_LOOK_SECONDS = 1.0


def with_limits(limits: ConnectionLimits) -> type["LimitedConnection"]:
    """Return the protocol that keeps to these limits, for uvicorn's option `http`."""
    return type("LimitedConnection", (LimitedConnection,), {"limits": limits})


class LimitedConnection(H11Protocol):
    """A connection that is ended where it goes beyond its limits.

    Where there is no room for another, the one that has gone unused for the longest time makes
    way; if all are in use, the new one is not taken.
    """

    limits: ClassVar[ConnectionLimits] = USUAL_LIMITS

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._n_taken = 0
        self._doing: tuple[str, Hashable] = ("", None)
        self._since_seconds = 0.0
        self._next_look: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take a new connection, if there is room for it."""
        super().connection_made(transport)
        if self._finds_room():
            self._look()
        else:
            transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """Let go of a connection that has ended."""
        if self._next_look:
            self._next_look.cancel()
        super().connection_lost(exc)

    def resume_writing(self) -> None:
        """Note that some part of an answer was taken."""
        self._n_taken += 1
        super().resume_writing()

    def shutdown(self) -> None:
        """End with the server; what is going on has a moment to be finished."""
        super().shutdown()
        self.loop.call_later(self.limits.rest_seconds, self.transport.abort)

    def _look(self) -> None:
        """End the connection if it has done the same for too long; else look again soon."""
        now, doing = self.loop.time(), self._what_it_does()
        if doing != self._doing:
            self._doing, self._since_seconds = doing, now
        elif now - self._since_seconds > self._allowed_seconds():
            self.transport.abort()
            return
        self._next_look = self.loop.call_later(self._look_seconds(), self._look)

    def _what_it_does(self) -> tuple[str, Hashable]:
        """Return what the other side is waited for, and for which time in this connection."""
        if self.flow.write_paused or self.transport.is_closing():
            return "taking", self._n_taken
        if self.cycle is None:
            return "headers", None
        if not self.cycle.response_complete:
            return "", self.cycle
        return "rest" if self.conn.their_state is h11.SEND_BODY else "headers", self.cycle

    def _allowed_seconds(self) -> float:
        allowed = {
            "headers": self.limits.headers_seconds,
            "taking": self.limits.taking_seconds,
            "rest": self.limits.rest_seconds,
        }
        return allowed.get(self._doing[0], float("inf"))

    def _look_seconds(self) -> float:
        shortest = min(self.limits.headers_seconds, self.limits.rest_seconds)
        return min(_LONGEST_LOOK_SECONDS, shortest / 4)

    def _finds_room(self) -> bool:
        others = [one for one in self.connections if one is not self]
        crowd = [
            one
            for one in others
            if isinstance(one, LimitedConnection) and not one.transport.is_closing()
        ]
        if not self._is_from_here():
            own = [one for one in crowd if one.client and one.client[0] == self._peer()]
            if not _has_room(own, self.limits.n_of_one):
                return False
        return _has_room(crowd, self.limits.n_connections)

    def _peer(self) -> str:
        return self.client[0] if self.client else ""

    def _is_from_here(self) -> bool:
        return is_this_machine(self._peer(), self.server[0] if self.server else "")

    def _is_unused(self) -> bool:
        return self._what_it_does()[0] in ("headers", "rest")


def _has_room(crowd: list[LimitedConnection], n_allowed: int) -> bool:
    """Return whether one more may come, after the one that went unused longest has left."""
    crowd = [one for one in crowd if not one.transport.is_closing()]
    if len(crowd) < n_allowed:
        return True
    unused = [one for one in crowd if one._is_unused()]
    if not unused:
        return False
    min(unused, key=lambda one: one._since_seconds).transport.abort()
    return True
