"""A real server in a thread, raw connections to it, and a clock that jumps."""

import asyncio
import selectors
import socket
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from podium.web.connections import USUAL_LIMITS, ConnectionLimits
from podium.web.listening import listen, settings

SECONDS = 240
"""Nothing here takes so long: it is when a test gives up."""


@contextmanager
def serving(
    app: Any, host: str = "127.0.0.1", limits: ConnectionLimits = USUAL_LIMITS
) -> Iterator[int]:
    """Serve an application as `podium serve` does, on a free port, to the end of the block.

    Its `state.server` is the server.
    """
    with listen(host, 0) as listening:
        server = app.state.server = uvicorn.Server(settings(app, limits))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        until(lambda: server.started)
        try:
            yield listening.getsockname()[1]
        finally:
            server.should_exit = True
            thread.join(SECONDS)
            assert not thread.is_alive()


def until(holds: Callable[[], bool]) -> None:
    """Wait until something holds."""
    end = time.monotonic() + SECONDS
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.01)


def connected(port: int, source: str = "127.0.0.1", there: str = "127.0.0.1") -> socket.socket:
    """Connect from one of this machine's addresses."""
    return socket.create_connection((there, port), SECONDS, (source, 0))


def answer_to(connection: socket.socket, request: bytes = b"") -> bytes:
    """Send a request, and read all that comes until the other side is done."""
    with suppress(ConnectionError):
        connection.sendall(request)
    return read_to_end(connection)


def read_to_end(connection: socket.socket) -> bytes:
    """Read all that comes until the other side is done."""
    said = b""
    with suppress(ConnectionError):
        while part := connection.recv(65536):
            said += part
    return said


def code_of(answer: bytes) -> int:
    """Read which code an answer has; 0 if there is none."""
    return int(answer.split()[1]) if answer.startswith(b"HTTP/1.1 ") else 0


def own_address() -> str:
    """Find an address of this machine that a server on 127.0.0.1 takes for another machine's."""
    with suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        asking.connect(("192.0.2.1", 9))
        found = str(asking.getsockname()[0])
        with socket.create_server(("127.0.0.1", 0)) as server:
            connected(server.getsockname()[1], source=found).close()
        return found
    pytest.skip("this machine has no address but 127.0.0.1")


def videos_in(store: Path) -> list[Path]:
    """List all that a page has kept of what was sent to it, whole or not."""
    return [path for name in ("videos", "partial") for path in (store / name).glob("*")]


class _Jumping(selectors.SelectSelector):
    """Waits for nothing: the time that it would have waited is over at once."""

    now = 0.0

    def select(self, timeout: float | None = None) -> Any:
        assert timeout is not None, "all wait for something that never comes"
        self.now += max(timeout, 0.0)
        return super().select(0)


def in_no_time(what: Coroutine[Any, Any, Any]) -> tuple[Any, float]:
    """Run to its end by a clock that jumps; return what came of it, and when by that clock."""
    with ThreadPoolExecutor(1) as apart:  # in this thread, the loop of a browser may run
        return apart.submit(_run, what).result()


def _run(what: Coroutine[Any, Any, Any]) -> tuple[Any, float]:
    clock = _Jumping()
    loop = asyncio.SelectorEventLoop(clock)
    loop.time = lambda: clock.now  # type: ignore[method-assign]
    try:
        return loop.run_until_complete(what), clock.now
    finally:
        loop.close()
