"""The page of judges: what it answers, what it refuses, and that nothing of a table stays."""

import json
import threading

import pytest

from podium.audit import PanelOptions, audit_marks, make_audit_report, read_marks, write_panels
from podium.audit.sentences import lines
from podium.judging import find_rule, rules
from podium.report.words import languages, load_words
from podium.web import audits as judges
from podium.web import worker
from podium.web.audits import Audits, Kept
from podium.web.messages import AuditOut

from .test_api import detail

OPTIONS = PanelOptions(n_sessions=2, n_athletes=12, n_dives=3, premium={3: 1.0})


@pytest.fixture
def marks(tmp_path):
    return write_panels(tmp_path / "marks.csv", OPTIONS, 1)


def ask(client, content, name="marks.csv", **how):
    return client.post("/api/audits", params={"name": name, **how}, content=content)


@pytest.mark.parametrize("language", languages())
def test_a_table_is_answered_as_the_shell_answers_it(client, marks, files, language):
    answer = ask(client, marks.read_bytes(), rule="diving", language=language)
    assert answer.status_code == 201
    out = answer.json()
    rule = find_rule("diving")
    audit = audit_marks(read_marks(marks, rule), rule)
    assert out["said"] == lines(audit, load_words(language))
    assert (out["name"], out["rule"], out["year"]) == ("marks.csv", "diving", None)
    found = client.get(f"/api/audits/{out['id']}/audit.json")
    assert found.headers["content-type"] == "application/json"
    assert found.json() == audit.to_json()
    report = client.get(f"/audits/{out['id']}/report")
    assert report.text == make_audit_report(audit, "marks.csv", language).html
    assert report.headers["content-security-policy"] == "frame-ancestors 'none'"
    assert files() == []


def test_what_is_forgotten_is_gone(client, marks):
    id_ = ask(client, marks.read_bytes()).json()["id"]
    assert client.delete(f"/api/audits/{id_}").status_code == 204
    for answer in (
        client.get(f"/api/audits/{id_}/audit.json"),
        client.get(f"/audits/{id_}/report"),
        client.delete(f"/api/audits/{id_}"),
    ):
        assert (answer.status_code, detail(answer)) == (
            404,
            f"there is no audit {id_!r}: only the latest are kept, in memory; send the table again",
        )


def test_all_that_is_wrong_with_a_table_is_said_under_its_own_name(client, files, tmp_path):
    text = b"performance,judge,mark\nP,J,7\nP,K,x\nP,J,11\nQ,J,7.25\n"
    path = tmp_path / "marks.csv"
    path.write_bytes(text)
    with pytest.raises(ValueError, match="5 problems") as caught:
        read_marks(path, find_rule("diving"))
    answer = ask(client, text, "C:\\mine\\my marks.csv", rule="diving")
    assert answer.status_code == 422
    assert detail(answer) == str(caught.value).replace(str(path), "my marks.csv")
    assert files() == []


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "marks.csv: lists no marks: give one per line below the header"),
        (b"\xff\xfe\x00", "marks.csv: is not whole UTF-16 text: save it as UTF-8, or give a "
         "Parquet file"),
        (b"mark\xff", "marks.csv: is not UTF-8 text (byte 4 is not): save it as UTF-8, or give a "
         "Parquet file"),
        (b"a,b\n1,2\n", "marks.csv: has no column mark, judge, performance (or event, round, "
         "athlete, dive) (its columns are a, b): give one mark per line, with the judge who gave "
         "it and the performance it was given for"),
    ],
)  # fmt: skip
def test_what_is_no_table_of_marks_is_refused(client, files, content, message):
    answer = ask(client, content)
    assert (answer.status_code, detail(answer)) == (422, message)
    assert files() == []


