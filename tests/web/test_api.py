import csv
import io
import json
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import anyio
import httpx
import pytest

from podium.doubts import Doubt
from podium.report.words import languages, load_words
from podium.web.guard import Token
from podium.web.listening import where_to_open

from .conftest import ORIGIN, send

NO_ID = "0" * 32


def asked(client, video, **how):
    return client.post("/api/assessments", json={"video": video, **how})


def detail(answer) -> str:
    return answer.json()["detail"]


@pytest.fixture
def video(client, small_model) -> str:
    return send(client, small_model.video("test", "107"), "dive.mp4")


# the page itself


def test_the_page_is_in_both_languages(client):
    page = client.get("/")
    assert page.status_code == 200
    assert '<html lang="en">' in page.text
    assert "Neue Beurteilung" in client.get("/?language=de").text
    assert '<html lang="en">' in client.get("/?language=../../etc").text
    for name, kind in (("page.css", "text/css"), ("page.js", "text/javascript")):
        assert client.get(f"/{name}").headers["content-type"].startswith(kind)


def test_every_answer_is_strict(client):
    for path in ("/", "/page.js", "/api/assessments", "/nothing", f"/api/assessments/{NO_ID}"):
        headers = client.get(path).headers
        plays_notes = "; media-src 'self'" if path == "/" else ""
        assert headers["content-security-policy"] == (
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
            "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
            f"{plays_notes}"
        )
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["cache-control"] == "no-store"
        assert "access-control-allow-origin" not in headers


def test_no_page_loads_anything_from_elsewhere(client):
    assert client.get("/docs").status_code == client.get("/redoc").status_code == 404
    assert client.get("/openapi.json").json()["info"]["title"] == "Podium"


def test_choices_are_those_of_the_model(client):
    found = client.get("/api/choices").json()
    assert [action["name"] for action in found["actions"]] == ["107", "407"]
    assert found["actions"][0]["difficulty"] == 2.0
    assert {expert["action"] for expert in found["experts"]} == {"107", "407"}
    assert found["languages"]["de"] == "Deutsch"
    assert found["uses_difficulty"] is True


# sending videos


def test_two_videos_of_one_name_do_not_meet(client, small_model, files):
    paths = small_model.video("test", "107"), small_model.video("train", "407")
    ids = [send(client, path, "dive.mp4") for path in paths]
    assert ids[0] != ids[1]
    store = client.app.state.store
    assert [store.video_path(i).read_bytes() for i in ids] == [p.read_bytes() for p in paths]
    assert not any("dive" in name for name in files())


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\videos\\dive.mp4", "dive.mp4"),
        ("<img src=x onerror=alert(1)>", "<img src=x onerror=alert(1)>"),
        ("a\x00b\nc.mp4", "a b c.mp4"),
        ("/", "video"),
    ],
)
def test_a_name_is_only_ever_text(client, small_model, name, kept, files):
    answer = client.post(
        "/api/videos", params={"name": name}, content=small_model.video().read_bytes()
    )
    assert answer.json()["name"] == kept
    assert [Path(f).name for f in files()] == ["about.json", "video"]
    assert Path(files()[1]).parent.name == answer.json()["id"]


@pytest.mark.parametrize(
    "content",
    [b"", b"x", b"no video", b"\x89PNG\r\n\x1a\n" + bytes(100), bytes(range(256)) * 50,
     b"ffconcat version 1.0\nfile /etc/passwd\n"],
)  # fmt: skip
def test_what_is_no_video_leaves_nothing_behind(client, files, content):
    answer = client.post("/api/videos", params={"name": "x.mp4"}, content=content)
    assert answer.status_code == 415
    assert detail(answer).startswith("x.mp4: ")
    assert detail(answer).endswith("give an MP4, MOV, MKV, WebM, AVI, MPEG-TS or GIF file")
    assert "partial" not in detail(answer)
    assert files() == []


