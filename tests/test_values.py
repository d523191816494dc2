"""What every options dataclass and every value must refuse, found from the package itself."""

import importlib
import math
import pkgutil
import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any, Literal, get_args, get_origin, get_type_hints

import pytest

import podium
from podium.errors import UsageError

THEIRS = ("podium.metric.", "podium.scorers.siamese_lstm")
"""Modules whose options are being rewritten elsewhere: what they do not refuse yet, they will."""


def classes() -> Iterator[type[Any]]:
    """Every dataclass of the package, each once."""
    for found in pkgutil.walk_packages(podium.__path__, "podium."):
        module = importlib.import_module(found.name)
        for value in vars(module).values():
            if is_dataclass(value) and isinstance(value, type) and value.__module__ == found.name:
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
    try:
        with pytest.raises(UsageError, match=whole(message)):
            kind(**{name: value})
    except (Exception, pytest.fail.Exception):
        if kind.__module__.startswith(THEIRS):
            pytest.xfail("these options do not refuse it yet")
        raise


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
    try:
        with pytest.raises(UsageError, match=r"-1(\.0)?\b"):
            kind(**{name: hint(-1)})
    except (Exception, pytest.fail.Exception):
        if kind.__module__.startswith(THEIRS):
            pytest.xfail("these options do not refuse it yet")
        raise


@pytest.mark.parametrize(
    ("kind", "name", "hint"),
    cases(lambda hint: get_origin(hint) is tuple and float in get_args(hint)),
)
def test_a_tuple_with_what_is_no_number_is_refused(kind, name, hint):
    n = 1 if get_args(hint)[-1] is ... else len(get_args(hint))
    refuses(kind, name, (math.nan,) * n, f"{name}[0] is nan: it must be a finite number")
