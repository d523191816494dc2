import collections
import os
import pickle
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from messages import whole
from podium.cli.commands import run
from podium.datasets._labels import read_labels
from podium.datasets._pickled import NO_TABLE, ArrayRead, read_pickle
from podium.datasets.manifest import Manifest
from podium.errors import ManifestError, MissingFile, UsageError

MORE = (
    "which is more than numbers, strings, containers and numpy arrays: "
    "it was not read, as it could run any program"
)


def pickled(tmp_path: Path, value: object, protocol: int = 4) -> Path:
    path = tmp_path / "labels.pkl"
    path.write_bytes(pickle.dumps(value, protocol))
    return path


LABELS = {
    ("01", 7): {
        "action_type": "107B", "final_score": np.float64(85.5), "difficulty": 3.0,
        "judge_scores": np.array([9.5, 9.0, 9.5]), "start_frame": 3, "end_frame": np.int64(90),
        "ss_no": 7, "note": "=1+1",
    },
    ("02", 1): {"action_type": "407C", "final_score": 60, "difficulty": 2.5, "judge_scores": []},
}  # fmt: skip


@pytest.mark.parametrize("protocol", range(6))
def test_numbers_strings_containers_and_arrays_are_read(tmp_path, protocol):
    value = {
        "a": [1, 2.5, "text", b"bytes", None, True, {3}, frozenset("x"), (1,), 2j],
        "b": collections.OrderedDict(x=np.arange(6).reshape(2, 3), y=np.float32(1.5)),
        "c": np.array(["a", "bc"]), "d": np.array([None, "o", 1], object),
    }  # fmt: skip
    found = read_pickle(pickled(tmp_path, value, protocol).read_bytes())
    assert repr(plain(found)) == repr(plain(value))


def plain(value: object) -> object:
    """The same with numpy's own arrays, and with one kind of dictionary."""
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    return value.values if isinstance(value, ArrayRead) else value


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("dtype", ["<f8", ">f8", ">i2", "u1", "?", "c16", "<U3", ">U3", "S2", "O"])
@pytest.mark.parametrize("protocol", [2, 5])
def test_arrays_are_as_they_were(tmp_path, dtype, order, protocol):
    made = np.array(np.arange(6).reshape(2, 3) % 2, dtype, order=order)
    found = read_pickle(pickled(tmp_path, made, protocol).read_bytes())
    assert (found.values.dtype, found.values.tolist()) == (made.dtype, made.tolist())


class Calls:
    """Pickled, it calls a function when it is read."""

    def __init__(self, function, *arguments) -> None:
        self.call = function, arguments

    def __reduce__(self):
        return self.call


@pytest.mark.parametrize(
    ("function", "arguments", "name"),
    [
        (os.system, ("touch {}",), "posix.system"),
        (eval, ("open('{}', 'w')",), "builtins.eval"),
        (exec, ("open('{}', 'w')",), "builtins.exec"),
        (subprocess.Popen, (["touch", "{}"],), "subprocess.Popen"),
        (getattr, (os, "system"), "builtins.getattr"),
        (np.load, ("{}",), "numpy.load"),
        (np.fromfile, ("{}",), "numpy.fromfile"),
        (open, ("{}", "w"), f"{open.__module__}.open"),
        (bytearray, (10**15,), "builtins.bytearray"),
        (pickle.loads, (b"N.",), "_pickle.loads"),
    ],
)
def test_a_program_in_a_pickle_is_not_run(tmp_path, function, arguments, name):
    sentinel = tmp_path / "sentinel"
    filled = tuple(
        [part.format(sentinel) for part in argument]
        if isinstance(argument, list)
        else argument.format(sentinel)
        if isinstance(argument, str)
        else argument
        for argument in arguments
    )
    if function is getattr:
        filled = ("", "system")
    path = pickled(tmp_path, {"a": [Calls(function, *filled)]})
    with pytest.raises(ManifestError, match=whole(f"{path}: asks for {name}, {MORE}")):
        read_labels(path)
    assert not sentinel.exists()


