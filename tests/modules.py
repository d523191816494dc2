"""The modules of the package, for contracts on whatever they declare."""

import importlib
import pkgutil
from collections.abc import Iterator
from types import ModuleType

import podium
from training_extra import MISSING


def modules() -> Iterator[ModuleType]:
    """Import every module of the package that can be had here, by name."""
    for found in pkgutil.walk_packages(podium.__path__, "podium."):
        try:
            yield importlib.import_module(found.name)
        except ModuleNotFoundError:
            if not MISSING:
                raise
