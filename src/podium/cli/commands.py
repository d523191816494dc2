"""The command line: `podium score`, `podium train` and the others. Progress goes to stderr."""

import io
import sys
import traceback
from collections.abc import Sequence
from contextlib import nullcontext, redirect_stdout
from typing import Any

import typer

from podium.cli import (
    assess,
    audit,
    batch,
    benchmark,
    check,
    corrections,
    cut,
    data,
    export,
    fetch,
    learn,
    measure,
    push,
    render,
    rules,
    serve,
    sweep,
)
from podium.cli.app import Exit, app
from podium.cli.output import say, show_lines
from podium.cli.usage import WrongUsage, in_our_words
from podium.errors import RAN_OUT, TooLittleMemory, explain
from podium.machine import memory, shell
from podium.machine.terminal import printable

COMMANDS = (
    assess, batch, measure, render, corrections, learn, check, cut, audit, data, export, fetch,
    push,
    rules, benchmark, serve, sweep,
)  # fmt: skip
"""Whose commands have joined the application by being imported."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command and leave with its exit code; errors are one line on standard error."""
    if arguments is None:
        shell.prepare()
    if isinstance(sys.stdout, io.TextIOWrapper):  # a file name may hold what cannot be printed
        sys.stdout.reconfigure(errors="backslashreplace")
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        with shell.interruptible():
            code = _flush(_run_or_trace(words))
    except KeyboardInterrupt:
        code = shell.report_stop()
    sys.exit(code)


def _run_or_trace(words: Sequence[str]) -> int:
    """Run a command; with --debug, an error shows where it came from."""
    try:
        return run(words)
    except Exception:
        for line in traceback.format_exc().rstrip("\n").split("\n"):
            say(line)
        return Exit.BUG


def _flush(code: int) -> int:
    """Write out what was printed; where that fails the answer is not whole, and that is said."""
    try:
        with shell.standard_output():
            sys.stdout.flush()
    except OSError as error:
        return _report_failure(error)
    return code


def run(arguments: Sequence[str]) -> int:
    """Run a command and give its exit code."""
    if not arguments:
        return run(["--help"]) or Exit.USAGE
    try:
        result = _call(arguments)
        code = result if isinstance(result, int) else Exit.DONE
    except WrongUsage as error:
        return _complain(in_our_words(error), Exit.USAGE)
    except (typer.Abort, KeyboardInterrupt):
        code = Exit.STOPPED
    except Exception as error:
        if "--debug" in arguments:
            raise
        return _report_failure(error)
    # Newer versions of Typer give the code and raise nothing.
    return shell.report_stop() if code == Exit.STOPPED else code


def _call(arguments: Sequence[str]) -> Any:
    """Call a command; what the library itself prints, the help, is printed as answers are."""
    text = io.StringIO()
    with redirect_stdout(text) if "--help" in arguments else nullcontext():
        result = typer.main.get_command(app).main(
            args=list(arguments), prog_name="podium", standalone_mode=False
        )
    if text.getvalue():
        show_lines(text.getvalue().removesuffix("\n"))
    return result


def _report_failure(error: Exception) -> int:
    said = TooLittleMemory(RAN_OUT) if memory.ran_out(error) else explain(error)
    return _complain(str(said), said.exit_code)


def _complain(message: str, code: int) -> int:
    shell.complain(printable(" ".join(message.split())))
    return code
