"""The modules of the package, for contracts on whatever they declare."""

import importlib
import pkgutil
from collections.abc import Iterator
from types import ModuleType

import podium
from podium.machine.extras import PACKAGES
from training_extra import MISSING

ENGINES = {*PACKAGES["ray"], *PACKAGES["slurm"]}
"""What the tests need not have installed, for their modules say nothing that has a contract."""


def modules() -> Iterator[ModuleType]:
    """Import every module of the package that can be had here, by name."""
    for found in pkgutil.walk_packages(podium.__path__, "podium."):
        try:
            yield importlib.import_module(found.name)
        except ModuleNotFoundError as error:
            if not MISSING and error.name not in ENGINES:
                raise
