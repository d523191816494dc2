"""Pickles made to run something, to take over an array, or to fill memory or time."""

import os
import pickle
import re
import struct
from pathlib import Path

import numpy as np
import pytest

from hostile.confinement import every_mutation_is_read_or_refused, mutated
from podium.datasets import _labels
from podium.datasets._labels import read_labels
from podium.errors import ManifestError, PodiumError, UnusableFile

LABEL = "one of its labels is longer than the 131,072 characters allowed, or nested too deeply"
SIZE = f"{LABEL}: is it a file of labels?"
TIME = "reading it takes more than the 2 s allowed: check the file, or give a smaller one"
MEMORY = (
    "reading it takes more than the 536,870,912 bytes of memory allowed: "
    "check the file, or give a smaller one"
)
ASKS = (
    "asks for {}, which is more than numbers, strings, containers and numpy arrays: "
    "it was not read, as it could run any program"
)
DOUBLED = b")" + b"2\x86" * 120
"""An empty tuple, then a hundred times a tuple of the last one twice."""

LABELLED = b"\x80\x04}K\x01}X\x05\x00\x00\x00score"
"""Opens {1: {"score": what follows, until END."""

END = b"ss."


def damaged(error: str) -> str:
    return f"cannot be read as a pickle ({error}): check the file"


def whole(message: str) -> str:
    return rf"^{re.escape(message)}$"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "labels.pkl"


def refuse(path: Path, content: bytes, message: str) -> None:
    path.write_bytes(content)
    with pytest.raises(ManifestError, match=whole(f"{path}: {message}")):
        read_labels(path)


def long_number(n_bytes: int) -> bytes:
    return b"\x8b" + struct.pack("<i", n_bytes) + b"\x7f" * n_bytes


def nested(n: int) -> dict:
    inner: dict = {}
    for _ in range(n):
        inner = {"a": inner, "b": inner}
    return inner


# time and memory


@pytest.mark.slow
@pytest.mark.parametrize(
    "content",
    [
        b"\x80\x04}" + DOUBLED + b"}s.",
        b"\x80\x04\x8f(" + DOUBLED + b"\x90.",
        b"\x80\x04(" + DOUBLED + b"\x91.",
        pickle.dumps({n * (2**61 - 1): {} for n in range(1, 60_000)}),
    ],
    ids=["a key", "a set", "a frozen set", "keys that collide"],
)
def test_what_takes_for_ever_is_ended(path, content):
    refuse(path, content, TIME)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (LABELLED + DOUBLED + END, SIZE),
        (pickle.dumps([{"score": nested(100)}]), SIZE),
        (LABELLED + b"]\x94h\x00a" + END, SIZE),
        (LABELLED + b"]" * 100_000 + b"a" * 99_999 + END, SIZE),
        (LABELLED + long_number(1_000_000) + END, SIZE),
        (b"\x80\x04}" + long_number(4_000) + b"}s.", SIZE),
        (b"\x80\x02L" + b"9" * 1_000_000 + b"L\n.", damaged("ValueError")),
        (b"\x80\x04Nr\xff\xff\xff\x7f.", MEMORY),
        (b"\x80\x05\x96" + struct.pack("<Q", 1 << 33) + b"x.", MEMORY),
        (b"\x80\x04\x8d" + struct.pack("<Q", 1 << 40) + b"x.", damaged("UnpicklingError")),
        (b"\x80\x04\x95" + struct.pack("<Q", 1 << 62) + b"N.", damaged("UnpicklingError")),
        (b"cnumpy\nndarray\n(I10000000000\ntR.", damaged("ValueError")),
        (pickle.dumps([{"c": "x" * 131_073}]), SIZE),
        (pickle.dumps([{"c": np.zeros(200_000)}]), SIZE),
        (
            pickle.dumps([{f"c{n}": "x" * 131_000 for n in range(9)}]),
            "the labels of one performance are longer than the 1,048,576 characters allowed: "
            "is it a file of labels?",
        ),
        (
            pickle.dumps([{f"c{n}": 1 for n in range(1_001)}]),
            "has 1,001 labels of 0, more than the 1,000 allowed: is it a file of labels?",
        ),
        (
            pickle.dumps([{f"c{n}_{k}": 1 for k in range(900)} for n in range(2)]),
            "would make a table of more than the 1,000 columns allowed: "
            "split it into several files",
        ),
    ],
    ids=["tuples twice", "dictionaries twice", "itself", "deep lists", "a number",
         "a key", "digits", "memo", "bytes", "text", "frame", "shape", "cell", "array", "row",
         "labels", "columns"],
)  # fmt: skip
def test_what_would_grow_is_refused(path, content, message):
    refuse(path, content, message)


@pytest.mark.parametrize(
    "value",
    [b"cnumpy\ndtype\n", b"cnumpy\ndtype\n(X\x02\x00\x00\x00f8tR", b"cbuiltins\nset\n",
     b"](cnumpy\nndarray\ne", b"}X\x01\x00\x00\x00xcnumpy\ndtype\ns"],
    ids=["function", "kind", "class", "in a list", "in a dictionary"],
)  # fmt: skip
def test_what_says_nothing_but_an_address_is_no_label(path, value):
    said = (
        "one of its labels is a function or a kind of array, not a number, a text or a list of "
        "these: is it a file of labels?"
    )
    refuse(path, LABELLED + value + END, said)


