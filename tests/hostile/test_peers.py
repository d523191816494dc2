"""Who is not this machine, and has no token, sees and sends nothing, whatever a request says."""

import errno
import http.client
import json
import os
import re
import secrets
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

pytest.importorskip("fastapi", reason="the extra `web` is not installed")

from starlette.websockets import WebSocketDisconnect

from podium.errors import UsageError
from podium.web.api import make_app
from podium.web.guard import Token, is_this_machine
from podium.web.listening import listen
from web.conftest import HERE, ORIGIN, TestClient

from .serving import SECONDS, own_address, serving, videos_in

ELSEWHERE = ("203.0.113.9", 50000)
REFUSED = {
    "detail": (
        "this page answers only the machine it runs on: whoever runs it can let others in with "
        "podium serve --share"
    )
}
NO_TOKEN = {
    "detail": (
        "this page needs a token: open the whole address that podium serve printed, or send the "
        "header Authorization: Bearer TOKEN"
    )
}
LIES = [
    {},
    {"x-forwarded-for": "127.0.0.1"},
    {"x-forwarded-for": "127.0.0.1, 127.0.0.1", "x-forwarded-proto": "http"},
    {"x-real-ip": "127.0.0.1"},
    {"forwarded": "for=127.0.0.1;host=127.0.0.1"},
    {"x-forwarded-host": "127.0.0.1", "x-client-ip": "::1", "via": "1.1 localhost"},
    {"authorization": "Bearer ", "cookie": "podium-8017="},
]


@pytest.fixture
def app(tmp_path):
    return make_app(tmp_path / "store", host="0.0.0.0", works=False)


def shared(tmp_path, **how):
    """Build a shared page, and a client of it from another machine that knows nothing."""
    token = Token()
    app = make_app(tmp_path / "store", host="0.0.0.0", token=token, works=False, **how)
    base = "http://podium.lan:8017"
    return token, TestClient(app, base_url=base, client=ELSEWHERE, follow_redirects=False)


@pytest.mark.parametrize(
    ("peer", "own", "is_here"),
    [
        ("127.0.0.1", "127.0.0.1", True),
        ("127.8.9.10", "127.0.0.1", True),
        ("::1", "::1", True),
        ("::ffff:127.0.0.1", "::ffff:127.0.0.1", True),
        ("::ffff:7f00:1", "::", True),
        ("10.0.0.7", "10.0.0.7", True),  # by its own address in the network
        ("::ffff:10.0.0.7", "10.0.0.7", True),
        ("fe80::1%eth0", "fe80::1%eth0", True),
        ("10.0.0.8", "10.0.0.7", False),
        ("10.0.0.8", "127.0.0.1", False),
        ("::ffff:10.0.0.8", "::ffff:10.0.0.7", False),
        ("::127.0.0.1", "::1", False),
        ("2002:7f00:1::", "::1", False),  # 6to4 of 127.0.0.1
        ("64:ff9b::7f00:1", "::1", False),  # NAT64 of it
        ("0.0.0.0", "127.0.0.1", False),
        ("::", "::1", False),
        ("", "", False),
        ("localhost", "localhost", False),
        ("127.1", "127.0.0.1", False),
        ("127.0.0.1 ", "127.0.0.1", False),
    ],
)
def test_the_address_of_a_connection_says_where_it_is_from(peer, own, is_here):
    assert is_this_machine(peer, own) is is_here


@pytest.mark.parametrize("lie", LIES)
@pytest.mark.parametrize("host", ["127.0.0.1:8017", "localhost", "[::1]:8017"])
def test_another_machine_sees_and_sends_nothing(app, host, lie):
    client = TestClient(app, base_url=ORIGIN, client=ELSEWHERE)
    for method, path in (
        ("GET", "/"), ("GET", "/page.js"), ("GET", "/openapi.json"), ("GET", "/api/assessments"),
        ("POST", "/api/videos?name=x.mp4"), ("DELETE", "/api/videos/x"), ("PUT", "/nothing"),
    ):  # fmt: skip
        answer = client.request(method, path, headers={"host": host, **lie}, content=b"x")
        assert (answer.status_code, answer.json()) == (403, REFUSED)
    assert videos_in(app.state.folder) == []


def test_a_connection_of_which_nobody_knows_whence_is_refused(app):
    async def unknown(scope, receive, send):
        await app({**scope, "client": None}, receive, send)

    assert TestClient(unknown, base_url=ORIGIN).get("/").status_code == 403


