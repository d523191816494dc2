"""What decoding in a child process costs, beside the same code in the process itself.

Measured by turns on one rendered dive: the decoding alone, a score with a model that is loaded, and
`podium score` as a command, from start to exit. Prints a table and writes JSON.
"""

import argparse
import functools
import io
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Generator
from pathlib import Path

import measuring

import podium
from podium.features.extraction import FeatureCache
from podium.simulation import stage, write_video
from podium.video import _decoder_process, decoder
from podium.video.frames import decode
from podium.video.limits import WHOLE, Box, Part, VideoLimits

ASKED, START_AHEAD = decoder._ask, decoder.start_ahead
KNOWN = ("--action", "407", "--difficulty", "3.2", "--json")


def asked_here(
    path: Path,
    size: tuple[int, int],
    limits: VideoLimits,
    part: Part = WHOLE,
    box: Box | None = None,
) -> Generator[tuple[bytes, bytearray]]:
    """Stand in for a child, in this process."""
    answers = io.BytesIO()
    _decoder_process._answer(decoder._request(path, size, limits, part, box), answers)
    answers.seek(0)
    while header := answers.read(decoder.HEADER.size):
        kind, n_bytes = decoder.HEADER.unpack(header)
        yield kind, bytearray(answers.read(n_bytes))


def use(where: str) -> None:
    """Decode here, in a child, or in a child that must be started first."""
    decoder._ask = asked_here if where == "here" else ASKED
    decoder.start_ahead = (lambda: None) if where == "here" else START_AHEAD
    if where == "new child":
        decoder._children.end()


def command(where: str, path: Path, folder: Path) -> float:
    """Return the seconds of `podium score` as a process, with nothing in its cache."""
    arguments = [sys.executable, __file__, "--score", where, str(path)]
    environment = {**os.environ, "PODIUM_CACHE": tempfile.mkdtemp(dir=folder)}
    return measuring.seconds_of(
        lambda: subprocess.run(arguments, check=True, capture_output=True, env=environment)
    )


def measured(path: Path, n_rounds: int, n_commands: int) -> dict[str, dict[str, list[float]]]:
    """Return the seconds of each way of decoding by what is done."""
    judge = podium.load("diving")

    def score() -> None:
        cache = FeatureCache(Path(tempfile.mkdtemp(dir=path.parent)))
        judge._extractor = judge.model.extractor(cache)
        judge.assess(path, action="407", difficulty=3.2)

    def timed(run: Callable[[], object], where: str) -> float:
        use(where)
        return measuring.seconds_of(run)

    def look() -> None:
        decode(path, width=160, height=120)

    places = ("here", "child", "new child")
    found = {
        name: measuring.by_turns(
            {where: functools.partial(timed, run, where) for where in places}, n_rounds
        )
        for name, run in {"decoding": look, "a score": score}.items()
    }
    commands = {  # a command always starts a child of its own
        where: functools.partial(command, where, path, path.parent) for where in places[:2]
    }
    return {**found, "podium score": measuring.by_turns(commands, n_commands)}


def main() -> None:
    """Measure, print a table and write JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--commands", type=int, default=9)
    parser.add_argument("--score", nargs=2, metavar=("WHERE", "VIDEO"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.score:
        from podium.cli.commands import main as podium_command

        use(arguments.score[0])
        podium_command(["score", arguments.score[1], *KNOWN])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "dive.mp4"
        dive = stage("407", {"entry": 0.7}, 1)
        write_video(path, dive.frames(), dive.options.frames_per_second)
        found = measured(path, arguments.rounds, arguments.commands)
    ratios = {}
    for what, times in found.items():
        for where, seconds in times.items():
            times_as_long = measuring.ratio(seconds, times["here"])
            ratios[f"{what}, {where}"] = times_as_long
            milliseconds = 1000 * statistics.median(seconds)
            print(f"{what:<13} {where:<10} {milliseconds:8.0f} ms   x {times_as_long:.3f}")
    result = {"frames": dive.n_frames, "load": os.getloadavg()[0], "seconds": found}
    measuring.write("decoding", {**result, "times_as_long_as_here": ratios})


if __name__ == "__main__":
    main()
