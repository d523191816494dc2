"""Files of the page that are damaged, huge, pipes or links: the others are shown, none is lost."""

import json
import os
import random
from copy import deepcopy
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from podium.web import api
from podium.web.records import MAX_DESCRIPTION_BYTES
from podium.web.store import NotThere, Store
from web.conftest import TestClient

from .storing import SUMMARY, asked, contents, done, opened, rng

N_MUTATIONS = int(os.environ.get("PODIUM_TORTURE_STORES", "150"))
N_AT_ONCE = 10


@pytest.fixture
def page(tmp_path, small_model):
    """Open the page on a folder: `page()` is a client, until the next one is."""
    open_apps: list[Any] = []

    def open_page() -> Any:
        if open_apps:
            open_apps.pop().state.store.close()
        app = api.make_app(tmp_path / "store", model=str(small_model.folder), works=False)
        open_apps.append(app)
        return TestClient(app, base_url="http://127.0.0.1:8017", client=("127.0.0.1", 1))

    yield open_page
    open_apps.pop().state.store.close()


@pytest.fixture
def three(tmp_path) -> tuple[str, str, str]:
    """A folder with three assessments, of which the second is to be damaged."""
    with opened(tmp_path / "store") as store:
        return tuple(job.id for job in (done(store), done(store), asked(store)))


def described(tmp_path: Path, id_: str) -> Path:
    return tmp_path / "store" / "assessments" / id_ / "job.json"


def damage(reason: str, path: Path) -> str:
    return (
        f"this assessment is damaged: {path}: {reason}: what is left of it stays in that folder "
        "until you delete it here"
    )


def unlike(reason: str) -> str:
    return f"is not what Podium wrote there ({reason})"


def changed(path: Path, **changes: object) -> None:
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


def replaced(path: Path, make: Any) -> None:
    path.unlink()
    make(path)


DOUBT = {"kind": "novel", "severity": "grave", "about": "", "values": {"share": 0.003}}
WITHHELD = {
    **SUMMARY, "score": None, "score_low": None, "score_high": None, "similarity": None,
    "score_if_trusted": 61.3, "low_if_trusted": 48.0, "high_if_trusted": 70.6, "doubts": [DOUBT],
}  # fmt: skip
DAMAGES: dict[str, tuple[Any, str]] = {
    "empty": (
        lambda p: p.write_bytes(b""),
        "is not valid JSON (Expecting value: line 1 column 1 (char 0))",
    ),
    "a list": (
        lambda p: p.write_text("[]"),
        unlike("Input should be a dictionary or an instance of Job"),
    ),
    "nested": (
        lambda p: p.write_text("[" * 100_000),
        "is not valid JSON (nested too deeply)",
    ),
    "not a number": (
        lambda p: changed(p, created_seconds=float("nan")),
        "is not valid JSON (NaN is not a number in JSON)",
    ),
    "endless": (
        lambda p: p.write_text(p.read_text().replace('"state"', '"x": 1e999, "state"')),
        unlike("a number is not finite"),
    ),
    "huge": (
        lambda p: p.write_bytes(p.read_bytes() + b" " * MAX_DESCRIPTION_BYTES),
        "has more than the 1,048,576 bytes allowed: give a smaller file",
    ),
    "a pipe": (lambda p: replaced(p, os.mkfifo), "is not a regular file: give a file"),
    "zeros without end": (
        lambda p: replaced(p, lambda there: os.symlink("/dev/zero", there)),
        "is not a regular file: give a file",
    ),
    "a folder": (lambda p: replaced(p, os.mkdir), "is not a regular file: give a file"),
    "another's": (
        lambda p: changed(p, id="0" * 32),
        unlike("its id is not that of its folder"),
    ),
    "a path": (
        lambda p: changed(p, id="../../../etc"),
        unlike("its id is not that of its folder"),
    ),
    "an unknown state": (
        lambda p: changed(p, state="ready"),
        unlike("state: Input should be 'waiting', 'running', 'done', 'failed' or 'cancelled'"),
    ),
    "no request": (
        lambda p: changed(p, request=[]),
        unlike("request: Input should be a dictionary or an instance of Request"),
    ),
    "no name": (
        lambda p: changed(p, video_name=None),
        unlike("video_name: Input should be a valid string"),
    ),
    "after all times": (
        lambda p: changed(p, created_seconds=1e300),
        unlike("its time is impossible"),
    ),
    "before all times": (
        lambda p: changed(p, ended_seconds=-1),
        unlike("its time is impossible"),
    ),
    "a batch of no name": (
        lambda p: changed(p, batch="../.."),
        unlike("its batch is not an id"),
    ),
    "done without a summary": (
        lambda p: changed(p, summary=None),
        unlike("Input should be a valid dictionary or instance of _Summary"),
    ),
    "a score that is a word": (
        lambda p: changed(p, summary={**SUMMARY, "score": "good"}),
        unlike("score: Input should be a valid number, unable to parse string as a number"),
    ),
    "a score without a range": (
        lambda p: changed(p, summary={**SUMMARY, "score_low": None}),
        unlike("it has neither a score with its range nor a similarity"),
    ),
    "a score that is withheld for no reason": (
        lambda p: changed(p, summary={**WITHHELD, "doubts": [{**DOUBT, "severity": "mild"}]}),
        unlike("it has neither a score with its range nor a similarity"),
    ),
    "a doubt of no kind": (
        lambda p: changed(p, summary={**WITHHELD, "doubts": [{**DOUBT, "kind": "no kind"}]}),
        unlike("doubts.0.kind: String should match pattern '^[A-Za-z_]\\w*$'"),
    ),
    "warnings that are none": (
        lambda p: changed(p, summary={**SUMMARY, "warnings": [1]}),
        unlike("warnings.0: Input should be a valid string"),
    ),
}