def test_what_is_no_parquet_is_refused(client, files):
    pytest.importorskip("pyarrow", reason="the extra `parquet` is not installed")
    answer = ask(client, b"PAR1 and nothing else", "marks.parquet")
    assert answer.status_code == 422
    assert detail(answer).startswith("marks.parquet: ")
    assert "partial" not in detail(answer)
    assert files() == []


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ({"rule": "chess"}, "no scoring rule is called 'chess': choose one of "
         + ", ".join(rule.name for rule in rules())),
        ({"year": 2000}, "year 2000 needs a rule: name the sport, such as rule=diving"),
        ({"language": "xx"}, "no language is called 'xx': choose one of de, en, fr, or add a file "
         "to podium/report/_words"),
        ({"rule": "diving", "year": 1990}, "how diving counted a panel of 7 in 1990 is not known: "
         "it is in 2000, from 2012 on"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(client, marks, files, how, message):
    answer = ask(client, marks.read_bytes(), **how)
    assert (answer.status_code, detail(answer)) == (422, message)
    assert files() == []


@pytest.mark.parametrize("is_promised", [True, False])
def test_what_is_too_large_is_stopped_on_its_way(make_client, files, is_promised):
    client = make_client(max_table_bytes=100_000)
    content = bytes(100_001) if is_promised else (bytes(10_000) for _ in range(1000))
    answer = ask(client, content)
    assert (answer.status_code, detail(answer)) == (
        413,
        "the table has more than the 100,000 bytes allowed: split it, such as by event",
    )
    assert files() == []


@pytest.mark.parametrize(
    "headers",
    [{"origin": "http://evil.example"}, {"sec-fetch-site": "cross-site"}, {"host": "evil.example"}],
)
def test_another_page_is_refused(client, marks, headers, files):
    answer = client.post(
        "/api/audits", params={"name": "m.csv"}, content=marks.read_bytes(), headers=headers
    )
    assert answer.status_code == 403
    assert files() == []


def test_a_page_that_is_shared_asks_for_its_token(make_client, marks):
    from podium.web.guard import Token

    client = make_client(token=Token())
    for answer in (client.get("/judges"), ask(client, marks.read_bytes())):
        assert answer.status_code == 401


def test_the_page_is_in_both_languages(client):
    assert '<html lang="en">' in client.get("/judges").text
    assert "Eine Tabelle von Noten prüfen" in client.get("/judges?language=de").text
    assert '<html lang="en">' in client.get("/judges?language=../../etc").text
    assert '<option value="diving">diving</option>' in client.get("/judges").text
    assert client.get("/judges.js").headers["content-type"].startswith("text/javascript")
    assert "script-src 'self'" in client.get("/judges").headers["content-security-policy"]


def test_tables_are_looked_at_one_after_the_other(client, monkeypatch):
    going, most = [], []
    second = threading.Event()

    def audit(*_):
        going.append(1)
        most.append(len(going))
        second.wait(0.05)
        going.pop()
        return {"said": [], "report": "", "found": "{}"}

    monkeypatch.setattr(worker, "audit", audit)
    threads = [threading.Thread(target=ask, args=(client, b"x")) for _ in range(4)]
    with client:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
    assert most == [1, 1, 1, 1]


def test_one_that_takes_too_long_is_given_up(client, marks, files, monkeypatch):
    monkeypatch.setattr(worker, "AUDIT_SECONDS", 0.01)
    answer = ask(client, marks.read_bytes())
    assert (answer.status_code, detail(answer)) == (
        422,
        "marks.csv: took longer than 0 s: try podium audit in a shell",
    )
    assert files() == []


def kept(name: str, n_letters: int = 1) -> Kept:
    out = AuditOut(id=name, name=name, rule=None, year=None, said=[])
    return Kept(out, "r" * n_letters, "")


def test_only_the_latest_are_kept():
    audits = Audits(most=2, most_letters=10)
    for name in "abc":
        audits.add(kept(name))
    with pytest.raises(judges.NotThere):
        audits.find("a")
    assert audits.find("b").out.name == "b"
    audits.add(kept("d", 11))  # the newest is kept however large it is
    assert audits.find("d").n_letters == 11
    with pytest.raises(judges.NotThere):
        audits.find("c")


def test_a_table_that_was_left_by_a_crash_is_removed_at_the_next_start(make_client, tmp_path):
    client = make_client()
    partial = client.app.state.store.new_partial(".csv")
    partial.write_text("performance,judge,mark\n", "utf-8")
    client.app.state.store.close()
    make_client()
    assert not partial.exists()


def test_what_is_downloaded_is_json(client, marks):
    id_ = ask(client, marks.read_bytes()).json()["id"]
    found = json.loads(client.get(f"/api/audits/{id_}/audit.json").text)
    assert {"own_country_premium", "agreement", "changes"} <= set(found)
