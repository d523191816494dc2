"""Label files of this field as plain values: pickles, and arrays of objects in `.npy` files.

Nothing in them is executed (`_pickled`): what is more than numbers, text, lists, dictionaries and
numpy's arrays is refused. This is a child process (`podium.inputs.confined`); it writes one pair of
key and value for each entry of the dictionary, or place and value of the list, that a file holds.
"""

import io
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.lib import format as npy

from podium.datasets._pickled import ArrayRead, plain_value, read_pickle, require_small
from podium.inputs.confined import Refused, answer
from podium.inputs.given import READ_HEADER, npy_array

NO_ENTRIES = "holds no dictionary, list or array of labels: is it a file of labels?"


def entries(content: bytes) -> Iterator[list[Any]]:
    """Yield key and value of each entry; arrays, tuples and sets are lists."""
    found = _opened(content)
    if isinstance(found, dict):
        pairs = list(found.items())
    elif isinstance(found, list | tuple):
        pairs = list(enumerate(found))
    else:
        raise Refused(NO_ENTRIES)
    for key, value in pairs:
        require_small(key)
        require_small(value)
        yield [_plain(key), _plain(value)]


def _opened(content: bytes) -> Any:
    found = _of_npy(content) if content.startswith(npy.MAGIC_PREFIX) else read_pickle(content)
    if isinstance(found, ArrayRead):
        found = found.values
    if isinstance(found, np.ndarray):
        found = found.item() if found.shape == () else list(found)
    return found


def _of_npy(content: bytes) -> Any:
    """Return what an `.npy` file holds; of objects it is a header, and a pickle after it."""
    file = io.BytesIO(content)
    try:
        version = npy.read_magic(file)
        _, _, dtype = READ_HEADER[version](file)
        if not dtype.hasobject:
            return npy_array(content)
    except MemoryError:
        raise
    except Exception as error:  # a damaged file can raise nearly anything
        raise Refused(
            f"cannot be read as an array ({' '.join(str(error).split())[:200]})"
        ) from error
    return read_pickle(content[file.tell() :])


def _plain(value: Any) -> Any:
    """Return a value, small as it is, as JSON has it."""
    if isinstance(value, ArrayRead):
        value = value.values
    if isinstance(value, np.ndarray):
        value = value.tolist()
    if isinstance(value, dict):
        return {str(plain_value(name)): _plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(part) for part in value]
    return None if value is None else plain_value(value)


if __name__ == "__main__":
    answer(entries)
