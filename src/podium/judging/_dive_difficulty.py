"""The difficulty of a dive: the sum of five components, A to E, by height.

Springboards (1 and 3 m): the formula of the World Aquatics Competition Regulations of June 2025,
appendix 8. Platforms (5, 7.5 and 10 m): the same formula, with the numbers that give the rule
book's table of 2026; how these share what they add up to is our own, so only the sum is shown.
All are in tenths. Of 2012, the 10 m dives are known that were scored at international competitions
(UNLV-Dive, Parmar and Morris, 2017). Of other years nothing is said.
"""

from podium.judging._dive_shape import DIRECTIONS, Dive, Position
from podium.judging._numbers import KnownDifficulty
from podium.judging._panel import Years

HEIGHTS = (1.0, 3.0, 5.0, 7.5, 10.0)
SPRINGBOARDS = (1.0, 3.0)
Row = tuple[int | None, ...]

# A: by half somersaults, from none to nine, and eleven.
_SOMERSAULTS: dict[float, dict[int, int]] = {
    1.0: dict(enumerate((9, 11, 12, 16, 20, 24, 27, 30, 33, 38))),
    3.0: dict(enumerate((10, 13, 13, 15, 18, 22, 23, 28, 29, 35))),
    5.0: dict(enumerate((9, 11, 12, 16, 20, 24, 27, 30, 36))),
    7.5: dict(enumerate((10, 13, 13, 15, 18, 22, 23, 28, 34))),
    10.0: {**dict(enumerate((10, 13, 14, 15, 19, 21, 25, 27, 33, 35))), 11: 45},
}

# B: forward, back, reverse, inward; by up to 1, 2, 2 1/2, 3 1/2, and more somersaults.
_POSITIONS: dict[Position, tuple[Row, ...]] = {
    "tuck": ((1, 1, 1, -3), (0, 0, 0, 1), (0, 1, 0, 2), (0, 0, 0, 3), (0, 1, 2, 4)),
    "pike": ((2, 2, 2, -2), (1, 3, 3, 3), (2, 3, 2, 5), (3, 3, 3, 6), (4, 4, 5, 8)),
    "straight": ((3, 3, 3, 1), (4, 5, 6, 8), (6, 7, 6, None)),
    "free": ((1, 1, 1, -1), (0, -1, -1, 2), (0, -1, -2, 4), (0, 0, 0, None)),
}
_FLYING: tuple[Row, ...] = (
    (2, 1, 1, 4),
    (2, 2, 2, 5),
    (3, 3, 3, 7),
    (4, None, None, None),
)

# C: half a twist, by the same somersaults; more, by half twists, where up to 2 somersaults and
# more than these may differ.
_HALF_TWIST: tuple[Row, ...] = ((4, 2, 2, 2), (4, 4, 4, 4), (4, 0, 0, 2), (4, 0, 0, 4))
_TWISTS: dict[int, Row] = {
    2: (6, 4, 4, 4),
    3: (8, 8, 8, 8),
    4: (10, 8, 8, 8),
    5: (12, 12, 12, 12),
    6: (15, 14, 14, 15),
    7: (16, 17, 18, 16),
    8: (19, 18, 18, 19),
    9: (20, 21, 21, 20),
}
_SPRINGBOARD_TWISTS: dict[int, Row] = {3: (8, 7, 6, 8), 5: (12, 11, 10, 12)}
_PLATFORM_TWISTS: dict[int, Row] = {3: (8, 6, 6, 8), 5: (12, 10, 10, 12), 7: (16, 15, 18, 16)}

# E: the water is not seen before the entry; by half somersaults.
_TURNING_FORWARD = {2: 1, 4: 2, 6: 2, 8: 2}
_TURNING_BACK = {1: 1, 3: 2, 5: 3, 7: 4, 9: 4}

# From an armstand, forward, back and reverse.
_ARMSTAND_POSITIONS: dict[Position, tuple[Row, ...]] = {
    "tuck": ((1, 1, 1), (0, 0, 0), (1, 1, 1), (0, 1, 1), (0, 1, 1)),
    "pike": ((3, 3, 3), (3, 3, 3), (None, None, None), (3, 3, 3), (3, 3, 3)),
    "straight": ((4, 4, 4), (5, 5, 5)),
    "free": ((-2, -1, None), (-2, -1, None)),
}
_ARMSTAND_APPROACH = (2, 2, 3)
_ARMSTAND_ENTRY: tuple[dict[int, int], ...] = (
    {0: 0, 1: 1, 2: 0},
    {1: 0, 2: 3, 3: 2, 4: 4, 6: 5, 8: 9},
    {1: 0, 2: 3, 3: 2, 4: 4, 6: 5, 8: 9},
)
_ARMSTAND_TWISTS: tuple[dict[int, int], ...] = (
    {2: 12, 4: 15},
    {1: 3, 3: 12, 5: 16, 7: 20},
    {},
)
_TABLED_APART = {("207C", 7.5): 35}
"""What the table says otherwise."""

