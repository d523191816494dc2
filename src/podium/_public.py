"""What a package offers by name, imported only when asked for: `import podium` stays quick."""

from collections.abc import Callable, Collection, Mapping
from importlib import import_module
from typing import Any


def lazily(
    package: str, homes: Mapping[str, Collection[str]], stages: Collection[str] = ()
) -> tuple[Callable[[str], Any], Callable[[], list[str]], list[str]]:
    """Return `__getattr__`, `__dir__` and `__all__` of a package.

    `homes` names the modules of the package, and what of each is public; `stages` names packages
    in it that are public as they are.
    """
    home_of = {name: module for module, names in homes.items() for name in names}
    public = sorted([*home_of, *stages])

    def get(name: str) -> Any:
        if name in stages:
            return import_module(f"{package}.{name}")
        if name not in home_of:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        from podium.machine import extras

        with extras.needed_for(f"{package}.{name}", "train"):
            return getattr(import_module(f"{package}.{home_of[name]}"), name)

    return get, lambda: public, public
