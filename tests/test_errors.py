import ast
from pathlib import Path

import pytest

import podium
from podium.errors import PodiumError, TooLong, VideoError, explain
from podium.video.frames import decode


def test_an_error_of_a_file_knows_what_is_wrong_apart_from_the_path():
    error = TooLong.of_file("a: b.mp4", "a: b.mp4: lasts too long")
    assert str(error) == "a: b.mp4: a: b.mp4: lasts too long"
    assert error.reason == "a: b.mp4: lasts too long"
    assert PodiumError("a.mp4: is no video").reason == "a.mp4: is no video"


def test_a_file_that_is_no_video_says_why(tmp_path):
    path = tmp_path / "x.mp4"
    path.write_bytes(b"")
    with pytest.raises(VideoError) as caught:
        decode(path, width=64, height=48)
    assert str(caught.value) == f"{path}: {caught.value.reason}"
    assert caught.value.reason.startswith("is empty (0 bytes): ")


def test_an_error_of_the_systems_knows_it_too():
    said = explain(PermissionError(13, "Permission denied", "a.mp4"))
    assert said.reason.startswith("Permission denied: ")
    assert str(said) == f"a.mp4: {said.reason}"


def test_no_message_is_taken_apart():
    """What a message says is had as values: `reason`, not `str(error).removeprefix(...)`."""
    taken_apart = [
        f"{path.name}:{node.lineno}"
        for path in Path(podium.__file__).parent.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Attribute)
        and node.attr in ("removeprefix", "removesuffix", "startswith", "partition", "replace")
        and isinstance(node.value, ast.Call)
        and ast.unparse(node.value) == "str(error)"
    ]
    assert taken_apart == []
