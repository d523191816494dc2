"""Dives that were changed so that their score says less, or nothing: what `doubt.py` asks about.

Each kind is a file of its own, made from one dive and, where two are joined, from another. The
dives were left out when the scorer, the event and all that is usual were learned. A score is held
where the range of the changed file holds the score of the dive as it was.
"""

import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from copying import write

from podium.assessment.values import Score
from podium.assessor import Assessor
from podium.doubts import Doubt, Severity, worst
from podium.errors import PodiumError
from podium.features.cuts import CUT_INSIDE
from podium.features.event import Anchor, Marked, learn_anchor
from podium.features.extraction import Extractor, extract
from podium.features.surroundings import ENDS_SOON, STARTS_LATE, TWO_EVENTS
from podium.features.turning import TURNED
from podium.features.values import Sample
from podium.folds import parts
from podium.model import Model
from podium.performance import Performance
from podium.scorers.siamese_lstm import SiameseLSTM
from podium.video.frames import decode, probe
from podium.witnesses import Witnesses, learn, learn_usual
from podium.witnesses.same_action import learn_same_action

Pixels = npt.NDArray[np.uint8]

BEFORE_WATER = 12
"""So many frames before the water, one dive goes on as another where two are joined."""

N_STILL = 96


@dataclass(frozen=True)
class Filmed:
    """A dive's own frames, (frames, height, width, 3), and at which of them it is in the water."""

    pixels: Pixels
    water: int


Change = Callable[[Filmed, Filmed], Pixels]
"""Makes the frames of a changed dive from a dive, and another that may be joined to it."""


def filmed(dive: Performance) -> Filmed:
    """Return the frames of a dive in which the event is marked, without black ones before it."""
    about = probe(dive.path)
    pixels = decode(
        dive.path, width=about.width, height=about.height,
        start_frame=dive.start_frame, end_frame=dive.end_frame,
    ).pixels  # fmt: skip
    return Filmed(pixels, dive.phases[-1].start_frame - (dive.start_frame or 0))


def stopped(n_after: int) -> Change:
    """Let a dive stop so many frames after the diver is in the water."""
    return lambda dive, other: dive.pixels[: dive.water + n_after + 1]


def begun(n_before: int) -> Change:
    """Let a dive begin so many frames before the diver is in the water."""
    return lambda dive, other: dive.pixels[max(dive.water - n_before, 0) :]


def spliced(dive: Filmed, other: Filmed) -> Pixels:
    """Let the flight of one dive go on as the entry of another."""
    flight = dive.pixels[: dive.water - BEFORE_WATER]
    return np.concatenate([flight, other.pixels[other.water - BEFORE_WATER :]])


def turned(quarters: int) -> Change:
    """Turn the picture by so many quarters, and do not say so in the file."""
    return lambda dive, other: np.rot90(dive.pixels, quarters, axes=(1, 2))


