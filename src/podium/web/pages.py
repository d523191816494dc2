"""The page itself: what a browser loads first."""

from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse

from podium.report.templates import render, source
from podium.report.words import ENGLISH, languages, load_words
from podium.web.codes import code_picture
from podium.web.guard import PLAYING_POLICY, Token
from podium.web.listening import shared_address

_SCRIPTS = ("shared.js", "beside.js", "sending.js", "page.js")


def add_pages(app: FastAPI, host: str, token: Token | None) -> None:
    """Add the page to an application; one that is shared shows the address for a phone beside."""

    @app.get("/", include_in_schema=False)
    def page(request: Request, language: str = ENGLISH) -> HTMLResponse:
        words = load_words(language if language in languages() else ENGLISH)
        texts = words.of("page") | words.of("state")
        shows = token is not None and _is_asked_here(request)
        shared = shared_address(host, _port_of(request), token) if token and shows else ""
        content = render(
            "page.html", words=words, texts=texts, languages=languages(),
            shared=shared, code=code_picture(shared) if shared else "",
        )  # fmt: skip
        return HTMLResponse(content, headers={"content-security-policy": PLAYING_POLICY})

    @app.get("/page.css", include_in_schema=False)
    def style() -> Response:
        return Response(source("page.css"), media_type="text/css")

    @app.get("/page.js", include_in_schema=False)
    def script() -> Response:
        return Response("".join(map(source, _SCRIPTS)), media_type="text/javascript")


def _is_asked_here(request: Request) -> bool:
    """Return whether a browser of this machine asks: guests are not shown the way in for others."""
    asked_by = request.client.host if request.client else ""
    here, _ = request.scope.get("server") or ("", 80)
    return asked_by in ("127.0.0.1", "::1", here)


def _port_of(request: Request) -> int:
    """Return the port that a request came to, whatever it says of it."""
    _, port = request.scope.get("server") or ("", 80)
    return int(port or 80)
