"""Every kind of remark has a sentence of its own, in every language."""

from dataclasses import replace

import pytest

from drawn_dives import drawn_dive, examined, readings
from podium import _catalog
from podium.measures import Measurement, Phase, Reading
from podium.remarks import Kind, Remark, like, n_known
from podium.remarks.judging import FAULTS, PRAISES
from podium.report import remark_words
from podium.report.remark_words import remark_sentences, sentence
from podium.report.words import languages, load_words

ENGLISH, GERMAN = load_words("en"), load_words("de")
MEASURES = {kind: name for phase in Phase for kind, name in (*FAULTS[phase], PRAISES[phase])}


def remark(kind: Kind, value: float, among: str = "") -> tuple[Remark, Measurement]:
    """A remark, and the measurement that shows it."""
    name = MEASURES[kind]
    one = _catalog.find("podium.measures", name)
    found = Measurement(name, one.unit, one.phase, value, None, None, 4.0, 4.1)
    return Remark(one.phase, kind, name, value, 0.5, is_praise=kind in PRAISED, among=among), found


PRAISED = {kind for kind, _ in PRAISES.values()}


@pytest.mark.parametrize(
    ("kind", "value", "dive", "theirs", "english", "german"),
    [
        (Kind.ENTRY_PAST_VERTICAL, 18.0, "C", None,
         "Entry 18 degrees past vertical (4.1 s); closer to vertical than this in 83 % of 300 "
         "Olympic dives",
         "Eintauchen 18 Grad über die Senkrechte hinaus (4,1 s); näher an der Senkrechten bei "
         "83 % von 300 olympischen Sprüngen"),
        (Kind.ENTRY_PAST_VERTICAL, 4.0, "C", None,
         "Entry 4 degrees past vertical (4.1 s); farther past vertical than this in only 1 % of "
         "300 Olympic dives",
         "Eintauchen 4 Grad über die Senkrechte hinaus (4,1 s); noch weiter über die Senkrechte "
         "hinaus nur bei 1 % von 300 olympischen Sprüngen"),
        (Kind.ENTRY_SHORT, -26.0, "B", -3.0,
         "Entry 26 degrees short of vertical (4.1 s; expert 3° short of vertical); closer to "
         "vertical than this in 83 % of 300 Olympic dives",
         "Eintauchen 26 Grad vor der Senkrechten (4,1 s; Vorbild: 3° vor der Senkrechten); näher "
         "an der Senkrechten bei 83 % von 300 olympischen Sprüngen"),
        (Kind.ENTRY_VERTICAL, -5.0, "B", None,
         "Straight entry: 5° short of vertical (4.1 s); farther from vertical than this in 17 % of "
         "300 Olympic dives",
         "Gerades Eintauchen: 5° vor der Senkrechten (4,1 s); weiter von der Senkrechten bei 17 % "
         "von 300 olympischen Sprüngen"),
        (Kind.OPENED_LATE, 0.22, "C", 0.35,
         "Came out of the tuck late, 0.22 s before the water (expert 0.35 s); earlier than this in "
         "83 % of 300 Olympic dives",
         "Hocke spät geöffnet, erst 0,22 s vor dem Eintauchen (Vorbild: 0,35 s); früher bei 83 % "
         "von 300 olympischen Sprüngen"),
        (Kind.NOT_TIGHT, 0.63, "B", 0.45,
         "Pike not tight: while turning still 63 % of the body's full length (expert 45 %); "
         "tighter than this in 83 % of 102 Olympic dives in pike",
         "Hechte nicht eng genug: in der Drehung noch 63 % der Körperlänge (Vorbild: 45 %); enger "
         "bei 83 % von 102 gehechteten olympischen Sprüngen"),
        (Kind.NOT_TIGHT, 0.63, "", None,
         "Body not tight: while turning still 63 % of its full length; tighter than this in 83 % "
         "of 298 Olympic dives",
         "Körper nicht eng genug: in der Drehung noch 63 % der vollen Länge; enger bei 83 % von "
         "298 olympischen Sprüngen"),
        (Kind.SPLASH_LARGE, 0.34, "C", 0.17,
         "Splash twice as large as the usual (4.0 s; expert 100 % of the usual); smaller than this "
         "in 83 % of 300 Olympic dives",
         "Spritzer doppelt so groß wie üblich (4,0 s; Vorbild: 100 % des Üblichen); kleiner bei "
         "83 % von 300 olympischen Sprüngen"),
        (Kind.SPLASH_LARGE, 0.85, "C", None,
         "Splash 5.0 times as large as the usual (4.0 s); smaller than this in 83 % of 300 Olympic "
         "dives",
         "Spritzer 5,0-mal so groß wie üblich (4,0 s); kleiner bei 83 % von 300 olympischen "
         "Sprüngen"),
        (Kind.JUMP_LOW, 1.2, "", 1.5,
         "Low jump: only 1.20 s in the air (expert 1.50 s); longer than this in 83 % of 298 "
         "Olympic dives",
         "Niedriger Absprung: nur 1,20 s in der Luft (Vorbild: 1,50 s); länger bei 83 % von 298 "
         "olympischen Sprüngen"),
        (Kind.JUMP_LOW, 1.2, "armstand", None,
         "Low from the armstand: only 1.20 s in the air; longer than this in 83 % of 50 Olympic "
         "dives from an armstand",
         "Wenig Höhe aus dem Handstand: nur 1,20 s in der Luft; länger bei 83 % von 50 "
         "olympischen Handstandsprüngen"),
        (Kind.ENTRY_NOT_CLEAN, 1.2, "", None,
         "Entry not clean: the water goes up 1.20 body lengths (4.0 s); less high than this in "
         "83 % of 300 Olympic dives",
         "Kein sauberes Eintauchen: Das Wasser spritzt 1,20 Körperlängen hoch (4,0 s); weniger "
         "hoch bei 83 % von 300 olympischen Sprüngen"),
    ],
)  # fmt: skip
def test_a_remark_says_the_fact_and_how_it_stands(
    kind, value, dive, theirs, english, german, monkeypatch
):
    better = 30.0 if value == 4.0 else 83.0
    monkeypatch.setattr(remark_words, "better_percent", lambda name, value, among: better)
    monkeypatch.setattr(remark_words, "percentile_of", lambda name, value, among: 99.0)
    monkeypatch.setattr(remark_words, "times_usual", lambda name, value: value / 0.17)
    measures = {"position": dive, "armstand": dive == "armstand"}
    made, found = remark(kind, value, like(MEASURES[kind], measures) if dive else "")
    reading = Reading(found, None, theirs)
    assert sentence(made, reading, ENGLISH, dive) == english
    assert sentence(made, reading, GERMAN, dive) == german