def test_there_is_no_way_in_by_a_websocket(app):
    client = TestClient(app, base_url=ORIGIN, client=HERE)
    with pytest.raises(WebSocketDisconnect) as refused, client.websocket_connect("/"):
        pass
    assert refused.value.code == 1008


def asked(port: int, source: str, there: str = "127.0.0.1", **headers: str) -> tuple[int, bytes]:
    """Ask for the list over a real connection from one of this machine's addresses."""
    connection = http.client.HTTPConnection(there, port, SECONDS, source_address=(source, 0))
    try:
        connection.request("GET", "/api/assessments", headers={"Host": "127.0.0.1", **headers})
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])
def test_a_page_on_all_addresses_answers_this_machine_only(app, host, monkeypatch):
    own = own_address()
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "*")  # which uvicorn would listen to
    with serving(app, host) as port:
        assert asked(port, "127.0.0.1") == (200, b"[]")
        assert asked(port, own, own) == (200, b"[]")
        for lie in LIES:
            code, said = asked(port, own, **lie)
            assert (code, json.loads(said)) == (403, REFUSED)


@pytest.mark.parametrize(
    ("host", "reason"),
    [
        ("192.0.2.250", os.strerror(errno.EADDRNOTAVAIL)),
        ("ü" * 64, "encoding of hostname failed"),
        ("a\0b", "host name must not contain null character"),
    ],
)
def test_a_host_that_is_none_of_this_machine_is_said(host, reason):
    with pytest.raises(UsageError) as refused:
        listen(host, 8017)
    assert str(refused.value) == (
        f"cannot listen on {host}:8017 ({reason}): choose another port with --port, or another "
        "address with --host"
    )


# with a token


def test_without_the_token_nobody_sees_or_sends_anything(tmp_path):
    token, client = shared(tmp_path)
    wrong = [
        {}, {"authorization": f"Bearer {token.secret[:-1]}"},
        {"authorization": f"Bearer {token.secret}x"}, {"authorization": f"Basic {token.secret}"},
        {"authorization": token.secret}, {"authorization": "Bearer"},
        {"authorization": "Bearer \xff".encode("latin-1")},
        {"cookie": "podium-8017=wrong"}, {"cookie": f"podium={token.secret}"},
        {"cookie": 'podium-8017="\\377\\000"'}, {"cookie": ";;;=;"},
        *LIES,
    ]  # fmt: skip
    for headers in wrong:
        for method, path in (
            ("GET", "/"), ("GET", "/page.js"), ("GET", "/openapi.json"), ("GET", "/api/choices"),
            ("GET", "/?token="), ("GET", f"/?token={token.secret[:-1]}"), ("GET", "/?token=%ff"),
            ("GET", f"/api/assessments?token={token.secret}"),
            ("POST", f"/?token={token.secret}"), ("POST", "/api/videos?name=x.mp4"),
        ):  # fmt: skip
            answer = client.request(method, path, headers=headers, content=b"x")
            assert (answer.status_code, answer.json()) == (401, NO_TOKEN)
            assert answer.headers["www-authenticate"] == "Bearer"
            assert "set-cookie" not in answer.headers
    assert videos_in(tmp_path / "store") == []


def test_this_machine_is_asked_for_the_token_too(tmp_path):
    token, other = shared(tmp_path)
    client = TestClient(other.app, base_url=ORIGIN, client=HERE)
    assert client.get("/api/assessments").status_code == 401
    bearer = {"authorization": f"bearer {token.secret}"}
    assert client.get("/api/assessments", headers=bearer).json() == []


def test_the_address_with_the_token_gives_a_cookie_and_goes_on_without_it(tmp_path):
    token, client = shared(tmp_path)
    answer = client.get(f"/?token={token.secret}&language=de")
    assert (answer.status_code, answer.headers["location"]) == (303, "/?language=de")
    assert answer.headers["set-cookie"] == (
        f"podium-8017={token.secret}; HttpOnly; Path=/; SameSite=strict"
    )
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cache-control"] == "no-store"
    assert token.secret not in answer.text
    page = client.get(answer.headers["location"])
    assert "Neue Beurteilung" in page.text
    assert token.secret not in page.text
    assert client.get("/api/assessments").json() == []
    assert client.post("/api/videos?name=x.mp4", content=b"x").status_code == 415
    assert client.get("/?token=of+another+day").status_code == 401


