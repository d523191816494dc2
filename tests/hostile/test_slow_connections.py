"""Connections that are held open and lead to nothing are ended, and slow honest ones are not."""

import asyncio
import os
import random
import socket
import threading
import time
from dataclasses import replace

import pytest

pytest.importorskip("fastapi", reason="the extra `web` is not installed")

from starlette.exceptions import HTTPException
from starlette.responses import StreamingResponse

from podium.web.api import make_app
from podium.web.bodies import Bodies, Pace
from podium.web.connections import ConnectionLimits
from podium.web.guard import Token

from .serving import (
    answer_to,
    code_of,
    connected,
    in_no_time,
    own_address,
    read_to_end,
    serving,
    until,
    videos_in,
)

DRAWN = random.Random(int(os.environ.get("PODIUM_TORTURE_SEED", "0")))
QUICK = ConnectionLimits(headers_seconds=1.0, taking_seconds=1.0, rest_seconds=1.0)
PATIENT = ConnectionLimits(headers_seconds=1000.0, taking_seconds=1000.0, rest_seconds=1000.0)
LIST = b"GET /api/assessments HTTP/1.1\r\nHost: 127.0.0.1\r\n"
UPLOAD = b"POST /api/videos?name=x.mp4 HTTP/1.1\r\nHost: 127.0.0.1\r\n"
ASK = b"POST /api/assessments HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"


@pytest.fixture
def app(tmp_path):
    return make_app(tmp_path / "store", works=False, pace=Pace(pause_seconds=1.0))


def trickling(connection: socket.socket, first: bytes, then: bytes) -> bytes:
    """Send something, then bytes one at a time, until the other side ends; return what it said."""
    connection.sendall(first)
    connection.settimeout(0.02)
    said, began = b"", time.monotonic()
    while time.monotonic() - began < 60:
        try:
            connection.sendall(then)
            part = connection.recv(65536)
        except TimeoutError:
            continue
        except ConnectionError:
            return said
        if not part:
            return said
        said += part
    raise AssertionError("it was let be")


