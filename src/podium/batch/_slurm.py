"""Slurm, by submitit: a few jobs share the videos, and write each record where this process looks.

What `sbatch` reads of the environment (SBATCH_PARTITION, SBATCH_TIMELIMIT and others) goes before
what is asked for here.
"""

import os
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import submitit

from podium.batch.parts import JOBS, Parts
from podium.batch.running import IsStopped
from podium.batch.scoring import Record, Task, score_task, unfinished
from podium.errors import UsageError
from podium.machine.stores import Elsewhere

MINUTES = 240
"""How long a job may take where SBATCH_TIMELIMIT says nothing; what is left then is resumed."""

LOOKING_SECONDS = 1.0

ENDING_SECONDS = 10.0
"""How long jobs that are cancelled are waited for."""


class InJobs:
    """Makes records in jobs of a cluster, `slurm`, or in as many processes here, `local`."""

    def __init__(self, cluster: str, n_jobs: int) -> None:
        self._cluster = cluster
        self._n_jobs = n_jobs

    def __call__(
        self, tasks: Sequence[Task], parts: Parts, is_stopped: IsStopped
    ) -> Iterator[tuple[Task, Record]]:
        """Yield the record of each task as it is found; once it is to stop, jobs are cancelled."""
        shares = [share for i in range(self._n_jobs) if (share := tasks[i :: self._n_jobs])]
        if isinstance(parts.folder, Elsewhere):
            raise UsageError(
                f"jobs on Slurm are kept beside what is written, and {parts.folder} is in a store: "
                "give --out a path that all machines see, or run an array of jobs with --shard"
            )
        jobs = self._submit(shares, parts.folder.absolute())
        left = list(zip(jobs, map(list, shares), strict=True))
        try:
            yield from _records(left, parts, is_stopped)
        finally:
            _end(jobs)
        for _, share in left:  # what was done meanwhile
            yield from _found(share, parts)

    def _submit(self, shares: Sequence[Sequence[Task]], folder: Path) -> list[Any]:
        executor = submitit.AutoExecutor(folder=folder / JOBS, cluster=self._cluster)
        executor.update_parameters(
            name="podium", timeout_min=MINUTES, cpus_per_task=1, nodes=1, tasks_per_node=1
        )
        sent = [[task.sent() for task in share] for share in shares]
        if not sent:
            return []
        with _errors_to(folder / JOBS / "processes.err"):
            return list(executor.map_array(work_off, sent, [folder] * len(sent)))


@contextmanager
def _errors_to(path: Path) -> Iterator[None]:
    """Have processes that are started within the block say their errors in a file.

    What watches over a job on this machine answers a signal, which Ctrl-C and `timeout` send to all
    processes, with a traceback.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    sys.stderr.flush()
    kept = os.dup(2)
    try:
        with path.open("ab") as file:
            os.dup2(file.fileno(), 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


def work_off(tasks: Sequence[Task], folder: Path) -> None:
    """Make the records of tasks, one by one, and keep each; what a job does."""
    parts = Parts(folder)
    for task in tasks:
        parts.keep(score_task(task), task.made_from)


def _records(
    left: list[tuple[Any, list[Task]]], parts: Parts, is_stopped: IsStopped
) -> Iterator[tuple[Task, Record]]:
    """Yield records as they come; in `left`, jobs and tasks of which there are none stay."""
    while left and not is_stopped():
        for job, share in [*left]:
            is_done = job.done()  # asked first: what is not there then will never be
            yield from _found(share, parts)
            if is_done:
                left.remove((job, share))
                yield from ((task, unfinished(task, _ending(job))) for task in share)
        time.sleep(LOOKING_SECONDS if left else 0)


def _found(share: list[Task], parts: Parts) -> Iterator[tuple[Task, Record]]:
    """Take the tasks of which there are records from a share, and yield these."""
    for task in [*share]:
        if record := parts.find(task.performance.id, task.made_from):
            share.remove(task)
            yield task, record


def _end(jobs: Sequence[Any]) -> None:
    """Cancel what is not done, and wait a little for it: nobody else is to work there then."""
    for job in jobs:
        if not job.done():
            job.cancel(check=False)
    for _ in range(int(ENDING_SECONDS / LOOKING_SECONDS)):
        if all(job.done() for job in jobs):
            return
        time.sleep(LOOKING_SECONDS)


def _ending(job: Any) -> str:
    return f"its job {job.job_id} ended before it was scored ({job.paths.stderr} says why)"
