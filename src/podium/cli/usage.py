"""What was typed wrongly, in Podium's own words rather than those of the library that reads it."""

import re
from collections.abc import Callable
from difflib import get_close_matches
from math import isfinite, nan
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import typer

from podium.errors import UsageError

if TYPE_CHECKING:
    from podium.machine.stores import Place

# Click's, or in newer versions that of a copy of click inside Typer: by this name it is either.
WrongUsage = cast("type[typer.BadParameter]", typer.BadParameter.__base__)

MAX_SEED = 2**32 - 1
"""The largest that every generator of random numbers takes."""


def number(option: str, example: float) -> Callable[[Any], float]:
    """Return a function that reads a number; what is allowed of it is the model's to say."""

    def read(text: Any) -> float:
        try:
            return float(text)
        except ValueError:
            raise _wrong(f"{option} {text!r} must be a number, such as {example:g}") from None

    return read


def whole_number(
    option: str, least: int, most: int | None = None, *, example: int
) -> Callable[[Any], int]:
    """Return a function that reads a whole number from `least` to `most`."""
    allowed = f"{least} or more" if most is None else f"from {least} to {most}"

    def read(text: Any) -> int:
        if re.fullmatch(r"\s*[+-]?[0-9]{1,30}\s*", str(text)):
            value = int(text)
            if least <= value <= (value if most is None else most):
                return value
        raise _wrong(f"{option} {text!r} must be a whole number, {allowed}, such as {example}")

    return read


def pair(option: str) -> Callable[[Any], Any]:
    """Return a function that reads two numbers, such as 160,120: they are answered as a pair."""

    def read(text: Any) -> tuple[float, float]:
        first, _, second = str(text).partition(",")
        try:
            right, down = float(first), float(second)
        except ValueError:
            right = down = nan
        if not isfinite(right + down):
            raise _wrong(f"{option} {text!r} must be two numbers, such as 160,120")
        return right, down

    return read


def size(option: str) -> Callable[[Any], int]:
    """Return a function that reads how many bytes, such as 2GB."""

    def read(text: Any) -> int:
        from podium.machine.entries import (
            bytes_of,  # it brings along what no other command's help needs
        )

        try:
            return bytes_of(str(text), option)
        except UsageError as error:
            raise _wrong(str(error)) from None

    return read


def place(text: Any) -> Any:
    """Read where to write: a path, or an address in an object store."""
    if "://" not in str(text):
        return Path(text)
    from podium.machine.stores import place_of

    try:
        return place_of(str(text))
    except UsageError as error:
        raise _wrong(str(error)) from None


def _wrong(message: str) -> Exception:
    return WrongUsage(message)


def in_our_words(error: typer.BadParameter) -> str:
    """Return what is wrong with a command that could not be read: what, its value, what to do."""
    found: Any = error
    command = found.ctx.command_path if found.ctx else "podium"
    kind, said = type(error).__name__, found.format_message()
    if kind == "NoSuchOption":
        return f"{command} has no option {found.option_name}: {_instead(found, command)}"
    if kind == "MissingParameter":
        return _missing(found.param, command)
    if kind == "BadOptionUsage":
        if "does not take" in said:
            return f"{found.option_name} takes no value: write it alone"
        return f"{found.option_name} needs a value: write one after it"
    extra = re.fullmatch(r"Got unexpected extra arguments?(?:\(s\))? \((.*)\)", said, re.DOTALL)
    if extra:
        return (
            f"{command} does not know what to do with {extra[1]!r}: leave it out, put quotes "
            f"around a name that contains spaces, or see {command} --help"
        )
    if unknown := re.match(r"No such command '(.*?)'\.", said, re.DOTALL):
        choices = ", ".join(found.ctx.command.commands)
        return f"there is no command {unknown[1]!r}: choose one of {choices}"
    return str(said)


def _instead(error: Any, command: str) -> str:
    parameters = error.ctx.command.params if error.ctx else []
    options = [name for parameter in parameters for name in parameter.opts if name[0] == "-"]
    closest = get_close_matches(error.option_name, options, n=1)
    if not closest:
        return f"{command} --help lists those it has"
    return f"choose {closest[0]}, or see {command} --help"


def _missing(parameter: Any, command: str) -> str:
    is_option = parameter.param_type_name == "option"
    name = parameter.opts[0] if is_option else str(parameter.name).upper()
    return f"{command} needs {name}: give it (see {command} --help)"


def require_file(path: "Place | None", what: str) -> None:
    """Refuse to write to a place that cannot be a file."""
    if not isinstance(path, Path):  # what lies in a store was looked at when it was read
        return
    if path.is_dir():
        raise UsageError(f"{path}: is a folder: name a file for {what}")
    _require_below_folders(path, what)


def require_folder(path: "Place | None", what: str) -> None:
    """Refuse to write into a place that cannot be a folder."""
    if not isinstance(path, Path):
        return
    if path.exists() and not path.is_dir():
        raise UsageError(f"{path}: is a file: name a folder for {what}")
    _require_below_folders(path, what)


def _require_below_folders(path: Path, what: str) -> None:
    for above in path.parents:
        if above.exists() and not above.is_dir():
            raise UsageError(
                f"{path}: cannot be made because {above} is a file: name another place for {what}"
            )
