"""The whole store goes from one machine to another as one file, which may be a stranger's."""

import io
import json
import zipfile

import pytest

from podium.report.player import SCRIPTS, served_policy
from podium.report.templates import source
from podium.web import carrying
from podium.web.records import About

from .conftest import all_files, send
from .prepared import id_of, put_done

JOB = f"assessments/{id_of(1)}/job.json"


@pytest.fixture
def packed(make_client, small_model, tmp_path) -> bytes:
    """What a page with two assessments, one of which waits, hands out."""
    put_done(tmp_path / "one", 1, About("Ada"))
    client = make_client(tmp_path / "one")
    video = send(client, small_model.video("test", "107"), "dive.mp4")
    client.post("/api/assessments", json={"video": video, "about": {"athlete": "Bo"}})
    line = {"side": "query", "frame": 0, "seconds": 0, "tool": "line", "places": [[0, 0], [1, 1]]}
    client.put(f"/api/assessments/{id_of(1)}/notes", json={"drawings": [line]})
    answer = client.get("/api/store")
    assert answer.headers["content-type"] == "application/zip"
    assert not any((tmp_path / "one" / "partial").iterdir())
    return answer.content


def take(client, content: bytes):
    return client.post("/api/store", params={"name": "podium.zip"}, content=content)


def test_all_of_it_is_there_on_another_machine(packed, client, files, tmp_path):
    answer = take(client, packed)
    assert (answer.status_code, answer.json()) == (201, {"n": 2})
    assert files() == all_files(tmp_path / "one")
    jobs = client.get("/api/assessments").json()
    assert [(job["about"]["athlete"], job["state"]) for job in jobs] == [
        ("Bo", "waiting"), ("Ada", "done"),
    ]  # fmt: skip
    assert len(client.get(f"/api/assessments/{id_of(1)}/notes").json()["drawings"]) == 1


def test_what_is_here_already_stays_as_it_is(packed, client, tmp_path):
    take(client, packed)
    address = f"/api/assessments/{id_of(1)}"
    client.patch(address, json={"athlete": "Ada L."})
    assert take(client, packed).json() == {"n": 0}
    assert client.get(address).json()["about"]["athlete"] == "Ada L."
    assert not any((tmp_path / "store" / "partial").iterdir())


def repacked(packed: bytes, changes: dict[str, str | None]) -> bytes:
    """The same file with other content under some names; `None` leaves one out."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(packed)) as before, zipfile.ZipFile(made, "w") as after:
        for name in before.namelist():
            if name not in changes:
                after.writestr(name, before.read(name))
        for name, text in changes.items():
            if text is not None:
                after.writestr(name, text)
    return made.getvalue()


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"../evil": ""}, "it holds '../evil'"),
        ({f"assessments/{id_of(1)}/result/../../x": ""},
         f"it holds 'assessments/{id_of(1)}/result/../../x'"),
        ({"podium-store.json": "{}"}, "it holds 'podium-store.json'"),
        ({JOB: "{}"},
         f"assessments/{id_of(1)}: is not what Podium wrote there (id: Field required)"),
        ({JOB: None}, f"assessments/{id_of(1)}: No such file or directory"),
        ({f"assessments/{id_of(1)}/notes.json": '{"drawings": 3}'},
         f"assessments/{id_of(1)}: notes.drawings must be a list of at most 20,000 entries"),
    ],
)  # fmt: skip
def test_what_podium_did_not_pack_is_refused_whole(packed, client, files, tmp_path, changes, why):
    answer = take(client, repacked(packed, changes))
    assert (answer.status_code, answer.json()["detail"]) == (
        422, f"podium.zip: is not what podium serve packed ({why})"
    )  # fmt: skip
    assert (files(), client.get("/api/assessments").json()) == ([], [])
    assert not any((tmp_path / "store" / "partial").iterdir())
    assert not (tmp_path / "evil").exists()


@pytest.mark.parametrize("content", [b"", b"no zip", b"PK\x05\x06" + b"\0" * 3])
def test_what_is_no_zip_is_refused(client, files, content):
    assert take(client, content).json()["detail"] == (
        "podium.zip: is not what podium serve packed (it is no ZIP file that can be read)"
    )
    assert files() == []


def test_one_that_would_fill_the_disk_or_the_memory_is_refused(packed, client, monkeypatch):
    monkeypatch.setattr(carrying, "MAX_FILE_BYTES", 10)
    assert "is too large)" in take(client, packed).json()["detail"]
    monkeypatch.setattr(carrying, "MAX_ALL_BYTES", 10)
    assert "it holds more than 10 bytes" in take(client, packed).json()["detail"]
    monkeypatch.setattr(carrying, "MAX_FILES", 1)
    assert "it holds more than 1 files" in take(client, packed).json()["detail"]
    monkeypatch.setattr(carrying, "MAX_LIST_BYTES", 1)
    assert "its list of contents has" in take(client, packed).json()["detail"]


def test_a_report_from_elsewhere_may_not_act_as_the_page():
    own = "".join(map(source, SCRIPTS))
    ours = f"<style>{source('report.css')}</style><script>{own}</script>"
    allowed = served_policy(ours.encode())
    assert allowed.startswith("default-src 'none'; ")
    assert "'unsafe-inline'" not in allowed
    assert allowed.endswith("; connect-src 'self'; frame-ancestors 'none'")
    strange = served_policy(ours.replace(own, own + "fetch('/api/store')").encode())
    assert strange == "sandbox allow-scripts allow-downloads; frame-ancestors 'none'"
    both = served_policy((ours + "<script>fetch('/api/store')</script>").encode())
    assert both == allowed  # the other script is not among those that may run
    assert json.dumps(allowed).count("sha256-") == 2
