"""Files of features and keypoints that promise more than they hold, or hold more than they may."""

import json
import os
import re
import struct
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save

from hostile.confinement import N_MUTATIONS, mutated, peak_bytes
from podium.errors import FeatureError, PodiumError, UnusableFile
from podium.features import given as features
from podium.features.given import read_features
from podium.inputs import given
from podium.keypoints import MAX_NAMED
from sentences import sentences

MEBIBYTE = 2**20


def whole(message: str) -> str:
    return rf"^{re.escape(message)}$"


def npy(shape: str, descr: str = "'<f4'", content: bytes = b"\0" * 64, major: int = 1) -> bytes:
    header = f"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}, }}".encode() + b"\n"
    size = struct.pack("<H" if major == 1 else "<I", len(header))
    return b"\x93NUMPY" + bytes([major, 0]) + size + header + content


def safetensors(header: object, content: bytes = b"", size: int | None = None) -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text) if size is None else size) + text + content


def tensor(dtype: str, shape: list, n: int) -> dict:
    return {"features": {"dtype": dtype, "shape": shape, "data_offsets": [0, n]}}


def refuse(path: Path, reason: str) -> None:
    message = f"{path}: cannot be read as features ({reason})"
    with pytest.raises(FeatureError, match=whole(message)):
        read_features(path)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (
            npy("(1000000000000, 1000)"),
            "(1000000000000, 1000) of float32 were promised, but only 64 bytes are there",
        ),
        (
            npy(f"({2**62}, {2**62})"),
            f"({2**62}, {2**62}) of float32 were promised, but only 64 bytes are there",
        ),
        (npy("(-4, -4)"), "no array can have the shape (-4, -4)"),
        (npy("(True, 4)"), "no array can have the shape (True, 4)"),
        (npy("(2, 8)", major=3), "format version (3, 0) is not supported"),
        (npy("(2, 2)", "'|O'", b"\x80\x04N."), "Python objects are not allowed"),
        (npy("(2, 2)", "[('a', '|O')]"), "Python objects are not allowed"),
        (npy("(100000000, 2)", "'|V0'"), "200,000,000 numbers, more than the 33,554,432 allowed"),
    ],
    ids=["shape", "overflow", "negative", "truth", "version", "objects", "records", "nothing"],
)
def test_an_npy_file_holds_what_it_promises(tmp_path, content, reason):
    path = tmp_path / "x.npy"
    path.write_bytes(content)
    refuse(path, reason)
    assert peak_bytes(lambda: read_features(path)) < 2 * MEBIBYTE


@pytest.mark.parametrize(
    "shape", ["(" * 3_000, "9" * 9_000, "(2, 2) + (2,) * 10**9", "__import__('os').abort()", "\0"]
)
def test_an_npy_header_that_makes_no_sense_is_refused(tmp_path, shape):
    path = tmp_path / "x.npy"
    path.write_bytes(npy(shape))
    with pytest.raises(FeatureError) as refused:
        read_features(path)
    assert str(refused.value).startswith(f"{path}: cannot be read as features (")
    assert len(str(refused.value)) < 300 + len(str(path))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (
            safetensors(b"", size=2**40),
            "a header of 1,099,511,627,776 bytes, more than the 1,048,576 allowed",
        ),
        (
            safetensors(b" " * (2 * MEBIBYTE)),
            "a header of 2,097,152 bytes, more than the 1,048,576 allowed",
        ),
        (safetensors(tensor("BF16", [2, 2], 8), b"\0" * 8), "data type 'BF16' not understood"),
    ],
    ids=["promised", "there", "kind"],
)
def test_safetensors_hold_what_they_promise(tmp_path, content, reason):
    path = tmp_path / "x.safetensors"
    path.write_bytes(content)
    refuse(path, reason)
    used = peak_bytes(lambda: read_features(path))
    assert used < 2 * len(content) + 2 * MEBIBYTE


@pytest.mark.parametrize(
    "content",
    [
        safetensors(tensor("F32", [10**6, 10**6], 8), b"\0" * 8),
        safetensors(tensor("F32", [2**62, 4], 0)),
        safetensors(tensor("F32", [2, 2], 2**50), b"\0" * 16),
        safetensors(tensor("F32", [-2, -2], 16), b"\0" * 16),
        safetensors(b"[" * 100_000),
        safetensors({"__metadata__": {"a": {"b": 1}}}),
    ],
)
def test_safetensors_that_lie_are_refused(tmp_path, content):
    path = tmp_path / "x.safetensors"
    path.write_bytes(content)
    start = re.escape(f"{path}: cannot be read as features (")
    with pytest.raises(FeatureError, match=rf"^{start}[^\n]*\)$"):
        read_features(path)


