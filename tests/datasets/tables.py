"""Tables of performances, as somebody wrote them."""

from pathlib import Path

from podium.datasets.manifest import Manifest
from podium.performance import Performance


def table(folder: Path, content: str | bytes) -> Path:
    path = folder / "metadata.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def read(folder: Path, content: str | bytes) -> tuple[Performance, ...]:
    return Manifest(table(folder, content)).performances()
