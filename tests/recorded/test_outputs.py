"""The same inputs give the same answers as when `outputs.json` was recorded.

Where an answer is meant to be another one, `python tests/recorded/outputs.py` records anew.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from recorded import outputs
from recorded.outputs import ELSEWHERE, HERE, RECORDED, differences, made_with, rounded

AGAIN = "if they are meant to differ, run: python tests/recorded/outputs.py"


@pytest.fixture(scope="module")
def recorded() -> dict[str, Any]:
    return json.loads(RECORDED.read_text(encoding="utf-8"))


@pytest.fixture
def made(tmp_path, monkeypatch) -> dict[str, Any]:
    for name in ("PODIUM_CACHE", "COLUMNS"):
        monkeypatch.setenv(name, "")  # they are put back after it
    return rounded(outputs.make(tmp_path))


BYTES = ("train", "digests of scorers")
"""Another processor or another PyTorch rounds otherwise at each of many steps of learning."""


@pytest.mark.slow
@pytest.mark.timeout(1500)
def test_answers_are_those_recorded(recorded, made):
    """All in one test: what takes the time is made once."""
    table = "metadata.csv"  # no encoder has a part in it
    assert made["rendered"][table] == recorded["rendered"][table], AGAIN
    if made["rendered"] != recorded["rendered"]:
        pytest.skip("another encoder than the one recorded makes other videos of the same frames")
    is_here = is_as_recorded(recorded)
    left_out = {"made with", *(() if is_here else BYTES)}
    one, other = ({k: v for k, v in all_.items() if k not in left_out} for all_ in (recorded, made))
    found = list(differences(one, other, HERE if is_here else ELSEWHERE))
    assert found == [], "\n".join([AGAIN, *found])


def is_as_recorded(recorded: dict[str, Any]) -> bool:
    return bool(recorded["made with"] == made_with())


def test_bytes_of_trained_models_are_compared_here(recorded):
    if not is_as_recorded(recorded):
        pytest.skip(f"they are of {recorded['made with']}, and this is {made_with()}")
    for case in BYTES:
        assert all(len(digest) == 64 for digest in recorded[case].values())


@pytest.mark.parametrize(
    ("wanted", "found", "said"),
    [
        (1.0, 1.0 + 9e-6, []),
        (1.0, 1.0 + 2e-5, [": 1.00002, recorded as 1.0"]),
        (0.0, 1e-9, [": 1e-09, recorded as 0.0"]),
        (3, 4, [": 4, recorded as 3"]),
        (3, 3.0, [": 3.0, recorded as 3"]),
        (True, 1, [": 1, recorded as True"]),
        ("a", "b", [": 'b', recorded as 'a'"]),
        ([1], [1, 2], [": [1, 2], recorded as [1]"]),
        ({"a": [1, {"b": 2.0}]}, {"a": [1, {"b": 3.0}]}, ["/a/1/b: 3.0, recorded as 2.0"]),
        ({"a": 1}, {"b": 1}, ["/a: None, recorded as 1", "/b: 1, recorded as None"]),
    ],
)
def test_what_differs_is_named(wanted, found, said):
    assert list(differences(wanted, found, HERE)) == said


def test_what_is_recorded_names_no_folder_of_a_machine():
    assert "/tmp" not in RECORDED.read_text(encoding="utf-8")
    assert str(Path.home()) not in RECORDED.read_text(encoding="utf-8")
