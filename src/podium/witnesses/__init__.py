"""Why not to trust a score: what is known of the usual, and what is unlike it.

A witness learns from training performances what is usual (`learn_...`), is saved as arrays, and is
asked about others: what it answers are doubts. One file a witness.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol, Self

import numpy as np
import numpy.typing as npt

from podium.doubts import Doubt, DoubtKind, Severity
from podium.features.values import Features, Sample
from podium.witnesses.ending import EndingDetector, learn_ending
from podium.witnesses.memory import Memory, learn_memory
from podium.witnesses.novelty import Novelty, learn_novelty
from podium.witnesses.order import Order, learn_order
from podium.witnesses.same_action import ActionClassifier, learn_same_action

END_IS_MISSING = DoubtKind("end_is_missing")
"""The end of the video is missing."""

EVENT_NOT_FOUND = DoubtKind("event_not_found", values=("event",), severity=Severity.GRAVE)
"""The `event` that all performances share is not to be found."""

MAX_SHORTER = 2
"""By so many clips the shortest performances are shorter than the usual ones."""

REMEMBERED = DoubtKind("remembered")
"""The model learned from this very performance."""

Array = npt.NDArray[np.float32]
Arrays = Mapping[str, npt.NDArray[Any]]


class Witness(Protocol):
    """What one knows of usual performances, and doubts others by."""

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """Return it as the arrays that are saved."""
        ...


@dataclass(frozen=True)
class Witnesses:
    """All that a model knows of usual performances; only novelty is always known."""

    novelty: Novelty
    order: Order | None = None
    ending: EndingDetector | None = None
    same_action: ActionClassifier | None = None
    memory: Memory | None = None

    def ask(self, features: Features) -> tuple[Doubt, ...]:
        """Return what is to be doubted about a performance itself."""
        return (
            *self._ask_memory(features),
            *self.ask_ending(features),
            *self.ask_usual(features),
        )

    def ask_ending(self, features: Features) -> tuple[Doubt, ...]:
        """Doubt a performance that seems not to be there to its end."""
        video = features.video
        doubts: tuple[Doubt, ...] = (END_IS_MISSING(),) if video and video.end_is_missing else ()
        if video and (event := video.missing_event):
            doubts += (EVENT_NOT_FOUND(event=event),)
        if doubts:
            return doubts
        return self.ending.ask(self.novelty.normaliser(features.values)) if self.ending else ()

    def ask_usual(self, features: Features, about: str = "") -> tuple[Doubt, ...]:
        """Doubt a performance that is unlike those of training, as a whole or in its order.

        Of a video that begins long before the performance, only its end is asked about. `about`
        names a reference, where it is one.
        """
        ends = self._ends(features.values)
        likeliest = max(ends, key=self.novelty.p_value)
        doubts = self.novelty.ask(likeliest, about)
        if self.order:
            doubts += self.order.ask(self.novelty.normaliser(ends[0]), about)
        return doubts

    def _ends(self, values: Array) -> list[Array]:
        """Return as many last clips as performances have, and some fewer; all, if these are few.

        Which of them the performance begins with is not known: it may be as short as any.
        """
        n_usual = self.order.n_positions if self.order else len(values)
        if len(values) <= n_usual + 1:
            return [values]
        return [values[-n:] for n in range(n_usual, max(n_usual - MAX_SHORTER, 1) - 1, -1)]

    def ask_reference(self, query: Features, reference: Features, about: str) -> tuple[Doubt, ...]:
        """Doubt a reference that the model does not know, called `about`, beside a performance."""
        if doubts := self.ask_usual(reference, about):
            return doubts
        if not self.same_action:
            return ()
        return self.same_action.ask(query.values, reference.values, about)

    def ask_action(self, features: Features, action: str | None) -> tuple[Doubt, ...]:
        """Doubt that a performance is of the action that was given for it."""
        return self.same_action.ask_action(features.values, action) if self.same_action else ()

    def remembers(self, features: Features) -> bool:
        """Return whether a performance was learned from, or one that it is a copy of.

        A model that was saved without a memory knows again only the very same clips.
        """
        if self.memory is None:
            return self.novelty.has_seen(features.values)
        return self.memory.remembers(features.values)

    def _ask_memory(self, features: Features) -> tuple[Doubt, ...]:
        return (REMEMBERED(),) if self.remembers(features) else ()

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """Return all of it as arrays, as it is saved."""
        known: Sequence[Witness | None] = (
            self.novelty, self.ending, self.order, self.same_action, self.memory,
        )  # fmt: skip
        return {key: values for one in known if one for key, values in one.arrays().items()}

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> Self:
        """Return what was saved as arrays.

        Raises
        ------
        ModelError
            If one of them is missing, or does not fit.
        """
        novelty = Novelty.from_arrays(arrays)
        normaliser = novelty.normaliser
        return cls(
            novelty=novelty,
            order=Order.from_arrays(arrays, normaliser.dim),
            ending=EndingDetector.from_arrays(arrays, normaliser.dim),
            same_action=ActionClassifier.from_arrays(arrays, len(normaliser.mean)),
            memory=Memory.from_arrays(arrays, len(normaliser.mean)),
        )


def learn(samples: Sequence[Sample]) -> Witnesses:
    """Learn all that there is to know of usual performances."""
    usual = learn_usual(samples)
    seen = [sample.features.values for sample in samples]
    actions = [sample.performance.action for sample in samples]
    groups = [sample.group for sample in samples]
    return replace(
        usual,
        ending=learn_ending(seen, usual.novelty.normaliser, groups),
        same_action=learn_same_action(seen, actions, groups),
        memory=learn_memory(samples),
    )


def learn_usual(samples: Sequence[Sample]) -> Witnesses:
    """Learn how performances usually look, and in which order."""
    seen = [sample.features.values for sample in samples]
    variants = [[features.values for features in sample.variants] for sample in samples]
    groups = [sample.group for sample in samples]
    novelty = learn_novelty(seen, variants, groups)
    return Witnesses(novelty, learn_order(seen, novelty.normaliser, variants, groups))
