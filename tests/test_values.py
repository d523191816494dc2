"""What every options dataclass and every value must refuse, found from the package itself."""

import math
import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

import numpy as np
import pytest

from modules import modules
from podium import _catalog
from podium.assessment.feedback import ClipFeedback, Remark
from podium.assessment.segments import Segment
from podium.assessment.values import Reference, Score
from podium.errors import FeatureError, PodiumError, UnknownName, UsageError
from podium.features.alignment import Alignment
from podium.features.moving import Moving
from podium.features.recording import Span
from podium.features.values import Features, Sample
from podium.judging import Marks
from podium.keypoints import Keypoints
from podium.performance import Performance, Phase
from podium.video.clips import ClipPlan, Clips, VideoFacts
from podium.video.frames import Frames
from podium.video.playback import Playback
from podium.video.sketch import Sketch


def classes() -> Iterator[type[Any]]:
    """Every dataclass of the package, each once."""
    for module in modules():
        for value in vars(module).values():
            is_class = is_dataclass(value) and isinstance(value, type)
            if is_class and value.__module__ == module.__name__:
                yield value


OPTIONS = [kind for kind in classes() if kind.__name__.endswith(("Options", "Limits"))]


def cases(is_wanted: Any) -> list[Any]:
    """Each field of each options dataclass of which that is wanted, with its annotation."""
    return [
        pytest.param(kind, field.name, hint, id=f"{kind.__name__}.{field.name}")
        for kind in OPTIONS
        for field in fields(kind)
        if is_wanted(hint := get_type_hints(kind)[field.name])
    ]


def whole(message: str) -> str:
    return rf"^{re.escape(message)}$"


def refuses(kind: type[Any], name: str, value: object, message: str) -> None:
    """Expect a refusal in these words; where others are at work, one day."""
    with pytest.raises(UsageError, match=whole(message)):
        kind(**{name: value})


def test_the_options_are_found():
    assert {"SiameseLSTMOptions", "ClipOptions", "TrainingOptions", "VideoLimits"} <= {
        kind.__name__ for kind in OPTIONS
    }
    assert cases(lambda hint: get_origin(hint) is Literal)


@pytest.mark.parametrize("kind", OPTIONS, ids=lambda kind: kind.__name__)
def test_the_defaults_are_allowed(kind):
    assert kind() == kind()


@pytest.mark.parametrize(("kind", "name", "hint"), cases(lambda hint: get_origin(hint) is Literal))
def test_a_misspelt_choice_is_refused(kind, name, hint):
    message = f"{name} is 'bogus': choose one of {', '.join(get_args(hint))}"
    refuses(kind, name, "bogus", message)


@pytest.mark.parametrize(("kind", "name", "hint"), cases(lambda hint: hint is float))
def test_what_is_no_number_is_refused(kind, name, hint):
    refuses(kind, name, math.nan, f"{name} is nan: it must be a finite number")
    refuses(kind, name, math.inf, f"{name} is inf: it must be a finite number")
    refuses(kind, name, "many", f"{name} is 'many': it must be a finite number")


@pytest.mark.parametrize(("kind", "name", "hint"), cases(lambda hint: hint is int))
def test_what_is_no_whole_number_is_refused(kind, name, hint):
    refuses(kind, name, 1.5, f"{name} is 1.5: it must be a whole number")
    refuses(kind, name, True, f"{name} is True: it must be a whole number")


@pytest.mark.parametrize(("kind", "name", "hint"), cases(lambda hint: hint is bool))
def test_what_is_neither_true_nor_false_is_refused(kind, name, hint):
    refuses(kind, name, "no", f"{name} is 'no': it must be True or False")


@pytest.mark.parametrize(("kind", "name", "hint"), cases(lambda hint: hint in (int, float)))
def test_a_number_below_zero_is_refused(kind, name, hint):
    with pytest.raises(UsageError, match=r"-1(\.0)?\b"):
        kind(**{name: hint(-1)})


@pytest.mark.parametrize(
    ("kind", "name", "hint"),
    cases(lambda hint: get_origin(hint) is tuple and float in get_args(hint)),
)
def test_a_tuple_with_what_is_no_number_is_refused(kind, name, hint):
    n = 1 if get_args(hint)[-1] is ... else len(get_args(hint))
    refuses(kind, name, (math.nan,) * n, f"{name}[0] is nan: it must be a finite number")


def features(n_clips: int = 4, dim: int = 3) -> Features:
    times = np.arange(float(n_clips))
    facts = VideoFacts(64, 64, 0, 2.0)
    return Features(np.zeros((n_clips, dim), np.float32), times, times + 1, "made-up", facts)


def pixels(*shape: int) -> np.ndarray:
    return np.zeros(shape, np.uint8)


def times(n: int) -> np.ndarray:
    return np.arange(float(n))


