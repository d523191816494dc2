"""Fills the templates of the report and the model card; whatever is put into HTML is escaped."""

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

FOLDER = Path(__file__).parent / "_templates"


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=lambda name: bool(name) and str(name).endswith(".html"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def render(template: str, /, **values: Any) -> str:
    """Fill the template of that name; a value it asks for and is not given is an error."""
    return _environment().get_template(template).render(**values)


def source(template: str, /) -> str:
    """Return a template as it is, such as the script of a page."""
    return (FOLDER / template).read_text("utf-8")