def test_a_file_of_too_many_bytes_is_not_read(tmp_path):
    path = tmp_path / "x.npy"
    with path.open("wb") as file:
        file.write(npy("(1000000, 128)"))
        file.truncate(10**12)  # it takes no room on the disk
    message = f"{path}: has more than the 268,435,456 bytes allowed: give a smaller file"
    with pytest.raises(UnusableFile, match=whole(message)):
        read_features(path)


def test_bytes_are_not_made_into_too_many_numbers(tmp_path, monkeypatch):
    monkeypatch.setattr(given, "MAX_NUMBERS", 15)
    for name in ("x.npy", "x.safetensors"):
        path, values = tmp_path / name, np.ones((4, 4), np.uint8)
        path.write_bytes(save({"features": values}))
        if name == "x.npy":
            np.save(path, values)
        refuse(path, "16 numbers, more than the 15 allowed")


@pytest.mark.parametrize(
    ("shape", "most"),
    [((5, 2), (4, 7)), ((2, 8), (4, 7)), ((65, 2, 2), (64, 3)), ((2, 4, 3), (64, 3))],
)
def test_what_is_more_than_one_performance_is_refused(tmp_path, monkeypatch, shape, most):
    monkeypatch.setattr(features, "MAX_FRAMES", 64)
    monkeypatch.setattr(features, "MAX_JOINTS", 3)
    monkeypatch.setattr(features, "MAX_DIM", 7)
    path = tmp_path / "x.npy"
    np.save(path, np.ones(shape))
    message = f"{path}: holds {shape}, more than the {most} allowed: is it one performance?"
    with pytest.raises(FeatureError, match=whole(message)):
        read_features(path)


def test_a_warning_does_not_name_a_thousand_joints(tmp_path):
    positions = np.full((4, 500, 2), np.nan)
    positions[:, 0] = 1
    np.save(tmp_path / "x.npy", positions)
    warning = sentences(read_features(tmp_path / "x.npy").video)[-1]
    named = ", ".join(f"joint {number}" for number in range(1, 1 + MAX_NAMED))
    assert warning == (
        "100 % of the keypoints were not seen and were filled in; "
        f"never seen: {named} and {499 - MAX_NAMED} more"
    )


@pytest.mark.parametrize("suffix", ["npy", "safetensors"])
@pytest.mark.parametrize("target", ["/dev/zero", "/dev/full", "/proc/self/mem", "nowhere"])
def test_devices_are_not_read(tmp_path, suffix, target):
    path = tmp_path / f"x.{suffix}"
    path.symlink_to(target)
    if target == "/proc/self/mem":  # a regular file, they say, that cannot be read from its start
        with pytest.raises(OSError, match="Input/output error"):
            read_features(path)
        return
    message = f"{path}: no such file of features: check the path"
    with pytest.raises(FeatureError, match=whole(message)):
        read_features(path)


def test_a_pipe_is_not_waited_for(tmp_path):
    for suffix in ("npy", "safetensors"):
        path = tmp_path / f"x.{suffix}"
        os.mkfifo(path)
        with pytest.raises(
            FeatureError, match=whole(f"{path}: no such file of features: check the path")
        ):
            read_features(path)


@pytest.mark.parametrize("shape", [(3, 4), (20, 5, 2)])
@pytest.mark.parametrize("suffix", ["npy", "safetensors"])
def test_damaged_arrays_are_read_or_refused(tmp_path, suffix, shape):
    path = tmp_path / f"x.{suffix}"
    values = np.random.default_rng(0).normal(size=shape).astype(np.float32)
    name = "features" if len(shape) == 2 else "keypoints"
    if suffix == "npy":
        np.save(path, values)
    else:
        path.write_bytes(save({name: values}))
    content = path.read_bytes()
    for seed in range(N_MUTATIONS):
        path.write_bytes(mutated(content, seed))
        try:
            found = read_features(path)
        except PodiumError as error:
            refusal = str(error)
            assert refusal.startswith(f"{path}: ")
        else:
            assert np.isfinite(found.values).all()
