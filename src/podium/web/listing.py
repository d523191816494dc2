"""Which assessments a list shows, and in which order: searched, of one athlete, of one state."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal

from podium.web.records import Job, State, day_of

Order = Literal["newest", "oldest", "day", "score", "athlete", "video"]


@dataclass(frozen=True)
class Wish:
    """What somebody wants to see of all assessments."""

    search: str = ""
    """Words that all stand somewhere in what is known of an assessment."""

    athlete: str | None = None
    """Whose, exactly as it was written; "" for those of nobody."""

    state: State | None = None
    """In which state."""

    order: Order = "newest"
    """What comes first."""

    def fits(self, job: Job) -> bool:
        """Return whether an assessment is one of them."""
        if self.state not in (None, job.state) or self.athlete not in (None, job.about.athlete):
            return False
        words = self.search.casefold().split()
        return not words or all(word in _text_of(job) for word in words)

    def choose(self, jobs: Iterable[Job]) -> list[Job]:
        """Return those that fit, in the order that is wanted."""
        key, is_downwards = _ORDERS[self.order]
        return sorted(filter(self.fits, jobs), key=key, reverse=is_downwards)


def _text_of(job: Job) -> str:
    about, summary = job.about, job.summary or {}
    known = (
        job.video_name, job.reference_name, job.request.action, summary.get("action"),
        about.athlete, about.day, about.event, about.text, *about.tags,
    )  # fmt: skip
    return " ".join(filter(None, known)).casefold()


def _score_of(job: Job) -> tuple[float, float]:
    """Order by score; those without one come last, the newest first."""
    score = (job.summary or {}).get("score")
    return (float("-inf") if score is None else score, job.created_seconds)


_ORDERS: dict[Order, tuple[Callable[[Job], Any], bool]] = {
    "newest": (lambda job: job.created_seconds, True),
    "oldest": (lambda job: job.created_seconds, False),
    "day": (lambda job: (day_of(job), job.created_seconds), True),
    "score": (_score_of, True),
    "athlete": (
        lambda job: (not job.about.athlete, job.about.athlete.casefold(), -job.created_seconds),
        False,
    ),
    "video": (lambda job: (job.video_name.casefold(), -job.created_seconds), False),
}
