"""Measures how well `podium compare` tells right from wrong, counts, and how long it takes.

    PODIUM_DATA=... python benchmarks/comparison.py [--only likeness|repetitions|time]

- likeness: each push-up beside every correct one of other recordings; the mean likeness of form as
  what tells correct from wrong: the AUC of all clips, and the mean over pairs of recordings, one
  correct and one wrong. Once with what is usual as it ships, and once with that learned from the
  correct ones of the other recordings alone. What is usual over all of them is what ships
  (`podium.movement.usual`). Beside it, the likeness of framing and of person, which must not tell.
- repetitions: those found, against counts by eye (`data/repetitions.csv`): push-ups by contact
  sheets, exercises of KIMORE by curves of the joints that they move and by skeletons in a row. How
  they are found was mended on one half alone (`half`); people of the other are in no clip of it. Of
  what goes to two sides, the side that is gone to more often is counted; of circles, whole ones.
- time: a comparison of two videos of 10 s at 1080p, with a report, as a process of its own.
"""

import argparse
import csv
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import av
import numpy as np
import numpy.typing as npt
from measuring import RESULTS, run_where_data_are, write

from podium.datasets.kimore import Kimore
from podium.datasets.pushups import Pushups
from podium.errors import FeatureError
from podium.evaluation import metrics
from podium.joints import kept_joints
from podium.movement import Movement, movement_of
from podium.movement.comparing import paired
from podium.movement.likeness import (
    framing_likeness,
    likeness_of,
    person_likeness,
)
from podium.movement.usual import USUAL_DEGREES
from podium.performance import Performance
from podium.skeletons import read_skeleton

Floats = npt.NDArray[np.float64]

COUNTS = Path(__file__).parent / "data" / "repetitions.csv"
KINDS = tuple(USUAL_DEGREES)
KIMORE_HERTZ = 15.0
SECONDS, SIZE = 10, (1920, 1080)


def movements(performances: Sequence[Performance]) -> dict[str, Movement]:
    """Find the movement of each push-up; joints that were found before are in the cache."""
    with ThreadPoolExecutor(2) as pool:
        found = pool.map(lambda one: movement_of(kept_joints(one.path)), performances)
        return {one.id: each for one, each in zip(performances, found, strict=True)}


def differences(ours: Movement, theirs: Movement) -> Floats:
    """Return how many degrees apart two movements are, by kind of angle; NaN where not seen."""
    try:
        names, pairs = paired(ours, theirs)
    except FeatureError:
        return np.full(len(KINDS), np.nan)
    kinds = [name.removeprefix("left ").removeprefix("right ") for name in names]
    rows = [_means(abs(pair.degrees)) for pair in pairs]
    means = _means(np.stack(rows))
    return np.array([_mean(means[[k == kind for k in kinds]]) for kind in KINDS])


def _means(rows: Floats) -> Floats:
    return np.array([_mean(column) for column in rows.T])


def _mean(values: Floats) -> float:
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else float("nan")


def measure_likeness(
    push_ups: Sequence[Performance], seen: Mapping[str, Movement]
) -> dict[str, Any]:
    """Measure how well the mean likeness to correct push-ups of others tells correct from wrong."""
    recordings = np.array([one.extra["recording"] for one in push_ups])
    correct = np.array([one.score == 1 for one in push_ups])
    ids = [one.id for one in push_ups]
    beside = correct[None] & (recordings[:, None] != recordings[None])
    n = len(ids)
    degrees = np.full((n, n, len(KINDS)), np.nan)
    framing, person = np.full((n, n), np.nan), np.full((n, n), np.nan)
    for i, j in zip(*np.nonzero(beside), strict=True):
        ours, theirs = seen[ids[i]], seen[ids[j]]
        degrees[i, j] = differences(ours, theirs)
        framing[i, j] = framing_likeness(ours.joints, theirs.joints) or np.nan
        person[i, j] = person_likeness(ours.joints, theirs.joints) or np.nan
    shipped = np.array([USUAL_DEGREES[kind] for kind in KINDS])
    learned = np.stack([usual(degrees, correct, recordings, leave) for leave in recordings])
    forms = {
        "form": form(degrees, np.broadcast_to(shipped, learned.shape)),
        "form, what is usual learned without the recording": form(degrees, learned),
        "framing": framing,
        "person": person,
    }
    return {
        "clips": n,
        "auc": {name: told_apart(one, correct, recordings) for name, one in forms.items()},
        "usual_degrees": dict(
            zip(KINDS, usual(degrees, correct, recordings, "").tolist(), strict=True)
        ),
    }


def form(degrees: Floats, usual_of_each: Floats) -> Floats:
    """Return the likeness of form of each to each, (clips, clips)."""
    apart = degrees / usual_of_each[:, None]
    known = np.isfinite(apart)
    sums, counts = np.where(known, apart, 0).sum(axis=2), known.sum(axis=2)
    means = np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)
    return np.asarray(np.vectorize(likeness_of)(means))


def usual(degrees: Floats, correct: Any, recordings: Any, leave: str) -> Floats:
    """Return the median difference between correct ones of different recordings but one."""
    kept = correct & (recordings != leave)
    between = degrees[np.ix_(kept, kept)].reshape(-1, len(KINDS))
    return np.nanmedian(between, axis=0)


