import json
import re

import pytest

from messages import whole
from podium.errors import ModelError, PodiumError, UnusableFile, UsageError
from podium.report.notes import (
    Drawing,
    Notes,
    notes_in_file,
    notes_of,
    with_notes,
    with_notes_in_json,
)

ANGLE = {
    "side": "query", "frame": 3, "seconds": 0.12, "tool": "angle",
    "places": [[0.1, 0.2], [0.3, 0.4], [0.5, 0.2]], "degrees": 90.0,
}  # fmt: skip
VERDICT = {
    "about": "clips", "moment": "entry", "start_seconds": 0.5, "end_seconds": 1.0,
    "words": "unlike", "is_true": False, "was": "a splash",
}  # fmt: skip
REPORT = (
    b'<meta content="default-src &#39;none&#39;; img-src data:"><h1>x</h1>\n'
    b'<script type="application/json" id="notes">{"drawings": []}</script>\n'
)


def test_what_was_drawn_comes_back_as_it_was():
    notes = notes_of({"drawings": [ANGLE], "verdicts": [VERDICT]})
    assert notes.drawings[0].places[1] == (0.3, 0.4)
    plain = json.loads(json.dumps(notes.to_json()))
    assert plain == {"drawings": [ANGLE], "verdicts": [VERDICT]}
    assert notes_of(plain) == notes
    assert notes_of(plain).tag == notes.tag != Notes().tag


@pytest.mark.parametrize(
    ("changes", "kind", "said"),
    [
        ({"tool": "laser"}, ModelError,
         "notes.drawings[0].tool is 'laser': it must be one of line, angle, arrow, circle, free, "
         "writing, ruler"),
        ({"places": []}, UsageError, "a drawing's number of places is 0: it must be 1 to 200"),
        ({"places": [[0.1, 1.5]]}, UsageError,
         "a drawing's place is outside the picture: it must be two shares from 0 to 1"),
        ({"frame": -1}, UsageError, "a drawing's frame is -1: it must be 0 to 10,000,000"),
        ({"seconds": 1e9}, UsageError,
         "a drawing's time is 1000000000.0: it must be at most 1e+06 s"),
        ({"degrees": 181.0}, UsageError, "a drawing's angle is 181.0: it must be 0 to 180 degrees"),
        ({"centimetres": -1.0}, UsageError,
         "a drawing's length is -1.0: it must be 0 to 100000 cm"),
        ({"text": "x" * 81}, UsageError,
         "a drawing's number of letters is 81: it must be at most 80"),
    ],
)  # fmt: skip
def test_what_is_no_drawing_is_refused(changes, kind, said):
    with pytest.raises(kind, match=whole(said)):
        notes_of({"drawings": [ANGLE | changes]})
    with pytest.raises(UnusableFile, match=whole(f"notes.json: {said}")):
        notes_in_file({"drawings": [ANGLE | changes]}, "notes.json")


@pytest.mark.parametrize(
    ("changes", "kind", "said"),
    [
        ({"is_true": "yes"}, ModelError,
         "notes.verdicts[0].is_true is 'yes': it must be true or false"),
        ({"was": "x" * 1001}, UsageError,
         "a verdict's number of letters is 1001: it must be at most 1,000"),
        ({"end_seconds": 1e9}, UsageError,
         "a verdict's time is 1000000000.0: it must be at most 1e+06 s"),
    ],
)  # fmt: skip
def test_what_is_no_verdict_is_refused(changes, kind, said):
    with pytest.raises(kind, match=whole(said)):
        notes_of({"verdicts": [VERDICT | changes]})


def test_more_than_a_report_keeps_is_refused():
    one = Drawing("query", 0, 0.0, "line", ((0.0, 0.0), (1.0, 1.0)))
    with pytest.raises(
        PodiumError,
        match=whole("the number of drawings is 501: it must be at most 500"),
    ):
        Notes((one,) * 501)


def test_a_report_shows_them_and_may_ask_only_where_it_came_from():
    notes = notes_of({"drawings": [ANGLE | {"tool": "writing", "text": "</script>\\1 <b>"}]})
    made = with_notes(REPORT, notes, "/api/assessments/x/notes").decode()
    assert "default-src &#39;none&#39;; connect-src &#39;self&#39;; img-src data:" in made
    (found,) = re.findall(
        rf'id="notes" data-tag="{notes.tag}" data-address="/api/assessments/x/notes">'
        r"(.*?)</script>",
        made,
    )
    assert notes_of(json.loads(found)) == notes
    assert made.count("</script>") == 1


def test_a_report_of_an_earlier_version_stays_as_it_is():
    old = REPORT.replace(b'id="notes"', b'id="data"')
    assert with_notes(old, Notes(), "/x") == old


def test_everything_as_data_has_them():
    made = json.loads(with_notes_in_json(b'{"score": 61.3}', notes_of({"drawings": [ANGLE]})))
    assert (made["score"], made["drawings"][0]["degrees"]) == (61.3, 90.0)


def test_what_is_on_the_first_frame_stays_there():
    first = ANGLE | {"frame": 0, "seconds": 0.0, "places": [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0]]}
    plain = notes_of({"drawings": [first]}).to_json()
    assert (plain["drawings"][0]["frame"], plain["drawings"][0]["seconds"]) == (0, 0.0)
    assert notes_of(json.loads(json.dumps(plain))).to_json() == plain
