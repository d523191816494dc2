"""Puts an audit into words: the same few sentences for the shell and for the report."""

from collections.abc import Iterator, Sequence

from podium.audit.agreement import Agreement
from podium.audit.chance import LEVEL, Range
from podium.audit.changes import Change
from podium.audit.findings import Audit
from podium.audit.opinion import Beside, OneMoreJudge
from podium.audit.premium import Premium
from podium.report.words import Words

MOST_NAMED = 12
"""So many judges are named in a sentence; tables hold all of them."""

MOST_LISTED = 10
"""So many performances are listed where two ranges do not meet; the report has more."""

SECTIONS = ("own_country", "agreement", "follows", "changed", "second_opinion")
"""Parts of an audit, in the order in which they are told."""


def lines(audit: Audit, words: Words) -> list[str]:
    """Return an audit as lines of text."""
    said = [overview(audit, words)]
    for section in sections(audit):
        said += [
            f"{words(f'audit.{section}')}:",
            *(f"  {one}" for one in told(section, audit, words)),
        ]
    return [*said, words("audit.limits")]


def sections(audit: Audit) -> list[str]:
    """Return the parts that there are: a second opinion is there where one was given."""
    return [one for one in SECTIONS if one != "second_opinion" or audit.second_opinion]


def overview(audit: Audit, words: Words) -> str:
    """Return how much was audited."""
    return words(
        "audit.overview",
        marks=audit.n_marks,
        judges=audit.n_judges,
        performances=audit.n_performances,
        sessions=audit.n_sessions,
    )


def told(section: str, audit: Audit, words: Words) -> list[str]:
    """Return the sentences of a part."""
    return list(_TOLD[section](audit, words))


def span(value: Range, words: Words, n_digits: int = 2, *, signed: bool = True) -> str:
    """Write a value and its range."""
    low, high = (words.number(one, n_digits, signed=signed) for one in (value.low, value.high))
    return words(
        "audit.span", value=words.number(value.value, n_digits, signed=signed), low=low, high=high
    )


def chance(p: float, words: Words) -> str:
    """Write how likely chance alone is."""
    if p != p:
        return words("audit.p_unknown")
    if p < 0.001:
        return words("audit.p_small", p=words.plain(0.001))
    return words("audit.p", p=words.number(p, 3))


def _own_country(audit: Audit, words: Words) -> Iterator[str]:
    found = audit.own_country
    if found is None:
        yield words("audit.premium_none")
        return
    yield words(
        "audit.premium",
        span=span(found.premium, words), n=found.n_matched, chance=chance(found.p, words),
    )  # fmt: skip
    yield words(
        "audit.signs",
        n=found.n_matched, above=found.n_above, equal=found.n_equal, below=found.n_below,
        chance=chance(found.sign_p, words),
    )  # fmt: skip
    yield _by_judge(found, words)
    if audit.rivals is not None:
        rivals = audit.rivals
        yield words(
            "audit.rivals",
            span=span(rivals.premium, words), n=rivals.n_matched, chance=chance(rivals.p, words),
        )  # fmt: skip


def _by_judge(found: Premium, words: Words) -> str:
    above = sum(judge.premium.value > 0 for judge in found.judges)
    counted = words("audit.judges", n=len(found.judges), above=above)
    names = [judge.judge for judge in found.judges if judge.stands_out]
    return f"{counted} {_named('audit.judges_out', names, len(found.judges), words)}"


def _named(key: str, names: Sequence[str], n_tests: int, words: Words) -> str:
    """Name those beyond chance, or say that there is none."""
    if not names:
        return words(f"{key}_none", n=n_tests)
    shown = ", ".join(names[:MOST_NAMED])
    if len(names) > MOST_NAMED:
        shown = words("audit.and_more", names=shown, n=len(names) - MOST_NAMED)
    return words(key, n=n_tests, found=len(names), names=shown)


def _agreement(audit: Audit, words: Words) -> Iterator[str]:
    found = audit.agreement
    yield _spread(found, words)
    yield words(
        "audit.icc",
        span=span(found.icc, words, signed=False), panel=words.number(found.icc_panel, 2),
        kappa=words.number(found.kappa, 2),
    )  # fmt: skip
    apart = [judge.judge for judge in found.judges if judge.stands_apart]
    yield _named("audit.apart", apart, len(found.judges), words)
    level = [judge.judge for judge in found.judges if judge.bias_p < LEVEL]
    yield _named("audit.level", level, len(found.judges), words)