FACTS = VideoFacts(64, 64, 0, 2.0)
VALUES: dict[str, Any] = {
    "Features": features(),
    "Sample": Sample(Performance("a", Path("a.mp4")), features(), (features(2),)),
    "Clips": Clips(pixels(4, 16, 6, 8, 3), times(4), times(4) + 1, FACTS),
    "Frames": Frames(pixels(5, 6, 8, 3), times(5), 5.0, np.arange(5), 5),
    "Sketch": Sketch(
        pixels(5, 1, 1, 3),
        times(5),
        5.0,
        np.arange(5),
        5,
        lightest=pixels(5),
        changed=times(5),
        first=0,
        path=Path("a.mp4"),
        size=(8, 6),
    ),
    "ClipPlan": ClipPlan(np.arange(4), times(4), times(4) + 1, FACTS),
    "VideoFacts": FACTS,
    "Keypoints": Keypoints(np.zeros((4, 17, 2), np.float32)),
    "Alignment": Alignment((0.0, 1.0), (0.5, 1.5), (0.1, 0.1), 0.2),
    "Moving": Moving(np.zeros((4, 3), np.float32), times(4), times(4) + 1),
    "Performance": Performance("a", Path("a.mp4"), 70.0, difficulty=3.0, judges=(7.0, 7.5)),
    "Phase": Phase("entry", 3, 9),
    "ClipFeedback": ClipFeedback(0, 0.0, 0.5, 0.7, -1.0, False),
    "Segment": Segment(0, "kick", 3, 9, 1.5, 5.0, 1.4, 4.6, 0.7, -1.0, 2, 1.1),
    "Remark": Remark(0.0, 0.5, -1.0, "unlike the expert"),
    "Score": Score(70.0, 60.0, 80.0, 0.0, 96.0),
    "Reference": Reference("a", 70.0, 0.8),
    "Marks": Marks(7.0, 6.5, 7.5),
    "Span": Span(3, 9, 7, 0.1, 0.3, 0.2, pixels(2, 6, 8, 3)),
    "Playback": Playback(b"", 48, 40, (0.0, 0.1), 0.2),
}
FLOATS, BYTES = "an array of floats of", "uint8 of"
MISSHAPEN: list[tuple[str, dict[str, Any], str]] = [
    ("Features", {"start_seconds": times(3)},
     f"start_seconds is float64 of (3,): it must be {FLOATS} (4,)"),
    ("Features", {"end_seconds": times(7)},
     f"end_seconds is float64 of (7,): it must be {FLOATS} (4,)"),
    ("Features", {"values": np.zeros(4, np.float32)},
     "values is float32 of (4,): it must be float32 of (any, any)"),
    ("Features", {"values": np.zeros((4, 3))},
     "values is float64 of (4, 3): it must be float32 of (any, any)"),
    ("Features", {"values": [[0.0]]},
     "values is a list: it must be float32 of (any, any)"),
    ("Sample", {"variants": (features(2, dim=5),)},
     "values of a variant is float32 of (2, 5): it must be float32 of (any, 3)"),
    ("Clips", {"pixels": pixels(16, 6, 8, 3)},
     f"pixels is uint8 of (16, 6, 8, 3): it must be {BYTES} (any, any, any, any, 3)"),
    ("Clips", {"start_seconds": times(3)},
     f"start_seconds is float64 of (3,): it must be {FLOATS} (4,)"),
    ("Frames", {"pixels": np.zeros((5, 6, 8, 3))},
     f"pixels is float64 of (5, 6, 8, 3): it must be {BYTES} (any, any, any, 3)"),
    ("Frames", {"start_seconds": times(4)},
     f"start_seconds is float64 of (4,): it must be {FLOATS} (5,)"),
    ("Frames", {"numbers": times(5)},
     "numbers is float64 of (5,): it must be an array of integers of (5,)"),
    ("Frames", {"n_decoded": -1}, "n_decoded is -1: it must be 0 or more"),
    ("Sketch", {"changed": times(4)},
     f"changed is float64 of (4,): it must be {FLOATS} (5,)"),
    ("ClipPlan", {"starts": times(4)},
     "starts is float64 of (4,): it must be an array of integers of (any,)"),
    ("VideoFacts", {"n_used": -1}, "n_used is -1: it must be 0 or more"),
    ("VideoFacts", {"step": math.nan}, "step is nan: it must be 0 or more"),
    ("Keypoints", {"positions": np.zeros((4, 17), np.float32)},
     f"positions is float32 of (4, 17): it must be {FLOATS} (any, any, any)"),
    ("Keypoints", {"positions": np.zeros((4, 17, 4), np.float32)},
     "positions has the shape (4, 17, 4): it must be (frames, joints, 2 or 3)"),
    ("Alignment", {"reference_seconds": (0.5,)},
     "the length of reference_seconds is 1: it must be 2, that of query_seconds"),
    ("Alignment", {"query_seconds": ()}, "the length of query_seconds is 0: it must be 1 or more"),
    ("Alignment", {"cost": math.nan}, "cost is nan: it must be a number of 0 or more"),
    ("Performance", {"score": math.nan}, "score is nan: it must be a finite number, or None"),
    ("Performance", {"difficulty": "3"}, "difficulty is '3': it must be a finite number, or None"),
    ("Performance", {"judges": (7.0, math.inf)}, "judges is (7.0, inf): it must be finite marks"),
    ("Performance", {"split": "dev"},
     "split is 'dev': it must be one of train, validation, test, or None"),
    ("Performance", {"start_frame": -1}, "start_frame is -1: it must be 0 or more"),
    ("Performance", {"start_frame": 9, "end_frame": 3},
     "end_frame is 3: it must be start_frame, 9, or more"),
    ("Phase", {"end_frame": 2}, "end_frame is 2: it must be start_frame, 3, or more"),
    ("ClipFeedback", {"index": -1}, "index is -1: it must be 0 or more"),
    ("ClipFeedback", {"similarity": 1.5}, "similarity is 1.5: it must be from 0 to 1"),
    ("Moving", {"end_seconds": times(7)},
     f"end_seconds is float64 of (7,): it must be {FLOATS} (4,)"),
    ("Segment", {"first": 10}, "first is 10: it must be 0 to last, 9"),
    ("Remark", {"kind": "bad"}, "kind is 'bad': it must be one of least, unlike"),
    ("Remark", {"similarity": -0.5}, "similarity is -0.5: it must be from 0 to 1"),
    ("Score", {"value": math.nan}, "value is nan: it must be a finite number"),
    ("Score", {"low": 90.0}, "high is 80.0: it must be low, 90, or more"),
    ("Score", {"range_low": 99.0}, "range_high is 96.0: it must be range_low, 99, or more"),
    ("Reference", {"similarity": 2.0}, "similarity is 2.0: it must be from 0 to 1"),
    ("Marks", {"low": 9.0}, "high is 7.5: it must be low, 9, or more"),
    ("Span", {"end_frame": 2}, "end_frame is 2: it must be start_frame, 3, or more"),
    ("Span", {"pictures": np.zeros((2, 6, 8, 3))},
     f"pictures is float64 of (2, 6, 8, 3): it must be {BYTES} (any, any, any, 3)"),
    ("Playback", {"width": 0}, "width is 0: it must be 1 or more"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "changed", "message"), MISSHAPEN, ids=[f"{n}-{'-'.join(c)}" for n, c, _ in MISSHAPEN]
)
def test_a_misshapen_value_is_refused(name, changed, message):
    error = FeatureError if name in ("Features", "Sample", "Keypoints", "Moving") else UsageError
    with pytest.raises(error, match=whole(message)):
        replace(VALUES[name], **changed)


