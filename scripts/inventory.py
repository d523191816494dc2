"""What an environment holds beside Podium: a bill of materials, and the notices of its licences.

Run by the Python of an environment in which Podium was installed, it needs nothing else there:

    ENVIRONMENT/bin/python scripts/inventory.py podium.cdx.json notices.txt

The bill is CycloneDX 1.5. It names the packages that are installed, the arrays that ship with
Podium with their digests, and the files that `podium fetch pose` gets.
"""

import hashlib
import json
import os
import re
import sys
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import Any

TOOLS = ("pip", "setuptools", "wheel")
"""What makes an environment, and is no part of Podium."""

_LICENCE_FILE = re.compile(r"(licen[cs]e|copying|notice)[^/]*$", re.IGNORECASE)
_EXTRA = re.compile(r";.*\bextra\s*==")


def packages() -> list[Distribution]:
    """Return what is installed, by name, without the tools; of two of a name the one imported."""
    found: dict[str, Distribution] = {}
    for one in distributions():
        found.setdefault(named(one.metadata["Name"]), one)
    return [one for name, one in sorted(found.items()) if name not in TOOLS]


def named(name: str) -> str:
    """Return a package's name as indexes write it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def licence_of(package: Distribution) -> str:
    """Return what a package says of its licence: an expression, a name, or what it is filed as."""
    if expression := _said(package, "License-Expression"):
        return expression
    filed = package.metadata.get_all("Classifier") or []
    filed = [line for line in filed if line.startswith("License ::")]
    said = _said(package, "License")
    if said and "\n" not in said and len(said) < 100:
        return said
    return "; ".join(line.rpartition(" :: ")[2] for line in filed) or "see its notice"


def _said(package: Distribution, name: str) -> str:
    return str((package.metadata.get_all(name) or [""])[0]).strip()


def bill() -> dict[str, Any]:
    """Return the bill of materials: the same for the same environment at the same time."""
    installed = packages()
    (podium,) = (one for one in installed if named(one.metadata["Name"]) == "podium")
    components = [_component(one) for one in installed if one is not podium]
    components += [*_arrays(podium), *_fetched()]
    content = {
        "metadata": {"timestamp": _time(), "component": _component(podium)},
        "components": components,
        "dependencies": [_needs(one, installed) for one in installed],
    }
    number = uuid.uuid5(uuid.NAMESPACE_URL, json.dumps(content, sort_keys=True))
    about = {"bomFormat": "CycloneDX", "specVersion": "1.5", "serialNumber": f"urn:uuid:{number}"}
    return {**about, "version": 1, **content}


def _time() -> str:
    seconds = int(os.environ.get("SOURCE_DATE_EPOCH", "0"))
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _purl(package: Distribution) -> str:
    return f"pkg:pypi/{named(package.metadata['Name'])}@{package.version}"


def _component(package: Distribution) -> dict[str, Any]:
    licence = licence_of(package)
    is_expression = _said(package, "License-Expression")
    said = {"expression": licence} if is_expression else {"license": {"name": licence}}
    return {
        "type": "library",
        "bom-ref": _purl(package),
        "name": package.metadata["Name"],
        "version": package.version,
        "purl": _purl(package),
        "licenses": [said],
    }


def _needs(package: Distribution, installed: list[Distribution]) -> dict[str, Any]:
    """Return what a package needs without extras, of what is there."""
    there = {named(one.metadata["Name"]): one for one in installed}
    wanted = [line for line in package.requires or [] if not _EXTRA.search(line)]
    names = {named(re.match(r"[\w.-]+", line)[0]) for line in wanted}  # type: ignore[index]
    needed = sorted(_purl(there[name]) for name in names if name in there)
    return {"ref": _purl(package), "dependsOn": needed}


def _arrays(podium: Distribution) -> Iterator[dict[str, Any]]:
    """Yield the files of arrays that ship."""
    from podium.model import SHIPPED

    folder = SHIPPED.parent
    for path in sorted(folder.rglob("*.safetensors")):
        file = path.relative_to(folder.parent).as_posix()
        sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
        yield _model(file, f"{_purl(podium)}#{file}", sha256)


def _fetched() -> Iterator[dict[str, Any]]:
    """Yield the files that come with `podium fetch pose` only."""
    from podium.joints.fetching import PACKAGE
    from podium.joints.weights import DETECTOR, FACES, LANDMARKS

    purl = f"pkg:pypi/{PACKAGE.replace('==', '@')}"
    for one in (DETECTOR, LANDMARKS, FACES):
        yield {**_model(one.name, f"{purl}#{one.inside}", one.sha256), "scope": "optional"}


def _model(name: str, reference: str, sha256: str) -> dict[str, Any]:
    return {
        "type": "machine-learning-model",
        "bom-ref": reference,
        "name": name,
        "hashes": [{"alg": "SHA-256", "content": sha256}],
        "licenses": [{"expression": "Apache-2.0"}],
    }


def notices() -> str:
    """Return the licence of each package, with the texts that it brings."""
    parts = [NOTICE]
    for package in packages():
        title = f"{package.metadata['Name']} {package.version}: {licence_of(package)}"
        parts.append("\n\n".join(["=" * 80 + f"\n{title}", *_texts(package)]))
    return "\n\n".join(parts) + "\n"


def _texts(package: Distribution) -> Iterator[str]:
    for file in sorted(package.files or [], key=str):
        path = Path(str(package.locate_file(file)))
        if (
            _LICENCE_FILE.search(str(file))
            and path.suffix not in (".py", ".pyc")
            and path.is_file()
        ):
            yield f"--- {file}\n{path.read_text('utf-8', 'replace').strip()}"


NOTICE = """Podium is under Apache-2.0, and so are the networks and models in it.
`podium fetch pose` gets networks of BlazePose and BlazeFace (Apache-2.0) with their licence.
Podium itself brings none of the packages below: they are what an installation of it consists of."""


def main(bill_path: Path, notices_path: Path) -> None:
    """Write both files."""
    bill_path.write_text(json.dumps(bill(), indent=1) + "\n", "utf-8")
    notices_path.write_text(notices(), "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
