"""What was measured, in words: each value with its range, when it was seen, and how it stands."""

from dataclasses import dataclass

from podium.errors import UsageError
from podium.judging import find_rule
from podium.measures import Measurement, Phase, Reading
from podium.recognition import Recognised
from podium.remarks import n_known
from podium.report.action_words import in_words, of_halves
from podium.report.words import Words

DIGITS = {"degrees": 0, "frames": 0, "": 0, "share": 0}
"""How many digits stand behind the point, where it is not `USUAL_DIGITS`."""

USUAL_DIGITS = 2

POSITIONS = {"A": "straight", "B": "pike", "C": "tuck", "D": "free"}


@dataclass(frozen=True)
class Row:
    """A line of the table of measures: all that is said of one, "" where there is nothing to say.

    `start_seconds` is when it was seen, `share` how it stands among others, 0 to 1.
    """

    phase: Phase | None
    name: str
    value: str
    span: str = ""
    when: str = ""
    start_seconds: float | None = None
    reference: str = ""
    standing: str = ""
    share: float | None = None
    reason: str = ""


def row(reading: Reading, words: Words) -> Row:
    """Say what was measured, or why it was not."""
    found = reading.measurement
    name = words.either(f"measure.{found.name}", found.name.replace("_", " "))
    theirs = reading.reference_value
    reference = "" if theirs is None else value(found, theirs, words)
    if found.value is None:
        why = words.either(f"reason.{found.reason}", found.reason.replace("_", " "))
        return Row(found.phase, name, "", reference=reference, reason=why)
    share = None if reading.percentile is None else reading.percentile / 100
    return Row(
        phase=found.phase,
        name=name,
        value=value(found, found.value, words),
        span=span(found, words),
        when=when(found, words),
        start_seconds=found.start_seconds,
        reference=reference,
        standing=standing(reading, words),
        share=share,
    )


def value(found: Measurement, one: float | str, words: Words) -> str:
    """Write a value as people say it: `12° past vertical`, `3½`, `tuck`."""
    if found.name == "position":
        return words(f"rules.{POSITIONS[one]}") if one in POSITIONS else str(one)
    if isinstance(one, str):
        return words.either(f"rules.{one}", one.replace("_", " "))
    if found.name == "armstand":
        return words("value.yes" if one else "value.no")
    if found.name.startswith("half_"):
        return of_halves(round(one))
    if found.name == "entry_angle_degrees":
        return _from_vertical(one, words)
    return words.either(f"unit.{found.unit}", "{value}").format(value=_number(found, one, words))


def _from_vertical(degrees: float, words: Words) -> str:
    whole = round(degrees)
    key = "angle.past" if whole > 0 else "angle.short" if whole < 0 else "angle.vertical"
    return words(key, degrees=abs(whole))


def _number(found: Measurement, one: float, words: Words) -> str:
    if found.unit == "share":
        return words.number(100 * one, 0)
    return words.number(one, DIGITS.get(found.unit, USUAL_DIGITS))


def span(found: Measurement, words: Words) -> str:
    """Write from where to where a value may be, where it may be anywhere else."""
    if found.low is None or found.high is None or isinstance(found.value, str):
        return ""
    if found.name.startswith("half_"):
        low, high = (of_halves(round(one)) for one in (found.low, found.high))
    elif found.name == "entry_angle_degrees":
        low, high = _angles(found.low, found.high, words)
    else:
        low, high = (_number(found, one, words) for one in (found.low, found.high))
    return words("score.span", low=low, high=high) if low != high else ""


def _angles(low: float, high: float, words: Words) -> tuple[str, str]:
    """Write two angles from the vertical, without their sides where those are the same."""
    if (low < 0) != (high < 0):
        return _from_vertical(low, words), _from_vertical(high, words)
    near, far = sorted(abs(round(one)) for one in (low, high))
    return words("unit.degrees", value=near), words("unit.degrees", value=far)


def when(found: Measurement, words: Words) -> str:
    """Write when something was seen."""
    start, end = found.start_seconds, found.end_seconds
    if start is None:
        return ""
    if end is None or end - start < 0.05:
        return words("measures.at", seconds=words.number(start, 2))
    return words("measures.span", start=words.number(start, 2), end=words.number(end, 2))


def standing(reading: Reading, words: Words) -> str:
    """Say how a value stands among those of others."""
    if reading.percentile is None:
        return ""
    lower = reading.percentile >= 50
    percent = round(reading.percentile if lower else 100 - reading.percentile)
    compared = others(reading.measurement.name, reading.among, words)
    return words("measures.more" if lower else "measures.less", percent=percent, others=compared)


def others(name: str, among: str, words: Words) -> str:
    """Say beside which dives a measure stands: `300 Olympic dives`, or those of its kind."""
    return words(f"others.{among}" if among else "others", n=n_known(name, among))


def recognised(found: Recognised | None, words: Words) -> str:
    """Name the dive that was recognised: `407C (inward, 3½ somersaults, tuck)`."""
    if found is None or not found.action:
        return ""
    return dive_in_words(found.action, found.position or "", words)


def dive_in_words(action: str, position: str, words: Words) -> str:
    """Say what the number of a dive means: `407C (inward, 3½ somersaults, tuck)`."""
    number = f"{action}{position}"
    try:
        numbers = find_rule("diving").numbers
        meaning = numbers.meaning(number) if numbers else {}
    except UsageError:  # measures may fit no dive that the rules know
        return number
    return words("recognised.dive", number=number, meaning=in_words(meaning, words))
