"""Whose performances they are: said, listed, followed over a season, and deleted all at once."""

import base64
import hashlib
import json
import re
from pathlib import Path

import pytest

from podium.web import child
from podium.web.messages import AboutIn
from podium.web.records import About
from podium.web.seasons import N_AHEAD

from .conftest import send
from .prepared import put_done

MEASURED = {"name": "entry_angle_degrees", "unit": "degrees", "phase": "entry", "value": 5.0}


@pytest.fixture
def folder(tmp_path) -> Path:
    return tmp_path / "store"


def season(client, **asked):
    return client.get("/api/season", params={"athlete": "Ada", **asked})


def listed(client, **asked) -> list[str]:
    answer = client.get("/api/assessments", params=asked)
    assert answer.status_code == 200, answer.text
    return [job["video"] for job in answer.json()]


def test_it_is_said_and_said_again(client, make_client, small_model):
    video = send(client, small_model.video("test", "107"))
    about = {"athlete": " Ada  L. ", "day": "2026-05-31", "tags": ["cup", "cup"], "text": "windy"}
    job = client.post("/api/assessments", json={"video": video, "about": about}).json()
    kept = {"athlete": "Ada L.", "day": "2026-05-31", "event": "", "tags": ["cup"], "text": "windy"}
    assert job["about"] == kept
    other = kept | {"event": "Final", "athlete": "Bo"}
    assert client.patch(f"/api/assessments/{job['id']}", json=other).json()["about"] == other
    client.app.state.store.close()
    assert make_client().get(f"/api/assessments/{job['id']}").json()["about"] == other


@pytest.mark.parametrize(
    ("about", "said"),
    [
        ({"day": "2026-02-30"},
         "about.day must be a day of the calendar, such as 2026-05-31, or empty"),
        ({"athlete": "x" * 201}, "about.athlete must be no longer than 200 characters"),
        ({"tags": [""]}, "about.tags.0 must not be empty"),
    ],
)  # fmt: skip
def test_what_cannot_be_said_is_refused(client, about, said):
    answer = client.post("/api/assessments", json={"video": "x", "about": about})
    assert (answer.status_code, answer.json()["detail"][0]["msg"]) == (422, said)


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("Ada\x00\n  B.", "Ada B."),
        ("\u202eadA\u202c", "adA"),
        ("\u200b\u200d", ""),
        ("\u0645\u06cc\u200c\u062f\u0627", "\u0645\u06cc\u200c\u062f\u0627"),
        ("\U0001f938\u200d\u2640\ufe0f", "\U0001f938\u200d\u2640\ufe0f"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
    ],
)
def test_a_name_is_what_is_seen_of_it(said, kept):
    about = AboutIn(athlete=said, tags=[said, " "])
    assert (about.athlete, about.tags) == (kept, [kept] if kept else [])


def test_a_batch_is_said_of_one_by_one(client, small_model):
    videos = [send(client, small_model.video("test", "107")) for _ in range(2)]
    abouts = [{"athlete": "Ada"}, {"athlete": "Bo", "event": "=Final"}]
    made = client.post("/api/batches", json={"videos": videos, "abouts": abouts}).json()
    assert [job["about"]["athlete"] for job in made["assessments"]] == ["Ada", "Bo"]
    table = client.get(f"/api/batches/{made['id']}/table.csv").text
    assert ",Bo,,'=Final," in table
    refused = client.post("/api/batches", json={"videos": videos, "abouts": abouts[:1]})
    assert refused.json()["detail"] == "abouts has 1 entries for 2 videos: give one each"


def test_the_list_is_searched_and_ordered(folder, make_client):
    put_done(folder, 1, About("Ada", "2026-05-01", "Cup", ("windy",)), summary={"score": 50.0})
    put_done(folder, 2, About("Bo", "2026-04-01", text="Late opening"), summary={"score": 70.0})
    put_done(folder, 3, summary={"score": None, "similarity": 0.5})
    put_done(folder, 4, About("ada"), state="failed", summary={"score": 60.0})
    client = make_client()
    one, two, three, four = (f"dive {number}.mp4" for number in (1, 2, 3, 4))
    assert listed(client) == [four, three, two, one]
    assert listed(client, order="oldest") == [one, two, three, four]
    assert listed(client, order="day") == [one, two, four, three]  # the others were sent in 1970
    assert listed(client, order="score") == [two, four, one, three]
    assert listed(client, order="athlete") == [four, one, two, three]
    assert listed(client, search="OPENING late") == [two]
    assert listed(client, search="windy cup ada") == [one]
    assert listed(client, search="dive 407", limit=2, offset=2) == [two, one]
    assert listed(client, athlete="Ada") == [one]
    assert listed(client, athlete="") == [three]
    assert listed(client, state="failed") == [four]
    answer = client.get("/api/assessments", params={"limit": 1, "search": "ada"})
    assert answer.headers["x-total-count"] == "2"


