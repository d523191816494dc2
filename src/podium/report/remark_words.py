"""Remarks in words: the fact, when it was seen, the expert's, and how it stands among others."""

from collections.abc import Sequence

from podium.assessment.feedback import PhasePoints, RemarkGroup
from podium.assessment.values import Assessment
from podium.examination.values import Examination
from podium.measures import Measurement, Phase, Reading
from podium.remarks import Kind, Remark, better_percent, percentile_of, times_usual
from podium.report.measured import others, value
from podium.report.words import Words

DATED = (Phase.ENTRY, Phase.SPLASH)
"""Of these it is said when it was seen; the others last as long as the flight."""

TWICE = 1.85, 2.15
"""What is so many times as large is said to be twice as large."""


def remark_sentences(
    examination: Examination, words: Words, points: Sequence[PhasePoints] = ()
) -> list[tuple[Remark, str]]:
    """Return what is remarked of a dive, each beside the sentence that says it.

    `points` are what phases are worth, as far as that is known.
    """
    readings = {one.measurement.name: one for one in examination.readings}
    position = str(examination.values.get("position") or "")
    worth = {one.phase: worth_sentence(one, words) for one in points}
    found = [one for one in examination.remarks if one.measure in readings]
    facts = [sentence(one, readings[one.measure], words, position) for one in found]
    return [
        (one, words.then(fact, worth.get(one.phase, "")))
        for one, fact in zip(found, facts, strict=True)
    ]


def is_praised(examination: Examination | None, phase: str) -> bool:
    """Return whether what was measured of a phase was good, at odds with a remark of its clips."""
    remarks = examination.remarks if examination else ()
    return any(one.is_praise and one.phase == phase for one in remarks)


def group_note(assessment: Assessment, group: RemarkGroup, words: Words) -> str:
    """Say what points mean in a group of remarks, or why there are none."""
    if assessment.score is None:
        return words("remarks.no_score_note")
    return words("withheld.points" if assessment.is_withheld else f"remarks.{group}_note")


def worth_sentence(one: PhasePoints, words: Words) -> str:
    """Say what a phase is worth: how much higher the score would be with an expert's."""
    worth, moment = one.worth, words.moment(one.phase)
    key = "remark.worth" if worth.points < 0 else "remark.worth_more"
    low, high = sorted((abs(worth.low), abs(worth.high)))
    amounts = {"points": abs(worth.points), "low": low, "high": high}
    return words(key, moment=moment, **{k: words.number(v) for k, v in amounts.items()})


def sentence(remark: Remark, reading: Reading, words: Words, position: str = "") -> str:
    """Say a remark: `Entry 12 degrees past vertical (4.1 s); closer to vertical than this in ...`.

    `position` is the letter of that of the body, where it is known.
    """
    key = f"remark.{remark.kind}"
    of_kind = (f"{key}.{kind}" for kind in (position, remark.among))
    key = next((one for one in of_kind if one in words.strings), key)
    fact = words(key, **_amounts(remark, reading.measurement, words))
    beside = [part for part in (_when(reading, words), _expert(remark, reading, words)) if part]
    if beside:
        fact += f" ({words.then(*beside)})"
    standing = _standing(remark, words)
    return words.then(fact, standing)


def _amounts(remark: Remark, found: Measurement, words: Words) -> dict[str, str]:
    """Return how much it was, in each way in which a sentence may say it."""
    times = times_usual(remark.measure, remark.value)
    return {
        "value": value(found, remark.value, words),
        "degrees": words.number(abs(remark.value), 0),
        "percent": words.number(100 * remark.value, 0),
        "times": _times(times, words),
        "share": words.number(100 * (times or 0.0), 0),
    }


def _times(times: float | None, words: Words) -> str:
    """Write how many times as large as the usual something is: `twice as large as the usual`."""
    if times is None:
        return ""
    if TWICE[0] <= times <= TWICE[1]:
        return words("remark.twice")
    return words("remark.times", n=words.number(times, 1))


def _when(reading: Reading, words: Words) -> str:
    """Write when an entry or a splash was seen: at its end, when the water is met."""
    found = reading.measurement
    seconds = found.end_seconds if found.phase is Phase.ENTRY else found.start_seconds
    if found.phase not in DATED or seconds is None:
        return ""
    return words("measures.at", seconds=words.number(seconds, 1))


def _expert(remark: Remark, reading: Reading, words: Words) -> str:
    theirs = reading.reference_value
    if not isinstance(theirs, int | float):
        return ""
    if remark.kind in (Kind.SPLASH_LARGE, Kind.SPLASH_SMALL):
        share = 100 * (times_usual(remark.measure, theirs) or 0.0)
        said = words("remark.of_usual", percent=words.number(share, 0))
    elif remark.kind in (Kind.NOT_TIGHT, Kind.TIGHT):
        said = words("unit.share", value=words.number(100 * theirs, 0))
    else:
        said = value(reading.measurement, theirs, words)
    return words("remark.expert", value=said)


def _standing(remark: Remark, words: Words) -> str:
    """Say how many others do better, or worse than what is praised."""
    measured = remark.measure, remark.value, remark.among
    better = better_percent(*measured)
    if better is None:
        return ""
    key, percent = f"remark.{remark.kind}.others", 100 - better if remark.is_praise else better
    if remark.kind is Kind.ENTRY_PAST_VERTICAL and better < 50:
        # Hardly anybody is past the vertical: short of it, most are farther from it.
        key, percent = "remark.farther_past", 100 - (percentile_of(*measured) or 0.0)
    compared = others(remark.measure, remark.among, words)
    return words(key, percent=words.number(percent, 0), others=compared)
