"""The card that lies beside a model: what it is, what it learned from, and how good it is."""

from typing import Any

from podium.assessment.values import SHORT_RANGE
from podium.features.given import GIVEN
from podium.report.templates import render
from podium.scorers import ArguingScorer, ComparingScorer

MAX_LISTED = 10
"""Of groups and of copies so many are named."""

_EARLIER = {"auc": None, "drawn": "performances"}
"""What evidence of versions means that did not say it."""


def model_card(model: Any) -> str:
    """Write what anyone should know before they trust a `podium.model.Model`, as Markdown."""
    evidence = model.evidence
    main = {**_EARLIER, **evidence.hardest[model.scorer_name]}
    low, high = model.score_range
    return render(
        "model_card.md",
        model=model,
        evidence=evidence,
        main=main,
        scores=[(model.headline or "score", model), *model.scores.items()],
        has_classes=main["auc"] is not None,
        is_seen=not model.reads.startswith(GIVEN),
        compares=isinstance(model.scorer, ComparingScorer),
        argues=isinstance(model.scorer, ArguingScorer) and model.scorer.argues,
        digits=1 if high - low > SHORT_RANGE else 3,
        n_groups=evidence.n_groups or len(evidence.groups),
        largest=sorted(evidence.groups, key=lambda row: -row["n"])[:MAX_LISTED],
        copies="; ".join(" and ".join(ids) for ids in evidence.copies[:MAX_LISTED]),
    )
