"""Lets in only what this page itself asks, and tells browsers to be strict."""

from collections.abc import MutableMapping
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOCAL_NAMES = frozenset({"127.0.0.1", "localhost", "[::1]"})

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""The page's own files and nothing else. A report brings a policy of its own."""

_HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "x-frame-options": "DENY",
    "cache-control": "no-store",
}


class Guard:
    """Refuses requests that name another host or come from another page (403).

    Another host in a request to this machine is how a page from elsewhere would read this one (DNS
    rebinding); another origin is how it would send orders to it.
    """

    def __init__(self, app: ASGIApp, host: str = "127.0.0.1") -> None:
        self.app = app
        self._names = LOCAL_NAMES | {host}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or refuse it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def strict(message: Message) -> None:
            if message["type"] == "http.response.start":
                _add_headers(message)
            await send(message)

        if reason := self._reason_to_refuse(Headers(scope=scope), scope["method"]):
            await JSONResponse({"detail": reason}, 403)(scope, receive, strict)
        else:
            await self.app(scope, receive, strict)

    def _reason_to_refuse(self, headers: Headers, method: str) -> str:
        hosts = headers.getlist("host")
        if len(hosts) != 1 or _name_of(hosts[0]) not in self._names:
            return "this page answers on this machine only: open it as http://127.0.0.1"
        origins = headers.getlist("origin")
        if any(origin != f"http://{hosts[0]}" for origin in origins):
            return "another page may not ask this one"
        site = headers.get("sec-fetch-site", "same-origin")
        if method not in ("GET", "HEAD") and site not in ("same-origin", "none"):
            return "another page may not ask this one"
        return ""


def _name_of(host: str) -> str:
    """Take the port away from a host."""
    name, colon, port = host.rpartition(":")
    return name if colon and port.isdecimal() else host


def _add_headers(message: MutableMapping[str, Any]) -> None:
    headers = MutableHeaders(scope=message)
    for name, value in _HEADERS.items():
        headers[name] = value
    headers.setdefault("content-security-policy", POLICY)
