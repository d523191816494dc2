"""Which part of a table one of many processes does: told by the id alone, so no two do the same."""

import hashlib
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from podium.checks import require
from podium.errors import UsageError
from podium.performance import Performance

MAX_CHARACTERS = 30
"""More digits than any computer counts to are no shard."""


@dataclass(frozen=True)
class Shard:
    """Part `i` of `n`, counted from 0; 0/1 is the whole."""

    i: int = 0
    n: int = 1

    def __post_init__(self) -> None:
        require(self.n >= 1, "n", self.n, "1 or more")
        require(0 <= self.i < self.n, "i", self.i, f"from 0 to {self.n - 1}")

    def __str__(self) -> str:
        return f"{self.i}/{self.n}"

    def holds(self, id: str) -> bool:
        """Return whether a performance is of this part, whichever others its table lists."""
        digest = hashlib.sha256(id.encode("utf-8", "surrogatepass")).digest()
        return int.from_bytes(digest[:8], "big") % self.n == self.i

    def cut(self, performances: Iterable[Performance]) -> list[Performance]:
        """Return the performances of this part, in their order."""
        return [one for one in performances if self.holds(one.id)]


WHOLE = Shard()


@dataclass(frozen=True)
class Scheduler:
    """How a scheduler says to each of its tasks which it is: by variables of these names."""

    index: str
    count: str
    first: str = ""
    last: str = ""
    step: str = ""


SCHEDULERS: Sequence[Scheduler] = (
    Scheduler(
        "SLURM_ARRAY_TASK_ID",
        "SLURM_ARRAY_TASK_COUNT",
        "SLURM_ARRAY_TASK_MIN",
        "SLURM_ARRAY_TASK_MAX",
        "SLURM_ARRAY_TASK_STEP",
    ),
    Scheduler("JOB_COMPLETION_INDEX", "JOB_COMPLETION_COUNT"),
    Scheduler("AWS_BATCH_JOB_ARRAY_INDEX", "AWS_BATCH_JOB_ARRAY_SIZE"),
    Scheduler("BATCH_TASK_INDEX", "BATCH_TASK_COUNT"),
)
"""Slurm's job arrays, Kubernetes' indexed jobs (whose count the job must say itself), and the batch
services of Amazon and Google."""


def find_shard(
    given: str | None, variables: Mapping[str, str] = os.environ
) -> tuple[Shard | None, str | None]:
    """Return the shard that is `given`, as i/n; without one, what a scheduler's variables say.

    Beside it is the name of the variable that said it. Where nobody said any, both are `None`.

    Raises
    ------
    UsageError
        If it is not i/n, or the variables do not say what n is: tasks of an array of Slurm that
        were queued again count only themselves.
    """
    if given is not None:
        return _parse(given), None
    for scheduler in SCHEDULERS:
        if scheduler.index in variables:
            return _scheduled(scheduler, variables), scheduler.index
    return None, None


def _parse(given: str) -> Shard:
    part, _, parts = given.partition("/")
    is_short = len(given) < MAX_CHARACTERS
    if not (part.isdecimal() and parts.isdecimal() and is_short and int(part) < int(parts)):
        raise UsageError(
            f"shard {given!r} must be i/n, where i is at least 0 and below n, such as 0/8"
        )
    return Shard(int(part), int(parts))


def _scheduled(scheduler: Scheduler, variables: Mapping[str, str]) -> Shard:
    index = _whole(scheduler.index, variables)
    if scheduler.count not in variables:
        raise UsageError(
            f"{scheduler.index} is {index}, but {scheduler.count} is not set: set it to how many "
            f"parts there are, or give --shard (0/1 for the whole table)"
        )
    n = _whole(scheduler.count, variables)
    first = _whole(scheduler.first, variables, usual=0)
    step = _whole(scheduler.step, variables, usual=1)
    without_gaps = first + (n - 1) * step
    last = _whole(scheduler.last, variables, usual=without_gaps)
    if scheduler.first in variables and (n == 1 or first > 1 or last != without_gaps):
        raise UsageError(
            f"{scheduler.index} {index} is one of {n}, from {first} to {last} in steps of {step}, "
            f"which may be some of a larger array that were queued again: give --shard, such as "
            f"{index}/{max(8, index + 1)} (0/1 for the whole table)"
        )
    i, rest = divmod(index - first, max(step, 1))
    if rest or not 0 <= i < n:
        example = ", such as --array=0-7" if scheduler.first else ""
        raise UsageError(
            f"{scheduler.index} {index} is none of {n} parts from {first} on: number them without "
            f"gaps{example}, or give --shard"
        )
    return Shard(i, n)


def _whole(name: str, variables: Mapping[str, str], usual: int | None = None) -> int:
    """Return the whole number that a variable holds; `usual`, if there is one, where none does."""
    if usual is not None and name not in variables:
        return usual
    text = variables[name]
    if not (text.isdecimal() and len(text) < MAX_CHARACTERS):
        raise UsageError(f"{name} {text!r} must be a whole number: set it so, or give --shard")
    return int(text)
