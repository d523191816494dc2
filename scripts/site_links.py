"""How the files of the repository become pages of the site: links between them, and their lists."""

import posixpath
import re
from pathlib import Path

import site_reference
from site_reference import public_names, stages

REPOSITORY = Path(__file__).parent.parent

_CARDS = sorted((REPOSITORY / "src" / "podium" / "models").glob("*/README.md"))

COPIED = {
    "index.md": "README.md",
    "getting-started.md": "docs/getting-started.md",
    "page.md": "docs/page.md",
    "backbones.md": "docs/backbones.md",
    "doubts.md": "docs/doubts.md",
    "judges.md": "docs/judges.md",
    "tables.md": "docs/tables.md",
    "data-sets.md": "docs/data-sets.md",
    "measures.md": "docs/measures.md",
    "joints.md": "docs/joints.md",
    "comparing.md": "docs/comparing.md",
    "scale.md": "docs/scale.md",
    "long.md": "docs/long.md",
    "devices.md": "docs/devices.md",
    "glossary.md": "docs/glossary.md",
    "results.md": "docs/results.md",
    "measurements.md": "benchmarks/results/README.md",
    **{
        f"models/{card.parent.name}.md": f"{card.relative_to(REPOSITORY).as_posix()}"
        for card in _CARDS
    },
    "models/figure.md": "src/podium/backbones/_weights/README.md",
    "models/c3d_mini.md": "src/podium/backbones/_weights/c3d_mini.md",
    "models/silhouette.md": "src/podium/athlete/_weights/README.md",
    "models/moments.md": "src/podium/measures/_learned/moments.md",
    "models/turns.md": "src/podium/measures/_learned/turns.md",
    "models/remarks.md": "src/podium/remarks/_learned/README.md",
    "architecture.md": "ARCHITECTURE.md",
    "contributing.md": "CONTRIBUTING.md",
    "security.md": "SECURITY.md",
    "changelog.md": "CHANGELOG.md",
}
"""Pages of the site that are files of the repository, by their place in the site."""

_LINK = re.compile(r"\[([^\]]*)\]\(([^)\s]+)\)")
_LIST = re.compile(r"([-*]|\d+\.) ")
_LOADED = re.compile(
    r"""<(?:script|img|iframe|source|video|audio|embed)\b[^>]*\bsrc=["']?([^"'>\s]+)"""
)
_LINKED = re.compile(r"""<link\b[^>]*\bhref=["']?([^"'>\s]+)""")


def pictures() -> dict[str, Path]:
    """Return the pictures that pages show, by their place in the site."""
    found = {}
    for file in COPIED.values():
        for _, target in _LINK.findall((REPOSITORY / file).read_text("utf-8")):
            path = _resolved(target, file)
            if Path(path).suffix in (".png", ".jpg"):
                found[_place(path)] = REPOSITORY / path
    return found


def _place(path: str) -> str:
    return f"pictures/{Path(path).name}"


def _resolved(target: str, file: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(file), target))


def relinked(text: str, page: str) -> str:
    """Return a file's text as a page: links between files become links between pages.

    A link to a file that is no page becomes its words; one to no file stays, for MkDocs to refuse.
    """
    file = COPIED[page]

    def replaced(link: re.Match[str]) -> str:
        words, (target, hash_, anchor) = link[1], link[2].partition("#")
        path = _resolved(target, file)
        if not target or ":" in target or not (REPOSITORY / path).exists():
            return link[0]
        to = _page_of(path)
        if to is None:
            return words
        return f"[{words}]({posixpath.relpath(to, posixpath.dirname(page))}{hash_}{anchor})"

    return _LINK.sub(replaced, text)


def _page_of(path: str) -> str | None:
    """Return the place in the site of a file of the repository, if it has one."""
    if path == "examples":
        return "examples/index.md"
    if Path(path).suffix in (".png", ".jpg"):
        return _place(path)
    for page, file in COPIED.items():
        if path == file:
            return page
    module = f"podium.{Path(path.removeprefix('src/podium/')).with_suffix('').parts[0]}"
    if module in (*public_names("podium").values(), *(f"podium.{stage}" for stage in stages())):
        return f"reference/{site_reference.page_of(module)}.md"
    return None


def spaced(text: str) -> str:
    """Return Markdown with a line of space before each list, without which MkDocs sees none."""
    lines = [""]
    for line in text.split("\n"):
        goes_on = not lines[-1] or lines[-1].startswith(" ") or _LIST.match(lines[-1])
        if _LIST.match(line) and not goes_on:
            lines.append("")
        lines.append(line)
    return "\n".join(lines[1:])


def from_elsewhere(page: str) -> list[str]:
    """Return what a page of HTML would load from another machine."""
    loaded = [*_LOADED.findall(page), *_LINKED.findall(page)]
    return [address for address in loaded if re.match(r"(https?:)?//", address)]
