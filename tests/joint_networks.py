"""BlazePose's files, where `podium fetch pose` (which `make install` runs) has got them."""

from pathlib import Path

import pytest

from podium.errors import PodiumError
from podium.joints.weights import is_kept, kept_folder


@pytest.fixture(scope="session")
def joint_networks() -> Path:
    """The folder of BlazePose's files, which do not ship with Podium."""
    try:
        folder = kept_folder()
    except PodiumError as error:
        pytest.skip(f"BlazePose's files are nowhere: {error}")
    if not is_kept(folder):
        pytest.skip(f"BlazePose's files are not at {folder}: podium fetch pose gets them")
    return folder
