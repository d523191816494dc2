"""Arrays that were given as files, `.npy` or `.safetensors`.

Whatever such a file promises, no more is read than is there, and no more than is allowed.
"""

import io
import math
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from numpy.lib import format as npy
from safetensors import deserialize

from podium.errors import FeatureError
from podium.machine.files import read_bytes

FEATURE_SUFFIXES = (".npy", ".safetensors")
"""Files that hold features (clips, dim) or keypoints (frames, joints, 2 or 3) already, and are read
in place of a video."""

MAX_BYTES = 256 * 2**20
MAX_NUMBERS = 32 * 2**20
MAX_HEADER_BYTES = 2**20
"""Of safetensors: what it holds is listed there."""

MAX_REASON_CHARACTERS = 200

READ_HEADER = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}

KINDS = {
    "F64": "<f8", "F32": "<f4", "F16": "<f2", "I64": "<i8", "I32": "<i4", "I16": "<i2", "I8": "<i1",
    "U64": "<u8", "U32": "<u4", "U16": "<u2", "U8": "<u1", "BOOL": "?",
}  # fmt: skip
"""What safetensors calls numbers that numpy knows."""

Array = npt.NDArray[Any]


def read_array(path: Path) -> Array:
    """Read the array of a file of features or keypoints, whatever its shape.

    Raises
    ------
    FeatureError, UnusableFile
        If the file is missing, damaged or larger than allowed, or promises more than it holds.
    """
    if not path.is_file():
        raise FeatureError.of_file(path, "no such file of features: check the path")
    content = read_bytes(path, MAX_BYTES)
    try:
        return npy_array(content) if path.suffix.lower() == ".npy" else _of_safetensors(content)
    except Exception as error:  # each format has errors of its own, and any means the same here
        reason = str(error)[:MAX_REASON_CHARACTERS]
        raise FeatureError.of_file(path, f"cannot be read as features ({reason})") from error


def npy_array(content: bytes) -> Array:
    """Return the array of an `.npy` file's content, which is neither a pickle nor an archive.

    Raises
    ------
    ValueError
        If it is none, promises more than it holds, or is larger than allowed.
    """
    file = io.BytesIO(content)
    version = npy.read_magic(file)
    if version not in READ_HEADER:
        raise ValueError(f"format version {version} is not supported")
    shape, is_fortran, dtype = READ_HEADER[version](file)
    if dtype.hasobject:
        raise ValueError("Python objects are not allowed")
    return _array(memoryview(content)[file.tell() :], shape, dtype, "F" if is_fortran else "C")


def _of_safetensors(content: bytes) -> Array:
    n_header = int.from_bytes(content[:8], "little")
    if n_header > MAX_HEADER_BYTES:
        raise ValueError(
            f"a header of {n_header:,} bytes, more than the {MAX_HEADER_BYTES:,} allowed"
        )
    tensors = dict(deserialize(content))  # type: ignore[no-untyped-call]
    name = "keypoints" if "keypoints" in tensors else "features"
    if name not in tensors:
        raise ValueError(f"File does not contain tensor {name}")
    tensor = tensors[name]
    if tensor["dtype"] not in KINDS:
        raise ValueError(f"data type {tensor['dtype']!r} not understood")
    return _array(memoryview(tensor["data"]), tensor["shape"], np.dtype(KINDS[tensor["dtype"]]))


def _array(content: memoryview, shape: Any, dtype: np.dtype[Any], order: Any = "C") -> Array:
    n = math.prod(shape)
    if not all(type(side) is int and side >= 0 for side in shape):
        raise ValueError(f"no array can have the shape {tuple(shape)}")
    if n * dtype.itemsize > len(content):
        raise ValueError(
            f"{tuple(shape)} of {dtype} were promised, but only {len(content):,} bytes are there"
        )
    if n > MAX_NUMBERS:
        raise ValueError(f"{n:,} numbers, more than the {MAX_NUMBERS:,} allowed")
    if not n * dtype.itemsize:
        return np.empty(shape, dtype)
    return np.frombuffer(content, dtype, n).reshape(shape, order=order)
