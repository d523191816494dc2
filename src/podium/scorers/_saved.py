"""What a saved `siamese_lstm` says beside its arrays: its options and references, as JSON."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from podium.errors import ModelError
from podium.features.values import Features, Sample
from podium.features.warping import LONG_CLIPS
from podium.inputs.saved import record_of, shown
from podium.metric.segments import Element, as_phases, marked_elements
from podium.performance import Performance, Phase
from podium.scorers import Floats
from podium.scorers._siamese_options import SiameseLSTMOptions

MAX_NUMBERS = 50_000_000
"""How many numbers of all references a saved network may hold at a time."""

_FORMER_LEARNING = (("pairs", "within_action"), ("siamese", "dropout"))
"""Options that there were once and that acted while learning only."""


_LATER = ("matching", "n_steps", "learning.look_every")
"""Options that came later: they are saved where they are not as before they came."""


def options_to_json(options: SiameseLSTMOptions) -> dict[str, Any]:
    """Return options as they are saved."""
    usual, plain = asdict(SiameseLSTMOptions()), asdict(options)
    for name in _LATER:
        group, _, last = name.rpartition(".")
        ours, theirs = (one[group] if group else one for one in (plain, usual))
        if ours[last] == theirs[last]:
            del ours[last]
    return plain


def options_of(plain: Any) -> SiameseLSTMOptions:
    """Return the options of a saved model.

    One that was saved before the last clips had a line of theirs has none; what it says of options
    that there are no more is passed over where it does not change what the model predicts.

    Raises
    ------
    ModelError
        If they are of other kinds, or name what this Podium does not do.
    """
    if not isinstance(plain, Mapping):
        raise ModelError("scorer.options must be an object")
    known = {"n_last_clips": 0, **plain}
    if (combine := known.pop("combine", "mean")) != "mean":
        raise ModelError(
            f"scorer.options.combine is {shown(combine)}: this Podium knows mean only; "
            "train the model again"
        )
    for part, option in _FORMER_LEARNING:
        if isinstance(options := known.get(part), Mapping):
            known[part] = {key: value for key, value in options.items() if key != option}
    return record_of(SiameseLSTMOptions, known, "scorer.options")


def require_memory(n_clips: int, n_references: int, width: int) -> None:
    """Refuse a model whose comparisons, `width` numbers a clip, would need too much memory."""
    if (n := (1 + n_references) * n_clips * width) > MAX_NUMBERS:
        raise ModelError(
            f"scorer.n_clips is {n_clips}: with its references and sizes that makes {n:,} "
            f"numbers at a time, more than {MAX_NUMBERS:,}"
        )


def reference_to_json(reference: Sample) -> dict[str, Any]:
    """Return what is saved of a reference beside its features, as plain JSON."""
    performance, features = reference.performance, reference.features
    number = performance.extra.get("dive_number")
    return {
        "id": performance.id,
        "file_name": performance.path.name,
        "score": performance.score,
        "action": performance.action,
        **({"dive_number": number} if number else {}),
        **_elements_to_json(reference),
        "difficulty": performance.difficulty,
        "backbone": features.backbone,
        "start_seconds": _times(features.start_seconds),
        "end_seconds": _times(features.end_seconds),
    }


def _elements_to_json(reference: Sample) -> dict[str, Any]:
    """Return which elements a long reference is marked with, by the clips that they begin in."""
    elements = marked_elements(reference) if len(reference.features) > LONG_CLIPS else ()
    return {"elements": [one._asdict() for one in elements]} if elements else {}


def _times(values: Floats) -> list[float | None]:
    return [None if np.isnan(value) else round(float(value), 6) for value in values]


@dataclass(frozen=True)
class SavedElement:
    """An element that a reference was marked with."""

    name: str
    """What it is called."""

    first: int
    """The clip that it begins in."""


@dataclass(frozen=True)
class SavedReference:
    """What is saved of a reference beside its features."""

    id: str
    file_name: str
    score: float | None
    action: str | None
    difficulty: float | None
    backbone: str
    start_seconds: tuple[float | None, ...]
    end_seconds: tuple[float | None, ...]
    dive_number: str | None = None
    elements: tuple[SavedElement, ...] = ()

    @property
    def n_clips(self) -> int:
        """How many clips it has; `ModelError` where its times do not agree on it."""
        if not 0 < len(self.start_seconds) == len(self.end_seconds):
            raise ModelError(
                f"the reference {shown(self.id)} has times that do not match its clips"
            )
        return len(self.start_seconds)

    def sample(self, values: npt.NDArray[np.float32]) -> Sample:
        """Return the reference with these features, (clips, dim)."""
        performance = Performance(
            self.id,
            Path(Path(self.file_name).name),
            self.score,
            self.action,
            self.difficulty,
            is_reference=True,
            extra={"dive_number": self.dive_number} if self.dive_number else {},
            phases=self._phases(),
        )
        features = Features(
            values=values,
            start_seconds=_times_of(self.start_seconds),
            end_seconds=_times_of(self.end_seconds),
            backbone=self.backbone,
            video=None,
        )
        return Sample(performance, features)

    def _phases(self) -> tuple[Phase, ...]:
        """Return its elements; `ModelError` where they do not follow each other in its clips."""
        firsts = [one.first for one in self.elements]
        if firsts != sorted({*firsts}) or any(not 0 <= one < self.n_clips for one in firsts):
            raise ModelError(
                f"the reference {shown(self.id)} has elements that do not follow each other"
            )
        named = tuple(Element(one.name, one.first) for one in self.elements)
        return as_phases(named, self.n_clips)


def _times_of(plain: Sequence[float | None]) -> Floats:
    return np.array([np.nan if time is None else time for time in plain], np.float64)
