"""What is added to a report stays with its assessment."""

import json

import pytest

from .prepared import id_of, put_done

DONE = id_of(10)
LINE = {
    "side": "query", "frame": 3, "seconds": 0.12, "tool": "line", "places": [[0, 0.5], [1, 0.5]],
}  # fmt: skip


@pytest.fixture
def client(make_client, tmp_path):
    """A client of a page with one assessment that is done."""
    put_done(tmp_path / "store", 10)
    return make_client()


def keep(client, *drawings, id_: str = DONE, seen: str | None = None):
    headers = {} if seen is None else {"if-match": seen}
    address = f"/api/assessments/{id_}/notes"
    return client.put(address, json={"drawings": drawings}, headers=headers)


def test_they_are_there_after_a_restart_in_the_report_and_in_the_data(client, make_client):
    address = f"/api/assessments/{DONE}"
    assert client.get(f"{address}/result.json").json() == {"score": 61.3}
    assert client.get(f"{address}/notes").json() == {"drawings": [], "verdicts": []}
    assert keep(client, LINE).status_code == 204
    client.app.state.store.close()
    client = make_client()
    assert client.get(f"{address}/result.json").json() == {
        "score": 61.3,
        "drawings": [LINE],
        "verdicts": [],
    }
    report = client.get(f"/assessments/{DONE}/report")
    tag = client.get(f"{address}/notes").headers["etag"].strip('"')
    kept = {"drawings": [LINE], "verdicts": []}
    assert f'data-tag="{tag}" data-address="{address}/notes">{json.dumps(kept)}</script>' in (
        report.text.replace("0.0", "0").replace("1.0", "1")
    )
    assert "default-src &#39;none&#39;; connect-src &#39;self&#39;; img-src data:" in report.text
    assert report.headers["content-security-policy"] == (
        "sandbox allow-scripts allow-downloads; frame-ancestors 'none'"
    )


def test_what_was_added_elsewhere_meanwhile_is_not_replaced_unseen(client):
    address = f"/api/assessments/{DONE}/notes"
    nothing = client.get(address).headers["etag"]
    first = keep(client, LINE, seen=nothing)
    assert (first.status_code, first.headers["etag"]) == (204, client.get(address).headers["etag"])
    for seen in (nothing, None, "*", ""):  # the other window, a script that asks for nothing
        answer = keep(client, seen=seen)
        assert (answer.status_code, answer.json()["detail"]) == (
            409,
            "what was added to this report was changed in another window: load it anew, or ask for "
            f"{address} and send its ETag as If-Match",
        )
        assert client.get(address).json() == {"drawings": [LINE], "verdicts": []}
    assert keep(client, seen=first.headers["etag"]).status_code == 204
    assert client.get(address).headers["etag"] == nothing


def test_damaged_ones_are_not_replaced(client, tmp_path):
    path = tmp_path / "store" / "assessments" / DONE / "notes.json"
    path.write_text('{"drawings": 3}')
    assert (keep(client, LINE).status_code, path.read_text()) == (422, '{"drawings": 3}')


def test_they_go_with_the_assessment(client, files):
    keep(client, LINE)
    assert f"assessments/{DONE}/notes.json" in files()
    assert client.delete(f"/api/assessments/{DONE}").status_code == 204
    assert files() == []
    answer = keep(client, LINE)
    assert (answer.status_code, answer.json()["detail"]) == (
        404, f"there is no assessment '{DONE}': it may have been deleted"
    )  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"places": [[0, 1.5]]}, "drawings.0.places.0.1 must be 1 or less"),
        ({"text": "x" * 81}, "drawings.0.text must be no longer than 80 characters"),
        ({"places": []}, "drawings.0.places must have 1 entries or more"),
        ({"text": "\x07"},
         "notes.drawings[0].text is '\\x07': it must be text of at most 10,000 printable "
         "characters"),
    ],
)  # fmt: skip
def test_what_is_no_drawing_is_refused(client, changes, said):
    answer = keep(client, LINE | changes)
    detail = answer.json()["detail"]
    assert (answer.status_code, detail if isinstance(detail, str) else detail[0]["msg"]) == (
        422, said
    )  # fmt: skip


def test_damaged_ones_are_said(client, tmp_path):
    keep(client, LINE)
    path = tmp_path / "store" / "assessments" / DONE / "notes.json"
    path.write_text('{"drawings": 3}')
    answer = client.get(f"/api/assessments/{DONE}/notes")
    assert (answer.status_code, answer.json()["detail"]) == (
        422, f"{path}: notes.drawings must be a list of at most 20,000 entries"
    )  # fmt: skip


def test_all_that_a_report_can_say_is_kept(client):
    """Praise, a moment with its true time, and a ruler with its length."""
    address = f"/api/assessments/{DONE}/notes"
    remark = {
        "about": "entry_angle_degrees", "moment": "entry", "start_seconds": 1.5,
        "end_seconds": None, "words": "upright", "is_true": True, "was": "", "is_praise": True,
    }  # fmt: skip
    moment = {**remark, "about": "moment", "words": "the water is met", "is_true": False,
              "was_seconds": 1.62}  # fmt: skip
    del moment["is_praise"]
    ruler = {**LINE, "tool": "ruler", "centimetres": 180.0, "is_known": True}
    added = {"drawings": [ruler], "verdicts": [remark, moment]}
    answer = client.put(address, json=added)
    assert (answer.status_code, answer.text) == (204, "")
    assert client.get(address).json() == added
