"""What works a table off: this process, Ray, or Slurm; each calls the same function for a video."""

import os
import shutil
from collections.abc import Callable

from podium.assessor import Assessor
from podium.batch.running import Engine, OneByOne
from podium.errors import UsageError
from podium.machine import extras

HERE = "here"


def find_engine(name: str, n_jobs: int, load: Callable[[], Assessor | None]) -> Engine:
    """Return the engine of that name: `here`, `ray`, `ray:ADDRESS`, `slurm` or `slurm:local`.

    `load` loads the model, where this process needs it; it gives none where all is measured alone.

    Raises
    ------
    UsageError
        If there is none of that name, or no Slurm on this machine.
    MissingExtra
        If what it needs is not installed.
    """
    kind, _, where = name.partition(":")
    if name == HERE:
        return OneByOne(load())
    if kind == "ray" and not name.endswith(":"):
        extras.require("ray", f"--engine {name}", "leave --engine out")
        from podium.batch._ray import OnRay

        return OnRay(where or os.environ.get("RAY_ADDRESS"))
    if name in ("slurm", "slurm:local"):
        extras.require("slurm", f"--engine {name}", "run an array of jobs with --shard")
        _require_slurm(name)
        from podium.batch._slurm import InJobs

        return InJobs(where or "slurm", n_jobs)
    raise UsageError(
        f"no engine is called {name!r}: choose {HERE}, ray, ray:ADDRESS, slurm, or slurm:local "
        "(jobs as processes of this machine)"
    )


def _require_slurm(name: str) -> None:
    if name == "slurm" and not shutil.which("sbatch"):
        raise UsageError(
            "--engine slurm needs sbatch, which is not on this machine: run it where jobs can be "
            "submitted, or choose slurm:local (jobs as processes of this machine)"
        )
