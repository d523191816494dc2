"""The command line: `podium score`, `podium train` and the others."""

from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command and leave with its exit code."""
    from podium.cli.commands import main as run_and_leave

    run_and_leave(arguments)
