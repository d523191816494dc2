"""A language that nobody speaks, to see that nothing is left in another one."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from podium.report import words


@pytest.fixture
def made_up_language(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A third language: one file more, in which everything said stands in brackets."""
    folder = tmp_path / "words"
    shutil.copytree(words.FOLDER, folder)
    english = json.loads((folder / "en.json").read_text("utf-8"))
    kept = ("language", "decimal")
    marked = {key: text if key in kept else f"⟦{text}⟧" for key, text in english.items()}
    marked["language"] = "Tlhingan"
    (folder / "tlh.json").write_text(json.dumps(marked), "utf-8")
    monkeypatch.setattr(words, "FOLDER", folder)
    yield "tlh"
    words.load_words.cache_clear()