def test_a_season_is_in_the_order_of_days_with_ranges(folder, make_client):
    for number in range(8):
        day = f"2026-0{1 + number % 4}-1{number // 4}"
        measure = {**MEASURED, "value": 5.0 + number, "low": 4.0, "high": 20.0}
        put_done(
            folder, number, About("Ada", day),
            summary={"score": 60.0 + number, "measures": [measure] if number else []},
        )  # fmt: skip
    put_done(folder, 20, About("Ada", "2026-09-01"), summary={"action": "107", "difficulty": 2.0})
    put_done(folder, 21, About("Bo"))
    client = make_client()
    assert client.get("/api/athletes").json() == [
        {"name": "Ada", "n": 9, "first_day": "2026-01-10", "last_day": "2026-09-01"},
        {"name": "Bo", "n": 1, "first_day": "1970-01-01", "last_day": "1970-01-01"},
    ]
    found = season(client).json()
    assert (found["n"], found["actions"]) == (9, ["107", "407"])
    assert [row["day"] for row in found["rows"]][:3] == ["2026-01-10", "2026-01-11", "2026-02-10"]
    assert [one["name"] for one in found["series"]] == ["execution", "entry_angle_degrees"]
    execution = found["series"][0]
    assert execution["rows"] == list(range(9))
    assert (execution["values"][0], execution["highs"][0]) == (60 / 3.2, 70.6 / 3.2)
    own = season(client, action="407", language="de").json()
    assert [(one["name"], one["label"]) for one in own["series"]] == [
        ("score", "Wertung"),
        ("entry_angle_degrees", "Eintauchwinkel: über die Senkrechte über 0, davor unter 0"),
    ]  # fmt: skip
    assert own["series"][0]["trend"]["direction"] == "unclear"
    assert own["series"][1]["unit"] == "{value}°"
    assert own["series"][1]["rows"] == list(range(1, 8))
    assert season(client, action="107").json()["series"][0]["trend"] is None
    assert season(client, athlete="Cy").json()["detail"] == (
        "nobody is called 'Cy': their assessments may be deleted"
    )


def test_all_of_one_athlete_is_deleted_with_one_action(
    folder, make_client, small_model, files, monkeypatch, tmp_path
):
    monkeypatch.setenv("PODIUM_CACHE", str(tmp_path / "cache"))
    client = make_client()
    store = client.app.state.store
    path = small_model.video("test", "107")
    ours, theirs = (send(client, path, name) for name in ("a.mp4", "b.mp4"))
    for video, athlete in ((ours, "Ada"), (theirs, "Bo")):
        about = {"athlete": athlete, "text": "a note"}
        client.post("/api/assessments", json={"video": video, "about": about})
    jobs = {job.about.athlete: job.id for job in store.jobs()}
    done = store.job_folder(jobs["Ada"])
    task = {
        "model": str(small_model.folder), "allow_parts": [],
        "video_path": str(store.video_path(ours)),
        "reference_path": None, "expert": None, "action": None, "difficulty": None,
        "athlete": None, "language": "en", "video_name": "a.mp4", "reference_name": None,
        "blur_faces": False,
    }  # fmt: skip
    (done / "task.json").write_text(json.dumps(task))
    child._assess(done)
    line = {"side": "query", "frame": 0, "seconds": 0, "tool": "line", "places": [[0, 0], [1, 1]]}
    client.put(f"/api/assessments/{jobs['Ada']}/notes", json={"drawings": [line]})
    names = {"notes.json", "job.json", "result/report.html", "result/result.json"}
    assert names <= {path.relative_to(done).as_posix() for path in done.rglob("*.*")}
    assert client.delete("/api/athletes", params={"athlete": "Ada"}).json() == {"n": 1}
    left = files()
    assert {name.split("/")[1] for name in left} == {jobs["Bo"], theirs}
    assert b"Ada" not in b"".join(path.read_bytes() for path in folder.rglob("*.json"))
    assert not any(path.is_file() for path in (tmp_path / "cache").rglob("*"))  # nothing is kept
    assert client.delete("/api/athletes", params={"athlete": "Ada"}).status_code == 404


