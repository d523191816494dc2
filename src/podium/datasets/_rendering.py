"""Renders simulated performances, in this process or in several of their own.

python -m podium.datasets._rendering reads pairs of a performance and a path, pickled by its parent,
from standard input, and answers a line of JSON for each: null, or the number and the words of an
error of the system's.
"""

import json
import os
import pickle
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from pathlib import Path
from queue import SimpleQueue

from podium.errors import Bug
from podium.machine import processes
from podium.simulation import SimulatedPerformance, write_video


def render(one: SimulatedPerformance, path: Path) -> None:
    """Render one performance to a video."""
    write_video(path, one.frames(), one.options.frames_per_second)


def render_all(
    performances: Sequence[SimulatedPerformance], paths: Iterable[Path], n_processes: int
) -> Iterator[None]:
    """Render performances in so many processes at once; yield once for each that is done."""
    # A fresh process each: forking one that runs threads (torch, x264) can hang.
    idle: SimpleQueue[_Child] = SimpleQueue()

    def render_next(one: SimulatedPerformance, path: Path) -> None:
        child = idle.get()
        try:
            child.render(one, path.resolve())
        finally:
            idle.put(child)

    with ExitStack() as children, ThreadPoolExecutor(n_processes) as pool:
        for _ in range(n_processes):
            idle.put(children.enter_context(_Child()))
        yield from pool.map(render_next, performances, paths)


class _Child:
    """A process that renders one performance after the other."""

    def __init__(self) -> None:
        pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
        self._process = processes.start("podium.datasets._rendering", **pipes)
        assert self._process.stderr is not None
        self._said = processes.LastWords(self._process.stderr)

    def __enter__(self) -> "_Child":
        return self

    def __exit__(self, *_: object) -> None:
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe:
                pipe.close()
        self._process.wait()  # it ends where its input does

    def render(self, one: SimulatedPerformance, path: Path) -> None:
        """Have one performance rendered, and wait until it is."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with suppress(BrokenPipeError):  # reading says how the child ended
            pickle.dump((one, path), self._process.stdin)
            self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            said = self._said.text()
            raise Bug.of(processes.exception_in(said) or "a renderer ended", str(path), said)
        if error := json.loads(answer):
            raise OSError(*error, str(path))


def main() -> None:
    """Render what is asked for until there is no more."""
    answers = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)  # whatever a library prints goes the way of errors
    while True:
        try:
            one, path = pickle.load(sys.stdin.buffer)
        except EOFError:
            return
        answers.write(json.dumps(_error_of(one, path)).encode() + b"\n")


def _error_of(one: SimulatedPerformance, path: Path) -> tuple[int | None, str] | None:
    """Render a performance, and return the system's error if that fails, as of a full disk."""
    try:
        render(one, path)
    except OSError as error:
        return error.errno, error.strerror or str(error)
    return None


if __name__ == "__main__":
    main()
