"""The videos of a folder, each with all that a report shows; one that fails stops no other."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from podium.assessment.feedback import group_remarks
from podium.assessment.question import require_difficulty
from podium.assessment.values import Assessment
from podium.assessor import Assessor
from podium.batch.scoring import Cells, cells_of
from podium.errors import PodiumError, UnusableFile
from podium.performance import Performance

VIDEOS = (".mp4", ".m4v", ".mov", ".mkv", ".webm", ".avi", ".ts", ".mts", ".m2ts", ".gif")
"""How the names of videos end."""

COLUMNS = ("recognised", "recognised_probability", "worst_phase")
"""What a table of assessments has beside that of predictions."""


@dataclass(frozen=True)
class How:
    """What is known of all the videos alike, and what they are compared with."""

    action: str | None = None
    """What was performed; `None` where it is to be recognised."""

    difficulty: float | None = None
    """How difficult it is; `None` where the usual is assumed."""

    references: tuple[str, ...] = ()
    """Videos of experts, or ids of references in the model; without any, the model's own."""

    playing_speed: float | None = None
    """How fast the videos are played; `None` where it is to be seen."""


@dataclass(frozen=True)
class Assessed:
    """What came of one of several videos."""

    name: str
    """What lists call the video."""

    path: Path
    """Where it lies."""

    assessment: Assessment | None
    """`None` where it could not be used."""

    error: str = ""
    """Why not, in one line."""

    @property
    def recognised(self) -> str:
        """The dive that was recognised, such as `407C`, or ""."""
        seen = self.assessment and self.assessment.examination
        found = seen.recognised if seen else None
        return f"{found.action}{found.position or ''}" if found and found.action else ""

    @property
    def probability(self) -> float | None:
        """How probable that is, 0 to 1."""
        seen = self.assessment and self.assessment.examination
        return seen.recognised.probability if seen and seen.recognised else None

    @property
    def worst_phase(self) -> str:
        """Where there is most to improve: by what was measured, else by what cost most; or ""."""
        return worst_phase(self.assessment) if self.assessment else ""

    def cells(self) -> Cells:
        """Return its row of a table: that of predictions, and `COLUMNS`."""
        known = {"file_name": self.name, "id": self.path.stem}
        if self.assessment is None:
            return known | {"error": self.error}
        score, chance = self.assessment.score, self.probability
        found = cells_of(score, self.assessment.doubts) if score else {}
        sure = "" if chance is None or not self.recognised else f"{chance:.4f}"
        values = self.recognised, sure, self.worst_phase
        return known | found | dict(zip(COLUMNS, values, strict=True))

    def to_json(self) -> dict[str, Any]:
        """Return it as plain JSON: all that is known of one video, with its name and the error."""
        found = self.assessment.to_json() if self.assessment else {}
        worst = {"worst_phase": self.worst_phase or None}
        return {"file_name": self.name, "error": self.error or None, **worst, **found}


def worst_phase(assessment: Assessment) -> str:
    """Return the phase in which there is most to improve, or "" where nothing is said of one."""
    seen = assessment.examination
    faults = [one for one in seen.remarks if not one.is_praise] if seen else []
    if faults:
        return faults[0].phase
    grouped = group_remarks(assessment.as_shown().remarks)
    first = [*grouped.get("costs", ()), *grouped.get("apart", ())][:1]
    return first[0].moment if first else ""


def videos_in(folder: Path) -> list[Path]:
    """Return the videos of a folder by their names, the second before the tenth.

    Hidden files, and what lies in folders of it, are none of them.

    Raises
    ------
    UnusableFile
        If there is none.
    """
    found = [
        path
        for path in folder.iterdir()
        if path.suffix.lower() in VIDEOS and not path.name.startswith(".") and path.is_file()
    ]
    if not found:
        raise UnusableFile.of_file(
            folder,
            f"holds no video (its own folders are not looked into): name a folder with files that "
            f"end in {', '.join(VIDEOS[:-1])} or {VIDEOS[-1]}",
        )
    return sorted(found, key=lambda path: _by_number(path.name))


def _by_number(name: str) -> tuple[list[tuple[str, int]], str]:
    """Return what puts names in the order of people: numbers in them count as numbers."""
    parts = re.findall(r"([^0-9]*)([0-9]*)", name.casefold())
    return [(text, int(digits or 0)) for text, digits in parts], name


def assess_each(
    videos: Sequence[tuple[str, Path]], assessor: Assessor, how: How
) -> Iterator[Assessed]:
    """Return what comes of videos, each a name and a path, as it comes; errors are said in it.

    Raises
    ------
    UsageError, UnknownName
        If the action is not one the model knows, or the difficulty is impossible.
    """
    assessor.known_action(how.action)
    require_difficulty(how.difficulty, assessor.model.rule, assessor.model.scorer.target)
    return (_assessed(name, path, assessor, how) for name, path in videos)


def _assessed(name: str, path: Path, assessor: Assessor, how: How) -> Assessed:
    try:
        found = assessor.assess(
            Performance("", path, playing_speed=how.playing_speed),
            action=how.action,
            difficulty=how.difficulty,
            references=how.references,
        )
    except PodiumError as error:
        return Assessed(name, path, None, " ".join(str(error).split()))
    return Assessed(name, path, found)
