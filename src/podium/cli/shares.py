"""How a training or a benchmark is done in shards, or stopped between two of its pieces."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from podium.cli.app import Exit
from podium.cli.output import say
from podium.machine import shell

if TYPE_CHECKING:
    from podium.batch.pieces import Piece
    from podium.batch.shards import Shard
    from podium.training import Progress


class _Stopped(Exception):
    """Somebody asked for an end, and the next step has not begun."""


@contextmanager
def stopping(progress: "Progress", again: str) -> Iterator["Progress"]:
    """Have SIGTERM end the work before its next step, and leave with the code for that.

    What is yielded is to be told of each step; `again` says how to go on.
    """
    from podium.training import Progress

    with shell.stoppable() as is_stopped:

        def report(stage: str, done: int, total: int) -> None:
            if is_stopped() and done < total:
                raise _Stopped
            progress.report(stage, done, total)

        try:
            yield Progress(report)
        except _Stopped:
            shell.complain(f"stopped on request: what is done is kept: {again} to go on")
            raise typer.Exit(Exit.TO_BE_RESUMED) from None


def find_share(given: str | None) -> "Shard | None":
    """Return the shard that is asked for, or that a scheduler says; `None` where it is all."""
    from podium.batch.shards import find_shard

    shard, variable = find_shard(given)
    if shard is None or shard.n == 1:
        return None
    if variable:
        say(f"shard {shard}, as {variable} says (--shard 0/1 does all)")
    return shard


def make_share(
    pieces: "Sequence[Piece]", folder: Path, shard: "Shard", progress: "Progress", rest: str
) -> None:
    """Make the pieces that fall to a shard, and say `rest`, what is to be done once all are."""
    from podium.batch.pieces import make_share as make

    n = make(pieces, folder, shard, _telling(progress))
    say(f"shard {shard}: {n} of {len(pieces)} pieces are done; once all shards are, {rest}")


def _telling(progress: "Progress") -> Callable[[int, int], None]:
    return lambda done, total: progress.report("pieces of this shard", done, total)
