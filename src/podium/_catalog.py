"""Finds entries by the names of their files: the folder is the registry."""

import importlib
import pkgutil
from pathlib import Path
from typing import Any

from podium.errors import UnknownName


def names(folder: str) -> tuple[str, ...]:
    """List what a folder offers, sorted; nothing is imported but the folder itself.

    `folder` is a package's dotted name, as in `"podium.scorers"`.
    """
    package = importlib.import_module(folder)
    found = (module.name for module in pkgutil.iter_modules(package.__path__))
    return tuple(sorted(name for name in found if not name.startswith("_")))


def find(folder: str, name: str) -> type[Any]:
    """Fetch the class that a name stands for.

    A plain name is a file of the folder and holds one class called as the file is, without
    underscores and whatever the case: `siamese_lstm` -> `SiameseLSTM`. A third party's is named
    `package.module:Class`.

    Raises
    ------
    UnknownName
        If there is no such entry; the message lists those there are.
    """
    if ":" in name:
        return _foreign(name)
    if name not in names(folder):
        kind = folder.rpartition(".")[2].removesuffix("s")
        raise UnknownName(
            f"no {kind} is called {name!r}: choose one of {', '.join(names(folder))}, "
            "or name your own as package.module:Class"
        )
    return _class_of_file(importlib.import_module(f"{folder}.{name}"), name)


def summary(folder: str, name: str) -> str:
    """Give the first line of an entry's docstring without importing it."""
    package = importlib.import_module(folder)
    source = (Path(package.__path__[0]) / f"{name}.py").read_text("utf-8")
    return source.split('"""')[1].strip().splitlines()[0] if '"""' in source else ""


def _class_of_file(module: Any, name: str) -> type[Any]:
    wanted = name.replace("_", "").lower()
    for key, value in vars(module).items():
        if key.lower() == wanted and isinstance(value, type):
            return value
    raise UnknownName(
        f"{module.__name__} holds no class called as the file is: "
        f"add one, as in {name.title().replace('_', '')}"
    )


def _require_class(found: object) -> None:
    if not isinstance(found, type):
        raise TypeError(f"a {type(found).__name__} is not a class")


def _foreign(name: str) -> type[Any]:
    module, _, attribute = name.partition(":")
    try:
        found: type[Any] = getattr(importlib.import_module(module), attribute)
        _require_class(found)
    except (ImportError, AttributeError, TypeError, ValueError) as error:
        raise UnknownName(
            f"{name!r} cannot be imported ({error}): check that the package is installed in this "
            "environment and the class is spelt package.module:Class"
        ) from error
    return found
