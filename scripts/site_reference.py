"""The reference of the site: a page for `podium`, one for each stage, one for the errors.

What is public is read from the source: no stage is imported.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import podium

SOURCE = Path(podium.__file__).parent

EXTENDED = ("backbones", "datasets", "scorers")
"""Stages whose files are choices: each entry is on the page of its stage."""


def stages() -> tuple[str, ...]:
    """Return the stages that are public by name, sorted."""
    return tuple(name for name in podium.__all__ if (SOURCE / name).is_dir())


def public_names(package: str) -> dict[str, str]:
    """Return what a package offers by name, and the module where each name lives."""
    init = SOURCE.joinpath(*package.split(".")[1:], "__init__.py")
    tree = ast.parse(init.read_text("utf-8"))
    homes = dict(_imported(tree.body))
    for node in tree.body:
        if isinstance(node, ast.If):
            return dict(sorted(_imported(node.body)))
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            return {name: homes[name] for name in ast.literal_eval(node.value)}
    return {name: package for name in _defined(init) if not name.startswith("_")}


def entries(stage: str) -> dict[str, str]:
    """Return the choices that a stage's files are, and the class of each."""
    found = {}
    for file in sorted((SOURCE / stage).glob("[!_]*.py")):
        wanted = file.stem.replace("_", "")
        (name,) = (name for name in _defined(file) if name.lower() == wanted)
        found[file.stem] = f"podium.{stage}.{file.stem}.{name}"
    return found


def _imported(body: list[ast.stmt]) -> Iterator[tuple[str, str]]:
    for node in body:
        if isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                yield alias.asname or alias.name, node.module


def _defined(file: Path) -> list[str]:
    tree = ast.parse(file.read_text("utf-8"))
    return [node.name for node in tree.body if isinstance(node, ast.ClassDef | ast.FunctionDef)]


def summary(file: Path) -> str:
    """Return the first line of a module's docstring."""
    return (ast.get_docstring(ast.parse(file.read_text("utf-8"))) or "").split("\n")[0]


def pages() -> dict[str, str]:
    """Return the reference: a page for `podium` itself, one for each stage, one for the errors."""
    found = {f"reference/{stage}.md": stage_page(stage) for stage in stages()}
    return {"reference/index.md": root_page(), **found, "reference/errors.md": errors_page()}


def root_page() -> str:
    """Return the page of what `import podium` offers."""
    names = {name: home for name, home in public_names("podium").items() if name not in stages()}
    own = {name for name, home in names.items() if page_of(home) == "index"}
    links = [f"[`podium.{name}`][{names[name]}.{name}]" for name in names if name not in own]
    rows = [
        f"| [podium.{stage}]({stage}.md) | {summary(SOURCE / stage / '__init__.py')} |"
        for stage in stages()
    ]
    return joined(
        "# podium",
        "What `import podium` offers. Each stage can be called alone, and is imported when it is "
        "first asked for.",
        "\n".join(["| stage | what it is |", "|---|---|", *rows]),
        f"On the pages of their modules: {', '.join(links)}.",
        *(_block(f"podium.{name}") for name in names if name in own),
    )


def errors_page() -> str:
    """Return the page of all errors that Podium raises."""
    classes = [name for name in _defined(SOURCE / "errors.py") if name[0].isupper()]
    return joined("# podium.errors", *(_block(f"podium.errors.{name}") for name in classes))


def page_of(module: str) -> str:
    """Return the name of the page that says what a module offers."""
    first = module.split(".")[1]
    return first if first in (*stages(), "errors") else "index"


def stage_page(stage: str) -> str:
    """Return the page of one stage: what it offers by name, then the choices it has."""
    package = f"podium.{stage}"
    blocks = [_block(f"{package}.{name}") for name in public_names(package)]
    if stage in EXTENDED:
        blocks.append(f"## The {stage} there are")
        for name, path in entries(stage).items():
            blocks.append(f"### `{name}`\n\n{summary(SOURCE / stage / f'{name}.py')}")
            blocks.append(_block(path, 4))
    return joined(f"# podium.{stage}", _block(package, 1, heading=False, members=False), *blocks)


def _block(path: str, level: int = 2, *, heading: bool = True, members: bool = True) -> str:
    options = [f"heading_level: {level}", f"show_root_heading: {str(heading).lower()}"]
    options += [] if heading else ["show_root_toc_entry: false"]
    options += [] if members else ["members: false"]
    return "\n".join([f"::: {path}", "    options:", *(f"      {line}" for line in options)])


def joined(*parts: str) -> str:
    """Return Markdown with a line of space between its parts."""
    return "\n\n".join(parts) + "\n"