ALTERED: Mapping[str, Change] = {
    "two dives in one file": lambda dive, other: np.concatenate([dive.pixels, other.pixels]),
    "the flight of one and the entry of another": spliced,
    "first half missing": lambda dive, other: dive.pixels[len(dive.pixels) // 2 :],
    "begins 24 frames before the water": begun(24),
    "turned by 90 degrees": turned(1),
    "turned by 270 degrees": turned(3),
    "upside down": turned(2),
    "reversed in time": lambda dive, other: dive.pixels[::-1],
    "a still picture": lambda dive, other: np.repeat(
        dive.pixels[dive.water - BEFORE_WATER, None], N_STILL, axis=0
    ),
    "black": lambda dive, other: np.zeros_like(dive.pixels),
    **{f"stops {n} frames after the water": stopped(n) for n in (4, 8, 12, 16)},
}

ABOUT_EVENT = (CUT_INSIDE, ENDS_SOON, STARTS_LATE, TWO_EVENTS, TURNED)
"""The kinds of doubt that are facts of the file, about the event: to see what they add."""


@dataclass(frozen=True)
class Said:
    """What was answered about a changed dive whose score was `original`."""

    original: float
    score: Score | None
    doubts: tuple[Doubt, ...]

    @property
    def is_grave(self) -> bool:
        """Whether no number is shown: then no range is false."""
        return self.score is None or worst(self.doubts) is Severity.GRAVE

    @property
    def is_grave_without(self) -> bool:
        """Whether there would be none, of the same clips, without the kinds about the event."""
        former = [doubt for doubt in self.doubts if doubt.kind not in ABOUT_EVENT]
        return self.score is None or worst(former) is Severity.GRAVE

    @property
    def is_held(self) -> bool:
        """Whether the range holds the score of the dive as it was."""
        return self.score is not None and self.score.low <= self.original <= self.score.high

    @property
    def moved(self) -> float:
        """By how many points the score moved."""
        return abs(self.score.value - self.original) if self.score else np.nan


def left_out_anchor(shipped: Anchor, marked: Sequence[Marked]) -> Anchor:
    """Learn the event from some of the dives only."""
    found = learn_anchor(shipped.event, shipped.after, marked)
    assert found is not None
    return found


def left_out_judge(
    model: Model, samples: Sequence[Sample], marked: Mapping[str, Marked]
) -> Assessor:
    """Learn all of a model from some of the dives; only its range is that of what ships."""
    assert model.anchor is not None
    assert isinstance(model.scorer, SiameseLSTM)
    scorer = SiameseLSTM(model.scorer.options, seed=model.evidence.seed).fit(samples)
    known = [marked[s.performance.id] for s in samples if s.performance.id in marked]
    anchor = left_out_anchor(model.anchor, known)
    witnesses = replace(learn(samples), ending=None)
    return Assessor(replace(model, scorer=scorer, witnesses=witnesses, anchor=anchor))


def ask(judge: Assessor, dives: Sequence[Performance]) -> Iterator[tuple[str, Said]]:
    """Change each dive in every way, and ask about the file."""
    with tempfile.TemporaryDirectory() as folder:
        for dive, next_one in zip(dives, [*dives[1:], dives[0]], strict=True):
            whole, other = filmed(dive), filmed(next_one)
            known = replace(dive, start_frame=None, end_frame=None)
            original = judge.score(known)[0].value
            for name, change in ALTERED.items():
                path = write(Path(folder) / "altered.mp4", change(whole, other))
                yield name, _said(judge, replace(known, path=path), original)
                path.unlink()


def _said(judge: Assessor, dive: Performance, original: float) -> Said:
    try:
        return Said(original, *judge.score(dive))
    except PodiumError:  # refused: no number is shown
        return Said(original, None, ())


def row(said: Sequence[Said]) -> dict[str, Any]:
    """Return how often no number is shown, and how often one that is shown is held."""
    shown = [one for one in said if not one.is_grave]
    kinds = Counter(kind for one in said for kind in {doubt.kind.name for doubt in one.doubts})
    moved = [one.moved for one in said if one.score]
    return {
        "asked": len(said),
        "withheld_without": sum(one.is_grave_without for one in said),
        "withheld": sum(one.is_grave for one in said),
        "unsaid": sum(not one.doubts and one.score is not None for one in said),
        "held": sum(one.is_held for one in said),
        "shown": len(shown),
        "shown_and_held": sum(one.is_held for one in shown),
        "median_move": round(float(np.median(moved)), 1) if moved else None,
        "largest_move": round(float(np.max(moved)), 1) if moved else None,
        "kinds": dict(kinds.most_common()),
    }


def measure_altered(
    model: Model,
    samples: Sequence[Sample],
    marked: Mapping[str, Marked],
    n_dives: int,
) -> dict[str, Any]:
    """Ask about changed dives of the first part that is left out, in every way that there is."""
    part = parts([""] * len(samples), model.evidence.seed)[0]
    others = [samples[i] for i in np.setdiff1d(np.arange(len(samples)), part)]
    judge = left_out_judge(model, others, marked)
    left_out = [samples[i].performance for i in part if samples[i].performance.phases]
    found: dict[str, list[Said]] = defaultdict(list)
    for name, said in ask(judge, left_out[:n_dives]):
        found[name].append(said)
    return {name: row(said) for name, said in found.items()}


def measure_alarms(
    model: Model, samples: Sequence[Sample], marked: Mapping[str, Marked]
) -> dict[str, Any]:
    """Ask about untouched dives what was learned without them: grave doubts are false alarms."""
    assert model.anchor is not None
    kinds: Counter[str] = Counter()
    n_doubted = 0
    for part in parts([""] * len(samples), 0):
        others = [samples[i] for i in np.setdiff1d(np.arange(len(samples)), part)]
        known = [marked[s.performance.id] for s in others if s.performance.id in marked]
        anchor = left_out_anchor(model.anchor, known)
        extractor = Extractor(model.backbone, model.clip_options, None, anchor)
        usual = learn_usual(others)
        for sample in extract([samples[i].performance for i in part], extractor).samples:
            grave = _grave(usual, sample)
            kinds.update(grave)
            n_doubted += bool(grave)
    return {"asked": len(samples), "withheld": n_doubted, "kinds": dict(kinds.most_common())}


def _grave(usual: Witnesses, sample: Sample) -> set[str]:
    doubts = (*sample.features.doubts, *usual.ask(sample.features))
    return {doubt.kind.name for doubt in doubts if doubt.severity is Severity.GRAVE}


def measure_actions(samples: Sequence[Sample]) -> dict[str, Any]:
    """Give each dive that was left out its own action, and each other one, and count doubts.

    A near action is one of the same group, such as 405 for 407.
    """
    right: list[bool] = []
    wrong: list[tuple[bool, bool]] = []
    for part in parts([""] * len(samples), 0):
        others = [samples[i] for i in np.setdiff1d(np.arange(len(samples)), part)]
        actions = [sample.performance.action for sample in others]
        kinds = learn_same_action([sample.features.values for sample in others], actions)
        assert kinds is not None
        for sample in (samples[i] for i in part):
            own, values = str(sample.performance.action), sample.features.values
            for given in kinds.names:
                doubted = bool(kinds.ask_action(values, given))
                if given == own:
                    right.append(doubted)
                else:
                    wrong.append((given[0] == own[0], doubted))
    is_near, is_doubted = np.array(wrong).T
    return {
        "right": len(right),
        "doubted_of_right": round(float(np.mean(right)), 4),
        "wrong": len(wrong),
        "doubted_of_wrong": round(float(is_doubted.mean()), 4),
        "near": int(is_near.sum()),
        "doubted_of_near": round(float(is_doubted[is_near].mean()), 4),
    }