def test_a_cookie_opens_the_page_to_no_other_page(tmp_path):
    token, client = shared(tmp_path)
    client.get(f"/?token={token.secret}")
    for headers in (
        {"origin": "http://evil.example"}, {"origin": "null"}, {"sec-fetch-site": "cross-site"},
    ):  # fmt: skip
        answer = client.post("/api/videos?name=x.mp4", content=b"x", headers=headers)
        assert (answer.status_code, answer.json()["detail"]) == (
            403,
            "requests from other pages are refused",
        )


def test_a_link_on_another_page_leads_on_by_the_page_itself(tmp_path):
    token, client = shared(tmp_path)
    answer = client.get(f"/?token={token.secret}", headers={"sec-fetch-site": "cross-site"})
    assert (answer.status_code, answer.headers["refresh"], answer.text) == (200, "0; url=/", "")
    assert answer.headers["set-cookie"].startswith("podium-8017=")


def test_a_request_names_one_host(tmp_path):
    token, client = shared(tmp_path)
    client.headers["authorization"] = f"Bearer {token.secret}"
    assert client.get("/", headers={"host": "any.name.of.it:1"}).status_code == 200
    twice = client.get("/", headers=[("host", "one"), ("host", "other")])
    assert (twice.status_code, twice.json()["detail"]) == (
        403,
        "a request must name exactly one host",
    )


def test_each_token_is_new_and_compared_in_constant_time(monkeypatch):
    assert Token().secret != Token().secret
    assert len(Token().secret) >= 43  # 256 bits
    compared = []
    monkeypatch.setattr(secrets, "compare_digest", lambda *both: bool(compared.append(both)))
    assert not Token("right").is_equal("wrong")
    assert compared == [(b"wrong", b"right")]
    assert "right" not in repr(Token("right"))


@contextmanager
def shared_by_the_command(tmp_path, small_model) -> Iterator[tuple[int, str, list[str]]]:
    """Run `podium serve --share`; at the end, the list has all that it said."""
    code = "from podium.cli import main; main()"
    process = subprocess.Popen(
        [sys.executable, "-c", code, "serve", "--share", "--port", "0", "--model",
         str(small_model.folder), "--folder", str(tmp_path / "store")],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    lines = [process.stdout.readline(), process.stdout.readline()]
    try:
        found = re.fullmatch(
            r"open http://[\d.]+:(\d+)/\?token=([\w-]{43}) \(Ctrl\+C stops it\)\n", lines[1]
        )
        assert found, lines
        yield int(found[1]), found[2], lines
    finally:
        process.terminate()
        lines.append(process.communicate(timeout=SECONDS)[0])


@pytest.mark.slow
def test_the_token_is_said_once_and_never_again(tmp_path, small_model):
    with shared_by_the_command(tmp_path, small_model) as (port, token, lines):
        for path in (f"/?token={token}", f"/api/choices?token={token}", f"/{token}", "/%zz"):
            connection = http.client.HTTPConnection("127.0.0.1", port, SECONDS)
            connection.request("GET", path, headers={"Authorization": f"Bearer {token}"})
            answer = connection.getresponse()
            assert answer.status in (303, 404, 422)
            assert token.encode() not in answer.read()
            connection.close()
        connection = http.client.HTTPConnection("127.0.0.1", port, SECONDS)
        connection.request("GET", "/api/assessments")
        assert connection.getresponse().status == 401
        connection.close()
    assert "".join(lines).count(token) == 1


class _Linking(BaseHTTPRequestHandler):
    """A page of somebody else with a link."""

    link = ""

    def do_GET(self):
        self.send_response(200)
        self.send_header("content-type", "text/html")
        self.end_headers()
        self.wfile.write(f'<a id="link" href="{self.link}">the page</a>'.encode())

    def log_message(self, *_):
        pass


@contextmanager
def linking_to(address: str) -> Iterator[str]:
    handler = type("Linking", (_Linking,), {"link": address})
    with HTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://localhost:{server.server_port}/"
        server.shutdown()


@pytest.mark.slow
def test_a_browser_that_follows_a_link_of_another_page_is_let_in(browser, tmp_path):
    token, client = shared(tmp_path)
    context = browser.new_context()
    page = context.new_page()
    with serving(client.app) as port:
        address = f"http://127.0.0.1:{port}"
        with linking_to(f"{address}/?token={token.secret}") as other:
            page.goto(other)
            page.click("#link")
            page.wait_for_url(f"{address}/")
            page.locator("h1").wait_for()
            assert page.evaluate("document.cookie") == ""
            page.reload()
            page.locator("h1").wait_for()
            page.goto(f"{address}/?token={token.secret}")
            page.locator("h1").wait_for()
            assert page.url == f"{address}/"
    context.close()
