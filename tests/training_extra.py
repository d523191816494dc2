"""Where the extra `train` is not installed, what fails for want of it is skipped, and says so.

A test that has another process train, or waits for it, is marked `needs_train`. That what ships
needs no extra is the subject of `test_without_torch`, which has this excuse in no environment.
"""

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from _pytest.nodes import Collector

from podium import _catalog
from podium.errors import MissingExtra
from podium.machine.extras import PACKAGES

MISSING = tuple(name for name in PACKAGES["train"] if find_spec(name) is None)
REASON = "PyTorch and scikit-learn are not installed: pip install 'podium[train]'"


class _Module(pytest.Module):
    def collect(self) -> Any:
        try:
            return super().collect()
        except Collector.CollectError as error:
            if _is_missing(error.__cause__):
                pytest.skip(REASON, allow_module_level=True)
            raise


def pytest_configure(config: pytest.Config) -> None:
    """Name the marker."""
    config.addinivalue_line("markers", "needs_train: cannot do without the extra `train`")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None, Any, Any]:
    """Skip a test of which a fixture trains."""
    with _skipping():
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, Any, Any]:
    """Skip a test that trains."""
    with _skipping():
        return (yield)


def pytest_pycollect_makemodule(module_path: Path, parent: Any) -> pytest.Module | None:
    """Skip a module as a whole that imports what is not installed."""
    return _Module.from_parent(parent, path=module_path) if MISSING else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what is marked."""
    for item in items:
        if MISSING and item.get_closest_marker("needs_train"):
            item.add_marker(pytest.mark.skip(reason=REASON))


def importable(folder: str) -> tuple[str, ...]:
    """Return the entries of a folder, such as `podium.scorers`, that can be had here."""
    return tuple(name for name in _catalog.names(folder) if _is_importable(folder, name))


@pytest.fixture(scope="session", autouse=True)
def _one_thread() -> None:
    if not MISSING:
        import torch

        torch.set_num_threads(1)


@contextmanager
def _skipping() -> Iterator[None]:
    try:
        yield
    except Exception as error:
        if _is_missing(error):
            pytest.skip(REASON)
        raise


def _is_importable(folder: str, name: str) -> bool:
    try:
        _catalog.find(folder, name)
    except MissingExtra:
        return False
    return True


def _is_missing(error: BaseException | None) -> bool:
    """Return whether an import failed for want of the extra."""
    return any(
        isinstance(cause, ModuleNotFoundError) and (cause.name or "").partition(".")[0] in MISSING
        for cause in _causes(error)
    )


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__