@pytest.mark.parametrize("code", languages())
@pytest.mark.parametrize("position", ["A", "B", "C", "D", ""])
@pytest.mark.parametrize("kind", Kind)
def test_every_kind_has_a_sentence_in_every_language(kind, position, code):
    made, found = remark(kind, 0.2)
    said = sentence(made, Reading(found), load_words(code), position)
    assert str(n_known(made.measure)) in said
    assert not {"{", "}"} & set(said)


def test_of_a_measure_of_which_little_is_known_only_the_fact_is_said():
    made, found = remark(Kind.JUMP_LOW, 1.2)
    unknown = replace(made, measure="jump_height_metres")
    assert sentence(unknown, Reading(found), ENGLISH) == "Low jump: only 1.20 s in the air"


def test_what_an_examination_remarks_is_said_in_its_order(tmp_path):
    dive, _ = drawn_dive()
    made = examined(tmp_path / "dive.mp4", dive, None)
    said = remark_sentences(made, ENGLISH)
    assert [one.kind for one, _ in said] == [one.kind for one in made.remarks]
    assert said[0][1].startswith("Entry 12 degrees past vertical (")
    lacking = replace(made, readings=readings(dive)[:1])
    assert [one.measure for one, _ in remark_sentences(lacking, ENGLISH)] == ["flight_seconds"]
