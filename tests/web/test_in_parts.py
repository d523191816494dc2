"""A video that is sent in parts: what came whole stays, and it goes on after a break."""

import hashlib
import socket

import pytest

from podium.web import in_parts

from .conftest import running, send


@pytest.fixture
def video(small_model):
    return small_model.video("test", "107").read_bytes()


def begin(client, n_bytes: int, name: str = "dive.mp4") -> dict:
    answer = client.post("/api/uploads", params={"name": name, "n_bytes": n_bytes})
    assert answer.status_code == 201, answer.text
    return answer.json()


def put(client, id_: str, offset: int, content: bytes):
    return client.put(f"/api/uploads/{id_}", params={"offset": offset}, content=content)


def test_its_parts_become_the_video(client, files, video, tmp_path):
    upload = begin(client, len(video))
    third = len(video) // 3
    for start in range(0, len(video), third):
        answer = put(client, upload["id"], start, video[start : start + third])
        assert answer.status_code == 200, answer.text
        assert answer.json()["received"] == min(start + third, len(video))
    id_ = answer.json()["video"]
    kept = tmp_path / "store" / "videos" / id_ / "video"
    assert kept.read_bytes() == video
    assert files() == [f"videos/{id_}/about.json", f"videos/{id_}/video"]
    # Whoever missed the last answer asks again, or sends the last part again: nothing comes twice.
    assert client.get(f"/api/uploads/{upload['id']}").json()["video"] == id_
    assert put(client, upload["id"], 0, video[:9]).json()["video"] == id_


def test_a_part_must_begin_where_the_last_one_ended(client, video):
    upload = begin(client, len(video))
    assert put(client, upload["id"], 0, video[:100]).json()["received"] == 100
    for offset in (0, 50, 200):
        answer = put(client, upload["id"], offset, b"x")
        assert answer.status_code == 409
        assert answer.json() == {"detail": f"the part begins at {offset}: it must begin at 100"}
    assert client.get(f"/api/uploads/{upload['id']}").json()["received"] == 100


def test_no_more_comes_than_was_said(client, files, video):
    upload = begin(client, 10)
    answer = put(client, upload["id"], 0, video[:11])
    assert answer.status_code == 413
    assert answer.json()["detail"] == (
        "the part has more than the 10 bytes allowed: send parts of at most 16,777,216 bytes"
    )
    answer = client.post("/api/uploads", params={"name": "a", "n_bytes": in_parts.MAX_BYTES + 1})
    assert answer.status_code == 413
    assert answer.json()["detail"] == (
        "the video has more than the 4,294,967,296 bytes allowed: cut the performance out of it "
        "first"
    )
    assert client.delete(f"/api/uploads/{upload['id']}").status_code == 204
    assert client.get(f"/api/uploads/{upload['id']}").status_code == 404
    assert files() == []


def test_what_is_no_video_leaves_nothing_behind(client, files):
    upload = begin(client, 4, "<b>.mp4")
    answer = put(client, upload["id"], 0, b"none")
    assert answer.status_code == 415
    assert answer.json()["detail"].startswith("<b>.mp4: cannot be read as a video")
    assert files() == []
    assert put(client, upload["id"], 4, b"x").json() == {
        "detail": f"no video {upload['id']!r} is on its way: send it anew"
    }


def test_what_nobody_goes_on_with_is_forgotten(client, files, monkeypatch):
    uploads = in_parts.Uploads(client.app.state.store, idle_seconds=0)
    first = uploads.begin("a.mp4", 100)
    second = uploads.begin("b.mp4", 100)
    assert files() == [f"partial/{second.file.name}"]
    monkeypatch.setattr(in_parts, "MAX_OPEN", 0)
    with pytest.raises(Exception, match="0 videos are on their way: try again later"):
        in_parts.Uploads(client.app.state.store).begin("c.mp4", 100)
    assert not first.file.exists()


def test_a_connection_that_is_killed_costs_one_part(small_model, video, tmp_path):
    with running(tmp_path / "store", str(small_model.folder)) as server, server.client() as client:
        upload = begin(client, len(video))
        half = len(video) // 2
        assert put(client, upload["id"], 0, video[:half]).status_code == 200
        host, port = server.url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port))) as line:
            head = (
                f"PUT /api/uploads/{upload['id']}?offset={half} HTTP/1.1\r\nHost: {host}:{port}\r\n"
                f"Content-Length: {len(video) - half}\r\n\r\n"
            )
            line.sendall(head.encode() + video[half : half + 1000])
        received = client.get(f"/api/uploads/{upload['id']}").json()["received"]
        assert received == half
        answer = put(client, upload["id"], half, video[half:])
        while answer.status_code == 409:  # the line that was cut is noticed soon
            answer = put(client, upload["id"], half, video[half:])
        kept = server.folder / "videos" / answer.json()["video"] / "video"
        assert hashlib.sha256(kept.read_bytes()).digest() == hashlib.sha256(video).digest()
        assert send(client, small_model.video("test", "107"))  # in one piece, as ever