_OF_2012 = {
    "107B": 30, "109C": 37, "207B": 36, "207C": 33, "305B": 29, "305C": 27, "307C": 33, "407B": 35,
    "407C": 32, "409C": 41, "5152B": 29, "5156B": 38, "5253B": 32, "5255B": 36, "6142D": 31,
    "6243D": 32, "6245D": 36, "626B": 35, "626C": 33, "636C": 34,
}  # fmt: skip
"""At 10 m, in tenths, as most results have it (one of 307C and one of 636C have a typing error)."""


def known_difficulties(number: str, dive: Dive, height: float) -> tuple[KnownDifficulty, ...]:
    """Return the difficulties that are known of a dive at a height, the oldest first."""
    known = []
    if height == 10.0 and number in _OF_2012:
        known.append(KnownDifficulty(_OF_2012[number] / 10, Years(2012, 2012), "results"))
    parts = components(dive, height)
    if parts is None:
        return tuple(known)
    if height in SPRINGBOARDS:
        shares = {letter: tenths / 10 for letter, tenths in parts.items()}
        formula = KnownDifficulty(sum(parts.values()) / 10, Years(2025), "formula", shares)
        return (*known, formula)
    tenths = _TABLED_APART.get((number, height), sum(parts.values()))
    return (*known, KnownDifficulty(tenths / 10, Years(2026), "components"))


def components(dive: Dive, height: float) -> dict[str, int] | None:
    """Return the components of a dive's difficulty, in tenths; `None` where one is not known."""
    if dive.position is None or (dive.is_armstand and height in SPRINGBOARDS):
        return None
    parts = {
        "A": _SOMERSAULTS[height].get(dive.half_somersaults),
        "B": _position(dive, height),
        "C": _twists(dive, height),
        "D": _approach(dive, height),
        "E": _entry(dive, height),
    }
    known = {letter: tenths for letter, tenths in parts.items() if tenths is not None}
    return known if len(known) == len(parts) else None


def _band(half_somersaults: int) -> int:
    """Return the column of a table by somersaults: up to 1, 2, 2 1/2, 3 1/2, and more."""
    return next((i for i, most in enumerate((2, 4, 5, 7)) if half_somersaults <= most), 4)


def _cell(table: tuple[Row, ...], dive: Dive) -> int | None:
    band = _band(dive.half_somersaults)
    return table[band][DIRECTIONS.index(dive.direction)] if band < len(table) else None


def _position(dive: Dive, height: float) -> int | None:
    if dive.position is None:
        return None
    tables = _ARMSTAND_POSITIONS if dive.is_armstand else _POSITIONS
    tenths = _cell(tables[dive.position], dive)
    is_high = height not in SPRINGBOARDS and dive.half_somersaults > 7
    if is_high and (dive.direction, dive.position) == ("inward", "pike"):
        return 7
    if tenths is None or not dive.is_flying:
        return tenths
    if dive.direction == "inward" and dive.half_somersaults == 1:
        return tenths + 2  # as the table has it; the formula would add 4
    added = _cell(_FLYING, dive)
    return None if added is None else tenths + added


def _twists(dive: Dive, height: float) -> int | None:
    n, way = dive.half_twists, DIRECTIONS.index(dive.direction)
    if not n:
        return 0
    if dive.is_armstand:
        is_long = (way, n) == (1, 1) and dive.half_somersaults > 5
        return 4 if is_long else _ARMSTAND_TWISTS[way].get(n)
    if n == 1:
        return _cell(_HALF_TWIST, dive)
    is_platform = height not in SPRINGBOARDS
    if is_platform and (dive.direction, n) == ("reverse", 7):
        return 17
    longer = _PLATFORM_TWISTS if is_platform else _SPRINGBOARD_TWISTS
    rows = {**_TWISTS, **longer} if dive.half_somersaults > 4 else _TWISTS
    return rows[n][way]


def _approach(dive: Dive, height: float) -> int:
    if dive.is_armstand:
        return _ARMSTAND_APPROACH[DIRECTIONS.index(dive.direction)]
    place = _springboard_approach if height in SPRINGBOARDS else _platform_approach
    return place(dive, height, dive.half_somersaults)


def _springboard_approach(dive: Dive, height: float, n: int) -> int:
    is_low = height == 1.0
    if dive.direction == "forward":
        return 0 if n < 8 else 5 if is_low else 3
    if dive.direction == "back":
        return 2 if n < 7 else 6 if is_low else 4
    if dive.direction == "reverse":
        return 5 if n > 6 and is_low else 3
    return 3 if not is_low else 6 if n < 3 else 5


def _platform_approach(dive: Dive, height: float, n: int) -> int:
    if dive.direction == "forward":
        return 0 if n < 8 else 2
    if dive.direction == "back":
        return 2
    if dive.direction == "reverse":
        return 3 if n < 5 or n == 7 else 4
    if height == 5.0:
        return 6 if n < 3 else 5
    return 2 if height == 10.0 and n > 2 else 3


def _entry(dive: Dive, height: float) -> int | None:
    if dive.half_twists:
        return 0
    n, turns_back = dive.half_somersaults, dive.direction in ("back", "reverse")
    if dive.is_armstand:
        return _ARMSTAND_ENTRY[DIRECTIONS.index(dive.direction)].get(n)
    if turns_back and n == 8 and height not in SPRINGBOARDS:
        return 2
    return (_TURNING_BACK if turns_back else _TURNING_FORWARD).get(n, 0)
