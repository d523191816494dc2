"""What cells of a table of performances say, column by column; `ValueError` if nothing clear."""

import sys
from typing import get_args

from podium.inputs.cells import without_fraction
from podium.inputs.table import MAX_NUMBER
from podium.performance import Kind, Phase, Split


def whole(value: float) -> int:
    """Return a number that counts: `ValueError` if it is none, `OverflowError` if too large."""
    if not value.is_integer() or value < 0:
        raise ValueError
    if value > MAX_NUMBER:
        raise OverflowError
    return int(value)


def split(text: str) -> Split:
    """Read which part of the data a performance is of."""
    for known in get_args(Split):
        if text == known:
            return known  # type: ignore[no-any-return]
    raise ValueError


def kind(text: str) -> Kind:
    """Read what the numbers of a file of a skeleton are."""
    for known in get_args(Kind):
        if text == known:
            return known  # type: ignore[no-any-return]
    raise ValueError


def truth(text: str) -> bool:
    """Read whether something is so."""
    plain = without_fraction(text).lower()
    if plain not in {"true", "1", "yes", "false", "0", "no"}:
        raise ValueError
    return plain in {"true", "1", "yes"}


def phases(text: str) -> tuple[Phase, ...]:
    """Read phases, name:first-last with ; between them; frames count from 0, both included."""
    return tuple(_phase(part) for part in text.split(";"))


def _phase(text: str) -> Phase:
    name, _, frames = text.partition(":")
    first, _, last = frames.partition("-")
    phase = Phase(sys.intern(name.strip()), whole(float(first)), whole(float(last)))
    if phase.end_frame < phase.start_frame:
        raise ValueError
    return phase
