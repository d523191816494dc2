"""What fits on one printed page of a report, in words: the page of the report keeps it.

Whoever makes a PDF of a report reads it back from there, so that both say the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from podium.assessment.values import Assessment, Score
from podium.errors import UsageError
from podium.report.athlete_view import AthleteView
from podium.report.glance import Glance, Highlight
from podium.report.measured import Row
from podium.report.words import Words

MAX_ROWS, MAX_LETTERS = 40, 1_000
"""The most lines of its table, and letters of each text."""


@dataclass(frozen=True)
class Said:
    """One thing that was seen."""

    heading: str
    """What it is: to work on, or good."""

    words: str
    """The sentence."""

    when: str = ""
    """When it was."""


@dataclass(frozen=True)
class Sheet:
    """All words of one page."""

    title: str
    """Whose performance, or which video."""

    headline: str
    """The score, or that there is none."""

    lines: tuple[str, ...]
    """Its range, what it is a score of, or why there is none and what to do."""

    said: tuple[Said, ...] = ()
    """The one thing to work on, and what was good."""

    warnings: tuple[str, ...] = ()
    """What is in doubt."""

    strobe: str = ""
    """What the picture of the whole dive shows."""

    columns: tuple[str, ...] = ()
    """The heads of the table of measures."""

    rows: tuple[tuple[str, ...], ...] = ()
    """Its lines."""

    note: str = ""
    """What a range means."""

    made: str = ""
    """How all of it was made."""

    def __post_init__(self) -> None:
        """Refuse more than fits on a page."""
        texts = [self.title, self.headline, *self.lines, *self.warnings, self.made]
        for cells in (self.columns, *self.rows):
            texts += cells
        if len(self.rows) > MAX_ROWS or any(len(text) > MAX_LETTERS for text in texts):
            raise UsageError(
                f"a page has {len(self.rows)} lines of measures: it must be at most {MAX_ROWS}, of "
                f"texts of at most {MAX_LETTERS:,} letters"
            )


def sheet_of(
    assessment: Assessment, name: str, seen: Glance, athlete: AthleteView | None, words: Words
) -> Sheet:
    """Put an assessment, as it is shown, on one page."""
    headline, lines = _outcome(assessment, words)
    mild = [doubt for doubt in assessment.doubts if doubt.severity == "mild"]
    made = words("made.model", model=assessment.model, backbone=assessment.backbone)
    found = [row for row in athlete.rows if row.span or row.standing] if athlete else []
    table = _Table(found[:MAX_ROWS], words)
    return Sheet(
        title=name,
        headline=headline,
        lines=tuple(lines),
        said=tuple(_said(seen, words)),
        warnings=tuple(map(words.doubt, mild)),
        strobe=athlete.strobe_note if athlete and athlete.strobe else "",
        columns=table.columns,
        rows=table.rows,
        note=words("measures.note") if table.rows else "",
        made=made,
    )


def _outcome(assessment: Assessment, words: Words) -> tuple[str, list[str]]:
    """Return what is said first: the score with its range, or why there is none."""
    score = assessment.score
    if assessment.is_withheld:
        grave = [doubt for doubt in assessment.doubts if doubt.severity == "grave"]
        why = [words.of_what(words("withheld.why"), words.doubt(one)) for one in grave]
        remedies = [remedy for one in grave if (remedy := words.remedy(one))]
        do = [words.of_what(words("withheld.do"), remedy) for remedy in remedies]
        return words("withheld.score" if score else "withheld.similarity"), [*why, *do]
    if score is None:
        value = words.number(assessment.similarity, 2)
        return f"{value} {words('similarity.unit')}", [words("similarity.meaning")]
    if score.label:
        sure = words("score.sure", percent=100 * score.probabilities[score.label])
        return f"{score.label} {sure}", _about(assessment, words)
    headline = f"{words.number(score.value)} {words('score.of')} {words.number(score.of)}"
    return headline, [_range(score, words), *_about(assessment, words)]


def _range(score: Score, words: Words) -> str:
    span = words("score.span", low=words.number(score.low), high=words.number(score.high))
    return words.of_what(words("score.range"), f"{span} {words('score.range_meaning')}")


def _about(assessment: Assessment, words: Words) -> list[str]:
    known = []
    if assessment.action:
        known.append(words.of_what(words("score.action"), assessment.action))
    if assessment.difficulty:
        assumed = f" {words('score.assumed')}" if assessment.difficulty_is_assumed else ""
        difficulty = words.plain(assessment.difficulty)
        known.append(words.of_what(words("score.difficulty"), f"{difficulty}{assumed}"))
    return [", ".join(known)] if known else []


def _said(seen: Glance, words: Words) -> list[Said]:
    found = (("glance.work", seen.work), ("glance.good", seen.good))
    return [_one(words(key), one, words) for key, one in found if one]


def _one(heading: str, seen: Highlight, words: Words) -> Said:
    moment = f"{seen.moment[:1].upper()}{seen.moment[1:]}"
    said = words.of_what(moment, seen.words) if moment else seen.words
    return Said(heading, said, seen.when)


class _Table:
    """The measures that have a range or are among others', without columns that say nothing."""

    def __init__(self, rows: Sequence[Row], words: Words) -> None:
        value, span = words("measures.value"), words("measures.range")
        heads = (words("measures.name"), words.then(value, span),
                 words("measures.reference"), words("measures.standing"))  # fmt: skip
        lines = [(row.name, _with_range(row), row.reference, row.standing) for row in rows]
        kept = [i for i in range(len(heads)) if any(line[i] for line in lines)]
        self.columns = tuple(heads[i] for i in kept)
        self.rows = tuple(tuple(line[i] for i in kept) for line in lines)


def _with_range(row: Row) -> str:
    return f"{row.value} ({row.span})" if row.span else row.value
