"""Slurm, by submitit: a few jobs share the videos, and write each record where this process looks.

What `sbatch` reads of the environment (SBATCH_PARTITION, SBATCH_TIMELIMIT and others) goes before
what is asked for here.
"""

import time
from collections.abc import Iterator, Sequence
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
        try:
            yield from _records(list(zip(jobs, shares, strict=True)), parts, is_stopped)
        finally:
            for job in jobs:
                if not job.done():
                    job.cancel(check=False)

    def _submit(self, shares: Sequence[Sequence[Task]], folder: Path) -> list[Any]:
        executor = submitit.AutoExecutor(folder=folder / JOBS, cluster=self._cluster)
        executor.update_parameters(
            name="podium", timeout_min=MINUTES, cpus_per_task=1, nodes=1, tasks_per_node=1
        )
        sent = [[task.sent() for task in share] for share in shares]
        return list(executor.map_array(work_off, sent, [folder] * len(sent))) if sent else []


def work_off(tasks: Sequence[Task], folder: Path) -> None:
    """Make the records of tasks, one by one, and keep each; what a job does."""
    parts = Parts(folder)
    for task in tasks:
        parts.keep(score_task(task), task.made_from)


def _records(
    jobs: Sequence[tuple[Any, Sequence[Task]]], parts: Parts, is_stopped: IsStopped
) -> Iterator[tuple[Task, Record]]:
    while jobs and not is_stopped():
        left = []
        for job, share in jobs:
            is_done = job.done()  # asked first: what is not there then will never be
            missing = []
            for task in share:
                if record := parts.find(task.performance.id, task.made_from):
                    yield task, record
                else:
                    missing.append(task)
            if is_done:
                yield from ((task, unfinished(task, _ending(job))) for task in missing)
            else:
                left.append((job, missing))
        jobs = left
        time.sleep(LOOKING_SECONDS if jobs else 0)


def _ending(job: Any) -> str:
    return f"its job {job.job_id} ended before it was scored ({job.paths.stderr} says why)"