@pytest.mark.parametrize("kind", DAMAGES)
def test_one_that_is_damaged_is_listed_as_such_and_kept(page, three, tmp_path, kind):
    path = described(tmp_path, three[1])
    wreck, reason = DAMAGES[kind]
    wreck(path)
    before = contents(path.parent)
    client = page()
    found = {job["id"]: job for job in client.get("/api/assessments").json()}
    assert [found[id_]["state"] for id_ in three] == ["done", "failed", "waiting"]
    assert found[three[1]]["error"] == damage(reason, path)
    assert client.get(f"/api/assessments/{three[1]}").json() == found[three[1]]
    assert client.post(f"/api/assessments/{three[1]}/cancel").json() == found[three[1]]
    assert client.post(f"/api/assessments/{three[1]}/again").status_code == 404
    assert contents(path.parent) == before
    assert client.delete(f"/api/assessments/{three[1]}").status_code == 204
    if kind != "a folder":  # which Podium did not make
        assert not path.parent.exists()
    assert [job["id"] for job in client.get("/api/assessments").json()] == [three[2], three[0]]


def test_one_without_a_description_is_listed_if_it_has_a_result(page, three, tmp_path):
    path = described(tmp_path, three[1])
    path.unlink()
    described(tmp_path, three[2]).unlink()
    found = {job["id"]: job for job in page().get("/api/assessments").json()}
    assert found.keys() == {three[0], three[1]}
    assert found[three[1]]["error"] == damage("No such file or directory", path)
    assert (path.parent / "result" / "report.html").read_text() == "the report"


def test_what_is_no_character_is_shown_as_a_question_mark(page, three, tmp_path):
    changed(described(tmp_path, three[1]), video_name="\ud800.mp4", error="\udfff")
    client = page()
    job = client.get(f"/api/assessments/{three[1]}").json()
    assert (job["video"], job["error"], job["state"]) == ("?.mp4", "?", "done")


