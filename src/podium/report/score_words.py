"""A score and what is doubted of it, in words: what every page of an assessment says first."""

from podium.assessment.values import Assessment, Score
from podium.report.words import Words


def title_of(assessment: Assessment, words: Words) -> str:
    """Return the title of a page: the video, and what came of it."""
    name, score = assessment.shown_name, assessment.score
    if score is None:
        return words("title.comparison", name=name)
    if assessment.is_withheld:
        return words("title.withheld", name=name)
    if score.label:
        return words("title.class", name=name, outcome=class_of(score, words))
    value, low, high = (words.number(x) for x in (score.value, score.low, score.high))
    return words("title.points", name=name, score=value, low=low, high=high)


def class_of(score: Score, words: Words) -> str:
    """Say the likelier class, and how likely it is."""
    percent = 100 * score.probabilities[score.label]
    return f"{score.label} {words('score.sure', percent=percent)}"


def doubts_of(assessment: Assessment, words: Words, severity: str) -> list[tuple[str, str]]:
    """Say the doubts that weigh so much, each with what to do about it, "" if not known."""
    found = [doubt for doubt in assessment.doubts if doubt.severity == severity]
    return [(words.doubt(doubt), words.remedy(doubt)) for doubt in found]


def if_trusted(assessment: Assessment, words: Words) -> str:
    """Say what would be shown if nothing were in doubt."""
    number = words.number
    if (score := assessment.score) is None:
        similarity = number(assessment.similarity, 2)
        outcome = f"{words('similarity.heading')} {similarity}"
    elif score.label:
        outcome = class_of(score, words)
    else:
        span = words("score.span", low=number(score.low), high=number(score.high))
        outcome = f"{number(score.value)} {words('score.of')} {number(score.of)} ({span})"
    return words("withheld.if_trusted", outcome=outcome)