def test_one_row_again_and_again_is_as_long_as_it_is_written(path, monkeypatch):
    """With a smaller limit than ours: how fast a machine writes it is not what is tested."""
    assert _labels.MAX_CHARACTERS == 134_217_728
    monkeypatch.setattr(_labels, "MAX_CHARACTERS", 1_000_000)
    row = b"(}X\x05\x00\x00\x00scoreX\x10\x27\x00\x00" + b"x" * 10_000 + b"s\x94"
    refuse(
        path,
        LABELLED[:2] + b"]" + row + b"h\x00" * 200 + b"e.",
        "would make a table of more than the 1,000,000 characters allowed: "
        "split it into several files",
    )


def test_a_key_too_deep_for_the_stack_ends_the_child_only(path):
    path.write_bytes(b"\x80\x04}" + b")" + b"\x85" * 2_000_000 + b"}s.")
    with pytest.raises(ManifestError) as refused:
        read_labels(path)
    ended = "the process that read it crashed (SIGSEGV)"
    assert str(refused.value) in (  # Python's own stack, or the system's
        f"{path}: {ended}: the file is damaged, or memory ran out",
        f"{path}: {damaged('RecursionError')}",
        f"{path}: {MEMORY}",
    )


def test_a_file_of_too_many_bytes_is_not_read(path, monkeypatch):
    monkeypatch.setattr(_labels, "LIMITS", _labels.Limits(10, 2, 2**29))
    path.write_bytes(b"x" * 11)
    message = f"{path}: has 11 bytes, more than the 10 allowed: give a smaller file"
    with pytest.raises(UnusableFile, match=whole(message)):
        read_labels(path)


@pytest.mark.parametrize("make", [Path.mkdir, os.mkfifo, lambda path: path.symlink_to("/dev/zero")])
def test_what_is_no_file_is_never_waited_for(path, make):
    make(path)
    with pytest.raises(UnusableFile, match=whole(f"{path}: is not a regular file: give a file")):
        read_labels(path)


# arrays that are not what they seem


def array_of(name: bytes, state: bytes, content: bytes) -> bytes:
    """A pickle of one label: an array of 8 bytes, of a dtype that says of itself what it likes."""
    dtype = b"cnumpy\ndtype\n(X" + struct.pack("<I", len(name)) + name + b"I00\nI01\ntR" + state
    return (
        LABELLED + b"cnumpy.core.numeric\n_frombuffer\n(" + content + dtype
        + b"K\x01\x85X\x01\x00\x00\x00CtR" + END
    )  # fmt: skip


NO_OBJECTS = b"(K\x03X\x01\x00\x00\x00|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb"
"""The state of a dtype that denies that its elements are objects: numpy believes it."""

ADDRESS = b"C\x08AAAAAAAA"


def test_bytes_are_never_taken_for_objects(path):
    refuse(path, array_of(b"O8", NO_OBJECTS, ADDRESS), damaged("ValueError"))
    filled = (
        LABELLED + b"cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\nI0\n\x85C\x01btR"
        b"(K\x01K\x01\x85cnumpy\ndtype\n(X\x02\x00\x00\x00O8tR" + NO_OBJECTS + b"I00\n" + ADDRESS
        + b"tb" + END
    )  # fmt: skip
    refuse(path, filled, damaged("ValueError"))
    direct = LABELLED + b"cnumpy\nndarray\n(K\x01\x85X\x01\x00\x00\x00O" + ADDRESS + b"tR" + END
    refuse(path, direct, damaged("ValueError"))


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        (b"f8", b"C\x04AAAA", damaged("ValueError")),
        (b"f8", b"C\x00", damaged("ValueError")),
        (b"U2", b"C\x08A\0\0\0\xff\xff\xff\xff", damaged("ValueError")),
        (b"S999999", b"C\x01A", damaged("ValueError")),
    ],
)
def test_arrays_hold_what_they_promise(path, name, content, message):
    refuse(path, array_of(name, b"", content), message)


@pytest.mark.parametrize("name", ["V2000000000", "f8,f8", "1000000000f8", "M8[s]", "O16", "U", ""])
def test_arrays_of_anything_else_are_not_made(path, name):
    refuse(
        path,
        array_of(name.encode(), b"", ADDRESS),
        ASKS.format(f"arrays of {name!r}"),
    )


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        (b"c_codecs\nencode\n(N}X\x08\x00\x00\x00__code__Nstb.", damaged("TypeError")),
        (b"c_codecs\nencode\n(N}X\x0b\x00\x00\x00__globals__}stb.", damaged("AttributeError")),
        (
            b"ccollections\nOrderedDict\n)R}X\x05\x00\x00\x00itemsK\x05sb.",
            damaged("AttributeError"),
        ),
        (
            b"cnumpy\ndtype\n(X\x02\x00\x00\x00f8tR(N}X\x05\x00\x00\x00orderNstb.",
            ASKS.format("arrays of several columns"),
        ),
    ],
    ids=["code", "globals", "a method", "an order"],
)
def test_what_is_found_cannot_be_changed(path, setting, message):
    refuse(path, b"\x80\x04" + setting, message)


# anything


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_damaged_pickles_are_read_or_refused(path):
    labels = {
        ("a", n): {"final_score": np.float64(n), "judges": np.arange(3.0), "x": np.array(["a", n])}
        for n in range(4)
    }
    path.write_bytes(pickle.dumps(labels))
    every_mutation_is_read_or_refused("podium.datasets._pickled", "labels", path)
    content = path.read_bytes()
    for seed in range(20):
        path.write_bytes(mutated(content, seed))
        try:
            read_labels(path)
        except PodiumError as error:
            refusal = str(error)
            assert refusal.startswith(f"{path}: ")
