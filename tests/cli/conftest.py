"""What the tests of commands share: a command runs in their process, on videos that may change."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from podium.cli.app import Exit
from podium.cli.commands import run


class Answer(NamedTuple):
    """What a command gave back: its exit code, standard output and standard error."""

    code: int
    out: str
    err: str

    def json(self) -> dict:
        """Read standard output as the one JSON object that it must be."""
        assert self.code == Exit.DONE, self.err
        return json.loads(self.out, parse_constant=lambda name: pytest.fail(f"{name} is not JSON"))


@pytest.fixture(autouse=True)
def _followed_once(follows_once) -> None:
    """Many commands look at the same few videos."""


@pytest.fixture
def podium(capsys) -> Callable[..., Answer]:
    """Run a command in this process: `podium("score", video, "--json")`."""

    def call(*words: object) -> Answer:
        capsys.readouterr()
        code = run([str(word) for word in words])
        out, err = capsys.readouterr()
        return Answer(int(code), out, err)

    return call


@pytest.fixture
def table(small_model, tmp_path) -> Path:
    """A copy of the table of videos that may be changed."""
    folder = tmp_path / "videos"
    folder.mkdir()
    for performance in small_model.performances():
        shutil.copy(performance.path, folder)
    return Path(shutil.copy(small_model.manifest, folder))
