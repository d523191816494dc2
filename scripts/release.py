"""Build a release and try it: nothing is published.

    python scripts/release.py            # the version must have its date in CHANGELOG.md
    python scripts/release.py --trial    # the same before that

What is committed is built twice, source and wheel, and must be the same bytes; the wheel must hold
all files of the package and no other; it is installed into a clean environment, for each Python of
this machine that Podium supports, where every module is imported and a dive is scored. `dist/` then
has both files, a bill of materials and the notices of licences (`inventory.py`).
"""

import argparse
import gzip
import io
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from zipfile import ZipFile

REPOSITORY = Path(__file__).parent.parent
PYTHONS = ("3.11", "3.12", "3.13")

IMPORTED = """
import importlib, pkgutil, podium
from podium.machine.extras import PACKAGES
from podium.errors import MissingExtra
extras = {package for brought in PACKAGES.values() for package in brought}
extras |= {"anyio", "h11", "starlette"}  # which FastAPI and Uvicorn bring along
n = 0
for module in pkgutil.walk_packages(podium.__path__, "podium."):
    try:
        importlib.import_module(module.name)
        n += 1
    except MissingExtra:
        pass
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in extras:
            raise
print(n, "modules imported;", podium.__version__)
"""


VERSION = "import sys; print('python%d.%d' % sys.version_info[:2])"


class NotReady(Exception):
    """What keeps this from being released."""


def run(*words: object, where: Path | None = None, **variables: str) -> str:
    """Run a program and return what it printed; what it says is said where it fails."""
    line = [str(word) for word in words]
    environment = {**os.environ, **variables}
    done = subprocess.run(line, cwd=where, env=environment, capture_output=True, text=True)
    if done.returncode:
        raise NotReady(f"{' '.join(line)}\n{done.stdout}{done.stderr}")
    return done.stdout


def require_version(tree: Path, is_trial: bool) -> str:
    """Return the version, which must be one and the same everywhere, with its date."""
    named = {
        "pyproject.toml": r'^version = "(.*)"$',
        "src/podium/__init__.py": r'^__version__ = "(.*)"$',
        "CITATION.cff": r"^version: (.*)$",
        "CHANGELOG.md": r"^## (\S+)",
    }
    found = {
        name: re.findall(pattern, (tree / name).read_text("utf-8"), re.M)[:1]
        for name, pattern in named.items()
    }
    versions = {version for each in found.values() for version in each}
    if len(versions) != 1 or not all(found.values()):
        raise NotReady(f"the version is not the same everywhere: {found}")
    (version,) = versions
    heading = re.search(r"^## .*$", (tree / "CHANGELOG.md").read_text("utf-8"), re.M)
    if not is_trial and not re.search(r"\(\d{4}-\d\d-\d\d\)", heading[0] if heading else ""):
        raise NotReady(f"CHANGELOG.md: give {version} its date, as in ## {version} (2026-11-30)")
    return str(version)


def copy_committed(tree: Path) -> None:
    """Lay out what is committed, and nothing else, in a new folder."""
    if changed := run("git", "status", "--porcelain", where=REPOSITORY).strip():
        raise NotReady(f"not committed:\n{changed}")
    tree.mkdir(parents=True)
    archive = tree.with_suffix(".tar")
    run("git", "archive", "--output", archive, "HEAD", where=REPOSITORY)
    with tarfile.open(archive) as packed:
        packed.extractall(tree, filter="data")


def build(tree: Path, epoch: int) -> tuple[Path, Path]:
    """Build the source of a tree, and of that source the wheel."""
    out = tree.parent / f"{tree.name}-built"
    source = repacked(_hook("build_sdist", tree, out, epoch), epoch)
    with tarfile.open(source) as packed:
        packed.extractall(out / "unpacked", filter="data")
    (unpacked,) = (out / "unpacked").iterdir()
    return source, _hook("build_wheel", unpacked, out, epoch)


def _hook(name: str, tree: Path, out: Path, epoch: int) -> Path:
    out.mkdir(exist_ok=True)
    code = f"import sys; from setuptools import build_meta; build_meta.{name}(sys.argv[1])"
    before = set(out.iterdir())
    run(sys.executable, "-c", code, out, where=tree, SOURCE_DATE_EPOCH=str(epoch))
    (made,) = set(out.iterdir()) - before
    return made