def test_every_value_here_is_refused_in_some_way():
    assert set(VALUES) == {name for name, *_ in MISSHAPEN}


def test_every_value_that_holds_pictures_or_features_checks_itself():
    holding = {
        kind.__name__
        for kind in classes()
        if {"start_seconds", "similarity"} & {field.name for field in fields(kind)}
        and kind.__module__.startswith(("podium.video", "podium.features", "podium.assessment"))
    }
    assert {"Features", "Clips", "Frames", "ClipFeedback", "Remark", "Reference"} <= holding
    unchecked = {"Chapter", "Frame", "Marked", "Finding"}  # made of others that are checked
    assert holding - unchecked <= set(VALUES)


def test_what_is_not_known_is_allowed():
    nowhere = np.full(4, np.nan)
    replace(features(), start_seconds=nowhere, end_seconds=nowhere)
    replace(VALUES["ClipFeedback"], start_seconds=math.nan, similarity=math.nan)
    replace(VALUES["Performance"], score=None, difficulty=None)


def test_making_features_is_cheap():
    """No copy: what was given is what is kept."""
    values = np.zeros((4, 3), np.float32)
    assert replace(features(), values=values).values is values


@pytest.mark.parametrize("folder", ["podium.backbones", "podium.scorers", "podium.datasets"])
def test_one_door_finds_every_part_and_refuses_the_misspelt(folder):
    names = _catalog.names(folder)
    for name in names:
        assert _catalog.resolve(folder, name) == (_catalog.find(folder, name),)
    kind = folder.rpartition(".")[2].removesuffix("s")
    message = (
        f"no {kind} is called 'bogus': choose one of {', '.join(names)}, "
        "or name your own as package.module:Class"
    )
    with pytest.raises(UnknownName, match=whole(message)):
        _catalog.resolve(folder, "bogus")


def test_only_backbones_are_joined():
    both = _catalog.resolve("podium.backbones", "motion+posture")
    assert [kind.__name__ for kind in both] == ["Motion", "Posture"]
    for folder, name in (("scorers", "ridge+constant"), ("datasets", "kimore+pushups")):
        with pytest.raises(
            PodiumError, match=rf"^no {folder[:-1]} is called {re.escape(repr(name))}"
        ):
            _catalog.resolve(f"podium.{folder}", name)