@pytest.mark.parametrize("is_promised", [True, False])
def test_what_is_too_large_is_stopped_on_its_way(make_client, tmp_path, files, is_promised):
    client = make_client(max_video_bytes=100_000)
    sent = []

    def chunks():
        for _ in range(10_000):
            sent.append(1)
            yield bytes(10_000)

    content = bytes(100_001) if is_promised else chunks()
    answer = client.post("/api/videos", params={"name": "x.mp4"}, content=content)
    assert answer.status_code == 413
    assert detail(answer) == (
        "the video has more than the 100,000 bytes allowed: cut the performance out of it first"
    )
    assert files() == []


def test_a_video_whose_sender_has_gone_is_not_kept(client, small_model, files, monkeypatch):
    """The last byte had come, but nobody waits for the id any more."""

    async def gone(_: object) -> bool:
        return True

    monkeypatch.setattr("starlette.requests.Request.is_disconnected", gone)
    content = small_model.video().read_bytes()
    answer = client.post("/api/videos", params={"name": "x.mp4"}, content=content)
    assert (answer.status_code, detail(answer)) == (
        400,
        "the video did not arrive whole: send it again",
    )
    assert files() == []


class Slow(io.BytesIO):
    """A file on a disk that is not done with a piece before somebody else was answered."""

    def __init__(self, written: threading.Event, answered: threading.Event) -> None:
        super().__init__()
        self.written, self.answered = written, answered

    def write(self, content):
        self.written.set()
        assert self.answered.wait(30), "the answer waited for the disk"
        return super().write(content)


def test_a_slow_disk_keeps_nobody_else_waiting(make_client, monkeypatch):
    app = make_client().app
    written, answered = threading.Event(), threading.Event()
    monkeypatch.setattr(Path, "open", lambda *_, **__: Slow(written, answered))

    async def look(client):
        while not written.is_set():
            await anyio.sleep(0.01)
        assert (await client.get("/api/assessments")).status_code == 200
        answered.set()

    async def both():
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        made = httpx.AsyncClient(transport=transport, base_url=ORIGIN)
        async with made as client, anyio.create_task_group() as tasks:
            tasks.start_soon(look, client)
            await client.post("/api/videos?name=x", content=bytes(3 * 2**20))

    with ThreadPoolExecutor(1) as apart:  # in this thread, the loop of a browser may run
        apart.submit(anyio.run, both).result()
    assert answered.is_set()


def test_a_video_can_be_removed(client, video, files):
    assert client.delete(f"/api/videos/{video}").status_code == 204
    assert files() == []
    again = client.delete(f"/api/videos/{video}")
    assert (again.status_code, detail(again)) == (
        404,
        f"there is no video {video!r}: send it again",
    )


def test_the_first_frame_is_shown_with_its_place_in_the_video(client, video):
    answer = client.get(f"/api/videos/{video}/first_frame")
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert found.pop("picture").startswith("data:image/jpeg;base64,")
    assert found == {"left": 0, "top": 0, "width": 64, "height": 48}
    assert client.get(f"/api/videos/{NO_ID}/first_frame").status_code == 404


# asking


def test_whether_faces_are_hidden_waits_with_the_rest(client, video):
    for wanted in (True, False):
        job = asked(client, video, blur_faces=wanted).json()
        assert client.app.state.store.job(job["id"]).request.blur_faces is wanted
    assert asked(client, video, blur_faces="perhaps").status_code == 422


def test_where_the_athlete_is_waits_with_the_rest(client, video):
    job = asked(client, video, athlete=[12.5, 40]).json()
    assert client.app.state.store.job(job["id"]).request.athlete == (12.5, 40)
    for wrong in ([1], [1, 2, 3], [-1, 5], ["x", 5], [1e9, 0]):
        assert asked(client, video, athlete=wrong).status_code == 422
    batch = client.post("/api/batches", json={"videos": [video], "athlete": [1, 2]})
    assert batch.status_code == 422


