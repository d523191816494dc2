"""What the measurements share: times by turns, medians of ratios, and results as JSON."""

import json
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from podium.errors import DatasetNotFound

RESULTS = Path(__file__).parent / "results"


def seconds_of(run: Callable[[], object], clock: Callable[[], float] = time.perf_counter) -> float:
    """Return how long something takes, by one clock or another."""
    start = clock()
    run()
    return clock() - start


def by_turns(ways: Mapping[str, Callable[[], float]], n_rounds: int) -> dict[str, list[float]]:
    """Measure several ways, each once a round, so that a busy machine is busy for all of them.

    Each way gives its seconds, or whatever it measures.
    """
    measured: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(n_rounds):
        for name, measure in ways.items():
            measured[name].append(measure())
    return measured


def ratio(of: Sequence[float], to: Sequence[float]) -> float:
    """Return the median over rounds of how many times `of` is `to`."""
    return statistics.median(a / b for a, b in zip(of, to, strict=True))


def write(name: str, result: Mapping[str, Any]) -> Path:
    """Write a result as JSON, `results/NAME.json`, and say where."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    path = RESULTS / f"{name}.json"
    path.write_text(json.dumps(result, indent=1) + "\n")
    return path


def run_where_data_are(main: Callable[[], None]) -> None:
    """Run a measurement; where its data set is not at hand, say so, and let `make bench` go on."""
    try:
        main()
    except DatasetNotFound as error:
        print(f"not measured: {error}")
