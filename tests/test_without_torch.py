"""What ships scores without PyTorch and scikit-learn: they are not there, and not asked for."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from videos import write_table

REFUSE = """
class Refuse:
    asked = []

    def find_spec(name, path=None, target=None):
        if name.partition(".")[0] in ("torch", "sklearn"):
            Refuse.asked.append(name)
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Refuse)
"""
"""Whoever asks for them, perhaps to go on without, would import them where they are at hand."""

RUN = """
from podium.cli.commands import run
for words in json.loads(sys.argv[1]):
    with redirect_stdout(io.StringIO()) as out, redirect_stderr(io.StringIO()) as err:
        code = run(words)
    print(json.dumps([code, Refuse.asked, out.getvalue(), err.getvalue()]), flush=True)
    Refuse.asked.clear()
"""

BACKBONES = ("motion", "posture", "figure", "c3d_mini")
"""Those that ship."""


@dataclass(frozen=True)
class Answer:
    """What a command came to, and which of the heavy packages it asked for."""

    code: int
    heavy: list[str]
    out: str
    err: str


def answers(commands: Sequence[Sequence[object]], folder: Path) -> dict[str, Answer]:
    """Run commands one after the other in a process of their own, by their words."""
    code = "import io, json, sys; from contextlib import redirect_stderr, redirect_stdout\n"
    code += REFUSE + RUN
    written = [[str(word) for word in words] for words in commands]
    done = subprocess.run(
        [sys.executable, "-c", code, json.dumps(written)],
        cwd=folder,
        env={**os.environ, "PODIUM_CACHE": str(folder / "cache")},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    lines = [Answer(*json.loads(line)) for line in done.stdout.splitlines()]
    return dict(zip(map(" ".join, written), lines, strict=True))


def test_what_ships_scores_without_them(tmp_path):
    table = write_table(tmp_path, 3, 2)
    found = answers(
        [
            ["score", "000.mp4", "--action", "107", "--report", "score.html"],
            ["score", "000.mp4", "--model", "simulated", "--reference", "001.mp4", "--json"],
            ["compare", "000.mp4", "001.mp4", "--report-dir", "compared"],
            ["predict", table, "--out", "predictions.csv"],
            ["evaluate", "predictions.csv", table],
            *(["extract", table, "--backbone", backbone] for backbone in BACKBONES),
            ["demo"],
            ["inspect", "000.mp4"],
            ["list", "backbones"],
            ["list", "scorers"],
        ],
        tmp_path,
    )
    assert {words: (a.code, a.heavy, a.err if a.code else "") for words, a in found.items()} == {
        words: (0, [], "") for words in found
    }
    assert "c3d_lstm" in found["list scorers"].out
    assert "c3d " in found["list backbones"].out


def test_what_needs_them_says_so_in_one_line(tmp_path):
    table = write_table(tmp_path, 3, 0)
    (tmp_path / "model").mkdir()
    said = {
        f"train {table} --out model": "training",
        f"train {table} --out c3d --scorer c3d_lstm": "the scorer c3d_lstm",
        "benchmark paper --out results": "measuring scorers",
        f"extract {table} --backbone c3d": "the backbone c3d",
    }
    found = answers([words.split(" ") for words in said], tmp_path)
    assert {words: (answer.code, answer.err) for words, answer in found.items()} == {
        words: (3, f"podium: {what} needs PyTorch, which is not installed: "
                   "pip install 'podium[train]'\n")
        for words, what in said.items()
    }  # fmt: skip
    assert [path.name for path in tmp_path.iterdir() if path.is_dir()] == ["model"]
    assert list((tmp_path / "model").iterdir()) == []


@pytest.mark.parametrize("refused", [True, False], ids=["refused", "at hand"])
def test_the_page_is_made_without_them(tmp_path, refused):
    pytest.importorskip("fastapi", reason="the extra `web` is not installed")
    code = "import sys\n" + (REFUSE if refused else "") + (
        "import podium.web.api, podium.web.child\n"
        "assert not {'torch', 'sklearn'} & set(sys.modules)"
    )  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=240, check=False
    )
    assert done.returncode == 0, done.stderr