def test_a_dive_that_the_model_has_not_learned_is_measured(make_client, small_model):
    client = make_client(model="diving")
    assert client.get("/api/choices").json()["measures_others"] is True
    video = send(client, small_model.video(), "dive.mp4")
    assert asked(client, video, action="205B").json()["action"] == "205B"
    wrong = asked(client, video, action="999")
    assert (wrong.status_code, detail(wrong)[:43]) == (
        422,
        "the model does not know the action '999': c",
    )


def test_an_assessment_waits_with_what_was_asked(client, video):
    answer = asked(client, video, action="107B", difficulty=2.2, language="de")
    assert answer.status_code == 202
    job = answer.json()
    assert (job["state"], job["action"], job["difficulty"]) == ("waiting", "107B", 2.2)
    assert (job["video"], job["language"], job["stage"]) == ("dive.mp4", "de", None)
    assert client.get(f"/api/assessments/{job['id']}").json() == job
    assert client.get("/api/assessments").json() == [job]


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ({"action": "999"}, "the model does not know the action '999': choose one of 107, 407, "
         "and add the position's letter (A, B, C or D) if you like, as in 107C"),
        ({"language": "xx"}, f"no language is called 'xx': choose one of {', '.join(languages())}, "
         "or add a file to podium/report/_words"),
        ({"expert": "nobody"}, "there is no expert 'nobody': choose one from /api/choices"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused_before_it_waits(client, video, how, message):
    answer = asked(client, video, **how)
    assert (answer.status_code, detail(answer)) == (422, message)
    assert client.get("/api/assessments").json() == []


def test_an_expert_of_another_action_is_refused(client, video):
    expert = next(
        e["id"] for e in client.get("/api/choices").json()["experts"] if e["action"] == "407"
    )
    answer = asked(client, video, action="107", expert=expert)
    assert (answer.status_code, detail(answer)) == (
        422,
        f"the expert {expert!r} performed 407 and the video shows 107: choose an expert of the "
        "same action",
    )
    both = asked(client, video, reference=video, expert=expert)
    assert detail(both) == "give a reference of your own or an expert, not both"


@pytest.mark.parametrize("difficulty", [0, -1, "hard", 1e9])
def test_an_impossible_difficulty_is_refused(client, video, difficulty):
    assert asked(client, video, difficulty=difficulty).status_code == 422


def test_unknown_names_are_mistakes(client, video):
    assert asked(client, video, dificulty=2.0).status_code == 422


def test_a_video_that_is_not_there_is_said(client, video):
    for how in ({"video": NO_ID}, {"video": video, "reference": NO_ID}):
        answer = client.post("/api/assessments", json=how)
        assert (answer.status_code, detail(answer)) == (
            404,
            f"there is no video {NO_ID!r}: send it again",
        )
    assert client.get("/api/assessments").json() == []


def test_one_that_waits_can_be_cancelled_and_deleted(client, video, files):
    id_ = asked(client, video).json()["id"]
    assert client.post(f"/api/assessments/{id_}/cancel").json()["state"] == "cancelled"
    assert len([name for name in files() if name.startswith("videos")]) == 2  # for another try
    assert client.delete(f"/api/assessments/{id_}").status_code == 204
    assert files() == []
    answer = client.get(f"/api/assessments/{id_}")
    assert (answer.status_code, detail(answer)) == (
        404,
        f"there is no assessment {id_!r}: it may have been deleted",
    )


# batches


def test_a_batch_is_a_table_without_formulas(client, small_model):
    names = ["=HYPERLINK(1).mp4", "+1.mp4", "@x.mp4", "<b>.mp4", "-2.mp4"]
    videos = [send(client, small_model.video(), name) for name in names]
    made = client.post("/api/batches", json={"videos": videos, "action": "107"}).json()
    assert [job["video"] for job in made["assessments"]] == names
    assert client.get(f"/api/batches/{made['id']}").json() == made
    answer = client.get(f"/api/batches/{made['id']}/table.csv")
    assert answer.headers["content-disposition"] == 'attachment; filename="podium.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.text, newline="")))
    assert [row["file_name"] for row in rows] == [
        "'=HYPERLINK(1).mp4", "'+1.mp4", "'@x.mp4", "<b>.mp4", "'-2.mp4",
    ]  # fmt: skip
    assert {row["state"] for row in rows} == {"waiting"}


def test_a_batch_is_whole_or_not_at_all(client, video):
    answer = client.post("/api/batches", json={"videos": [video, NO_ID]})
    assert answer.status_code == 404
    assert client.get("/api/assessments").json() == []
    assert client.get(f"/api/batches/{NO_ID}").status_code == 404


# what others may not


@pytest.mark.parametrize(
    "host",
    ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example:8017", "", "127.0.0.1:x",
     "user@127.0.0.1", "[::2]"],
)  # fmt: skip
def test_another_host_is_refused(client, host):
    for method, path in (("GET", "/"), ("GET", "/api/assessments"), ("POST", "/api/videos?name=x")):
        answer = client.request(method, path, headers={"host": host})
        assert (answer.status_code, detail(answer)) == (
            403,
            "this page can only be opened on this machine: open it as http://127.0.0.1",
        )


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1:8017", "localhost:1", "[::1]:8017"])
def test_this_machine_by_any_of_its_names_is_answered(client, host):
    headers = {"host": host, "origin": f"http://{host}"}
    assert client.get("/api/assessments", headers=headers).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:9999"},
        {"origin": "https://127.0.0.1:8017"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
def test_another_page_is_refused(client, video, headers):
    answer = asked(client, video).json()
    for method, path in (
        ("POST", "/api/videos?name=x"),
        ("DELETE", f"/api/assessments/{answer['id']}"),
        ("POST", f"/api/assessments/{answer['id']}/cancel"),
    ):
        refused = client.request(method, path, headers=headers)
        assert (refused.status_code, detail(refused)) == (
            403,
            "requests from other pages are refused",
        )
    assert client.get(f"/api/assessments/{answer['id']}").json()["state"] == "waiting"


@pytest.mark.parametrize(
    "path",
    [
        "/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/..%2f..%2fetc%2fpasswd",
        "/assessments/..%2f..%2fsecret/report", "/assessments/%2e%2e/report",
        "/assessments/%00/report", "/assessments//etc/passwd/report", "/page.js%00",
        "/assessments/%2fetc%2fpasswd/report", "/assessments/..%5c..%5csecret/report",
        "/api/assessments/..%2f..%2fsecret", "/api/assessments/%00",
        "/api/assessments/a%00b/clips.csv",
        "/api/batches/%2e%2e%2f/table.csv", "/page.html", "/_templates/page.html", "//etc/passwd",
    ],
)  # fmt: skip
def test_a_path_out_of_the_page_is_not_found(client, tmp_path, path):
    (tmp_path / "secret").write_text("what nobody may see")
    answer = client.get(path)
    assert answer.status_code == 404
    assert "what nobody may see" not in answer.text


def finish(client, id_: str) -> Path:
    """Put an outcome where the worker would."""
    folder = Path(client.app.state.folder) / "assessments" / id_
    (folder / "result").mkdir()
    (folder / "result" / "report.html").write_text("the report", "utf-8")
    return folder


def test_a_link_in_place_of_a_report_is_not_followed(client, video, tmp_path):
    id_ = asked(client, video).json()["id"]
    folder = finish(client, id_)
    assert client.get(f"/assessments/{id_}/report").text == "the report"
    secret = tmp_path / "secret"
    secret.write_text("secret")
    (folder / "result" / "report.html").unlink()
    os.symlink(secret, folder / "result" / "report.html")
    assert client.get(f"/assessments/{id_}/report").status_code == 404
    (folder / "result" / "report.html").unlink()
    (folder / "result").rmdir()
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "report.html").write_text("secret")
    os.symlink(outside, folder / "result")
    assert client.get(f"/assessments/{id_}/report").status_code == 404