# tables


def sent(client, text: str, name: str = "dives.csv"):
    return client.post("/api/tables", params={"name": name}, content=text.encode())


def test_a_table_says_whose_they_are(client, files):
    said = sent(client, "file_name;athlete;date;event;tags;notes;score\n"
                "day 1/a.mp4;Ada;2026-05-31;Cup;windy; late ;'=1\n\nb.mp4;Bo;;;;;\n")  # fmt: skip
    assert said.json() == [
        {"file_name": "a.mp4", "about": {"athlete": "Ada", "day": "2026-05-31", "event": "Cup",
                                         "tags": ["windy"], "text": "late"}},
        {"file_name": "b.mp4", "about": {"athlete": "Bo", "day": "", "event": "", "tags": [],
                                         "text": ""}},
    ]  # fmt: skip
    assert files() == []


def test_all_that_is_wrong_with_a_table_is_said_at_once(client, files):
    text = "file_name,date\na.mp4,31.5.2026\n,2026-05-31\nb.mp4,\nb.mp4,2026-13-01\n"
    answer = sent(client, text)
    assert (answer.status_code, answer.json()["detail"]) == (
        422,
        "dives.csv: line 2: date '31.5.2026': must be a day of the calendar, such as 2026-05-31, "
        "or empty; line 3: has no file_name: name the video; line 5: names the video 'b.mp4' "
        "again: keep one row",
    )
    assert files() == []


@pytest.mark.parametrize("asked", ["Zoe </script><b>", "nobody", None])
def test_the_page_brings_a_season_along(folder, make_client, asked):
    for number, name in enumerate(("Zoe </script><b>", "Ada", "Ada")):
        put_done(folder, number, About(name, f"2026-01-0{number + 1}"))
    with make_client() as client:
        html = client.get("/athletes", params={"athlete": asked} if asked else {}).text
        (ahead,) = re.findall('<script type="application/json" id="ahead">(.*?)</script>', html)
        found = json.loads(ahead)
        everybody = client.get("/api/athletes").json()
        assert found["athletes"] == [{"name": one["name"], "n": one["n"]} for one in everybody]
        athlete = asked if asked and asked.startswith("Zoe") else "Ada"
        whole = client.get("/api/season", params={"athlete": athlete}).json()
        assert found["season"] == whole | {"series": whole["series"][:1], "is_part": True}
        assert found["season"]["n"] == (1 if athlete != "Ada" else 2)


def test_the_page_asks_for_no_other_file_and_runs_nothing_but_its_own(folder, make_client):
    put_done(folder, 1, About("</style></script><script>alert(1)</script>", "2026-01-01"))
    with make_client() as client:
        answer = client.get("/athletes")
    assert re.findall(r"""(?:src=|rel="stylesheet"|@import|url\()""", answer.text) == []
    (style,) = re.findall("<style>(.*?)</style>", answer.text, re.DOTALL)
    (script,) = re.findall("<script>(.*?)</script>", answer.text, re.DOTALL)
    allowed = {
        kind: "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        for kind, text in (("style", style), ("script", script))
    }
    assert answer.headers["content-security-policy"] == (
        f"default-src 'none'; script-src '{allowed['script']}'; style-src '{allowed['style']}'; "
        "img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    )


def test_of_a_long_season_the_page_brings_what_is_seen_first(folder, make_client):
    measure = {"name": "flight_seconds", "unit": "seconds", "phase": "flight", "value": 1.4,
               "low": 1.3, "high": 1.6}  # fmt: skip
    for number in range(20):
        about = About("Ada", f"2026-01-{number + 1:02d}")
        put_done(folder, number, about, summary={"measures": [measure]})
    with make_client() as client:
        html = client.get("/athletes").text
        whole = season(client).json()
    (ahead,) = re.findall('<script type="application/json" id="ahead">(.*?)</script>', html)
    shown = json.loads(ahead)["season"]
    assert [one["name"] for one in whole["series"]] == ["score", "flight_seconds"]
    assert shown["series"] == whole["series"][:1]
    assert shown["rows"][-N_AHEAD:] == whole["rows"][-N_AHEAD:]
    days = [{"day": one["day"]} for one in whole["rows"]]
    assert shown["rows"][:-N_AHEAD] == days[:-N_AHEAD]
