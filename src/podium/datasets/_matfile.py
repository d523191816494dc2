"""The child process that reads mat files: they are compressed, and may hold more than any memory.

It writes the numbers of the one array that a file must hold.
"""

import io
from collections.abc import Iterator

import numpy as np
from scipy.io import loadmat

from podium.inputs.confined import Refused, answer

MAX_NUMBERS = 1_000_000


def numbers(content: bytes) -> Iterator[float]:
    """Yield the numbers of the one array of a mat file, in a row."""
    try:
        found = loadmat(io.BytesIO(content))
    except MemoryError:
        raise
    except Exception as error:  # a damaged file can raise nearly anything
        raise Refused(f"is not a mat file ({' '.join(str(error).split())[:200]})") from error
    arrays = [value for name, value in found.items() if not name.startswith("_")]
    if len(arrays) != 1:
        raise Refused(f"holds {len(arrays)} arrays: it must hold one, the numbers")
    values = np.asarray(arrays[0])
    if values.dtype.kind not in "fiu" or values.size > MAX_NUMBERS:
        raise Refused(
            f"holds {values.size:,} of {values.dtype}: it must hold numbers, at most "
            f"{MAX_NUMBERS:,}"
        )
    yield from np.ravel(values).astype(np.float64).tolist()


if __name__ == "__main__":
    answer(numbers)
