import pytest

from drawn_dives import Recognised, drawn_dive, readings
from podium import _catalog
from podium.measures import Measurement, Phase, Reading
from podium.report.measured import recognised, row
from podium.report.words import languages, load_words

ENGLISH, GERMAN = load_words("en"), load_words("de")
READINGS = {one.measurement.name: one for one in readings(drawn_dive()[0])}


def angle(value: float, low: float, high: float) -> Reading:
    return Reading(
        Measurement("entry_angle_degrees", "degrees", Phase.ENTRY, value, low, high, 1.0, 1.1)
    )


@pytest.mark.parametrize(
    ("name", "words", "expected"),
    [
        ("flight_seconds", ENGLISH,
         ("Time in the air", "1.57 s", "1.50 to 1.65", "0.13 to 1.00 s", "1.61 s",
          "more than 64 % of 298 Olympic dives")),
        ("flight_seconds", GERMAN,
         ("Flugzeit", "1,57 s", "1,50 bis 1,65", "0,13 bis 1,00 s", "1,61 s",
          "mehr als bei 64 % von 298 olympischen Sprüngen")),
        ("half_somersaults", ENGLISH,
         ("Somersaults", "3½", "3½ to 4", "0.13 to 1.00 s", "3½", "")),
        ("position", ENGLISH, ("Position", "tuck", "", "0.13 to 0.73 s", "pike", "")),
        ("armstand", GERMAN, ("Aus dem Handstand", "nein", "", "", "", "")),
        ("opening_seconds", ENGLISH,
         ("Come-out before the water", "0.22 s", "0.20 to 0.24", "0.73 s", "",
          "less than 88 % of 300 Olympic dives")),
        ("entry_angle_degrees", ENGLISH,
         ("Entry angle", "12° past vertical", "4° to 20°", "0.90 to 1.00 s",
          "3° short of vertical", "more than 83 % of 300 Olympic dives")),
        ("new_measure", ENGLISH, ("new measure", "2.00", "", "", "", "")),
    ],
)  # fmt: skip
def test_what_was_measured_is_said(name, words, expected):
    one = row(READINGS[name], words)
    said = (one.name, one.value, one.span, one.when, one.reference, one.standing)
    assert said == expected
    assert one.reason == ""


@pytest.mark.parametrize(
    ("name", "words", "reason"),
    [
        ("jump_height_metres", ENGLISH, "the height of the platform was not given (--height)"),
        ("jump_height_metres", GERMAN, "die Höhe der Plattform wurde nicht angegeben (--height)"),
        ("splash_size", ENGLISH, "never heard of"),
    ],
)
def test_what_could_not_be_measured_says_why(name, words, reason):
    one = row(READINGS[name], words)
    assert (one.value, one.span, one.when, one.standing, one.reason) == ("", "", "", "", reason)


@pytest.mark.parametrize(
    ("reading", "value", "span"),
    [
        (angle(12.0, 4.0, 20.0), "12° past vertical", "4° to 20°"),
        (angle(-12.0, -20.0, -4.0), "12° short of vertical", "4° to 20°"),
        (angle(-2.0, -10.0, 6.0), "2° short of vertical",
         "10° short of vertical to 6° past vertical"),
        (angle(0.4, -8.0, 8.0), "vertical", "8° short of vertical to 8° past vertical"),
        (angle(5.0, 5.0, 5.0), "5° past vertical", ""),
    ],
)  # fmt: skip
def test_an_angle_is_said_from_the_vertical(reading, value, span):
    one = row(reading, ENGLISH)
    assert (one.value, one.span) == (value, span)


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (Recognised("407", "C", 0.9), "407C (inward, 3½ somersaults, tuck)"),
        (Recognised("5253", "B", 0.9), "5253B (back, 2½ somersaults, 1½ twists, pike)"),
        (Recognised("407", None, 0.9), "407 (inward, 3½ somersaults)"),
        (Recognised("407", "D", 0.9), "407D"),
        (Recognised("999", "C", 0.9), "999C"),
        (Recognised(None, "C", 0.1), ""),
        (None, ""),
    ],
)
def test_the_dive_is_named(found, said):
    assert recognised(found, ENGLISH) == said


@pytest.mark.parametrize("code", languages())
@pytest.mark.parametrize("name", _catalog.names("podium.measures"))
def test_every_measure_has_a_name_and_a_unit_in_every_language(name, code):
    words, found = load_words(code), _catalog.find("podium.measures", name)
    assert f"measure.{name}" in words.strings
    assert not found.unit or f"unit.{found.unit}" in words.strings


@pytest.mark.parametrize("given", [-1.0, 100.5, float("nan")])
def test_a_percentile_is_from_0_to_100(given):
    with pytest.raises(ValueError, match="percentile"):
        Reading(READINGS["flight_seconds"].measurement, given)
