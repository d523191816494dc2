"""Two dives in step by their moments: what is seen in both happens at the same time."""

from typing import Any

from podium.examination.figure import Moments, Seconds


def in_step(ours: Moments, theirs: Moments) -> dict[str, Any] | None:
    """Return for the script when the expert is where the query is, and how far that may be off.

    Between two moments time runs evenly, before the first and after the last as in both videos.
    `None` where no moment was seen in both.
    """
    steps: list[tuple[Seconds, Seconds]] = []
    for our, their in zip(ours, theirs, strict=True):
        if our and their and (not steps or _is_later((our, their), steps[-1])):
            steps.append((our, their))
    if not steps:
        return None
    return {
        "query": [our for (our, _), _ in steps],
        "reference": [their for _, (their, _) in steps],
        "doubt": [our + their for (_, our), (_, their) in steps],
    }


def _is_later(then: tuple[Seconds, Seconds], before: tuple[Seconds, Seconds]) -> bool:
    return all(late > early for (late, _), (early, _) in zip(then, before, strict=True))
