import importlib
import inspect
import re
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

import podium
from messages import whole


def python(code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=240, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


STAGES = [name for name in podium.__all__ if inspect.ismodule(getattr(podium, name))]
LAZY = ["podium", *(f"podium.{name}" for name in STAGES if "lazily" in vars(getattr(podium, name)))]


@pytest.mark.parametrize("package", LAZY)
def test_all_that_is_public_is_listed_and_can_be_imported(package):
    module = importlib.import_module(package)
    assert dir(module) == sorted(module.__all__)
    assert len(set(module.__all__)) == len(module.__all__)
    for name in module.__all__:
        found = getattr(module, name)
        assert found.__name__ == (f"podium.{name}" if inspect.ismodule(found) else name)
        assert not inspect.ismodule(found) or package == "podium"


@pytest.mark.parametrize("package", LAZY)
def test_checkers_of_types_see_the_same_names(package):
    """What stands under TYPE_CHECKING, where nothing runs it."""
    source = Path(importlib.import_module(package).__file__).read_text("utf-8")
    block = re.search(r"^if TYPE_CHECKING:\n((?:    .*\n)+)", source, re.M).group(1)
    scope: dict[str, object] = {}
    exec(textwrap.dedent(block), scope)
    module = importlib.import_module(package)
    assert sorted(set(scope) - {"__builtins__"}) == sorted(module.__all__)
    for name in module.__all__:
        assert scope[name] is getattr(module, name)


def test_every_stage_is_public():
    folders = sorted(p.parent.name for p in Path(podium.__file__).parent.glob("*/__init__.py"))
    doors, tools = {"cli", "web"}, {"inputs", "machine", "networks", "witnesses"}
    assert set(STAGES) == set(folders) - doors - tools


@pytest.mark.parametrize("package", LAZY)
def test_what_is_not_there_is_said(package):
    message = f"module {package!r} has no attribute 'nothing'"
    with pytest.raises(AttributeError, match=whole(message)):
        importlib.import_module(package).nothing  # noqa: B018


def test_importing_it_is_light():
    heavy = "{'torch', 'numpy', 'av', 'scipy', 'sklearn', 'PIL', 'jinja2', 'typer'}"
    code = f"import sys, podium; print(sorted({heavy} & set(sys.modules)))"
    assert python(code) == "[]\n"


def test_importing_the_packages_of_stages_is_as_light():
    """The decoder's child, which has little memory, imports `podium.video`."""
    lazy = [name for name in LAZY if name != "podium"]
    heavy = "{'torch', 'numpy', 'av', 'scipy', 'sklearn', 'PIL', 'jinja2', 'typer'}"
    code = f"import sys, {', '.join(lazy)}; print(sorted({heavy} & set(sys.modules)))"
    assert python(code) == "[]\n"


def test_the_version_is_that_of_the_distribution():
    from importlib.metadata import version

    assert version("podium") == podium.__version__


def test_it_is_typed():
    assert (Path(podium.__file__).parent / "py.typed").is_file()
