"""What a result was made from: code, versions and samples, told apart by what is in them."""

import ast
import hashlib
import platform
import subprocess
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from importlib.metadata import version
from importlib.util import find_spec, resolve_name
from pathlib import Path
from typing import Any

from podium.features.values import Sample
from podium.machine import processes

PACKAGES = ("numpy", "scipy", "scikit-learn", "torch")
"""The packages that numbers come out of."""

N_DIGITS = 12


@dataclass(frozen=True, kw_only=True)
class About:
    """What results are of, and what they were made with."""

    format: int | None = None
    """Which version of cells they hold; not said in the oldest."""

    commit: str | None
    versions: Mapping[str, str]
    """Of Podium, Python and packages, by their names."""

    backbone: str
    keypoints: str | None
    """The backbone of scorers of pose."""

    n_performances: int
    seeds: tuple[int, ...]
    left_out: Mapping[str, str]
    """Why a system was not run, by its title."""

    name: str | None = None
    """`paper` where they follow the paper's protocol."""

    grouped_by: str | None = None
    """What no split parts, such as "athlete"; not said where splits are drawn at random."""

    dataset: str | None = None
    quick: bool | None = None

    def to_json(self) -> dict[str, Any]:
        """Return it as plain JSON, without what is not said of results of this kind."""
        unsaid = {"format", "name", "grouped_by", "dataset", "quick"}
        return {
            key: value
            for key, value in asdict(self).items()
            if not (key in unsaid and value is None)
        }


def code_digest(module: str, apart_from: Collection[str] = (), within: Sequence[str] = ()) -> str:
    """Return a digest of a module's code, with all that it imports of its package, in turn.

    Of Podium's modules too, if it is another's. Comments, docstrings and line breaks do not count,
    nor do the modules named in `apart_from`, with what only they import. Where packages are named
    by `within`, only what is in them is followed.
    """
    packages = {"podium", module.partition(".")[0]}
    found: dict[str, str] = {}
    waiting = [module]
    while waiting:
        name = waiting.pop()
        if name in found or name in apart_from or not _is_within(name, within):
            continue
        if (path := _source(name)) is None:
            continue
        tree = ast.parse(path.read_bytes())
        package = name if path.name == "__init__.py" else name.rpartition(".")[0]
        waiting += [n for n in _imports_of(tree, package) if n.partition(".")[0] in packages]
        found[name] = ast.dump(_WithoutWords().visit(tree))
    return digest_of(sorted(found.items()))


def _is_within(module: str, packages: Sequence[str]) -> bool:
    return not packages or any(f"{module}.".startswith(f"{package}.") for package in packages)


def samples_digest(samples: Iterable[Sample], n_variants: int = 0) -> str:
    """Return a digest of features, facts and scores, with so many variants, wherever files lie."""
    found = hashlib.sha256()
    for sample in samples:
        found.update(repr(replace(sample.performance, path=Path())).encode())
        for features in (sample.features, *sample.variants[:n_variants]):
            found.update(f"{features.backbone} {features.video} {features.values.shape}".encode())
            found.update(features.values.tobytes())
            found.update(features.start_seconds.tobytes())
        found.update(sample.group.encode())
    return found.hexdigest()[:N_DIGITS]


def digest_of(*values: object) -> str:
    """Return a digest of values as they are written in Python."""
    return hashlib.sha256(repr(values).encode()).hexdigest()[:N_DIGITS]


def versions() -> dict[str, str]:
    """Return the versions of Podium, Python and the packages that numbers come out of."""
    return {
        "podium": version("podium"),
        "python": platform.python_version(),
        **{name: version(name) for name in PACKAGES},
    }


def commit() -> str:
    """Name the commit of Podium's own repository, or say that it is not run from one."""
    try:
        done = subprocess.run(
            ["git", "rev-parse", "--short", "HEAD"],
            cwd=Path(__file__).parent,
            capture_output=True,
            text=True,
            timeout=10,
            check=True,
            env=processes.environment(),
        )
    except (OSError, subprocess.SubprocessError):
        return "not run from a repository"
    return done.stdout.strip()


class _WithoutWords(ast.NodeTransformer):
    """Takes out what is only said: docstrings, of values too."""

    def visit_Expr(self, node: ast.Expr) -> ast.AST | None:
        is_text = isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        return None if is_text else self.generic_visit(node)


def _imports_of(tree: ast.AST, package: str) -> Iterator[str]:
    """List the modules that a module of a package imports, wherever in it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        if isinstance(node, ast.ImportFrom):
            module = resolve_name("." * node.level + (node.module or ""), package)
            for alias in node.names:
                inner = f"{module}.{alias.name}"
                yield inner if _source(inner) else module


def _source(module: str) -> Path | None:
    """Find the file of a module's source; `None` where there is none."""
    try:
        spec = find_spec(module)
    except (ImportError, ValueError, AttributeError):
        return None
    return Path(spec.origin) if spec and spec.origin and spec.origin.endswith(".py") else None
