"""Fills the templates of the report and the model card; whatever is put into HTML is escaped."""

import base64
import hashlib
import re
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from podium.machine.terminal import printable

FOLDER = Path(__file__).parent / "_templates"


MARKDOWN = re.compile(r"([\\`*|<\[\]])")
"""Characters that mean something to Markdown wherever they stand in a line."""


def literally(text: object) -> str:
    """Return a text that others wrote as Markdown that shows it as it is, on one line."""
    return MARKDOWN.sub(r"\\\1", printable(text))


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=lambda name: bool(name) and str(name).endswith(".html"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["literally"] = literally
    return environment


def render(template: str, /, **values: Any) -> str:
    """Fill the template of that name; a value it asks for and is not given is an error."""
    return _environment().get_template(template).render(**values)


def source(template: str, /) -> str:
    """Return a template as it is, such as the script of a page."""
    return (FOLDER / template).read_text("utf-8")


def fingerprint(text: str) -> str:
    """Return what a policy calls a script or style that is within the page, by its content."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