def test_one_inside_an_array_of_objects_is_not_run(tmp_path):
    sentinel = tmp_path / "sentinel"
    path = pickled(tmp_path, np.array([Calls(os.system, f"touch {sentinel}")], object))
    with pytest.raises(ManifestError, match=whole(f"{path}: asks for posix.system, {MORE}")):
        read_labels(path)
    assert not sentinel.exists()


def test_a_codec_is_not_looked_up(tmp_path):
    path = tmp_path / "labels.pkl"
    path.write_bytes(b"c_codecs\nencode\n(Vx\nVrot13\ntR.")
    with pytest.raises(ManifestError, match=whole(f"{path}: asks for the encoding rot13, {MORE}")):
        read_labels(path)


@pytest.mark.parametrize("content", [b"", b"\x80", b"text", b"\x80\x04\x95\xff\xff\xff\xff", b"R."])
def test_a_damaged_pickle_is_refused(tmp_path, content):
    path = tmp_path / "labels.pkl"
    path.write_bytes(content)
    with pytest.raises(ManifestError) as refused:
        read_labels(path)
    found = re.fullmatch(
        rf"{re.escape(str(path))}: cannot be read as a pickle \(\w+\): check the file",
        str(refused.value),
    )
    assert found


def test_a_missing_one_is_said(tmp_path):
    path = tmp_path / "none.pkl"
    with pytest.raises(MissingFile, match=whole(f"{path}: no such file of labels: check the path")):
        read_labels(path)


def test_labels_become_rows(tmp_path):
    first, second = read_labels(pickled(tmp_path, LABELS), "{0}/{1:03d}.avi")
    assert first == {
        "file_name": "01/007.avi", "id": "01_7", "score": "85.5", "difficulty": "3.0",
        "judges": "9.5;9.0;9.5", "action": "107B", "start_frame": "3", "end_frame": "90",
        "ss_no": "7", "note": "'=1+1",
    }  # fmt: skip
    assert second["judges"] == ""


def test_names_that_do_not_fit_are_said(tmp_path):
    reason = "Replacement index 2 out of range for positional args tuple"
    message = (
        f"the names '{{2}}.mp4' do not fit the key ('01', 7) ({reason}): "
        "use {id}, or {0}, {1} and so on for the parts of a key"
    )
    with pytest.raises(UsageError, match=whole(message)):
        read_labels(pickled(tmp_path, LABELS), "{2}.mp4")


@pytest.mark.parametrize("value", [5, "text", [], {}, {"a": 5}, [1, 2]])
def test_other_shapes_are_refused(tmp_path, value):
    path = pickled(tmp_path, value)
    with pytest.raises(ManifestError, match=whole(f"{path}: {NO_TABLE}")):
        read_labels(path)


def test_the_command_writes_a_table_that_can_be_read(make_video, tmp_path):
    for number in (0, 1):
        make_video(f"{number}.mp4", 5)
    rows = [{"final_score": 50 + n, "action_type": "107B", "difficulty": 2.0} for n in (0, 1)]
    labels, out = pickled(tmp_path, rows), tmp_path / "metadata.csv"
    assert run(["convert", str(labels), "--out", str(out)]) == 0
    found = Manifest(out).performances()
    assert [(p.path.name, p.score, p.action) for p in found] == [
        ("0.mp4", 50.0, "107B"),
        ("1.mp4", 51.0, "107B"),
    ]


def test_the_command_refuses_a_program(tmp_path, capsys):
    sentinel = tmp_path / "sentinel"
    path = pickled(tmp_path, {"a": Calls(os.system, f"touch {sentinel}")})
    assert run(["convert", str(path), "--out", str(tmp_path / "out.csv")]) == 3
    assert capsys.readouterr().err == f"podium: {path}: asks for posix.system, {MORE}\n"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["labels.pkl"]
    assert sys.platform != "win32"
