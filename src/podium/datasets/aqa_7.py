"""AQA-7: 1,106 actions of six sports that judges scored (Parmar and Morris, 2019).

Its two lists (`split_4_train_list.mat`, `split_4_test_list.mat`) have a row an action: the number
of the sport, that of the action, and the score. Tested on a made-up copy only: the data themselves
were not at hand.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from podium.datasets._folder import require_part, root_of
from podium.datasets._frames import joined, pictures_in
from podium.datasets._numbers import numbers_of
from podium.datasets._places import find_labels, find_places
from podium.errors import ManifestError
from podium.performance import Performance, Split

SPORTS = (
    "diving", "gym_vault", "ski_big_air", "snowboard_big_air", "sync_diving_3m", "sync_diving_10m",
)  # fmt: skip
"""The sports, as the lists number them from 1 on; the trampoline has no scores there."""

OTHER_NAMES = {
    "gym_vault": ("gymvault",), "ski_big_air": ("skiing",), "snowboard_big_air": ("snowboarding",),
}  # fmt: skip
"""What folders of some sports are also called."""

LISTS: tuple[tuple[Split, str], ...] = (
    ("train", "split_4_train_list.mat"),
    ("test", "split_4_test_list.mat"),
)
"""The lists of the split that is published."""

FOLDERS_OF_LISTS = ("Split_4", "info", "")

FOLDERS_OF_FRAMES = ("", "data", "frames", "Actions")

COLUMNS = 3
"""Of the lists."""

MAX_ACTIONS = 100_000
"""No action has a number as large."""


class Row(NamedTuple):
    """One action: which it is, and its score."""

    split: Split
    sport: str
    number: int
    score: float

    @property
    def id(self) -> str:
        """The sport and the number."""
        return f"{self.sport}_{self.number:03d}"


class Aqa7:
    """Dives, vaults and jumps of six sports with scores; frames or videos, where you keep them.

    `root` holds `Split_4` with the two lists and a folder for each sport (`diving-out/001/` and so
    on); without it, `aqa_7` in the folder that `PODIUM_DATA` names. `part` is one sport: scores of
    several are on scales of their own, and are best learned apart. The action is the sport.
    Folders of frames are joined to videos in the cache, once.
    """

    parts = SPORTS
    """What can be taken by itself."""

    def __init__(self, root: Path | None = None, part: str | None = None) -> None:
        self.root = root_of("aqa_7", root)
        self.part = require_part("aqa_7", part, SPORTS)

    def performances(self) -> tuple[Performance, ...]:
        """List every action of the lists, with the split that is published.

        Raises
        ------
        DatasetNotFound
            If the data are not at `root`.
        ManifestError
            If a list is not what it must be, or actions have neither frames nor a video.
        """
        rows = [row for split, name in LISTS for row in self._rows(split, name)]
        names = {row.id: tuple(_names(row)) for row in rows}
        places = find_places(self.root, FOLDERS_OF_FRAMES, names, self.root)
        return tuple(_performance(row, places[row.id]) for row in rows)

    def _rows(self, split: Split, name: str) -> list[Row]:
        """Read a list: of the one sport, where one was named."""
        path = find_labels(self.root, FOLDERS_OF_LISTS, (name,), "AQA-7", "aqa_7")
        numbers = numbers_of(path)
        if len(numbers) % COLUMNS:
            raise ManifestError(
                f"{path}: has {len(numbers):,} numbers: it must have {COLUMNS} an action, of the "
                "sport, the action and the score"
            )
        rows = (numbers[start : start + COLUMNS] for start in range(0, len(numbers), COLUMNS))
        read = [_row(split, row, path) for row in rows]
        return [row for row in read if self.part in (None, row.sport)]


def _row(split: Split, numbers: Sequence[float], path: Path) -> Row:
    sport, action, score = numbers
    is_known = sport in range(1, len(SPORTS) + 1) and action in range(1, MAX_ACTIONS) and score >= 0
    if not is_known:
        raise ManifestError(
            f"{path}: the row {numbers} must be the number of a sport (1 to {len(SPORTS)}), that "
            "of an action (1 or more), and a score of 0 or more"
        )
    return Row(split, SPORTS[int(sport) - 1], int(action), score)


def _names(row: Row) -> Iterator[str]:
    """Say how the frames or the video of an action may be called."""
    for sport in (row.sport, *OTHER_NAMES.get(row.sport, ())):
        for folder in (f"{sport}-out", sport, f"{sport}/frames"):
            yield f"{folder}/{row.number:03d}"


def _performance(row: Row, place: Path) -> Performance:
    return Performance(
        id=row.id,
        path=joined(pictures_in(place), row.id, "aqa_7") if place.is_dir() else place,
        score=row.score,
        action=row.sport,
        split=row.split,
        extra=MappingProxyType({"source": place.name}),
    )
