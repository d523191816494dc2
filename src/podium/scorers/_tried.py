"""A scorer that was restored from a folder, tried once before anybody relies on it."""

from pathlib import Path

import numpy as np

from podium.errors import ModelError
from podium.features.values import Features, Sample
from podium.performance import Performance
from podium.scorers import ComparingScorer, Scorer


def require_score(scorer: Scorer, dim: int) -> None:
    """Refuse a scorer that gives no number to clips of `dim` numbers, which novelty reads too.

    Those that read keypoints are left out: whether a row is one is told by its video only.

    Raises
    ------
    ModelError
        If it gives something else.
    """
    if getattr(scorer, "reads", "clips") == "keypoints":
        return
    nowhere = np.full(1, np.nan)
    features = Features(np.zeros((1, dim), np.float32), nowhere, nowhere, "", None)
    tried = Sample(Performance("a trial", Path()), features)
    with np.errstate(all="ignore"):
        if isinstance(scorer, ComparingScorer):
            expert = scorer.references[0]
            found = scorer.compare([tried], [expert]) * scorer.clip_similarity(tried, expert)
        else:
            found = scorer.predict([tried])
    if not np.isfinite(found).all():
        raise ModelError("its scorer gives something that is not a number")
