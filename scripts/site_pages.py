"""The pages of the documentation site, as Markdown, and its menu.

`site_hook.py` gives them to MkDocs, which nothing here needs.
"""

import ast
import re
from pathlib import Path
from typing import Any

import site_reference
import typer
from site_links import COPIED, REPOSITORY, relinked, spaced
from site_reference import joined, summary

import podium.cli.commands  # noqa: F401  # commands join the application by being imported
from podium.cli.app import app

EXAMPLES = """Programs to copy from, in the folder `examples` of the repository. The tests run those
that score a video, train on a table and add a scorer."""

COMMANDS = """What `podium COMMAND --help` says of each command. Those that answer take `--json`.
Exit codes: 0 done, 2 wrong usage, 3 an input that cannot be used (one line says why), 4 some inputs
of a batch failed and the others are done, 75 stopped by a scheduler (go on with `--resume`)."""


def example_pages() -> dict[str, str]:
    """Return a page for each program in `examples`, and one that lists them."""
    files = sorted((REPOSITORY / "examples").glob("*.py"))
    rows = [f"- [`{file.name}`]({file.stem}.md): {summary(file)}" for file in files]
    index = joined("# Examples", EXAMPLES, "\n".join(rows))
    return {"examples/index.md": index, **{f"examples/{f.stem}.md": _example(f) for f in files}}


def _example(file: Path) -> str:
    title, _, usage = (ast.get_docstring(ast.parse(file.read_text("utf-8"))) or "").partition("\n")
    code = file.read_text("utf-8").split('"""\n', 1)[1].strip("\n")
    words = [
        f"    {line}" if line.startswith("python ") else line for line in usage.strip().split("\n")
    ]
    source = f'```python title="examples/{file.name}"\n{code}\n```'
    return joined(f"# {file.stem.replace('_', ' ').capitalize()}", title, "\n".join(words), source)


def command_page() -> str:
    """Return the page of all commands and their options, from the command line itself."""
    group: Any = typer.main.get_command(app)
    return joined("# Command line", COMMANDS, *map(_command, group.commands.values()))


def _command(command: Any) -> str:
    name = f"podium {command.name}"
    context = command.context_class(command, info_name=name)
    rows = [
        record for each in command.get_params(context) if (record := each.get_help_record(context))
    ]
    table = ["| option | what it is |", "|---|---|"]
    table += [f"| `{option}` | {_cell(said)} |" for option, said in rows]
    usage = command.get_usage(context).removeprefix("Usage: ")
    return joined(f"## {name}", command.help, f"```text\n{usage}\n```", "\n".join(table)).strip()


def _cell(text: str) -> str:
    return re.sub(r"  \[(.*)\]$", r" *\1*", text).replace("|", r"\|")


def navigation() -> list[dict[str, Any]]:
    """Return the menu of the site, in MkDocs' form: titles, and pages or a menu below."""
    return [
        {"Home": "index.md"},
        {"Getting started": "getting-started.md"},
        {"Examples": list(example_pages())},
        {"Command line": "command-line.md"},
        {"Page and report": "page.md"},
        {"Doubts": "doubts.md"},
        {"Measures": "measures.md"},
        {"Joints": "joints.md"},
        {"Comparing exercises": "comparing.md"},
        {"Tables": "tables.md"},
        {"Sets of the field": "data-sets.md"},
        {"Judges": "judges.md"},
        {"Many machines": "scale.md"},
        {"Minutes and hours": "long.md"},
        {"Devices": "devices.md"},
        {"Reference": [{_title(page): page} for page in site_reference.pages()]},
        {
            "Measured": [
                {"The paper's tables": "results.md"},
                {"Where the truth is known": "measurements.md"},
                {"Backbones": "backbones.md"},
            ]
        },
        {"Models": [{Path(page).stem: page} for page in COPIED if page.startswith("models/")]},
        {
            "Background": [
                {"Glossary": "glossary.md"},
                {"Architecture": "architecture.md"},
                {"Contributing": "contributing.md"},
                {"Security": "security.md"},
                {"Changelog": "changelog.md"},
            ]
        },
    ]


def _title(page: str) -> str:
    return ".".join(["podium", *Path(page).stem.replace("index", "").split()])


def pages() -> dict[str, str]:
    """Return the text of every page of the site, by its place there."""
    copied = {page: (REPOSITORY / file).read_text("utf-8") for page, file in COPIED.items()}
    made = {"command-line.md": command_page(), **example_pages(), **site_reference.pages()}
    return {page: relinked(spaced(text), page) for page, text in copied.items()} | made
