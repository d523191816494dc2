"""Works a table off, by whatever engine: what is done is kept, what is kept is not done again."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Protocol

from podium.assessor import Assessor
from podium.batch.origin import Origin, made_from
from podium.batch.parts import Parts
from podium.batch.scoring import Record, Task, record_of

IsStopped = Callable[[], bool]


class Engine(Protocol):
    """What makes the records of tasks, here or on other machines."""

    def __call__(
        self, tasks: Sequence[Task], parts: Parts, is_stopped: IsStopped
    ) -> Iterator[tuple[Task, Record]]:
        """Yield the record of each task, in any order; begin no more once it is to stop."""
        ...


class OneByOne:
    """Makes records in this process, with a model that is loaded; without one, measures alone."""

    def __init__(self, assessor: Assessor | None) -> None:
        self._assessor = assessor

    def __call__(
        self, tasks: Sequence[Task], parts: Parts, is_stopped: IsStopped
    ) -> Iterator[tuple[Task, Record]]:
        """Yield the record of each task, in order."""
        for task in tasks:
            if is_stopped():
                return
            yield task, record_of(task, self._assessor)


class Batch:
    """The tasks of one shard, and the records there are of them so far."""

    def __init__(self, tasks: Sequence[Task], parts: Parts, with_what: Origin) -> None:
        self._tasks = [replace(task, made_from=made_from(task, with_what)) for task in tasks]
        self._with_what = with_what
        self._parts = parts
        self._done: dict[str, Record] = {}

    def resume(self) -> int:
        """Take what an earlier run has finished, and return how many; failures are tried again."""
        for task in self._tasks:
            record = self._parts.find(task.performance.id, task.made_from)
            if record and not record.failed:
                self._done[record.id] = record
        return len(self._done)

    def count_other_measures(self) -> int:
        """Return how many of those not done are, but for measures: with them, or without."""
        return sum(self._is_done_otherwise(task) for task in self.waiting)

    def _is_done_otherwise(self, task: Task) -> bool:
        other = made_from(replace(task, with_measures=not task.with_measures), self._with_what)
        record = self._parts.find(task.performance.id, other)
        return record is not None and not record.failed

    @property
    def waiting(self) -> list[Task]:
        """The tasks that are not done."""
        return [task for task in self._tasks if task.performance.id not in self._done]

    @property
    def records(self) -> list[Record]:
        """The records there are, in the order of the tasks."""
        ids = (task.performance.id for task in self._tasks)
        return [self._done[id] for id in ids if id in self._done]

    def run(self, engine: Engine, is_stopped: IsStopped) -> Iterator[Record]:
        """Have an engine do what is not done, and keep and yield each record.

        What fails once the work is to stop is not kept: whoever stops it may have ended what it
        needs.
        """
        for task, record in engine(self.waiting, self._parts, is_stopped):
            if record.failed and is_stopped():
                continue
            self._parts.keep(record, task.made_from)
            self._done[record.id] = record
            yield record