def test_a_report_may_not_be_framed(client, video):
    id_ = asked(client, video).json()["id"]
    finish(client, id_)
    headers = client.get(f"/assessments/{id_}/report").headers
    assert headers["content-security-policy"].endswith("; frame-ancestors 'none'")
    assert headers["x-frame-options"] == "DENY"


def test_what_is_not_done_has_no_report(client, video):
    id_ = asked(client, video).json()["id"]
    answer = client.get(f"/assessments/{id_}/report")
    assert (answer.status_code, detail(answer)) == (
        404,
        f"assessment {id_} has no report.html: wait until it is done",
    )


# over time


def test_two_of_ones_own_are_compared_the_earlier_first(client, video):
    ids = [asked(client, video).json()["id"] for _ in range(2)]
    store = client.app.state.store
    for id_, score in zip(ids, (50.0, 61.5), strict=True):
        finish(client, id_)
        summary = {"score": score, "score_low": score - 5, "score_high": score + 5, "warnings": []}
        store.change(id_, state="done", summary=summary)
        result = store.job_folder(id_) / "result" / "result.json"
        result.write_text(json.dumps({"clips": [{"similarity": score / 100}]}))
    made = client.get("/api/comparison", params={"one": ids[1], "other": ids[0]}).json()
    assert (made["earlier"]["id"], made["later"]["id"]) == tuple(ids)
    assert (made["score_difference"], made["ranges_overlap"]) == (11.5, False)
    assert made["later_clips"] == [{"similarity": 0.615}]
    missing = client.get("/api/comparison", params={"one": ids[1], "other": NO_ID})
    assert missing.status_code == 404


