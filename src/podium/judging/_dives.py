"""The numbers of dives: `407C` is inward, three and a half somersaults, tuck."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from podium.errors import UsageError
from podium.judging._dive_difficulty import HEIGHTS, known_difficulties
from podium.judging._dive_shape import DIRECTIONS, POSITIONS, Dive
from podium.judging._numbers import KnownDifficulty

_SHOWN = 20
_GROUPS = (
    re.compile(r"(?P<direction>[1-4])(?P<flying>[01])(?P<half_somersaults>1[01]|[1-9])"),
    re.compile(r"5(?P<direction>[1-4])(?P<half_somersaults>[1-9])(?P<half_twists>[1-9])"),
    re.compile(
        r"(?P<armstand>6)(?P<direction>[123])(?P<half_somersaults>[1-9])(?P<half_twists>[1-9])?"
    ),
    re.compile(r"(?P<armstand>6)00"),
)


def read_dive(number: str) -> Dive:
    """Return what the number of a dive means; its letter may be left out.

    The rules (World Aquatics, Competition Regulations, part four): the first digit is the
    direction, 5 for twists, where the second is, or 6 for an armstand; a second digit of 1 is
    flying; then come half somersaults and half twists, and the position's letter.

    Raises
    ------
    UsageError
        If it is not the number of a dive; the message says what does not fit.
    """
    digits, letter = number.rstrip("ABCDabcd"), number[len(number.rstrip("ABCDabcd")) :].upper()
    found = next(filter(None, (group.fullmatch(digits) for group in _GROUPS)), None)
    if found is None or len(letter) > 1 or not number.isascii():
        raise UsageError(
            f"{number[:_SHOWN]!r} is not the number of a dive: give a direction (1 to 4), 0 or 1 "
            "for flying, and half somersaults, as in 407C; with twists 5, direction, half "
            "somersaults and half twists, as in 5253B; from an armstand 6, direction 1 to 3, half "
            "somersaults and half twists, if any, as in 6243D; then A, B, C or D"
        )
    parts = found.groupdict()
    dive = Dive(
        direction=DIRECTIONS[int(parts.get("direction") or 1) - 1],
        half_somersaults=int(parts.get("half_somersaults") or 0),
        half_twists=int(parts.get("half_twists") or 0),
        is_flying=parts.get("flying") == "1",
        is_armstand=bool(parts.get("armstand")),
        position=POSITIONS[letter] if letter else None,
    )
    _require_possible(dive, number, letter)
    return dive


def _with_twists(half_somersaults: int) -> str:
    """Return the positions of dives with twists (Competition Regulations, appendix 8, notes)."""
    return "ABC" if half_somersaults == 1 else "D" if half_somersaults < 4 else "BC"


def _require_possible(dive: Dive, number: str, letter: str) -> None:
    """Refuse a position or a flight that the rules exclude."""
    if dive.position == "free" and not dive.half_twists:
        raise UsageError(
            f"{number!r} is not the number of a dive: D (free) is only for dives with twists; "
            "give A, B or C"
        )
    if dive.half_twists and dive.position and not dive.is_armstand:
        allowed = _with_twists(dive.half_somersaults)
        if letter not in allowed:
            raise UsageError(
                f"{number!r} is not the number of a dive: with twists and so many somersaults, a "
                f"dive is in {' or '.join(allowed)}; give one of these"
            )
    if dive.is_flying and dive.position == "straight" and dive.half_somersaults > 1:
        raise UsageError(
            f"{number!r} is not the number of a dive: a flying somersault is in B or C (pike or "
            "tuck), for A is straight all along; give one of these"
        )


@dataclass(frozen=True)
class DiveNumbers:
    """Reads the numbers of dives, and knows the difficulties they have."""

    heights: tuple[float, ...] = HEIGHTS
    """The heights of boards and platforms, in metres."""

    def meaning(self, number: str) -> Mapping[str, object]:
        """Return what the number of a dive says, by plain names."""
        return asdict(read_dive(number))

    def difficulties(self, number: str, height: float) -> tuple[KnownDifficulty, ...]:
        """Return the difficulties that are known of a dive at a height, the oldest first."""
        return known_difficulties(number.upper(), read_dive(number), height)
