"""Finds entries by the names of their files: the folder is the registry.

An installed package adds to it by entry points of the folder's name (`[project.entry-points.
"podium.scorers"]` in its pyproject.toml). Any other class is named `package.module:Class`, and is
imported only where the user allowed that very name: a file that names one is no reason to run it.
"""

import importlib
import os
import pkgutil
import re
import sys
from collections.abc import Collection, Mapping
from functools import lru_cache
from importlib.metadata import EntryPoint, distributions
from pathlib import Path
from reprlib import Repr
from typing import Any

from podium.errors import ForeignPart, MissingExtra, UnknownName, UsageError
from podium.machine import extras

JOINING = ("podium.backbones",)
"""Folders of which several entries can be named at once, joined by `+`."""

_FOREIGN = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*:[^\W\d]\w*", re.ASCII)


def names(folder: str) -> tuple[str, ...]:
    """List what a folder offers, sorted; nothing is imported but the folder itself.

    `folder` is a package's dotted name, as in `"podium.scorers"`.
    """
    return tuple(sorted({*_files(folder), *_entry_points(folder)}))


def find(folder: str, name: str, allow_parts: Collection[str] = ()) -> type[Any]:
    """Fetch the class that a name stands for.

    A plain name is a file of the folder and holds one class called as the file is, without
    underscores and whatever the case: `siamese_lstm` -> `SiameseLSTM`; or it is declared by an
    installed package. Another class is named `package.module:Class`, and must be one of
    `allow_parts`: pass the name itself if the user wrote it.

    Raises
    ------
    ForeignPart
        If it is none of Podium's, and not allowed; nothing was imported.
    UnknownName
        If there is no such entry; the message lists those there are.
    MissingExtra
        If it needs PyTorch or scikit-learn, which are not installed.
    """
    if name in _files(folder):
        with extras.needed_for(f"the {_kind(folder)} {name}", "train"):
            return _class_of_file(importlib.import_module(f"{folder}.{name}"), name)
    if ":" in name:
        _require_allowed(folder, name, allow_parts)
        return _foreign(folder, name)
    if declared := _entry_points(folder).get(name):
        return _foreign(folder, f"{declared.module}:{declared.attr}")
    raise UnknownName(
        f"no {_kind(folder)} is called {shown(name)}: choose one of {', '.join(names(folder))}, "
        "or name your own as package.module:Class"
    )


def resolve(folder: str, name: str, allow_parts: Collection[str] = ()) -> tuple[type[Any], ...]:
    """Return the classes that a name stands for, in order: the one door of all commands.

    Names of backbones joined by `+` stand for all of them side by side; of what else is found here,
    a name is one class. Another package's, `package.module:Class`, must be one of `allow_parts`, by
    itself or as part of a joined name: pass the name itself if the user wrote it.

    Raises
    ------
    UsageError
        If a backbone is joined with itself.
    ForeignPart, UnknownName, MissingExtra
        As `find` does.
    """
    if folder not in JOINING:
        return (find(folder, name, allow_parts),)
    given = (allow_parts,) if isinstance(allow_parts, str) else tuple(allow_parts)
    allowed = {part for allowed in given for part in (allowed, *allowed.split("+"))}
    parts = name.split("+")
    if len(set(parts)) < len(parts):
        raise UsageError(f"{shown(name)} joins a backbone with itself: name each once")
    return tuple(find(folder, part, allowed) for part in parts)


def is_own(found: type[Any], folder: str) -> bool:
    """Return whether a class that was found is one that ships."""
    return found.__module__.rpartition(".")[0] == folder


def summary(folder: str, name: str) -> str:
    """Return the first line of an entry's docstring, or where it is from; nothing is imported."""
    if name not in _files(folder):
        return f"of the installed package {_package_of(_entry_points(folder)[name])}"
    package = importlib.import_module(folder)
    source = (Path(package.__path__[0]) / f"{name}.py").read_text("utf-8")
    return source.split('"""')[1].strip().splitlines()[0] if '"""' in source else ""


def _package_of(point: EntryPoint) -> str:
    """Return what an entry point came with, as one installs it, and its version."""
    return f"{point.dist.name} {point.dist.version}" if point.dist else point.value


def shown(name: str) -> str:
    """Return a name as it is written in a message, shortened."""
    return _repr.repr(name)


def _files(folder: str) -> frozenset[str]:
    places = tuple(importlib.import_module(folder).__path__)
    return _files_in(places, _changed(places))


@lru_cache
def _files_in(places: tuple[str, ...], changed: tuple[int, ...]) -> frozenset[str]:
    found = {module.name for module in pkgutil.iter_modules(places)}
    return frozenset(name for name in found if not name.startswith("_"))


def _changed(places: tuple[str, ...]) -> tuple[int, ...]:
    """Return when places were changed last: until they are again, they are not listed again."""
    return tuple(os.stat(one).st_mtime_ns if os.path.exists(one) else 0 for one in places)


def _entry_points(folder: str) -> Mapping[str, EntryPoint]:
    """Find the entry points of that name of installed packages, by their own names.

    What lies in the working folder is not installed. Where two have one name, the first on the
    path is meant, as in an import.
    """
    here = os.path.realpath(os.curdir)
    path = tuple(place for place in sys.path if place and os.path.realpath(place) != here)
    return _declared(folder, path, _changed(path))


@lru_cache
def _declared(
    folder: str, path: tuple[str, ...], changed: tuple[int, ...]
) -> Mapping[str, EntryPoint]:
    found: dict[str, EntryPoint] = {}
    for package in distributions(path=list(path)):
        for point in package.entry_points:
            if point.group == folder:
                found.setdefault(point.name, point)
    return found


def _class_of_file(module: Any, name: str) -> type[Any]:
    wanted = name.replace("_", "").lower()
    for key, value in vars(module).items():
        if key.lower() == wanted and isinstance(value, type):
            return value
    raise UnknownName(
        f"{module.__name__} has no class of the same name as the file: add one, such as "
        f"{name.title().replace('_', '')}"
    )


def _require_class(found: object) -> None:
    if not isinstance(found, type):
        raise TypeError(f"a {type(found).__name__} is not a class")


def _require_allowed(folder: str, name: str, allow_parts: Collection[str]) -> None:
    allowed = (allow_parts,) if isinstance(allow_parts, str) else allow_parts
    if name in allowed:
        return
    # What is no name of a class is not repeated as advice, which somebody may paste into a shell.
    if not _FOREIGN.fullmatch(name) or len(name) > _repr.maxstring:
        raise UnknownName(f"no {_kind(folder)} is called {shown(name)}")
    raise ForeignPart(
        f"the {_kind(folder)} {name} is not part of Podium but someone else's program, and was "
        f"not run: if you trust it, allow it with --allow-part {name} (from Python: "
        f"allow_parts=[{name!r}])"
    )


def _foreign(folder: str, name: str) -> type[Any]:
    module, _, attribute = name.partition(":")
    try:
        with extras.needed_for(f"the {_kind(folder)} {name}", "train"):
            found: type[Any] = getattr(importlib.import_module(module), attribute)
        _require_class(found)
    except MissingExtra:
        raise
    except Exception as error:  # whatever a stranger's module does wrong, it is not Podium's bug
        raise UnknownName(
            f"{name!r} cannot be imported ({error}): check that the package is installed in this "
            "environment and the class is spelt package.module:Class"
        ) from error
    return found


def _kind(folder: str) -> str:
    return folder.rpartition(".")[2].removesuffix("s")


_repr = Repr()
_repr.maxstring = 200