def repacked(path: Path, epoch: int) -> Path:
    """Pack a source anew: setuptools writes down when it was packed, and by whom."""
    with tarfile.open(path) as packed:
        members = sorted(packed.getmembers(), key=lambda member: member.name)
        held = [(one, packed.extractfile(one) if one.isfile() else None) for one in members]
        plain = io.BytesIO()
        with tarfile.open(fileobj=plain, mode="w", format=tarfile.PAX_FORMAT) as anew:
            for member, content in held:
                member.uid = member.gid = 0
                member.uname = member.gname = ""
                member.mtime, member.pax_headers = epoch, {}
                member.mode = 0o755 if member.isdir() or member.mode & 0o100 else 0o644
                anew.addfile(member, content)
    with path.open("wb") as file, gzip.GzipFile("", "wb", 9, file, mtime=epoch) as packing:
        packing.write(plain.getvalue())
    return path


def require_same(first: tuple[Path, Path], second: tuple[Path, Path]) -> None:
    """Refuse what was built twice and is not the same bytes."""
    for one, other in zip(first, second, strict=True):
        if one.read_bytes() != other.read_bytes():
            raise NotReady(f"{one.name} is not the same bytes when it is built again")


def require_whole(wheel: Path, tree: Path) -> int:
    """Return how many files a wheel has of the package: all of them, and no other."""
    held = {name for name in ZipFile(wheel).namelist() if ".dist-info/" not in name}
    files = (path for path in (tree / "src" / "podium").rglob("*") if path.is_file())
    wanted = {path.relative_to(tree / "src").as_posix() for path in files}
    wanted = {name for name in wanted if "__pycache__" not in name}
    if held != wanted:
        raise NotReady(
            f"{wheel.name} lacks {sorted(wanted - held)} and has {sorted(held - wanted)} beside"
        )
    return len(held)


def pythons() -> Iterator[str]:
    """Yield the Pythons of this machine that Podium supports."""
    kept = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    for version in PYTHONS:
        named = [f"python{version}", *map(str, sorted(kept.glob(f"{version}.*/bin/python3")))]
        yield from [one for one in named if _is_python(one, version)][:1]


def _is_python(program: str, version: str) -> bool:
    """Return whether a program is a Python of that version which runs: pyenv's may refuse."""
    code = f"import sys, venv; sys.exit('%d.%d' % sys.version_info[:2] != {version!r})"
    with suppress(OSError):
        return subprocess.run([program, "-c", code], capture_output=True).returncode == 0
    return False


def try_wheel(wheel: Path, python: str, work: Path) -> Path:
    """Install a wheel into a clean environment, import all of it there, and score a dive."""
    environment = work / run(python, "-c", VERSION).strip()
    run(python, "-m", "venv", environment)
    inside = environment / "bin" / "python"
    constraints = REPOSITORY / "constraints.txt"
    run(inside, "-m", "pip", "install", "--quiet", "--constraint", constraints, wheel)
    place = work / f"{environment.name}-tried"
    place.mkdir()
    print(f"{environment.name}: {run(inside, '-P', '-c', IMPORTED, where=place).strip()}")
    said = run(environment / "bin" / "podium", "demo", where=place)
    print(f"{environment.name}: {next(line for line in said.splitlines() if 'score' in line)}")
    return inside


def main() -> None:
    """Build, compare, try, and leave the files in `dist`."""
    reader = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    reader.add_argument("--trial", action="store_true", help="before the version has its date")
    reader.add_argument("--without-installing", action="store_true", help="build and compare only")
    chosen = reader.parse_args()
    epoch = int(run("git", "log", "-1", "--format=%ct", where=REPOSITORY))
    with tempfile.TemporaryDirectory(prefix="podium-release-") as made:
        work = Path(made)
        trees = [work / "first", work / "second"]
        for tree in trees:
            copy_committed(tree)
        version = require_version(trees[0], chosen.trial)
        first, second = (build(tree, epoch) for tree in trees)
        require_same(first, second)
        n_files = require_whole(first[1], trees[0])
        print(f"podium {version}: built twice, the same bytes; {n_files} files in the wheel")
        out = REPOSITORY / "dist"
        shutil.rmtree(out, ignore_errors=True)
        out.mkdir()
        for path in first:
            shutil.copy(path, out)
        if not chosen.without_installing:
            _try(first[1], work, out, version, epoch)
    for path in sorted(out.iterdir()):
        print(sha256(path.read_bytes()).hexdigest(), path.name)


def _try(wheel: Path, work: Path, out: Path, version: str, epoch: int) -> None:
    tried = [try_wheel(wheel, python, work) for python in pythons()]
    if not tried:
        raise NotReady(f"this machine has none of Python {', '.join(PYTHONS)} to try the wheel on")
    files = out / f"podium-{version}.cdx.json", out / "notices.txt"
    inventory = REPOSITORY / "scripts" / "inventory.py"
    run(tried[0], inventory, *files, where=work, SOURCE_DATE_EPOCH=str(epoch))


if __name__ == "__main__":
    try:
        main()
    except NotReady as error:
        sys.exit(f"release: {error}")
