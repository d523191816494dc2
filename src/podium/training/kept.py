"""A model that is gone on from: its metric stays as it is, and the last layer is learned anew."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from podium.errors import UsageError
from podium.features.values import Sample
from podium.model import load_model
from podium.scorers import Scorer
from podium.scorers._references import ReferenceChoice
from podium.video.clips import ClipOptions


class Refitting(Protocol):
    """A fitted scorer whose metric can be kept, as `siamese_lstm`."""

    def refit(self, train: Sequence[Sample], references: ReferenceChoice | None = None) -> Scorer:
        """Return it with references and last layer fitted anew."""
        ...


@dataclass(frozen=True)
class Kept:
    """The metric of a model: what is trained from it has its backbone and scorer, too (VI)."""

    model: str
    """The model's name."""

    backbone: str
    """What its features are made by."""

    clips: ClipOptions
    """How videos are cut for it."""

    scorer_name: str
    """Which scorer it is."""

    made_of: str
    """A digest of what it learned."""

    scorer: Refitting = field(repr=False, compare=False)
    """The scorer."""


def keep_metric(model: str, allow_parts: Sequence[str] = ()) -> Kept:
    """Load a model whose metric is to be kept, by its name or folder.

    Raises
    ------
    UsageError
        If its scorer has no metric.
    PodiumError
        If it cannot be loaded.
    """
    loaded = load_model(model, allow_parts=allow_parts)
    scorer: Any = loaded.scorer
    if not hasattr(scorer, "refit"):
        raise UsageError(
            f"the model {loaded.name} has no metric to keep: its scorer is {loaded.scorer_name}, "
            "and siamese_lstm has one"
        )
    arrays = loaded.scorer.state().arrays
    digest = hashlib.sha256()
    for name in sorted(arrays):
        digest.update(name.encode() + arrays[name].tobytes())
    name = loaded.name if model == loaded.name else Path(model).name
    return Kept(
        name,
        loaded.backbone_name,
        loaded.clip_options,
        loaded.scorer_name,
        digest.hexdigest()[:16],
        scorer,
    )
