"""What the results come to, in five sentences for a reader who knows the paper, as text."""

from collections.abc import Sequence

from podium.benchmark.findings import EVERY_CLIP, NOT_SHOWN, PRINTED, YES, findings
from podium.benchmark.markdown import gap, number, with_interval
from podium.benchmark.results import UNLV_VAULT, Results

BEST = "siamese_best"


def opening(all_results: Sequence[Results]) -> str:
    """Return five sentences, and which claims hold, do not, or are left open; or nothing.

    They are of the first chapter in which the best performer's bias was measured, but for the
    first sentence, which is of all.
    """
    told = [results for results in all_results if BEST in results.tables.summary]
    if not told:
        return ""
    makers = (_addition, _against_others, _similarity, _beyond)
    sentences = [_headline(told), *(text for make in makers if (text := make(told[0])))]
    listed = "\n".join(f"{place}. {text}" for place, text in enumerate(sentences, 1))
    return f"{listed}\n\n{_sorted_claims(told[0])}"


def _headline(all_results: Sequence[Results]) -> str:
    printed = PRINTED.systems[BEST]
    levels = "; ".join(
        f"a rho of {with_interval(row.spearman, row.spearman_interval, 2)} and an MSE of "
        f"{with_interval(row.mse, row.mse_interval, 0)} on `{results.about.backbone}`"
        for results in all_results
        for row in [results.tables.summary[BEST]]
    )
    return (
        "**The headline.** The best performer's bias, as the equations print it, comes to "
        f"{levels}; the paper prints {printed.spearman:.2f} and {printed.mse:.1f}, with C3D "
        "features and dives whose scores are not all at hand."
    )


def _addition(results: Results) -> str:
    words = (
        (BEST, "c3d_lstm_f", "regression without an expert"),
        (BEST, "siamese_no_dml", "the same without metric learning"),
        (BEST, "siamese_3k", "the same from 3,200 pairs"),
    )
    told = _gaps_of(results, words)
    return told and (
        f"**What the paper adds.** Its rho on `{results.about.backbone}` less that of {told}."
    )


def _against_others(results: Results) -> str:
    words = (
        ("podium", "siamese_best_execution", "the method as printed"),
        ("podium", "c3d_svr_execution", "C3D-SVR"),
        ("podium", "ridge", "a plain ridge without any reference"),
    )
    told, summary = _gaps_of(results, words), results.tables.summary
    if not told:
        return ""
    both = [summary[name].spearman for name in ("c3d_svr", "c3d_svr_execution") if name in summary]
    target = (
        f"; the target alone takes C3D-SVR from {number(both[0], 2)} to {number(both[1], 2)}"
        if len(both) == 2
        else ""
    )
    return (
        "**On the same target.** Where all learn execution, with the difficulty given, the rho of "
        f"Podium's defaults less that of {told}{target}."
    )


def _similarity(results: Results) -> str:
    rows = results.tables.faults
    if not {"Ours", EVERY_CLIP} <= {*rows}:
        return ""
    ours, every = rows["Ours"].all, rows[EVERY_CLIP].all
    return (
        "**The feedback.** Flagging clips by their similarity as printed finds faults with a "
        f"precision of {with_interval(ours.precision, ours.precision_interval, 2)} and a recall of "
        f"{with_interval(ours.recall, ours.recall_interval, 2)}, flagging all of them with a "
        f"precision of {with_interval(every.precision, every.precision_interval, 2)}."
    )


def _beyond(results: Results) -> str:
    ceiling = results.tables.ceiling
    judge = (
        f", where one judge reaches {number(ceiling.spearman, 2)} against the other six"
        if ceiling and ceiling.n
        else ""
    )
    transfer = results.tables.transfer
    has_vaults = transfer and any(task.title.startswith(UNLV_VAULT) for task in transfer.tasks)
    lacking = "" if has_vaults else "; no vault is at hand (table VI is of simulated ones)"
    return (
        f"**What these data cannot decide.** Scores are at hand of {results.about.n_performances} "
        f"of the paper's 264 dives{judge}{lacking}; the features are not the paper's C3D."
    )


def _gaps_of(results: Results, words: Sequence[tuple[str, str, str]]) -> str:
    known = {(row.first, row.second): row for row in results.tables.claims}
    told = [
        f"{title} is {gap(known[first, second].spearman, 2)}"
        for first, second, title in words
        if (first, second) in known
    ]
    return ", of ".join(told)


def _sorted_claims(results: Results) -> str:
    """Say which of the paper's claims hold on the first backbone, which not, and which are open."""
    found = findings(results)
    said = {
        "Hold here": [one.claim for one in found if one.verdict == YES],
        "Do not": [one.claim for one in found if one.verdict not in (YES, NOT_SHOWN)],
        "Are left open": [one.claim for one in found if one.verdict == NOT_SHOWN],
    }
    lines = [f"- {words}: {'; '.join(claims) or 'none'}." for words, claims in said.items()]
    return f"Of the paper's claims, on `{results.about.backbone}`:\n\n" + "\n".join(lines)
