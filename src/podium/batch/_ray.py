"""Ray: one video one task, on whichever nodes there are; those of a node that is lost go elsewhere.

Nothing is reported to anyone: Ray's own statistics of use are switched off.
"""

import logging
import os
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")

from podium.machine.shell import keeping_signals

with keeping_signals():  # it has an answer to SIGTERM of its own
    import ray
    from ray.exceptions import RayError, RayTaskError

from podium.batch.parts import Parts
from podium.batch.running import IsStopped
from podium.batch.scoring import Record, Task, score_task, unfinished

N_TRIES = 5
"""So often a video is begun anew whose process or node was lost."""

AHEAD = 2
"""So many tasks for each processor are handed over at a time."""

LOOKING_SECONDS = 1.0


class OnRay:
    """Makes records on a Ray cluster: that of an address, or one of this machine alone."""

    def __init__(self, address: str | None = None) -> None:
        self._address = address

    def __call__(
        self, tasks: Sequence[Task], parts: Parts, is_stopped: IsStopped
    ) -> Iterator[tuple[Task, Record]]:
        """Yield the record of each task as it is done; what has begun when it is to stop, too."""
        is_ours = not ray.is_initialized()
        if is_ours:
            self._join()
        try:
            yield from _records(tasks, is_stopped)
        finally:
            if is_ours:
                ray.shutdown()

    def _join(self) -> None:
        named = {name: value for name, value in os.environ.items() if name.startswith("PODIUM_")}
        with keeping_signals():
            ray.init(
                address=self._address,
                log_to_driver=False,
                logging_level=logging.ERROR,
                runtime_env={"env_vars": named},
            )


def _records(tasks: Sequence[Task], is_stopped: IsStopped) -> Iterator[tuple[Task, Record]]:
    score: Any = ray.remote(num_cpus=1, max_retries=N_TRIES)(score_task)
    waiting = iter(tasks)
    running: dict[Any, Task] = {}
    while True:
        n_free = AHEAD * max(int(ray.cluster_resources().get("CPU", 1)), 1) - len(running)
        for task in () if is_stopped() else islice(waiting, max(n_free, 0)):
            running[score.remote(task.sent())] = task
        if not running:
            return
        done, _ = ray.wait([*running], num_returns=1, timeout=LOOKING_SECONDS)
        for one in done:
            task = running.pop(one)
            yield task, _record(one, task)


def _record(one: Any, task: Task) -> Record:
    """Return what a task answered; where its processes were lost again and again, that is said."""
    try:
        record: Record = ray.get(one)
    except RayTaskError as error:
        raise error.cause from None  # as in this process
    except RayError as error:
        return unfinished(task, f"was lost {N_TRIES + 1} times ({type(error).__name__})")
    return record