HELD = {
    "silent": (b"", b""),
    "headers, byte by byte": (b"GET / HTTP/1.1\r\nX: ", b"x"),
    "headers without an end": (LIST, b"X: y\r\n"),
    "a request after another": (LIST + b"\r\n", b"\r\n"),
    "headers after a request": (LIST + b"\r\nGET / HTTP/1.1\r\nX: ", b"x"),
    "the rest of a refused body": (
        b"POST /nothing HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 99999\r\n\r\n", b"x",
    ),
    "the rest of another host's body": (
        b"POST /nothing HTTP/1.1\r\nHost: evil.example\r\nContent-Length: 99999\r\n\r\n", b"x",
    ),
    "the body of a GET": (LIST + b"Content-Length: 99999\r\n\r\n", b"x"),
    "after Upgrade": (LIST + b"Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n", b"x"),
    "chunks of a refused body": (
        b"POST /nothing HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"1\r\nx\r\n",
    ),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("how", HELD)
def test_a_connection_that_leads_to_nothing_is_ended(app, how):
    first, then = HELD[how]
    is_rest = b"Content-Length" in first or b"chunked" in first
    limit = {"rest_seconds": 1.0} if is_rest else {"headers_seconds": 1.0}
    with serving(app, limits=replace(PATIENT, **limit)) as port, connected(port) as connection:
        trickling(connection, first, then)


@pytest.mark.slow
@pytest.mark.parametrize(
    "first",
    [
        ASK + b"Content-Length: 99999\r\n\r\n{",
        ASK + b"Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n",
        UPLOAD + b"Content-Length: 99999\r\n\r\n",
        UPLOAD + b"Transfer-Encoding: chunked\r\n\r\n",
        UPLOAD + b"Expect: 100-continue\r\nContent-Length: 99999\r\n\r\n",
    ],
)
def test_a_body_that_does_not_come_is_said_to_be_too_slow(app, first):
    with serving(app, limits=PATIENT) as port, connected(port) as connection:
        said = answer_to(connection, first).removeprefix(b"HTTP/1.1 100 Continue\r\n\r\n")
    assert code_of(said) == 408
    assert said.endswith(
        b'{"detail":"the request came too slowly: send it again over a better connection"}'
    )
    assert b"connection: close" in said
    assert videos_in(app.state.folder) == []


def test_whoever_does_not_take_an_answer_is_ended(app):
    @app.get("/large", include_in_schema=False)
    def large():
        return StreamingResponse(bytes(65536) for _ in range(800))

    with serving(app, limits=QUICK) as port, socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.connect(("127.0.0.1", port))
        connection.sendall(b"GET /large HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        connections = app.state.server.server_state.connections
        until(lambda: connections)
        until(lambda: not connections)
        assert len(read_to_end(connection)) < 800 * 65536


@pytest.mark.slow
def test_four_hundred_at_once_find_no_room_and_keep_nobody_out(app):
    first = [first for first, _ in HELD.values()]
    with serving(app, limits=ConnectionLimits(n_connections=50)) as port:
        held = []
        for _ in range(400):
            held.append(connected(port))
            held[-1].sendall(DRAWN.choice(first))
        with connected(port) as honest:
            assert code_of(answer_to(honest, LIST + b"Connection: close\r\n\r\n")) == 200
        for connection in held[:350]:
            read_to_end(connection)
        for connection in held:
            connection.close()


def test_the_oldest_that_is_not_used_makes_way(app):
    limits = ConnectionLimits(1000.0, 1000.0, 1000.0, n_connections=3)
    with serving(app, limits=limits) as port:
        oldest, used = connected(port), connected(port)
        used.sendall(UPLOAD + b"Content-Length: 99999\r\n\r\nx")
        until(lambda: list((app.state.folder / "partial").iterdir()))
        younger, youngest = connected(port), connected(port)
        assert read_to_end(oldest) == b""
        for connection in (younger, youngest):
            connection.sendall(LIST)
            connection.setblocking(False)
            with pytest.raises(BlockingIOError):
                connection.recv(1)
        for connection in (oldest, used, younger, youngest):
            connection.close()


def test_where_all_are_in_use_no_other_is_taken(tmp_path):
    app = make_app(tmp_path / "store", works=False)
    limits = ConnectionLimits(1000.0, 1000.0, 1000.0, n_connections=2)
    with serving(app, limits=limits) as port:
        used = [connected(port) for _ in range(2)]
        for connection in used:
            connection.sendall(UPLOAD + b"Content-Length: 99999\r\n\r\nx")
        until(lambda: len(list((app.state.folder / "partial").iterdir())) == 2)
        with connected(port) as another:
            assert answer_to(another, LIST + b"\r\n") == b""
        used[0].close()
        until(lambda: len(list((app.state.folder / "partial").iterdir())) == 1)
        with connected(port) as another:
            assert code_of(answer_to(another, LIST + b"Connection: close\r\n\r\n")) == 200
        used[1].close()


def test_one_other_machine_does_not_take_all_the_room(tmp_path):
    own, token = own_address(), Token()
    app = make_app(tmp_path / "store", token=token, works=False)
    shown = b"Authorization: Bearer " + token.secret.encode() + b"\r\n"
    limits = ConnectionLimits(1000.0, 1000.0, 1000.0, n_connections=100, n_of_one=2)
    with serving(app, "0.0.0.0", limits) as port:
        used = [connected(port, own) for _ in range(2)]
        for connection in used:
            connection.sendall(UPLOAD + shown + b"Content-Length: 99999\r\n\r\nx")
        until(lambda: len(list((app.state.folder / "partial").iterdir())) == 2)
        with connected(port, own) as another:
            assert answer_to(another, LIST + shown + b"\r\n") == b""
        here = [connected(port) for _ in range(5)]
        for connection in here:
            connection.sendall(LIST + shown + b"Connection: close\r\n\r\n")
        assert [code_of(read_to_end(connection)) for connection in here] == [200] * 5
        for connection in used + here:
            connection.close()


@pytest.mark.slow
def test_a_server_that_is_stopped_does_not_wait_for_a_slow_connection(tmp_path):
    app = make_app(tmp_path / "store", works=False)
    began = time.monotonic()
    with serving(app, limits=ConnectionLimits(rest_seconds=0.5)) as port:
        slow = connected(port)
        slow.sendall(UPLOAD + b"Content-Length: 99999\r\n\r\nx")
        until(lambda: list((app.state.folder / "partial").iterdir()))
    assert time.monotonic() - began < 25  # a body may pause for 30 s
    slow.close()
    assert not list((app.state.folder / "partial").iterdir())


@pytest.mark.slow
def test_an_answer_is_read_though_the_rest_of_the_request_still_comes(tmp_path):
    """Who sends a body that is not wanted learns so before the connection ends."""
    app = make_app(tmp_path / "store", works=False, max_video_bytes=10_000)
    with serving(app) as port, connected(port) as connection:
        connection.sendall(UPLOAD + b"Content-Length: 8000000\r\n\r\n")
        sending = threading.Thread(target=lambda: connection.sendall(bytes(8_000_000)))
        sending.start()
        said = connection.recv(65536)
        sending.join(60)
        assert code_of(said) == 413
        connection.sendall(LIST + b"Connection: close\r\n\r\n")
        assert read_to_end(connection).endswith(b"[]")


# by a clock that jumps, with the limits of `podium serve`


def sent(parts):
    """Send a body whose parts come after so many seconds each, as (seconds, bytes)."""
    coming = iter(parts)

    async def receive():
        seconds, body = next(coming, (float("inf"), b""))
        if seconds == float("inf"):
            return {"type": "http.request", "body": b"", "more_body": False}
        await asyncio.sleep(seconds)
        return {"type": "http.request", "body": body, "more_body": True}

    async def taken(scope, receive, send):
        while (await receive())["more_body"]:
            pass
        await send("whole")

    said = []

    async def send(message):
        said.append(message)

    async def run():
        scope = {"type": "http", "method": "POST", "path": "/", "headers": []}
        try:
            await Bodies(taken, is_unbounded=lambda _: True)(scope, receive, send)
        except HTTPException as error:
            said.append(error.status_code)
        return said[0]

    return in_no_time(run())


def test_a_telephone_with_a_bad_connection_gets_its_video_through():
    assert sent([(0.05, bytes(1000))] * 12_000) == ("whole", pytest.approx(600))
    stalls = [(25.0, bytes(500_000)), *[(0.1, bytes(2000))] * 1000] * 4
    assert sent(stalls) == ("whole", pytest.approx(500))
    uneven = [(DRAWN.uniform(0, 0.2), bytes(2000)) for _ in range(5000)]
    assert sent(uneven)[0] == "whole"


def test_a_body_that_is_dragged_out_is_ended():
    assert sent([(31.0, b"x")]) == (408, pytest.approx(30))
    code, seconds = sent([(1.0, b"x")] * 1_000_000)
    assert (code, seconds) == (408, pytest.approx(30, abs=1))
    code, seconds = sent([(1.0, bytes(2048))] * 1_000_000)
    assert (code, seconds) == (408, pytest.approx(60, abs=1))


def test_time_in_which_the_page_is_busy_is_not_the_senders():
    async def slowly(scope, receive, send):
        while (await receive())["more_body"]:
            await asyncio.sleep(1000)
        await send("whole")

    async def run():
        coming = iter([True] * 5 + [False])
        said = []

        async def receive():
            await asyncio.sleep(0.1)
            return {"type": "http.request", "body": b"x", "more_body": next(coming)}

        async def send(message):
            said.append(message)

        scope = {"type": "http", "method": "POST", "path": "/", "headers": []}
        await Bodies(slowly, is_unbounded=lambda _: True)(scope, receive, send)
        return said

    assert in_no_time(run()) == (["whole"], pytest.approx(5000, abs=1))
