import re
import subprocess
import sys
from pathlib import Path

import pytest

import podium

README = Path(__file__).parent.parent / "README.md"


def python(code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_all_that_is_public_is_listed_and_can_be_imported():
    assert sorted(podium.__all__) == sorted(podium._HOMES)
    for name in podium.__all__:
        assert getattr(podium, name).__name__ == name


def test_nothing_else_is_public():
    found = python("import podium; print(sorted(n for n in vars(podium) if n[0] != '_'))")
    assert found.strip() == "['TYPE_CHECKING']"


def test_what_is_not_there_is_said():
    with pytest.raises(AttributeError, match=r"^module 'podium' has no attribute 'nothing'$"):
        podium.nothing  # noqa: B018


def test_importing_it_is_light():
    heavy = "{'torch', 'numpy', 'av', 'scipy', 'sklearn', 'PIL', 'jinja2', 'typer'}"
    code = f"import sys, podium; print(sorted({heavy} & set(sys.modules)))"
    assert python(code) == "[]\n"


def test_the_version_is_that_of_the_distribution():
    from importlib.metadata import version

    assert version("podium") == podium.__version__


def test_it_is_typed():
    assert (Path(podium.__file__).parent / "py.typed").is_file()


def test_the_code_in_the_readme_compiles():
    blocks = re.findall(r"^```python\n(.*?)^```", README.read_text("utf-8"), re.M | re.S)
    assert blocks
    for block in blocks:
        compile(block, str(README), "exec")
