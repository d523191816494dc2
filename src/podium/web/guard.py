"""Lets in only who may ask, and what this page itself asks; tells browsers to be strict.

Who asks is told by the address that the connection comes from, never by what a request says of
itself. Others than this machine are let in only where the page was given a token to ask them for.
"""

import ipaddress
import secrets
from collections.abc import MutableMapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from podium.web.refusals import refusal

LOCAL_NAMES = frozenset({"127.0.0.1", "localhost", "[::1]"})

EVERYWHERE = frozenset({"0.0.0.0", "::"})
"""Hosts that stand for all addresses of this machine; as the name of one they stand for none."""

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""The page's own files and nothing else. A report brings a policy of its own."""

PLAYING_POLICY = f"{POLICY}; media-src 'self'"
"""The same of a page that plays voice notes, which lie here."""

_HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "x-frame-options": "DENY",
    "permissions-policy": "camera=(), geolocation=(), microphone=(self)",
    "cache-control": "no-store",
}
_FROM_HERE = ("same-origin", "none")
"""What a browser says of a request by the page itself, or by the user who typed the address."""

_OTHER_MACHINE = (
    "this page answers only the machine it runs on: whoever runs it can let others in with podium "
    "serve --share"
)
_OTHER_HOST = "this page can only be opened on this machine: open it as http://127.0.0.1"
_ODD_HOST = "a request must name exactly one host"
_OTHER_PAGE = "requests from other pages are refused"
_NO_TOKEN = (
    "this page needs a token: open the whole address that podium serve printed, or send the "
    "header Authorization: Bearer TOKEN"
)


@lru_cache(maxsize=256)
def is_this_machine(peer: str, own: str = "") -> bool:
    """Return whether a connection from the address `peer` to the address `own` is from here.

    It is from a loopback address, or from the very address that it goes to: no answer to another
    machine would ever leave this one.
    """
    address = _address(peer)
    return address is not None and (address.is_loopback or address == _address(own))


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """Read an address; one of IPv4 that is written as IPv6 (`::ffff:127.0.0.1`) is of IPv4."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


@dataclass(frozen=True)
class Token:
    """A secret that whoever may open the page has been told, and all that shows it."""

    secret: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)

    def is_shown(self, request: Request) -> bool:
        """Return whether a request shows the token, by its cookie or a header."""
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        shown = [given.strip()] if scheme.lower() == "bearer" else []
        shown += [request.cookies.get(_cookie_of(request), "")]
        return any(self.is_equal(one) for one in shown)

    def is_equal(self, given: str) -> bool:
        """Compare in a time that does not tell how much of it is right."""
        return secrets.compare_digest(given.encode("utf-8", "replace"), self.secret.encode())

    def exchange_token(self, request: Request) -> Response:
        """Return the answer to an address with the token: a cookie, and the way to one without.

        A browser that came by a link on another page would not send a strict cookie along while it
        follows that link: it is told to load the page, which it then does on this page's behalf.
        """
        language = request.query_params.get("language")
        there = f"/?{urlencode({'language': language})}" if language else "/"
        if request.headers.get("sec-fetch-site", "none") in _FROM_HERE:
            answer = Response(status_code=303, headers={"location": there})
        else:
            answer = Response(headers={"refresh": f"0; url={there}"}, media_type="text/html")
        name = _cookie_of(request)
        answer.set_cookie(name, self.secret, path="/", httponly=True, samesite="strict")
        return answer


def _cookie_of(request: Request) -> str:
    """Name the cookie by the port: browsers keep cookies by host only."""
    server = request.scope.get("server") or ("", 0)
    return f"podium-{server[1]}"


class Guard:
    """Refuses who may not ask: other machines, hosts and pages (403), and who has no token (401).

    Another host in a request to this machine is how a page from elsewhere would read this one (DNS
    rebinding); another origin is how it would send orders to it. With a token, other machines may
    ask, by any name of this one, and all are asked for it, this machine too.
    """

    def __init__(self, app: ASGIApp, host: str = "127.0.0.1", token: Token | None = None) -> None:
        self.app = app
        self._names = LOCAL_NAMES | ({host_in_address(host).lower()} - EVERYWHERE)
        self._token = token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or refuse it."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
        elif scope["type"] != "http":  # the page has no WebSocket
            await send({"type": "websocket.close", "code": 1008, "reason": ""})
        else:
            answer = self._refusal(Request(scope)) or self.app
            await answer(scope, receive, _strictly(send))

    def _refusal(self, request: Request) -> ASGIApp | None:
        """Return what a request is answered with in place of what it asked for, if anything."""
        if reason := self._why_not(request):
            return refusal(403, reason)
        if self._token is None:
            return None
        given = request.query_params.get("token")
        if given is not None and (request.method, request.scope["path"]) == ("GET", "/"):
            if self._token.is_equal(given):
                return self._token.exchange_token(request)
        elif self._token.is_shown(request):
            return None
        return refusal(401, _NO_TOKEN, {"www-authenticate": "Bearer"})

    def _why_not(self, request: Request) -> str:
        hosts = [host.lower() for host in request.headers.getlist("host")]
        if self._token is None:
            if not _is_from_here(request.scope):
                return _OTHER_MACHINE
            if len(hosts) != 1 or _name_of(hosts[0]) not in self._names:
                return _OTHER_HOST
        if len(hosts) != 1:
            return _ODD_HOST
        return _why_not_that_page(request.headers, request.method, hosts[0])


def _is_from_here(scope: Scope) -> bool:
    peer, own = scope.get("client") or ("", 0), scope.get("server") or ("", 0)
    return is_this_machine(peer[0], own[0])


def _why_not_that_page(headers: Headers, method: str, host: str) -> str:
    if any(origin.lower() != f"http://{host}" for origin in headers.getlist("origin")):
        return _OTHER_PAGE
    site = headers.get("sec-fetch-site", "same-origin")
    if method not in ("GET", "HEAD") and site not in _FROM_HERE:
        return _OTHER_PAGE
    return ""


def host_in_address(host: str) -> str:
    """Return a host as an address of the web has it: one of IPv6 in brackets."""
    return f"[{host}]" if ":" in host else host


def _name_of(host: str) -> str:
    """Take the port away from a host, and the dot that may end a whole name."""
    name, colon, port = host.rpartition(":")
    name = name if colon and port.isdecimal() else host
    return name.removesuffix(".")


def _strictly(send: Send) -> Send:
    async def strict(message: Message) -> None:
        if message["type"] == "http.response.start":
            _add_headers(message)
        await send(message)

    return strict


def _add_headers(message: MutableMapping[str, Any]) -> None:
    headers = MutableHeaders(scope=message)
    for name, value in _HEADERS.items():
        headers[name] = value
    headers.setdefault("content-security-policy", POLICY)
