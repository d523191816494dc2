"""Panels whose judges are known, for trying out what an audit can find."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

import numpy as np

from podium.checks import check_options, require
from podium.inputs.spreadsheet import csv_text
from podium.machine.files import write_bytes

COLUMNS = (
    "event", "round", "athlete", "athlete_country", "dive", "order", "difficulty",
    "judge", "judge_country", "mark",
)  # fmt: skip

_Planted = Mapping[int, float]


def _nothing() -> _Planted:
    return MappingProxyType({})


@dataclass(frozen=True)
class PanelOptions:
    """A competition, and what is planted in it: by the number of the judge, from 0."""

    n_sessions: int = 4
    """Each has all athletes, and a panel on which judges take turns."""

    n_athletes: int = 30
    """Whose countries take turns."""

    n_dives: int = 6
    """Of each athlete in a session."""

    n_judges: int = 12
    """Each of another country, as far as there are countries."""

    n_panel: int = 7
    """How many judges a session has."""

    n_countries: int = 12
    """Of athletes and judges."""

    noise: float = 0.45
    """How far a mark lies from what the performance was worth (standard deviation)."""

    step: float = 0.5
    """Marks are rounded to it, and lie from 0 to `highest`."""

    highest: float = 10.0
    """The best mark."""

    premium: _Planted = field(default_factory=_nothing)
    """By how much marks for the judge's own country are higher."""

    drift: _Planted = field(default_factory=_nothing)
    """By how much marks rise from the beginning of a session to its end."""

    outlier: _Planted = field(default_factory=_nothing)
    """How many times as far from the rest marks lie."""

    def __post_init__(self) -> None:
        counts = dict.fromkeys(("n_sessions", "n_athletes", "n_dives", "n_countries"), 1)
        check_options(self, **counts, noise=0, highest=0)
        require(self.step > 0, "step", self.step, "above 0")
        wanted = f"from 2 to n_judges, {self.n_judges}"
        require(2 <= self.n_panel <= self.n_judges, "n_panel", self.n_panel, wanted)


def write_panels(path: str | Path, options: PanelOptions | None = None, seed: int = 0) -> Path:
    """Write the marks of a simulated competition as a table, and say where it is."""
    rows = simulate_panels(options or PanelOptions(), seed)
    write_bytes(Path(path), csv_text(COLUMNS, rows).encode())
    return Path(path)


def simulate_panels(options: PanelOptions, seed: int = 0) -> list[dict[str, object]]:
    """Return the marks of a simulated competition, a row a mark."""
    generator = np.random.default_rng(seed)
    skill = generator.normal(7, 1, options.n_athletes)
    bias = generator.normal(0, 0.08, options.n_judges)
    seats = generator.permutation(options.n_judges).tolist()
    rows: list[dict[str, object]] = []
    for session in range(options.n_sessions):
        panel = _panel(options, seats, session)
        for place, athlete in enumerate(generator.permutation(options.n_athletes).tolist()):
            for dive in range(options.n_dives):
                order = dive * options.n_athletes + place
                worth = skill[athlete] + generator.normal(0, 0.8)
                facts = _facts(options, session, athlete, dive, order)
                noise = generator.normal(0, options.noise, options.n_panel)
                for judge, error in zip(panel, noise.tolist(), strict=True):
                    mark = worth + bias[judge] + _planted(options, judge, athlete, order, error)
                    rows.append({**facts, **_given(options, judge, float(mark))})
    return rows


def _panel(options: PanelOptions, seats: Sequence[int], session: int) -> list[int]:
    """Return the judges of a session: all take turns, in an order that was drawn."""
    first = session * options.n_panel
    return [seats[(first + seat) % len(seats)] for seat in range(options.n_panel)]


def _facts(
    options: PanelOptions, session: int, athlete: int, dive: int, order: int
) -> dict[str, object]:
    return {
        "event": "platform",
        "round": f"S{session + 1}",
        "athlete": f"A{athlete + 1:02d}",
        "athlete_country": _country(options, athlete),
        "dive": dive + 1,
        "order": order + 1,
        "difficulty": 2.8 + (athlete + dive) % 5 / 5,
    }


def _country(options: PanelOptions, number: int) -> str:
    return f"C{number % options.n_countries + 1:02d}"


def _planted(options: PanelOptions, judge: int, athlete: int, order: int, error: float) -> float:
    """Return by how much a judge's mark lies above what the performance was worth."""
    is_own = _country(options, judge) == _country(options, athlete)
    moment = order / max(options.n_athletes * options.n_dives - 1, 1)
    return (
        error * options.outlier.get(judge, 1.0)
        + options.premium.get(judge, 0.0) * is_own
        + options.drift.get(judge, 0.0) * moment
    )


def _given(options: PanelOptions, judge: int, mark: float) -> dict[str, object]:
    stepped = round(mark / options.step) * options.step
    return {
        "judge": f"J{judge + 1:02d}",
        "judge_country": _country(options, judge),
        "mark": min(max(stepped, 0.0), options.highest),
    }
