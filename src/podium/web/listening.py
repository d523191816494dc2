"""Opens the door of the page: where it listens, how it says so, and what uvicorn is told."""

import socket
from collections.abc import Callable
from contextlib import suppress

import uvicorn
from starlette.types import ASGIApp

from podium.errors import UsageError
from podium.web.codes import code_lines
from podium.web.connections import USUAL_LIMITS, ConnectionLimits, with_limits
from podium.web.guard import EVERYWHERE, LOCAL_NAMES, Token, host_in_address

THIS_MACHINE = "127.0.0.1"
ALL_ADDRESSES = "0.0.0.0"

_NOWHERE = ("192.0.2.1", 9)
"""An address of documents: asking for the way there says which of our own would be used."""


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens; port 0 stands for any free one.

    Raises
    ------
    UsageError
        If the port is taken, or the host is none of this machine.
    """
    listening = _socket(host)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(100)
    except (OSError, TypeError) as error:  # TypeError: of a name that is none
        listening.close()
        raise UsageError(
            f"cannot listen on {host}:{port} ({getattr(error, 'strerror', None) or error}): "
            "choose another port with --port, or another address with --host"
        ) from error
    return listening


def _socket(host: str) -> socket.socket:
    """Build a socket that says it is TCP's, for asyncio then sends each part of an answer at once.

    Otherwise the second part waits 40 ms for the first to be acknowledged (Nagle, delayed ACK).
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)


def where_to_open(
    host: str, port: int, token: Token | None = None, own_address: Callable[[], str] | None = None
) -> tuple[str, ...]:
    """Return where the page can be opened, and by whom.

    `own_address` finds the address by which others reach this machine; `None` asks the system.
    Of a page that is shared, the address also follows as a code for the camera of a phone.
    """
    if token is not None:
        address = shared_address(host, port, token, own_address)
        return (
            "whoever has this address can open the page and see all that is in it; it holds until "
            "the page is stopped, and what is sent is not encrypted",
            f"open {address} (Ctrl+C stops it)",
            *code_lines(address),
        )
    named = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, host_in_address(host))
    opened = f"open http://{named}:{port} (Ctrl+C stops it)"
    if host in LOCAL_NAMES | {"::1"}:
        return (opened,)
    return "the page answers this machine only: add --share to let others in", opened


def shared_address(
    host: str, port: int, token: Token, own_address: Callable[[], str] | None = None
) -> str:
    """Return the address by which others open a page that is shared, with its token."""
    named = (own_address or _own_address)() if host in EVERYWHERE else host_in_address(host)
    return f"http://{named}:{port}/?token={token.secret}"


def _own_address() -> str:
    """Find the address by which others in the network reach this machine; nothing is sent."""
    with suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        asking.connect(_NOWHERE)
        return str(asking.getsockname()[0])
    return THIS_MACHINE


def settings(app: ASGIApp, limits: ConnectionLimits = USUAL_LIMITS) -> uvicorn.Config:
    """Return how uvicorn is to serve the page.

    It takes no request's word for where it comes from (`proxy_headers`), and writes no address
    down, for one has the token in it.
    """
    return uvicorn.Config(
        app,
        http=with_limits(limits),
        ws="none",
        log_level="error",
        access_log=False,
        proxy_headers=False,
        server_header=False,
    )
