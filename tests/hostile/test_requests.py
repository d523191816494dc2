"""Odd requests get an answer that says what is wrong, in few words; none is a fault (5xx)."""

import errno
import io
import json
import os
import random
import shutil
import string

import pytest

pytest.importorskip("fastapi", reason="the extra `web` is not installed")

from podium.web import api
from podium.web.api import make_app
from podium.web.bodies import MAX_BODY_BYTES
from web.conftest import HERE, ORIGIN, TestClient

from .serving import answer_to, code_of, connected, serving

SEED = int(os.environ.get("PODIUM_TORTURE_SEED", "0"))
NO_ID = "0" * 32
CHOICES = {
    "rule": "diving",
    "actions": [{"name": "107", "difficulty": 3.0}],
    "experts": [{"id": "expert", "action": "107", "score": 80.0}],
    "difficulties": {"low": 1.5, "usual": 3.0, "high": 3.8},
    "uses_difficulty": True,
    "about": "nothing",
}
JSON = {"content-type": "application/json"}


@pytest.fixture(autouse=True)
def _no_model(monkeypatch):
    monkeypatch.setattr(api, "choices_of", lambda *_: CHOICES)
    monkeypatch.setattr(api, "probe", lambda path: None)


@pytest.fixture
def client(tmp_path):
    app = make_app(tmp_path / "store", works=False, max_video_bytes=100_000)
    return TestClient(app, base_url=ORIGIN, client=HERE)


@pytest.fixture
def video(client) -> str:
    return client.post("/api/videos?name=dive.mp4", content=b"x").json()["id"]


