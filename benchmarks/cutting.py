"""How well a recording of a training is cut into its performances.

    PODIUM_DATA=... python benchmarks/cutting.py [--recordings 20] [--seed 2024]

Recordings are joined from training dives of UNLV-Dive (`recordings`): of two to six dives each,
with pauses before, between and after them that are made of their own first and last pictures. The
70 test dives are not looked at. A dive is found where a performance shares more than half of its
frames; a performance that shares so much with none is invented. The model `diving` learned what a
splash looks like from these dives, so that a splash it never saw is not measured here; where a dive
begins and ends was learned from none.
"""

import argparse
import json
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from measuring import run_where_data_are, write
from recordings import FRAMES_PER_SECOND, Recording, write_recording

from podium.datasets.unlv_dive import UnlvDive
from podium.features.recording import Span, find_performances
from podium.model import load_model
from podium.performance import Performance

N_DIVES = (2, 6)
NEAR_SECONDS = 0.5


def main() -> None:
    """Measure it, and write results/cutting.json."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--recordings", type=int, default=20, help="how many are joined")
    parser.add_argument("--seed", type=int, default=2024, help="of what is drawn")
    options = parser.parse_args()
    measured = measure(options.recordings, options.seed)
    print(json.dumps(measured, indent=1))
    print(write("cutting", measured))


def measure(n_recordings: int, seed: int) -> dict[str, Any]:
    """Join recordings, cut them, and compare with what is known."""
    anchor = load_model("diving").anchor
    assert anchor is not None
    found: list[list[Span]] = []
    known: list[Recording] = []
    with tempfile.TemporaryDirectory() as folder:
        for number, (dives, generator) in enumerate(_drawn(n_recordings, seed)):
            known.append(write_recording(Path(folder) / f"{number}.mp4", dives, generator))
            found.append(list(find_performances(known[-1].path, anchor)))
            known[-1].path.unlink()
    about = {"n_recordings": n_recordings, "seed": seed, "frames_per_second": FRAMES_PER_SECOND}
    return about | compared(known, found)


def _drawn(n_recordings: int, seed: int) -> Iterator[tuple[list[Performance], np.random.Generator]]:
    generator = np.random.default_rng(seed)
    dives = [one for one in UnlvDive().performances() if one.split == "train"]
    for _ in range(n_recordings):
        n_dives = int(generator.integers(N_DIVES[0], N_DIVES[1] + 1))
        chosen = generator.choice(len(dives), n_dives, replace=False)
        yield [dives[int(index)] for index in chosen], generator


def compared(known: Sequence[Recording], found: Sequence[Sequence[Span]]) -> dict[str, Any]:
    """Say how many were found, how far off their borders are, and how many were invented."""
    off: list[tuple[int, int]] = []
    n_invented = 0
    for recording, spans in zip(known, found, strict=True):
        for span in spans:
            dive = next((one for one in recording.spans if _is_same(one, span)), None)
            if dive is None:
                n_invented += 1
            else:
                off.append((span.start_frame - dive[0], span.end_frame - dive[1]))
    n_dives = sum(len(recording.spans) for recording in known)
    seconds = np.abs(np.array(off, float).reshape(-1, 2)) / FRAMES_PER_SECOND
    return {
        "n_dives": n_dives,
        "n_found": len(off),
        "share_found": len(off) / n_dives,
        "n_invented": n_invented,
        "share_of_starts_within_half_a_second": float((seconds[:, 0] <= NEAR_SECONDS).mean()),
        "share_of_ends_within_half_a_second": float((seconds[:, 1] <= NEAR_SECONDS).mean()),
        "largest_seconds_off": float(seconds.max(initial=0)),
        "frames_off": off,
    }


def _is_same(dive: tuple[int, int], span: Span) -> bool:
    shared = min(dive[1], span.end_frame) - max(dive[0], span.start_frame) + 1
    return shared > (dive[1] - dive[0] + 1) / 2


if __name__ == "__main__":
    run_where_data_are(main)