NOVEL = {"kind": "novel", "severity": "grave", "about": "", "values": {"share": 0.003}}
WITHHELD = {
    "score": None, "score_low": None, "score_high": None, "similarity": 0.5, "warnings": ["odd"],
    "score_if_trusted": 61.3, "low_if_trusted": 48.0, "high_if_trusted": 70.6, "doubts": [NOVEL],
}  # fmt: skip


MEASURED = {
    "recognised": {"action": "407", "position": "C", "probability": 0.9, "armstand": False},
    "measures": [
        {"name": "entry_angle_degrees", "unit": "degrees", "phase": "entry", "value": 12.4},
        {"name": "splash_size", "unit": "bodies", "phase": "splash", "value": None},
        {"name": "position", "unit": "", "phase": "flight", "value": "C"},
    ],
}


@pytest.mark.parametrize(
    ("language", "dive", "angle"),
    [
        ("en", "407C (inward, 3½ somersaults, tuck)", ("Entry angle", "12° past vertical")),
        ("de", None, ("Eintauchwinkel", "12° über die Senkrechte")),
        (
            "fr",
            "407C (retourné, 3½ périlleux, groupé)",
            ("Angle d’entrée à l’eau", "12° au-delà de la verticale"),
        ),
    ],
)
def test_what_was_measured_is_said_in_the_list(client, video, language, dive, angle):
    shown = {"score": 60.0, "score_low": 50.0, "score_high": 70.0, "warnings": []}
    id_ = keep_summary(client, video, shown | MEASURED, language=language)
    answer = client.get(f"/api/assessments/{id_}").json()
    assert dive is None or answer["recognised"] == dive
    said = [(one["name"], one["value"]) for one in answer["measured"]]
    assert angle in said
    plain = client.get(f"/api/assessments/{keep_summary(client, video, shown)}").json()
    assert (plain["recognised"], plain["measured"]) == ("", [])


def test_a_list_is_in_the_language_of_who_reads_it(client, video):
    shown = {"score": 60.0, "score_low": 50.0, "score_high": 70.0, "warnings": []}
    keep_summary(client, video, shown | MEASURED, language="de")
    said = {
        asked: client.get("/api/assessments", params={"language": asked} if asked else {}).json()[0]
        for asked in ("", "fr", "xx")
    }
    assert said[""]["measured"][0]["name"] == "Eintauchwinkel"
    assert said["fr"]["measured"][0]["name"] == "Angle d’entrée à l’eau"
    assert said["fr"]["recognised"] == "407C (retourné, 3½ périlleux, groupé)"
    assert said["fr"]["language"] == "de"
    assert said["xx"]["measured"][0]["name"] == "Entry angle"


