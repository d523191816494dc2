"""Which performances belong together: those of one athlete, of one event, of one recording.

What is learned from one of them is partly known of the others: the same body, the same water, the
same camera. So a group is never parted between what is learned from and what is measured.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from podium.errors import UsageError
from podium.machine.terminal import brief
from podium.performance import Performance

COLUMNS = ("athlete", "event", "recording")
"""What performances are grouped by where nobody says by what, if a table has the column."""

BUILT_IN = ("athlete", "event", "action")
"""The columns that Podium knows and that performances can be grouped by."""

MAX_LISTED = 10
"""So many columns of a table are listed."""

MAX_SHOWN = 80
"""So many characters of a name are shown."""

MAX_NAMED = 3
"""So many performances without a group are named."""


@dataclass(frozen=True)
class Grouping:
    """The group of each performance, in their order."""

    column: str
    """What they are grouped by; "" where nothing is known of them, and each is on its own."""

    names: tuple[str, ...]
    """The group of each performance; "" for one that is on its own."""

    @property
    def groups(self) -> tuple[str, ...]:
        """The names of the groups, in alphabetical order."""
        return tuple(sorted(set(self.names) - {""}))

    def __len__(self) -> int:
        return len(self.names)


def group_of(performance: Performance, column: str) -> str:
    """Return what a column of the table says of a performance; "" where it says nothing."""
    if column in BUILT_IN:
        return getattr(performance, column) or ""
    return performance.extra.get(column, "")


def group_by(performances: Sequence[Performance], column: str | None = None) -> Grouping:
    """Return the group of each performance, by a column of their table.

    Without a column, by the one of `COLUMNS` that parts them finest, of those that are known of
    every performance and have two groups or more; where there is none, each is on its own.

    Raises
    ------
    UsageError
        If a column is named that is not known of every performance, or is the same for all.
    """
    if column is not None:
        return _named(performances, column)
    known = [grouped_by(performances, name) for name in COLUMNS]
    usable = [one for one in known if all(one.names) and len(one.groups) > 1]
    return max(usable, key=lambda one: len(one.groups), default=grouped_by(performances, ""))


def grouped_by(performances: Sequence[Performance], column: str) -> Grouping:
    """Return the group of each performance as a column has it; "" is no column."""
    return Grouping(column, tuple(group_of(p, column) for p in performances))


def _require_column(performances: Sequence[Performance], column: str) -> None:
    """Refuse a name that is no column of theirs, or one that cannot say who belongs together."""
    others = sorted({name for p in performances for name in p.extra if name})
    if column in (*BUILT_IN, *others):
        return
    listed = [brief(name, MAX_SHOWN) for name in others[:MAX_LISTED]]
    more = ["..."] if len(others) > MAX_LISTED else []
    raise UsageError(
        f"--group {brief(column, MAX_SHOWN) or repr(column)}: no column of that name says which "
        f"performances belong together: choose one of {', '.join([*BUILT_IN, *listed, *more])}"
    )


def _named(performances: Sequence[Performance], column: str) -> Grouping:
    _require_column(performances, column)
    found, shown = grouped_by(performances, column), brief(column, MAX_SHOWN)
    lacking = [p.id for p, name in zip(performances, found.names, strict=True) if not name]
    if lacking:
        more = ", ..." if len(lacking) > MAX_NAMED else ""
        raise UsageError(
            f"--group {shown}: {len(lacking)} of {len(performances)} performances have no "
            f"{shown} ({', '.join(lacking[:MAX_NAMED])}{more}): fill in that column, or choose "
            f"another, such as {' or '.join(COLUMNS[:2])}"
        )
    if len(found.groups) < 2:
        raise UsageError(
            f"--group {shown}: all performances have the same {shown}, "
            f"{brief(found.groups[0], MAX_SHOWN)!r}, so "
            "none can be left out: choose a column with two or more"
        )
    return found