def _spread(found: Agreement, words: Words) -> str:
    low, high, sd = found.levels[0], found.levels[-1], words.number(found.sd, 2)
    if low is high:
        return words("audit.spread_one", sd=sd)
    return words(
        "audit.spread",
        sd=sd, lowest=words.number(low.sd, 2), highest=words.number(high.sd, 2),
        low=words.plain(low.high), high=words.plain(high.low),
    )  # fmt: skip


def _follows(audit: Audit, words: Words) -> Iterator[str]:
    found = audit.trends
    if found.drift:
        drifting = [trend.judge for trend in found.drift if trend.stands_out]
        yield _named("audit.drift", drifting, len(found.drift), words)
    else:
        yield words("audit.drift_unknown")
    for key, slope in (("order", found.order), ("difficulty", found.difficulty)):
        if slope is not None:
            yield words(
                f"audit.{key}", span=span(slope.slope, words), chance=chance(slope.p, words)
            )
    if found.difficulty_judges:
        steep = [trend.judge for trend in found.difficulty_judges if trend.stands_out]
        yield _named("audit.difficulty_judges", steep, len(found.difficulty_judges), words)
    if found.halo is not None:
        sd, share = words.number(found.halo.sd, 2), words.number(100 * found.halo.share, 0)
        yield words("audit.halo", sd=sd, share=share, chance=chance(found.halo.p, words))


def _changed(audit: Audit, words: Words) -> Iterator[str]:
    found = audit.changes
    yield words(f"audit.counted_{found.counted_by}")
    if audit.scores is not None:
        yield words("audit.scores", n=audit.scores.n, unlike=audit.scores.n_unlike)
    if audit.own_country is not None:
        yield words("audit.without_matched", change=changed(found.without_matched, words))
    most = found.without_judge[0]
    yield words("audit.without_judge", judge=most.name, change=changed(most, words))
    for one in found.otherwise:
        if one.name != "all" or found.counted_by == "rule":
            yield f"{words(f'audit.otherwise_{one.name}')}: {changed(one, words)}"


def changed(change: Change, words: Words) -> str:
    """Write how much would have been different."""
    return words(
        "audit.change",
        sessions=change.n_sessions_changed, all=change.n_sessions,
        places=change.n_places, medals=change.n_medals,
    )  # fmt: skip


def _second_opinion(audit: Audit, words: Words) -> Iterator[str]:
    found = audit.second_opinion
    if found is None:
        return
    yield words(
        "audit.compared",
        n=len(found.performances), all=audit.n_performances, unmatched=found.n_unmatched,
        failed=found.n_failed, withheld=found.n_withheld, remembered=found.n_remembered,
    )  # fmt: skip
    if found.agreement is None:
        return
    yield _one_more_judge(found.agreement, words)
    if not found.n_beyond:
        yield words("audit.beyond_none")
        return
    yield words("audit.beyond", n=found.n_beyond)
    beyond = found.performances[: min(found.n_beyond, MOST_LISTED)]
    yield from (beside(one, words) for one in beyond)
    yield words("audit.look", file=beyond[0].file_name)


def _one_more_judge(found: OneMoreJudge, words: Words) -> str:
    numbers = {
        name: words.number(getattr(found, name), 2)
        for name in ("sd", "sd_judges", "rms_units", "kappa", "kappa_judges", "half_width")
    }
    held = words.number(100 * found.share_held, 0)
    return words("audit.one_more", n=found.n, span=span(found.bias, words), held=held, **numbers)


def beside(one: Beside, words: Words) -> str:
    """Write what the panel and what Podium gave one performance."""
    score = words("audit.beside_score", score=words.number(one.score, 2))
    return words(
        "audit.beside",
        name=one.performance, file=one.file_name, panel=span(one.panel, words, signed=False),
        podium=span(one.podium, words, signed=False), score="" if one.score != one.score else score,
    )  # fmt: skip


_TOLD = {
    "own_country": _own_country,
    "agreement": _agreement,
    "follows": _follows,
    "changed": _changed,
    "second_opinion": _second_opinion,
}