def test_a_video_whose_description_is_damaged_is_still_there(three, tmp_path):
    with opened(tmp_path / "store") as store:
        video = store.job(three[2]).request.video
    about = tmp_path / "store" / "videos" / video / "about.json"
    for wreck in (
        lambda: about.write_text("{"),
        lambda: changed_id(about),
        lambda: replaced(about, os.mkfifo),
        lambda: replaced(about, lambda there: os.symlink("/dev/zero", there)),
        about.unlink,
    ):
        wreck()
        with opened(tmp_path / "store") as store:
            assert store.job(three[2]).state == "waiting"
            assert store.video_path(video).read_bytes() == b"a video"
    with opened(tmp_path / "store") as store:
        store.remove_job(three[2])
        assert list((store.folder / "videos").iterdir()) == []


def changed_id(about: Path) -> None:
    about.write_text(json.dumps({"id": "../..", "name": "x", "n_bytes": 1, "created_seconds": 1.0}))


@pytest.mark.parametrize("make", [os.mkfifo, lambda p: os.symlink("/dev/zero", p), os.mkdir])
def test_what_is_no_video_is_none(three, tmp_path, make):
    with opened(tmp_path / "store") as store:
        path = store.video_path(store.job(three[2]).request.video)
    replaced(path, make)
    with opened(tmp_path / "store") as store:
        assert store.job(three[2]).error == "its video is gone: send it again"
        with pytest.raises(NotThere):
            store.video(path.parent.name)
    assert path.exists()


def test_videos_stay_while_it_is_not_known_who_asked_for_them(three, tmp_path, monkeypatch):
    with opened(tmp_path / "store") as store:
        video = store.job(three[2]).request.video
    described(tmp_path, three[2]).write_text("{")
    monkeypatch.setattr("podium.web.store.UNUSED_SECONDS", 0.0)
    with opened(tmp_path / "store") as store:
        assert store.video(video)
        store.remove_job(three[2])
        with pytest.raises(NotThere):
            store.video(video)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{", "is not valid JSON (Expecting property name enclosed in double quotes: "
         "line 1 column 2 (char 1))"),
        ("[]", unlike("it has no clips")),
        ('{"clips": 5}', unlike("it has no clips")),
        ('{"clips": [5]}', unlike("it has no clips")),
        ('{"clips": [{"similarity": 1e999}]}', unlike("a number is not finite")),
    ],
)  # fmt: skip
def test_a_damaged_result_is_said_where_two_are_compared(page, three, tmp_path, text, reason):
    result = described(tmp_path, three[1]).parent / "result" / "result.json"
    result.write_text(text)
    answer = page().get("/api/comparison", params={"one": three[0], "other": three[1]})
    assert (answer.status_code, answer.json()) == (422, {"detail": f"{result}: {reason}"})


@pytest.mark.parametrize(
    "make",
    [os.mkfifo, lambda p: os.symlink("/dev/zero", p), os.mkdir, lambda p: p.write_text("[]"),
     lambda p: p.write_text('{"stage": "dancing"}'), lambda p: p.write_text('{"stage": []}'),
     lambda p: p.write_text(" " * 10_000)],
)  # fmt: skip
def test_how_far_one_is_is_read_with_care(page, three, make):
    client = page()
    store = client.app.state.store
    store.change(three[2], state="running", started_seconds=1.0)
    make(store.job_folder(three[2]) / "progress.json")
    (job, *_) = client.get("/api/assessments").json()
    assert (job["state"], job["stage"]) == ("running", "loading")


# any damage

ODD = [None, "", "x", -1, 0, 1, 1e308, 10**400, True, [], {}, [[]], "\ud800", "a" * 5000, "1",
       "../../x", "done", "waiting", {"video": 1}, [1e308] * 3, "\u0000"]  # fmt: skip


def mutated(text: bytes, draw: random.Random) -> bytes:
    """Change bytes, or values, of a description."""
    if draw.random() < 0.5:
        plain = json.loads(text)
        for _ in range(draw.randint(1, 3)):
            put_odd(plain, draw)
        return json.dumps(plain).encode()
    content = bytearray(text)
    for _ in range(draw.randint(1, 6)):
        place = draw.randrange(len(content) or 1)
        kind = draw.randrange(4)
        if kind == 0:
            content[place : place + 1] = bytes([draw.randrange(256)])
        elif kind == 1:
            del content[place : place + draw.randint(1, 40)]
        elif kind == 2:
            content[place:place] = draw.choice([b"1e999", b"NaN", b"[[", b'"', b"\\ud800", b"\0"])
        else:
            other = draw.randrange(len(content) or 1)
            content[place:place] = content[other : other + draw.randint(1, 60)]
    return bytes(content)


