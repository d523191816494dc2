"""What holds for every test. The fixtures are in the modules that `pytest_plugins` names."""

import math
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

pytest_plugins = [
    "training_extra",
    "browsers",
    "languages",
    "videos",
    "samples",
    "follows_once",
    "small_models",
    "joint_networks",
]

REPOSITORY = Path(__file__).parent.parent


def pytest_configure() -> None:
    """Let no test hang on the machine's speed, nor on where it was started.

    Ctrl-C is answered even in the background of a shell, where child processes inherit silence.
    """
    settings.register_profile("podium", deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.load_profile("podium")
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PODIUM_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(autouse=True)
def _says_no_progress(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is printed does not depend on how fast the machine is."""
    monkeypatch.setattr("podium.cli.progress.FIRST_SECONDS", math.inf)


@pytest.fixture(scope="session")
def data_folder() -> Path:
    """The folder of the real data, which cannot be redistributed."""
    folder = Path(os.environ.get("PODIUM_DATA", REPOSITORY.parent / "shared" / "data")).resolve()
    if not folder.is_dir():
        pytest.skip(f"the real data are not at {folder}: set PODIUM_DATA to their folder")
    return folder
