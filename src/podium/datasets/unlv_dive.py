"""UNLV-Dive: 370 Olympic 10 m platform dives (Parmar and Morris, 2017), the paper's own data."""

from dataclasses import replace
from pathlib import Path

from podium.datasets._folder import require_there, root_of
from podium.datasets.manifest import Manifest
from podium.errors import ManifestError
from podium.performance import Performance, Phase

PHASE_NAMES = ("take_off", "flight", "entry", "splash")


class UnlvDive:
    """Olympic platform dives with the judges' scores; read from where you keep them.

    `root` holds `metadata.csv` and `videos/`; without it, `unlv-dive` in the folder that
    `PODIUM_DATA` names.
    """

    def __init__(self, root: Path | None = None) -> None:
        self.root = root_of("unlv-dive", root)

    def performances(self) -> tuple[Performance, ...]:
        """List every dive, with its phases where the stages are marked.

        Raises
        ------
        DatasetNotFound
            If the data are not at `root`.
        """
        table = self.root / "metadata.csv"
        require_there("UNLV-Dive", "unlv-dive", table)
        return tuple(_with_phases(dive, table) for dive in Manifest(table).performances())


def _with_phases(dive: Performance, table: Path) -> Performance:
    """Build phases from the four marked frames: take-off, somersaults, come-out, in the water."""
    marks = dive.extra.get("stage_frames", "")
    if not marks:
        return dive
    try:
        _, somersaults, come_out, water = (int(mark) for mark in marks.split(";"))
    except ValueError:
        raise ManifestError(
            f"{table}: stage_frames {marks!r} of {dive.id} must be four frame numbers with ; "
            "between them, or empty"
        ) from None
    starts = (dive.start_frame or 0, somersaults, come_out, water)
    ends = (somersaults - 1, come_out - 1, water - 1, dive.end_frame or water)
    if any(end < start for start, end in zip(starts, ends, strict=True)):
        return dive  # marked out of order, as dive 095 is: which mark is wrong cannot be told
    phases = (Phase(*row) for row in zip(PHASE_NAMES, starts, ends, strict=True))
    return replace(dive, phases=tuple(phases))
