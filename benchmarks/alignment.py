"""How well the splash of a dive is found, at which clips are aligned, and how surely its absence.

Each training dive of UNLV-Dive is looked at by what was learned from four fifths of the others: as
it is; with another dive before it and the beginning of one after it, as in a video that nobody
trimmed; and stopped so many frames after the splash. The test dives are not looked at.
"""

import argparse
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from measuring import run_where_data_are, write

from podium.datasets.unlv_dive import UnlvDive
from podium.features.event import WINDOWS, Finding, Marked, find_left_out, learn_anchor
from podium.features.extraction import FeatureCache
from podium.training import find_marked

EVENT = "splash"
STOPPED = (-24, -8, 0, 4, 8, 12)
"""How many frames after the splash a video stops."""

QUANTILES = (0.5, 0.95, 0.99, 1.0)


def untrimmed(dives: Sequence[Marked]) -> list[Marked]:
    """Put before and after each dive the next one's moments until shortly before its splash."""
    found = []
    for dive, other in zip(dives, [*dives[1:], dives[0]], strict=True):
        early = other.windows[other.ends < other.event - WINDOWS.n_frames // 2]
        span = WINDOWS.stride * len(early)
        windows = np.concatenate([early, dive.windows, early])
        ends = dive.ends[0] - span + WINDOWS.stride * np.arange(len(windows))
        found.append(Marked(windows, ends, dive.event))
    return found


def stopped(dives: Sequence[Marked], after: int) -> list[Marked]:
    """Stop each dive some frames after its splash."""
    kept = [dive.ends <= dive.event + after for dive in dives]
    return [
        replace(dive, windows=dive.windows[some], ends=dive.ends[some])
        for dive, some in zip(dives, kept, strict=True)
    ]


def errors(findings: Sequence[Finding]) -> dict[str, float]:
    """Return quantiles of how many frames off the event was found."""
    found = [finding.error for finding in findings]
    return {f"{q:g}": float(np.quantile(found, q)) for q in QUANTILES}


def main() -> None:
    """Measure, print a table and write JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.parse_args()
    train = [dive for dive in UnlvDive().performances() if dive.split == "train"]
    dives = [*find_marked(train, EVENT, FeatureCache()).values()]
    anchor = learn_anchor(EVENT, 24, dives)
    assert anchor is not None
    whole, longer = find_left_out(dives), find_left_out(dives, tried=untrimmed(dives))
    missing = {
        str(after): float(
            np.mean(
                [f.doubt > anchor.limit for f in find_left_out(dives, tried=stopped(dives, after))]
            )
        )
        for after in STOPPED
    }
    result: dict[str, Any] = {
        "dives": len(dives),
        "frames_off": {"as it is": errors(whole), "untrimmed": errors(longer)},
        "said_to_lack_it": {
            "as it is": float(np.mean([f.doubt > anchor.limit for f in whole])),
            "untrimmed": float(np.mean([f.doubt > anchor.limit for f in longer])),
            "stopped so many frames after it": missing,
        },
    }
    for name, row in result["frames_off"].items():
        print(f"{name:<12} frames off, by quantile: {row}")
    print(f"said to lack it: {result['said_to_lack_it']}")
    print(write("alignment", result))


if __name__ == "__main__":
    run_where_data_are(main)