def put_odd(plain: dict[str, Any], draw: random.Random) -> None:
    """Put an odd value in place of one somewhere, leave one out, or add one."""
    inside = [plain] + [value for value in plain.values() if isinstance(value, dict)]
    there = draw.choice(inside)
    name = draw.choice([*there, "more"]) if there else "more"
    if draw.random() < 0.15:
        there.pop(name, None)
    else:
        there[name] = deepcopy(draw.choice(ODD))


def require_what_the_page_reads(job: dict[str, Any]) -> None:
    if job["state"] != "done":
        return
    summary = job["summary"]
    shown = ("similarity",) if summary["score"] is None else ("score", "score_low", "score_high")
    assert job["withheld"] or all(isinstance(summary[name], float) for name in shown)
    assert isinstance(summary["warnings"], list)


@pytest.mark.slow
@pytest.mark.timeout(280)
def test_whatever_becomes_of_a_description_the_others_are_listed(page, tmp_path):
    """Many are damaged at once, each in its own way: opening the page is what takes the time."""
    batch = "b" * 32
    with opened(tmp_path / "store") as store:
        make = (partial(done, store, batch=batch), partial(asked, store, batch=batch))
        ids = [make[n % 2]().id for n in range(N_AT_ONCE)]
        whole = [done(store, batch=batch).id, asked(store, batch=batch).id]
    texts = {id_: described(tmp_path, id_).read_bytes() for id_ in ids}
    draw = rng("descriptions")
    reports = {p: p.read_bytes() for p in (tmp_path / "store").rglob("report.html")}
    states: list[str] = []
    for _ in range(0, N_MUTATIONS, N_AT_ONCE):
        for id_, text in texts.items():
            described(tmp_path, id_).write_bytes(mutated(text, draw))
        client = page()
        found = client.get("/api/assessments")
        assert found.status_code == 200
        listed = {job["id"]: job for job in found.json()}
        assert listed.keys() == {*ids, *whole}
        for job in listed.values():
            require_what_the_page_reads(job)
        assert [listed[id_]["state"] for id_ in whole] == ["done", "waiting"]
        states += [listed[id_]["state"] for id_ in ids]
        assert client.get(f"/api/batches/{batch}/table.csv").status_code == 200
        for id_ in ids[::2]:
            pair = {"one": id_, "other": whole[0]}
            assert client.get("/api/comparison", params=pair).is_success
        assert {path: path.read_bytes() for path in reports} == reports
    assert states.count("failed") > N_MUTATIONS / 4  # and some differences are none
    assert len(set(states)) > 1


@pytest.mark.slow
def test_any_file_of_the_folder_may_be_damaged(tmp_path):
    """Each file in turn, by bytes drawn at random: the page opens, and lists all there are."""
    with opened(tmp_path / "store") as store:
        ids = {done(store).id, asked(store).id, done(store).id}
    draw = rng("files")
    ours = ("podium-store.json", "podium-server.lock", "podium-server.json")
    files = [p for p in (tmp_path / "store").rglob("*") if p.is_file() and p.name not in ours]
    for path in sorted(files) * 10:
        text = path.read_bytes()
        path.write_bytes(draw.randbytes(draw.randint(0, 300)))
        with opened(tmp_path / "store") as again:
            assert {job.id for job in again.jobs()} == ids
        if path.exists() or path.parent.exists():
            path.write_bytes(text)


def test_a_store_with_nothing_wrong_is_as_it_was(three, tmp_path):
    before = {id_: described(tmp_path, id_).read_bytes() for id_ in three}
    with opened(tmp_path / "store") as store:
        assert isinstance(store, Store)
    assert {id_: described(tmp_path, id_).read_bytes() for id_ in three} == before
