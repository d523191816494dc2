"""Which clips a commentator called faulty, and how many of them a scorer finds (paper, V-E)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from podium.benchmark.results import Found, Range
from podium.errors import ManifestError, MissingFile
from podium.evaluation.resampling import middle
from podium.features.values import Sample
from podium.inputs.table import read_rows
from podium.video.clips import ClipOptions

SAID = ("fault", "praise", "none")
ABOUT = ("id", "confidence", "evidence")
FAULTY_BELOW = 0.5

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Tally:
    """How many clips of one performance were flagged, were faulty, and were both."""

    n_flagged: int
    n_faulty: int
    n_hits: int
    n_clips: int


def read_comments(path: Path) -> dict[str, dict[str, str]]:
    """Read what was said of each phase of each performance: fault, praise or none, by id.

    Raises
    ------
    MissingFile, ManifestError
        If there is no such table, or it holds another word.
    """
    if not path.is_file():
        raise MissingFile(
            f"{path}: no such table of faults: it should lie beside the data set's metadata.csv"
        )
    comments = {}
    for row in read_rows(path, "faults"):
        if "id" not in row.cells:
            raise ManifestError(f"{path}: has no column 'id': is it a table of faults?")
        said = {name: word for name, word in row.cells.items() if name not in ABOUT}
        strange = [word for word in said.values() if word not in SAID]
        if strange:
            id_ = row.cells["id"]
            raise ManifestError(f"{path}: {strange[0]!r:.200} of {id_:.200} must be one of {SAID}")
        comments[row.cells["id"]] = said
    return comments


def clips_of_phase(sample: Sample, name: str, options: ClipOptions = ClipOptions()) -> Flags:
    """Return which clips lie in a phase, (clips,): with half of their frames, or the nearest."""
    n_clips, seen = len(sample.features), sample.features
    length = options.n_frames * seen.step
    found = np.zeros(n_clips, bool)
    for phase in sample.performance.phases:
        if phase.name != name:
            continue
        starts = seen.first_used + options.stride * seen.step * np.arange(n_clips)
        last = np.minimum(starts + length - 1, phase.end_frame)
        shared = last - np.maximum(starts, phase.start_frame) + 1
        found |= shared >= length / 2
        if not found.any() and shared.max() > 0:
            found[int(shared.argmax())] = True
    return found


def faulty_clips(sample: Sample, said: Mapping[str, str]) -> Flags:
    """Return which clips lie in a phase that was called faulty, (clips,)."""
    faulty = np.zeros(len(sample.features), bool)
    for name, word in said.items():
        if word == "fault":
            faulty |= clips_of_phase(sample, name)
    return faulty


def tally(flagged: Flags, faulty: Flags) -> Tally:
    """Count, for one performance."""
    hits = int((flagged & faulty).sum())
    return Tally(int(flagged.sum()), int(faulty.sum()), hits, len(faulty))


def detection_summary(tallies: Mapping[str, Sequence[Tally]], seed: int = 0) -> Found:
    """Return precision and recall over all clips, with 95 % intervals over performances.

    `tallies` holds for each performance one tally a split it was tested in.
    """
    totals = np.array(
        [
            np.sum([(t.n_hits, t.n_flagged, t.n_faulty) for t in ts], axis=0)
            for ts in tallies.values()
        ],
        dtype=float,
    ).reshape(-1, 3)
    draws = np.random.default_rng(seed).integers(0, max(len(totals), 1), (1000, len(totals)))
    drawn = totals[draws].sum(axis=1) if len(totals) else np.zeros((0, 3))
    hits, flagged, faulty = totals.sum(axis=0)
    return Found(
        precision=_share(hits, flagged),
        precision_interval=_middle(drawn[:, 0], drawn[:, 1]),
        recall=_share(hits, faulty),
        recall_interval=_middle(drawn[:, 0], drawn[:, 2]),
        n_performances=len(totals),
    )


def _share(part: float, whole: float) -> float | None:
    return round(float(part / whole), 4) if whole else None


def _middle(parts: npt.NDArray[np.float64], wholes: npt.NDArray[np.float64]) -> Range | None:
    return middle(parts[wholes > 0] / wholes[wholes > 0])
