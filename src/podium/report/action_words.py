"""What the number of a dive says, as people say it."""

from collections.abc import Mapping
from typing import Any

from podium.report.words import Words


def in_words(meaning: Mapping[str, Any], words: Words) -> str:
    """Return what a number says, as people say it: `inward, 3½ somersaults, tuck`."""
    flags = [words(f"rules.{key}") for key in ("is_armstand", "is_flying") if meaning[key]]
    parts = [*flags, words(f"rules.{meaning['direction']}")]
    for key, one in (("half_somersaults", "somersault"), ("half_twists", "twist")):
        if halves := meaning[key]:
            unit = one if halves <= 2 else f"{one}s"
            parts.append(words(f"rules.{unit}", n=of_halves(halves)))
    if meaning["position"]:
        parts.append(words(f"rules.{meaning['position']}"))
    return ", ".join(parts)


def of_halves(halves: int) -> str:
    """Write so many halves as a number of whole ones: `3½`."""
    whole, half = divmod(halves, 2)
    return f"{whole or ''}{'½' if half else ''}" or "0"