def asked(client, body, path="/api/assessments"):
    """Ask with a body as it is, or as JSON."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return client.post(path, content=content, headers=JSON)


def said(answer) -> str:
    """Read why a request was refused, the first reason if there are several."""
    assert answer.headers["content-type"] == "application/json"
    detail = answer.json()["detail"]
    return detail if isinstance(detail, str) else detail[0]["msg"]


NUMBER = "difficulty must be a number"
UNICODE = "must be text whose characters all exist"
FIELDS = (
    "choose one of action, difficulty, reference, expert, language, blur_faces, video, athlete, "
    "about"
)
QUERY = "choose one of limit, offset, search, athlete, state, order, language"
DEEP = "the body of the request: is not valid JSON (nested too deeply)"


@pytest.mark.parametrize(
    ("written", "code", "message"),
    [
        ('"difficulty": NaN', 400, "the body of the request: is not valid JSON "
         "(NaN is not a number in JSON)"),
        ('"difficulty": -Infinity', 400, "the body of the request: is not valid JSON "
         "(-Infinity is not a number in JSON)"),
        ('"difficulty": 1e999', 422, "difficulty must be a finite number"),
        ('"difficulty": ' + "9" * 400, 422, NUMBER),
        ('"difficulty": ' + "9" * 4300, 422, NUMBER),
        ('"difficulty": ' + "9" * 90_000, 400, (
            "the body of the request: is not valid JSON (Exceeds the limit (4300 digits) for "
            "integer string conversion: value has 90000 digits; use sys.set_int_max_str_digits() "
            "to increase the limit)")),
        ('"difficulty": true', 422, NUMBER),
        ('"difficulty": "3.0"', 422, NUMBER),
        ('"difficulty": [3.0]', 422, NUMBER),
        ('"difficulty": 0', 422, "difficulty must be above 0"),
        ('"difficulty": 5e-324', 422, (
            "4.94066e-324 is not a possible difficulty (the model was trained on 1.5 to 3.8): "
            "check its decimal point, and give one such as 3, or leave it out")),
        ('"difficulty": 32', 422, (
            "32 is not a possible difficulty (the model was trained on 1.5 to 3.8): check its "
            "decimal point, and give one such as 3, or leave it out")),
        ('"action": "\\ud800"', 422, f"action {UNICODE}"),
        ('"action": "' + "x" * 50_000 + '"', 422, "action must be no longer than 40 characters"),
        ('"action": "\\u0000"', 422, (
            "the model does not know the action '\\x00': choose one of 107, and add the "
            "position's letter (A, B, C or D) if you like, as in 107C")),
        ('"expert": "\\udfff"', 422, f"expert {UNICODE}"),
        ('"reference": "\\udc80"', 422, f"reference {UNICODE}"),
        ('"language": "\\ud800"', 422, f"language {UNICODE}"),
        ('"\\ud800": 1', 422, f"the body of the request {UNICODE}"),
        ('"' + "x" * 50_000 + '": 1', 422, (
            f"there is no field '{'x' * 197}...' here: {FIELDS}")),
        ('"action": ' + "[" * 60_000, 400, DEEP),
        ('"action": ' + '{"a":' * 20_000, 400, DEEP),
        ('"action": ' + "[" * 300 + "]" * 300, 400, DEEP),
        ('"action": {"a": 1}', 422, "action must be text"),
        ('"action": 107', 422, "action must be text"),
    ],
)  # fmt: skip
def test_an_odd_word_is_refused(client, video, written, code, message):
    answer = asked(client, f'{{"video": "{video}", {written}}}'.encode())
    assert (answer.status_code, said(answer)) == (code, message)
    assert len(answer.content) < 1000
    assert client.get("/api/assessments").json() == []


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", 422), (b"null", 422), (b"[]", 422), (b"1", 422), (b'"x"', 422), (b"{", 400),
        (b"\xff\xfe", 400), (b"\xef\xbb\xbf{}", 422), ('{"video": "é"}'.encode("latin-1"), 400),
        (b'{"video": "\x00"}', 400), (b'{"video": null}', 422), (b"{}{}", 400), (b"\x00" * 99, 400),
        (b'{"videos": "x"}', 422), (b'{"videos": {}}', 422), (b'{"videos": []}', 422),
        (b'{"videos": ["\\ud800"]}', 422), (b'{"videos": [[[[]]]]}', 422),
        (b'{"videos": ["' + b"x" * 65 + b'"]}', 422), (b'{"videos": [' + b"1," * 600 + b"1]}", 422),
        (b'{"video": "' + NO_ID.encode() + b'"}', 404),
        (b'{"videos": ["' + NO_ID.encode() + b'"]}', 404),
    ],
)  # fmt: skip
def test_an_odd_body_is_refused(client, body, code):
    path = "/api/batches" if b"videos" in body else "/api/assessments"
    answer = asked(client, body, path)
    assert answer.status_code == code
    assert len(answer.content) < 3000
    for kind in ("text/plain", "", "application/x-www-form-urlencoded", "application/json;;"):
        odd = client.post(path, content=body, headers={"content-type": kind})
        assert 400 <= odd.status_code < 500


def test_the_letters_of_random_bodies_are_never_a_fault(client, video):
    drawn = random.Random(SEED)
    letters = ["\\ud800", "NaN", "1e400", "null", "[", "]", "{", "}", ":", ",", '"', "video"]
    for _ in range(300):
        body = "".join(drawn.choices(letters + list(string.printable), k=drawn.randint(0, 40)))
        whole = f'{{"video": "{video}", "action": {body}'
        for content in (body, whole, whole + "}"):
            assert 400 <= asked(client, content.encode()).status_code < 500


def test_only_the_start_of_what_is_wrong_is_said(client, video):
    name = "x" * 500
    answer = asked(client, {"video": video, name: 1, **{f"{name}{i}": 1 for i in range(100)}})
    assert answer.status_code == 422
    detail = answer.json()["detail"]
    assert len(detail) == 10
    assert detail[0] == {
        "type": "extra_forbidden", "loc": ["body", "x" * 197 + "..."],
        "msg": f"there is no field '{'x' * 197}...' here: {FIELDS}",
    }  # fmt: skip
    long = client.get("/api/comparison", params={"one": "x" * 9000, "other": "y"})
    assert said(long) == "one must be no longer than 64 characters"
    assert len(long.content) < 500


def test_the_name_of_what_is_no_video_is_not_said_whole(client, monkeypatch):
    def refuse(path):
        raise api.VideoError("no video")

    monkeypatch.setattr(api, "probe", refuse)
    answer = client.post("/api/videos", params={"name": "é" * 255}, content=b"x")
    assert (answer.status_code, said(answer)) == (415, f"{'é' * 197}...: no video")


# too much


TOO_LARGE = "the request has more than the 131,072 bytes allowed: ask for less at once"


def test_a_body_of_words_is_taken_up_to_its_limit(client, video):
    start = f'{{"video": "{video}", "action": "'.encode()
    for n_bytes, code in ((MAX_BODY_BYTES, 422), (MAX_BODY_BYTES + 1, 413)):
        body = start + b"x" * (n_bytes - len(start) - 2) + b'"}'
        for content in (body, iter([body])):
            answer = client.post("/api/assessments", content=content, headers=JSON)
            assert answer.status_code == code
    assert said(answer) == TOO_LARGE


def test_the_largest_batch_is_well_within_the_limit(client):
    body = {"videos": [NO_ID] * 500, "action": "107", "difficulty": 3.0, "expert": "expert"}
    assert len(json.dumps(body)) < MAX_BODY_BYTES / 3
    assert asked(client, body, "/api/batches").status_code == 404


@pytest.mark.parametrize("path", ["/api/assessments", "/api/batches"])
def test_a_body_is_stopped_where_it_grows_too_large(client, path):
    taken = []

    def endless():
        while len(taken) < 5000:
            taken.append(1)
            yield b" " * 65536

    answer = client.post(path, content=endless(), headers=JSON)
    assert (answer.status_code, said(answer)) == (413, TOO_LARGE)


def answered(client, request: bytes) -> list[int]:
    """Send bytes to a real server, and read the codes of its answers until it is done."""
    with serving(client.app) as port, connected(port) as connection:
        return codes(answer_to(connection, request))


def codes(answer: bytes) -> list[int]:
    return [code_of(b"HTTP/1.1 " + part) for part in answer.split(b"HTTP/1.1 ")[1:]]


HOST = b"Host: 127.0.0.1\r\n"
CLOSE = HOST + b"Connection: close\r\n"
LIST = b"GET /api/assessments HTTP/1.1\r\n"
UPLOAD = b"POST /api/videos?name=x.mp4 HTTP/1.1\r\n"
ASK = b"POST /api/assessments HTTP/1.1\r\nContent-Type: application/json\r\n"


def test_what_a_body_promises_is_refused_before_it_comes(client):
    for most in (300_000_000, 10**19):
        request = ASK + CLOSE + b"Content-Length: %d\r\n\r\n" % most
        assert answered(client, request) == [413]
        assert answered(client, request.replace(ASK, UPLOAD)) == [413]


@pytest.mark.parametrize("n_chunks", [2, 10_000])
def test_a_video_in_chunks_is_stopped_where_it_grows_too_large(client, n_chunks):
    chunk = b"C350\r\n" + bytes(50_000) + b"\r\n"
    head = UPLOAD + HOST + b"Transfer-Encoding: chunked\r\n\r\n"
    n_sent = 0
    with serving(client.app) as port, connected(port) as connection:
        connection.sendall(head)
        connection.settimeout(0.001)
        answer = b""
        while n_sent < n_chunks and not answer:
            connection.settimeout(60)
            connection.sendall(chunk)
            connection.settimeout(0.001)
            n_sent += 1
            try:
                answer = connection.recv(65536)
            except TimeoutError:
                continue
        connection.settimeout(60)
        if not answer:
            connection.sendall(b"0\r\n\r\n")
            answer = connection.recv(65536)
    assert code_of(answer) == (201 if n_chunks == 2 else 413)
    assert n_sent < 10_000
    kept = list(client.app.state.folder.rglob("video"))
    assert [path.stat().st_size for path in kept] == ([100_000] if n_chunks == 2 else [])
    assert not list((client.app.state.folder / "partial").iterdir())


def test_a_video_of_another_length_than_promised_is_not_kept(client):
    longer = UPLOAD + HOST + b"Content-Length: 10\r\n\r\n" + b"x" * 5
    with serving(client.app) as port, connected(port) as connection:
        connection.sendall(longer)
        connection.shutdown(1)
        assert codes(answer_to(connection)) in ([400], [])
        assert client.get("/api/assessments").status_code == 200
    assert not list(client.app.state.folder.rglob("video"))
    shorter = UPLOAD + HOST + b"Content-Length: 5\r\n\r\n" + b"x" * 10
    assert answered(client, shorter + b"\r\n\r\n") == [201, 400]
    assert [p.read_bytes() for p in client.app.state.folder.rglob("video")] == [b"xxxxx"]


# how requests are written


ODD_REQUESTS = {
    "words": (b"what?\r\n\r\n", [400]),
    "nothing": (b"\r\n\r\n\r\n", [400]),
    "zeros": (bytes(5000), [400]),
    "TLS": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", [400]),
    "HTTP/2": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", [403, 400]),
    "HTTP/0.9": (b"GET /\r\n\r\n", [400]),
    "no host": (LIST + b"\r\n", [400]),
    "no host in HTTP/1.0": (LIST.replace(b"1.1", b"1.0") + b"\r\n", [403]),
    "two hosts": (LIST + HOST + CLOSE + b"\r\n", [400]),
    "an address in place of a path": (
        b"GET http://evil.example/api/assessments HTTP/1.1\r\n" + CLOSE + b"\r\n", [404]),
    "another host in the address": (
        b"GET http://127.0.0.1/ HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n",
        [403]),
    "a star": (b"OPTIONS * HTTP/1.1\r\n" + CLOSE + b"\r\n", [404]),
    "no slash": (b"GET api HTTP/1.1\r\n" + CLOSE + b"\r\n", [404]),
    "a path of bytes": (b"GET /%ff%fe%00%0d%0a HTTP/1.1\r\n" + CLOSE + b"\r\n", [404]),
    "a path that is not ASCII": (b"GET /\xff HTTP/1.1\r\n" + CLOSE + b"\r\n", [400]),
    "a long path": (b"GET /" + b"x" * 10_000 + b" HTTP/1.1\r\n" + CLOSE + b"\r\n", [404]),
    "a header of bytes": (LIST + CLOSE + b"X: \xff\xfe\r\nCookie: \xff\r\n\r\n", [200]),
    "a header of two lines": (LIST + CLOSE + b"X: a\r\n b\r\n\r\n", [200]),
    "another method": (b"TRACE / HTTP/1.1\r\n" + CLOSE + b"\r\n", [405]),
    "a method of its own": (b"HELLO /api/assessments HTTP/1.1\r\n" + CLOSE + b"\r\n", [405]),
    "CONNECT": (b"CONNECT 127.0.0.1:22 HTTP/1.1\r\n" + CLOSE + b"\r\n", [404]),
    "HEAD": (b"HEAD /api/assessments HTTP/1.1\r\n" + CLOSE + b"\r\n", [405]),
    "Upgrade": (
        LIST + HOST + b"Connection: Upgrade, close\r\nUpgrade: h2c\r\n\r\n", [200]),
    "a length below 0": (ASK + CLOSE + b"Content-Length: -1\r\n\r\n", [400]),
    "a length in words": (ASK + CLOSE + b"Content-Length: ten\r\n\r\n", [400]),
    "a length with a sign": (ASK + CLOSE + b"Content-Length: +2\r\n\r\n{}", [400]),
    "a length of bytes": (ASK + CLOSE + b"Content-Length: \xb2\r\n\r\n{}", [400]),
    "an endless length": (ASK + CLOSE + b"Content-Length: " + b"9" * 5000 + b"\r\n\r\n", [400]),
    "two lengths": (
        ASK + CLOSE + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}", [400]),
    "an encoding that is not known": (ASK + CLOSE + b"Transfer-Encoding: gzip\r\n\r\n{}", [400]),
    "a bad chunk": (ASK + CLOSE + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n", [400]),
    "an endless chunk": (
        ASK + CLOSE + b"Transfer-Encoding: chunked\r\n\r\n" + b"F" * 30 + b"\r\n{}", [400]),
    "two at once": (LIST + HOST + b"\r\n" + LIST + CLOSE + b"\r\n", [200, 200]),
}  # fmt: skip


LONG_REQUESTS = (
    b"GET /" + b"x" * 400_000 + b" HTTP/1.1\r\n" + CLOSE + b"\r\n",
    LIST + CLOSE + b"X: " + b"y" * 400_000 + b"\r\n\r\n",
    LIST + CLOSE + b"X: y\r\n" * 80_000 + b"\r\n",
    ASK + CLOSE + b"Transfer-Encoding: chunked\r\n\r\n" + b"0" * 400_000 + b"1\r\n{\r\n",
)


@pytest.mark.parametrize("number", range(len(LONG_REQUESTS)))
def test_headers_without_an_end_are_not_kept(client, number):
    # Whoever still sends when the connection ends may not get to read the answer.
    assert answered(client, LONG_REQUESTS[number]) in ([400], [])


@pytest.mark.parametrize("how", ODD_REQUESTS)
def test_an_odd_request_is_answered_and_no_fault(client, how):
    request, expected = ODD_REQUESTS[how]
    assert answered(client, request) == expected


@pytest.mark.slow
def test_damaged_requests_are_no_fault_and_the_page_goes_on(client):
    drawn = random.Random(SEED)
    body = json.dumps({"video": NO_ID, "action": "107", "difficulty": 3.0}).encode()
    whole = [
        LIST + CLOSE + b"\r\n",
        ASK + CLOSE + b"Content-Length: %d\r\n\r\n" % len(body) + body,
        UPLOAD + CLOSE + b"Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n",
    ]
    with serving(client.app) as port:
        for _ in range(300):
            damaged = bytearray(drawn.choice(whole))
            for _ in range(drawn.randint(1, 8)):
                damaged[drawn.randrange(len(damaged))] = drawn.randrange(256)
            with connected(port) as connection:
                connection.sendall(damaged)
                connection.shutdown(1)
                assert all(code < 500 for code in codes(answer_to(connection)))
        with connected(port) as connection:
            assert codes(answer_to(connection, whole[0])) == [200]


@pytest.mark.parametrize(
    "host",
    ["LOCALHOST", "LocalHost:8017", "localhost.", "localhost.:8017", "127.0.0.1.", "[::1]"],
)
def test_a_host_is_the_same_however_it_is_written(client, host):
    for origin in (f"http://{host}", f"http://{host.lower()}"):
        headers = {"host": host, "origin": origin}
        assert client.get("/api/assessments", headers=headers).status_code == 200


@pytest.mark.parametrize(
    "host",
    ["localhost..", ".localhost", "localhost.evil.example.", "0.0.0.0:8017", "[::]:8017", "127.1",
     "2130706433", "local host", "localhost:", "[::1", "[::ffff:127.0.0.1]"],
)  # fmt: skip
def test_a_host_that_is_another_is_refused(tmp_path, host):
    app = make_app(tmp_path / "store", host="0.0.0.0", works=False)
    client = TestClient(app, base_url=ORIGIN, client=HERE)
    answer = client.get("/api/assessments", headers={"host": host})
    assert (answer.status_code, said(answer)) == (
        403,
        "this page can only be opened on this machine: open it as http://127.0.0.1",
    )


# queries


def operations(client):
    """List what the interface has, as (method, path)."""
    paths = client.get("/openapi.json").json()["paths"]
    return [
        (method.upper(), path.replace("{id}", NO_ID)) for path in paths for method in paths[path]
    ]


def test_a_query_that_is_not_known_is_refused_everywhere(client):
    paths = client.get("/openapi.json").json()["paths"]
    known = {
        (method.upper(), path.replace("{id}", NO_ID)): ", ".join(
            one["name"] for one in paths[path][method].get("parameters", []) if one["in"] == "query"
        )
        for path in paths
        for method in paths[path]
    }
    assert len(operations(client)) >= 15
    assert known["POST", "/api/audits"] == "name, rule, year, language"
    for method, path in operations(client):
        answer = client.request(method, path, params={"ofset": 1})
        names = known[method, path]
        choice = f"choose one of {names}" if names else "leave it out"
        assert (answer.status_code, said(answer)) == (
            422,
            f"there is no query parameter 'ofset' here: {choice}",
        )
    long = client.get("/api/assessments", params={"x" * 9000: 1})
    assert said(long) == (f"there is no query parameter '{'x' * 197}...' here: {QUERY}")


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("limit=0", "limit must be 1 or more"),
        ("limit=1001", "limit must be 1000 or less"),
        ("limit=true", "limit must be a whole number"),
        ("limit=", "limit must be a whole number"),
        ("offset=-1", "offset must be 0 or more"),
        ("offset=" + "9" * 5000, "offset must be a whole number of fewer digits"),
        ("limit=1&limit=2", "the query parameter 'limit' is given 2 times: give it once"),
        ("Limit=1", f"there is no query parameter 'Limit' here: {QUERY}"),
        ("%ED%A0%80=1", f"there is no query parameter '���' here: {QUERY}"),
    ],
)  # fmt: skip
def test_an_odd_query_is_refused(client, query, message):
    answer = client.get(f"/api/assessments?{query}")
    assert (answer.status_code, said(answer)) == (422, message)
    assert len(answer.content) < 500


def test_all_assessments_can_be_listed_a_part_at_a_time(client, video):
    assert asked(client, {"videos": [video] * 27}, "/api/batches").status_code == 202
    everything = []
    while True:
        answer = client.get(f"/api/assessments?limit=10&offset={len(everything)}")
        assert answer.headers["x-total-count"] == "27"
        if not answer.json():
            break
        everything += answer.json()
    created = [job["created_seconds"] for job in everything]
    assert len({job["id"] for job in everything}) == len(everything) == 27
    assert created == sorted(created, reverse=True)
    some = client.get("/api/assessments?limit=3&offset=2").json()
    assert [job["id"] for job in some] == [job["id"] for job in everything[2:5]]
    assert client.get(f"/api/assessments?offset={10**30}").json() == []


# a disk that keeps nothing


FULL = "the page cannot keep it because its disk is full: make room there, and try again"
MAY_NOT = (
    "the page may not write into its folder: allow that, or name another with podium serve --folder"
)
GONE = "the page's folder, or a file in it, is gone: start podium serve again"


@pytest.mark.parametrize(
    ("number", "message"),
    [
        (errno.ENOSPC, FULL), (errno.EDQUOT, FULL), (errno.EFBIG, FULL),
        (errno.EROFS, MAY_NOT), (errno.EACCES, MAY_NOT), (errno.EPERM, MAY_NOT),
        (errno.ENOENT, GONE),
    ],
)  # fmt: skip
def test_a_disk_that_keeps_nothing_is_said(client, video, monkeypatch, number, message):
    id_ = asked(client, {"video": video}).json()["id"]

    def fails(*_, **__):
        raise OSError(number, os.strerror(number), "/somewhere/secret")

    for name in ("add", "change", "keep_video", "remove_job", "remove_video", "write"):
        monkeypatch.setattr(client.app.state.store, name, fails)
    for answer in (
        client.post("/api/videos?name=x.mp4", content=b"x"),
        asked(client, {"video": video}),
        asked(client, {"videos": [video]}, "/api/batches"),
        client.delete(f"/api/assessments/{id_}"),
        client.delete(f"/api/videos/{video}"),
    ):
        assert (answer.status_code, said(answer)) == (409, message)
    assert client.post(f"/api/assessments/{id_}/cancel").status_code in (200, 409)
    assert client.get("/api/assessments").status_code == 200
    assert not list((client.app.state.folder / "partial").iterdir())


class Full(io.BytesIO):
    """A file on a disk that is full."""

    def write(self, content):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_video_that_the_disk_has_no_room_for_is_said(client, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(api.Path, "open", lambda *_, **__: Full())
        answer = client.post("/api/videos?name=x.mp4", content=b"x")
    assert (answer.status_code, said(answer)) == (409, FULL)


def test_a_folder_that_was_taken_away_is_said(client):
    shutil.rmtree(client.app.state.folder)
    answer = client.post("/api/videos?name=x.mp4", content=b"x")
    assert (answer.status_code, said(answer)) == (409, GONE)
    client.app.state.folder.write_text("a file in its place")
    answer = client.post("/api/videos?name=x.mp4", content=b"x")
    assert (answer.status_code, said(answer)) == (409, GONE)
