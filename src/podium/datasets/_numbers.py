"""The numbers of a mat file, read in a process of its own."""

import math
from pathlib import Path

from podium.errors import ManifestError
from podium.inputs import confined
from podium.inputs.confined import Limits

MAT_LIMITS = Limits(16 * 2**20, seconds=5, memory_bytes=256 * 2**20)


def numbers_of(path: Path) -> list[float]:
    """Read the one array of numbers of a mat file, as a row.

    Raises
    ------
    UnusableFile, ManifestError
        If it is no such file, or holds something else, or numbers that are not finite.
    """
    numbers = list(confined.values("podium.datasets._matfile", path, MAT_LIMITS))
    if not all(isinstance(number, float) and math.isfinite(number) for number in numbers):
        raise ManifestError(f"{path}: holds numbers that are not finite: each must be known")
    return numbers