def keep_summary(client, video, summary, **how) -> str:
    id_ = asked(client, video, **how).json()["id"]
    finish(client, id_)
    store = client.app.state.store
    store.change(id_, state="done", summary=summary)
    (store.job_folder(id_) / "result" / "result.json").write_text('{"clips": []}')
    return id_


@pytest.mark.parametrize("language", languages())
def test_why_a_score_is_withheld_is_said_in_the_language_asked_for(client, video, language):
    id_ = keep_summary(client, video, WITHHELD, language=language)
    answer = client.get(f"/api/assessments/{id_}").json()
    words, doubt = load_words(language), Doubt.from_json(NOVEL)
    assert answer["withheld"] == [{"doubt": words.doubt(doubt), "remedy": words.remedy(doubt)}]
    assert (answer["summary"]["score"], answer["summary"]["score_if_trusted"]) == (None, 61.3)


def test_a_score_that_is_withheld_is_not_compared(client, video):
    kept = {"score": 50.0, "score_low": 45.0, "score_high": 55.0, "warnings": []}
    ids = [keep_summary(client, video, summary) for summary in (kept, WITHHELD)]
    made = client.get("/api/comparison", params={"one": ids[0], "other": ids[1]}).json()
    assert (made["score_difference"], made["ranges_overlap"]) == (None, None)
    assert [bool(made[name]["withheld"]) for name in ("earlier", "later")] == [False, True]


def test_the_table_of_a_batch_has_no_score_that_is_withheld(client, video):
    answer = client.post("/api/batches", json={"videos": [video, video]}).json()
    for one, changes in zip(answer["assessments"], ({}, {"doubts": []}), strict=True):
        summary = WITHHELD | changes
        finish(client, one["id"])
        client.app.state.store.change(one["id"], state="done", summary=summary)
    text = client.get(f"/api/batches/{answer['id']}/table.csv").text
    row, sure = csv.DictReader(io.StringIO(text, newline=""))
    assert [row[name] for name in ("score", "score_low", "score_high")] == [""] * 3
    assert float(row["score_if_trusted"]) == 61.3
    assert (float(row["low_if_trusted"]), float(row["high_if_trusted"])) == (48.0, 70.6)
    assert (row["doubts"], row["severity"]) == ("novel", "grave")
    assert (sure["doubts"], sure["severity"]) == ("", "")


HERE_ONLY = "the page answers this machine only: add --share to let others in"
TOLD = (
    "whoever has this address can open the page and see all that is in it; it holds until the page "
    "is stopped, and what is sent is not encrypted"
)


@pytest.mark.parametrize(
    ("host", "shown", "warned"),
    [
        ("127.0.0.1", "127.0.0.1", None),
        ("localhost", "localhost", None),
        ("::1", "[::1]", None),
        ("0.0.0.0", "127.0.0.1", HERE_ONLY),
        ("::", "[::1]", HERE_ONLY),
        ("10.0.0.7", "10.0.0.7", HERE_ONLY),
        ("fd00::7", "[fd00::7]", HERE_ONLY),
    ],
)
def test_it_is_said_where_the_page_can_be_opened(host, shown, warned):
    opened = f"open http://{shown}:8000 (Ctrl+C stops it)"
    assert where_to_open(host, 8000) == ((warned, opened) if warned else (opened,))


@pytest.mark.parametrize(
    ("host", "shown"),
    [("10.0.0.7", "10.0.0.7"), ("::1", "[::1]"), ("0.0.0.0", "10.9.8.7"), ("::", "10.9.8.7")],
)
def test_a_shared_page_is_opened_by_an_address_with_its_token(host, shown):
    opened = f"open http://{shown}:8000/?token=secret (Ctrl+C stops it)"
    said = where_to_open(host, 8000, Token("secret"), lambda: "10.9.8.7")
    assert said[:2] == (TOLD, opened)
