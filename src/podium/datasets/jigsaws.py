"""JIGSAWS: three surgical tasks done with a robot, as the motion of its arms (Gao et al., 2014).

Each trial is a table of 76 numbers, 30 times a second; a meta file gives what the surgeon says of
his experience, and the global rating score. Tested on a made-up copy only: the data themselves
were not at hand.
"""

import hashlib
import io
import re
from collections.abc import Iterator
from pathlib import Path
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from podium.datasets._folder import not_found, require_part, root_of
from podium.errors import ManifestError
from podium.inputs.table import MAX_NUMBER
from podium.machine.files import cache_folder, read_bytes, write_bytes
from podium.performance import Performance

TASKS = ("Suturing", "Knot_Tying", "Needle_Passing")

N_VARIABLES = 76
"""Of two hands and two tools: place, direction, speed, turning and how far a gripper is open."""

FRAMES_PER_CLIP = 16

MAX_META_BYTES = 2**20
MAX_TRIAL_BYTES = 64 * 2**20
MAX_FRAMES = 160_000

RATINGS = (
    "respect_for_tissue", "suture_handling", "time_and_motion", "flow_of_operation",
    "overall_performance", "quality_of_final_product",
)  # fmt: skip
"""The six ratings, 1 to 5, whose sum is the score; each is a score of its own, too."""

_TRIAL = re.compile(r"(?P<task>\w+)_(?P<surgeon>[A-Z])(?P<trial>[0-9]{3})", re.ASCII)


class Jigsaws:
    """Suturing, knots and needle passing with a robot, by the motion of its arms, with scores.

    `root` holds a folder for each task (`Suturing/meta_file_Suturing.txt`,
    `Suturing/kinematics/AllGestures/Suturing_B001.txt` and so on); without it, `jigsaws` in the
    folder that `PODIUM_DATA` names. `part` is one task. The athlete is the surgeon, whom no fold
    parts (leave one user out); `--group trial` leaves out the first trials of all surgeons, and so
    on (leave one supertrial out). Each trial is written to the cache once, as a file of features:
    of every 16 moments the mean and the standard deviation of each of the 76 numbers.
    """

    parts = TASKS
    """What can be taken by itself."""

    def __init__(self, root: Path | None = None, part: str | None = None) -> None:
        self.root = root_of("jigsaws", root)
        self.part = require_part("jigsaws", part, TASKS)

    def performances(self) -> tuple[Performance, ...]:
        """List every trial that has a score and a table: the task is the action.

        Raises
        ------
        DatasetNotFound
            If the data are not at `root`.
        ManifestError
            If a meta file or a table is not what it must be.
        """
        metas = [
            self.root / task / f"meta_file_{task}.txt"
            for task in TASKS
            if self.part in (None, task)
        ]
        there = [meta for meta in metas if meta.is_file()]
        if not there:
            raise not_found("JIGSAWS", metas[0], "jigsaws")
        found = [one for meta in there for one in _performances(meta)]
        if not found:
            raise ManifestError(
                f"{there[0]}: no trial that it lists has a table in kinematics/AllGestures beside "
                "it: unpack the kinematics there"
            )
        return tuple(found)


def _performances(meta: Path) -> Iterator[Performance]:
    text = read_bytes(meta, MAX_META_BYTES).decode("utf-8", "replace")
    for number, line in enumerate(text.splitlines(), start=1):
        cells = line.split()
        if not cells:
            continue
        name = _TRIAL.fullmatch(cells[0])
        is_row = len(cells) >= 3 and _is_rating(cells[2])
        if name is None or not is_row:
            raise ManifestError(
                f"{meta}: line {number}: {line!r:.99} must be a trial such as Suturing_B001, N, I "
                "or E, and the global rating score"
            )
        rated = dict(zip(RATINGS, cells[3:], strict=False))
        table = meta.parent / "kinematics" / "AllGestures" / f"{cells[0]}.txt"
        if table.is_file():
            yield Performance(
                id=cells[0],
                path=_features(table),
                score=float(cells[2]),
                action=name["task"],
                athlete=name["surgeon"],
                extra=MappingProxyType({"trial": name["trial"], "skill": cells[1], **rated}),
                scores=MappingProxyType({k: float(v) for k, v in rated.items() if _is_rating(v)}),
            )


def _is_rating(cell: str) -> bool:
    return cell.isdecimal() and len(cell) <= 3


def _features(table: Path) -> Path:
    """Return the file of a trial's features, in the cache; made where it is not there."""
    status = table.stat()
    known = repr((str(table.resolve()), status.st_size, status.st_mtime_ns))
    made_from = hashlib.sha256(known.encode("utf-8", "surrogateescape")).hexdigest()[:16]
    path = cache_folder() / "jigsaws" / made_from / f"{table.stem}.npy"
    if not path.is_file():
        file = io.BytesIO()
        np.save(file, clips_of(_table(table)))
        write_bytes(path, file.getvalue())
    return path


def _table(path: Path) -> npt.NDArray[np.float64]:
    """Read the numbers of a trial, (frames, 76)."""
    content = read_bytes(path, MAX_TRIAL_BYTES)
    try:
        values = np.loadtxt(io.BytesIO(content), ndmin=2, max_rows=MAX_FRAMES + 1, comments=None)
    except ValueError as error:
        raise ManifestError(f"{path}: is not a table of numbers ({error!s:.200})") from error
    if values.shape[1] != N_VARIABLES or not 1 <= len(values) <= MAX_FRAMES:
        raise ManifestError(
            f"{path}: has {values.shape[0]:,} rows of {values.shape[1]:,} numbers: a trial has 1 "
            f"to {MAX_FRAMES:,} rows of {N_VARIABLES}"
        )
    if not (np.abs(values) <= MAX_NUMBER).all():
        raise ManifestError(f"{path}: holds numbers that are not finite, or too large: check it")
    return values


def clips_of(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float32]:
    """Return mean and standard deviation of every 16 rows, (clips, 152); the last are whole.

    What is too short for a clip is one.
    """
    n_clips = max(len(values) // FRAMES_PER_CLIP, 1)
    whole = values[-n_clips * FRAMES_PER_CLIP :]
    clips = whole.reshape(n_clips, -1, whole.shape[1])
    return np.hstack([clips.mean(axis=1), clips.std(axis=1)]).astype(np.float32)
