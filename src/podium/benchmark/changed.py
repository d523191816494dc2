"""What results were made with that has changed since: a page says so, and does not hide it."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, is_dataclass
from typing import Any

from podium.benchmark.results import Results, SystemNote
from podium.benchmark.system import System
from podium.machine import extras
from podium.training.settings import flat

OTHER_CODE = "the code that learned as it was"


def changed_systems(results: Results, systems: Sequence[System]) -> dict[str, tuple[str, ...]]:
    """Return the systems that were other ones when they were measured, with what these were.

    By title, each option as `head "joint" (now "joint_in_order")`, and whether the code that learns
    is another. Systems that are not measured, or no
    longer there, are not named.
    """
    found = {}
    for system in systems:
        note = results.systems.get(system.name)
        if note and (
            differing := (*_options_differing(note, system), *_code_differing(note, system))
        ):
            found[system.title] = differing
    return found


def _options_differing(note: SystemNote, system: System) -> tuple[str, ...]:
    options = system.settings()
    if note.options is None or not is_dataclass(options):
        return ()
    return tuple(_differing(note.options, asdict(options)))  # type: ignore[arg-type]


def _code_differing(note: SystemNote, system: System) -> tuple[str, ...]:
    """Say that other code learned; nothing where results do not say which did."""
    return (OTHER_CODE,) if note.code and note.code != system.code() else ()


def _differing(then: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    flat_then, flat_now = flat(then), flat(now)
    return [
        f"`{name}` {flat_then[name]} (now {flat_now[name]})"
        for name in flat_then
        if name in flat_now and flat_then[name] != flat_now[name]
    ]


def changed_since(results: Results, systems: Sequence[System] | None = None) -> str:
    """Say which numbers are of systems as they were, or nothing where none is."""
    changed = changed_systems(results, _papers() if systems is None else systems)
    if not changed:
        return ""
    by_change: dict[tuple[str, ...], list[str]] = {}
    for title, differing in changed.items():
        by_change.setdefault(differing, []).append(title)
    told = [
        f"{'; '.join(f'*{title}*' for title in titles)}: with {', '.join(differing)}."
        for differing, titles in by_change.items()
    ]
    return (
        "**Changed since.** These rows were measured before their options or their code became "
        "what they are today, and have not been measured again; claims that rest on them are of "
        f"the system as it was. {' '.join(told)}"
    )


def _papers() -> Sequence[System]:
    """Return the systems of the paper, some of which are made of PyTorch's parts."""
    extras.require("train", "telling what has changed since results were measured")
    from podium.benchmark.paper_systems import SYSTEMS

    return SYSTEMS


def noted_below(all_results: Sequence[Results], systems: Sequence[System] | None = None) -> str:
    """Say the same below a short table, without what has changed."""
    asked = _papers() if systems is None else systems
    titles = {title for results in all_results for title in changed_systems(results, asked)}
    if not titles:
        return ""
    return (
        "\n\nMeasured before their options or code became what they are today, and not again "
        f"since: {'; '.join(sorted(titles))}."
    )