def told_apart(likeness: Floats, correct: Any, recordings: Any) -> dict[str, float]:
    """Return the AUC of the mean likeness over all clips, and the mean over pairs of recordings."""
    means = np.array([_mean(row) for row in likeness])
    means = np.where(np.isfinite(means), means, np.nanmedian(means))
    pairs = [
        metrics.auc(means[both], correct[both])
        for right in np.unique(recordings[correct])
        for wrong in np.unique(recordings[~correct])
        if (both := (recordings == right) | (recordings == wrong)).any()
    ]
    return {
        "all clips": metrics.auc(means, correct),
        "pairs of recordings": float(np.mean(pairs)),
    }


def counted() -> list[dict[str, str]]:
    """Return the clips that were counted by eye: data set, id and repetitions."""
    with COUNTS.open(newline="") as file:
        return list(csv.DictReader(file))


def measure_repetitions(push_ups: Mapping[str, Movement]) -> dict[str, Any]:
    """Count, and compare with the counts by eye."""
    exercises = {one.id: one.path for one in Kimore().performances()}
    rows = counted()
    found = []
    for row in rows:
        if row["dataset"] == "kimore":
            movement = movement_of(read_skeleton(exercises[row["id"]], KIMORE_HERTZ))
        else:
            movement = push_ups[row["id"]]
        found.append(len(movement.repetitions))
    off = np.array([n - int(row["repetitions"]) for n, row in zip(found, rows, strict=True)])
    sets, halves = (np.array([row[name] for row in rows]) for name in ("dataset", "half"))
    is_kimore, is_left = sets == "kimore", halves == "left alone"
    return {
        name: {
            "clips": int(some.sum()),
            "exact": float((off[some] == 0).mean()),
            "within_one": float((abs(off[some]) <= 1).mean()),
        }
        for name, some in (
            ("all", is_kimore | ~is_kimore),
            ("pushups", ~is_kimore),
            ("kimore", is_kimore),
            ("kimore, the half it was mended on", is_kimore & ~is_left),
            ("kimore, the half that was left alone", is_left),
        )
    }


TIMED = """
import sys
from podium.start import main
try:
    main()
finally:
    used = [line for line in open("/proc/self/status") if line.startswith("VmHWM")]
    sys.stderr.write("\\n" + used[0])
"""


def measure_time(push_up: Path) -> dict[str, float]:
    """Compare two videos of 10 s at 1080p, made of a push-up that is shown again and again."""
    with tempfile.TemporaryDirectory() as folder:
        videos = [Path(folder) / name for name in ("mine.mp4", "expert.mp4")]
        for start, video in enumerate(videos):
            _enlarge(push_up, video, start)
        words = ("compare", *map(str, videos), "--report", str(Path(folder) / "out.html"), "--json")
        before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-c", TIMED, *words],
            check=True, capture_output=True, text=True,
            env=os.environ | {"PODIUM_CACHE": str(Path(folder) / "cache")},
        )  # fmt: skip
        seconds = time.perf_counter() - begun
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return {
        "seconds": seconds,
        "processor_seconds": used.ru_utime + used.ru_stime - before.ru_utime - before.ru_stime,
        "memory_mb": int(done.stderr.rpartition("VmHWM:")[2].split()[0]) / 1024,
    }


def _enlarge(source: Path, target: Path, start: int) -> None:
    """Write a video of 10 s at 1080p and 30 frames a second, that begins with some frame."""
    with av.open(str(source)) as container:
        pictures = [
            frame.reformat(*SIZE, format="yuv420p").to_ndarray()
            for frame in container.decode(video=0)
        ]
    with av.open(str(target), "w") as out:
        stream = out.add_stream("libx264", rate=30)
        stream.width, stream.height, stream.pix_fmt = *SIZE, "yuv420p"
        for i in range(30 * SECONDS):
            picture = av.VideoFrame.from_ndarray(
                pictures[(start + i) % len(pictures)], format="yuv420p"
            )
            out.mux(stream.encode(picture))
        out.mux(stream.encode(None))


def main() -> None:
    """Measure, print and write JSON; what is not asked for is kept as it was."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", choices=("likeness", "repetitions", "time"))
    only = parser.parse_args().only
    kept = RESULTS / "comparison.json"
    result: dict[str, Any] = json.loads(kept.read_text()) if only and kept.exists() else {}
    push_ups = list(Pushups().performances())
    needed = {row["id"] for row in counted()} if only == "repetitions" else None
    looked_at = [one for one in push_ups if needed is None or one.id in needed]
    seen = movements(looked_at) if only != "time" else {}
    if only in (None, "likeness"):
        result["likeness"] = measure_likeness(push_ups, seen)
    if only in (None, "repetitions"):
        result["repetitions"] = measure_repetitions(seen)
    if only in (None, "time"):
        result["time"] = measure_time(push_ups[0].path)
    print(json.dumps(result, indent=1))
    print(write("comparison", result))


if __name__ == "__main__":
    run_where_data_are(main)
