"""Options of a scorer as somebody typed them, or wrote them into a file: by name, nested by dots.

    podium train dives.csv --set n_networks=3 --set pairs.threshold=4 --options options.toml

What there is to set, and what it may be, is read off the dataclass of the scorer's options.
"""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from difflib import get_close_matches
from itertools import product
from math import prod
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from podium.checks import check_value
from podium.errors import MissingFile, UnusableFile, UsageError
from podium.machine.files import read_bytes
from podium.machine.terminal import brief
from podium.training import left_out

MAX_BYTES = 2**20
"""How large a file of options may be."""

MAX_SHOWN = 80
"""So many characters of a name or a value are shown."""

MAX_TRIES = 10_000
"""So many combinations of options are tried at most."""

TRUTHS = {"true": True, "yes": True, "false": False, "no": False}


def scorer_options(scorer: str, set_: Sequence[str] = (), file: Path | None = None) -> Any:
    """Return the options of a scorer, by its name, with what was set; `None` where nothing was.

    `set_` are `name=value` each, and come after what the file says.

    Raises
    ------
    UsageError
        If a name or a value does not fit, or the scorer has no options.
    MissingFile, UnusableFile
        If there is no such file, or it is no TOML.
    """
    given = {**(_in_file(file) if file else {}), **dict(map(_parted, set_))}
    if not given:
        return None
    default, kinds = _settable(scorer, given)
    values = {name: _value(name, kinds[name], value) for name, value in given.items()}
    return _with(default, values)


@dataclass(frozen=True)
class Setting:
    """One choice of a scorer's options among several that are tried."""

    values: Mapping[str, Any]
    """What differs from the scorer's own, by name."""

    options: Any
    """All of its options."""


def options_grid(scorer: str, file: Path) -> tuple[Setting, ...]:
    """Return every combination of what a file lists of a scorer's options, the last name fastest.

    A list is of values to be tried, as in `n_components = [16, 64, 256]`; what is none is fixed.

    Raises
    ------
    UsageError
        If a name or a value does not fit, nothing is listed, or there are more than `MAX_TRIES`.
    MissingFile, UnusableFile
        If there is no such file, or it is no TOML.
    """
    given = _in_file(file)
    if not given:
        raise UsageError(f"{file}: lists no option: write lines such as n_components = [16, 64]")
    default, kinds = _settable(scorer, given)
    axes = []
    for name, listed in given.items():
        found = [_value(name, kinds[name], one) for one in _as_list(listed)]
        if not found:
            raise UsageError(f"{file}: {name} lists no value: give one, or leave it out")
        axes.append(found)
    if (n := prod(map(len, axes))) > MAX_TRIES:
        raise UsageError(f"{file}: has {n:,} combinations, more than the {MAX_TRIES:,} allowed")
    all_values = (dict(zip(given, one, strict=True)) for one in product(*axes))
    return tuple(Setting(values, _with(default, values)) for values in all_values)


def _as_list(listed: Any) -> list[Any]:
    return listed if isinstance(listed, list) else [listed]


def _settable(scorer: str, given: Iterable[str]) -> tuple[Any, dict[str, Any]]:
    """Return the default options of a scorer and all kinds; refuse a name that is none of them."""
    default = getattr(left_out.make_scorer(scorer, None, 0), "options", None)
    if not is_dataclass(default):
        raise UsageError(f"the scorer {scorer} has no options: leave out --set and --options")
    kinds = options_in(type(default))
    for name in given:
        if name not in kinds:
            raise UsageError(_unknown(name, scorer, [*kinds]))
    return default, kinds


def options_in(kind: Any, before: str = "") -> dict[str, Any]:
    """Return the names of all options of a dataclass, nested ones after a dot, and their kinds."""
    found: dict[str, Any] = {}
    for name, hint in get_type_hints(kind).items():
        if name not in {field.name for field in fields(kind)}:
            continue
        if is_dataclass(hint):
            found |= options_in(hint, f"{before}{name}.")
        else:
            found[before + name] = hint
    return found


def _parted(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign or not name.strip():
        raise UsageError(
            f"--set {brief(text, MAX_SHOWN)!r} must be name=value, such as n_networks=3"
        )
    return name.strip(), value.strip()


def _in_file(path: Path) -> dict[str, Any]:
    """Read a file of options, tables being nested ones: by name, after dots."""
    if not path.is_file():
        raise MissingFile(f"{path}: no such file of options: check the path")
    try:
        return flat(tomllib.loads(read_bytes(path, MAX_BYTES).decode("utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UnusableFile.of_file(
            path, f"is no TOML ({error!s:.200}): write lines such as n_networks = 3"
        ) from error


def flat(table: Mapping[str, Any], before: str = "") -> dict[str, Any]:
    """Return nested options by name, after dots."""
    found: dict[str, Any] = {}
    for name, value in table.items():
        if isinstance(value, Mapping):
            found |= flat(value, f"{before}{name}.")
        else:
            found[before + name] = value
    return found


def _unknown(name: str, scorer: str, known: Sequence[str]) -> str:
    """Say that there is no such option, and which one may be meant."""
    last = {one.rpartition(".")[2]: one for one in known}
    near = get_close_matches(name, known, n=1, cutoff=0.5) or [
        last[one] for one in get_close_matches(name.rpartition(".")[2], last, n=1, cutoff=0.5)
    ]
    choice = f"choose {near[0]}, or one of" if near else "choose one of"
    return (
        f"the scorer {scorer} has no option {brief(name, MAX_SHOWN)!r}: {choice} {', '.join(known)}"
    )


def _value(name: str, kind: Any, given: Any) -> Any:
    """Return a value as the kind that the option has.

    Raises
    ------
    UsageError
        If it cannot be.
    """
    value = _typed(kind, given)
    check_value(name, kind, value)
    return value


def _typed(kind: Any, given: Any) -> Any:
    """Return what was typed as the kind it is for, or as it is where it cannot be that."""
    if get_origin(kind) in (Union, UnionType):
        (other,) = set(get_args(kind)) - {NoneType}
        return None if given == "none" else _typed(other, given)
    if get_origin(kind) is tuple:
        parts = given.split(",") if isinstance(given, str) else given
        inner = get_args(kind)[0]
        return tuple(_typed(inner, part) for part in parts) if isinstance(parts, list) else given
    if kind is float and isinstance(given, int) and not isinstance(given, bool):
        return float(given)
    return _of_text(kind, given) if isinstance(given, str) else given


def _of_text(kind: Any, text: str) -> Any:
    if kind is bool:
        return TRUTHS.get(text.lower(), text)
    if kind not in (int, float):
        return text
    try:
        return kind(text)
    except ValueError:
        return text


def _with(options: Any, values: Mapping[str, Any]) -> Any:
    """Return options with other values, those of nested options in their place."""
    changed: dict[str, Any] = {}
    for field in fields(options):
        inner = {
            name.removeprefix(f"{field.name}."): value
            for name, value in values.items()
            if name.startswith(f"{field.name}.")
        }
        if field.name in values:
            changed[field.name] = values[field.name]
        elif inner:
            changed[field.name] = _with(getattr(options, field.name), inner)
    return replace(options, **changed)
