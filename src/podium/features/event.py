"""Where an event lies that all performances share, such as the entry into the water.

One video ends half a second after it, another goes on for minutes: clips that are counted from the
end then do not show the same. Where the event is marked in training performances, it is learned
what the moments before and after it look like, it is found in every other video, and the last clip
ends the same time after it. A video in which nothing looks like it is known to lack it.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import cache
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import numpy.typing as npt

from podium.errors import ModelError
from podium.inputs.saved import array_of, values_of
from podium.machine import extras
from podium.video.clips import ClipOptions, clip_starts
from podium.video.frames import Frames

if TYPE_CHECKING:
    from podium.backbones.motion import Motion

Array = npt.NDArray[np.float32]
Floats = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int64]

WINDOWS = ClipOptions(n_frames=16, stride=4)
"""The windows that are looked at: their ends lie so many frames apart."""

REACH = 24
"""How many frames from the event a window may end, and still say where it is."""

MIN_AFTER = 8
"""How many frames must follow the event for it to be found."""

AFTER = range(-1_000, 100_001)
"""How many frames after the event performances may end."""

MIN_WINDOWS = 4
MIN_PERFORMANCES = 50
"""With fewer to learn from, it cannot be told how far off is too far."""

USUAL_SHARE = 0.98
LENIENCE = 1.5
"""The event is there if its windows are no farther off than so many times what they are in that
share of the performances learned from: other videos differ more than these, and videos without it
far more (benchmarks/alignment.py)."""

N_FOLDS = 5
PENALTY = 300.0
SCALE_FLOOR = 0.05


@cache
def event_backbone() -> "Motion":
    """Return what the windows are looked at with; the backbone of the score may be another."""
    from podium.backbones.motion import Motion

    return Motion()


@dataclass(frozen=True)
class Anchor:
    """Finds an event in the frames of a performance.

    `weights` (dim,) and `offset` say of a window how many frames after the event it ends, within
    `REACH`; `limit` is how far off they may be on average (squared frames) for it to be the event.
    Performances are to end `after` frames after it. In performances that were left out, half of
    the errors were at most `usual_error` frames and 95 % at most `large_error`.
    """

    event: str
    after: int
    weights: Floats
    offset: float
    limit: float
    usual_error: float = 0.0
    large_error: float = 0.0

    @property
    def fingerprint(self) -> str:
        """Name what it finds, for the keys of a cache."""
        content = (
            event_backbone().fingerprint,
            WINDOWS,
            self.event,
            self.after,
            self.offset,
            self.limit,
        )
        digest = hashlib.sha256(repr(content).encode() + self.weights.tobytes()).hexdigest()
        return f"{self.event}-{digest[:16]}"

    def find(self, frames: Frames) -> int | None:
        """Find the event among frames of `event_backbone`'s size; `None` where there is none."""
        index, doubt = _nearest(self._frames_to_event(_see(frames)), window_ends(len(frames)))
        return index if doubt <= self.limit else None

    def trim(self, frames: Frames, seen: Frames) -> Frames:
        """End a performance `after` frames after the event.

        `seen` is the performance at `event_backbone`'s size.

        Where there is none, all frames are kept and are said to lack it (`missing_event`).
        """
        index = self.find(seen)
        if index is None:
            return replace(frames, missing_event=self.event)
        last = self._last(index, seen)
        return frames.span(0, int(np.searchsorted(frames.numbers, last, side="right")))

    def _last(self, index: int, seen: Frames) -> int:
        """Return the number of the last frame that is kept, where the event is `index`."""
        if seen.is_even:
            return int(seen.numbers[index]) + round(self.after * seen.step)
        return int(seen.numbers[min(max(index + self.after, 0), len(seen) - 1)])

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """Return its weights as arrays, as they are saved; the rest is in `to_json`."""
        return {"anchor.weights": self.weights}

    def to_json(self) -> dict[str, Any]:
        """Return all but the weights as plain values."""
        return {
            field.name: getattr(self, field.name)
            for field in fields(self)
            if field.name != "weights"
        }

    @classmethod
    def from_saved(
        cls, about: Mapping[str, Any] | None, arrays: Mapping[str, npt.NDArray[Any]]
    ) -> Self | None:
        """Build it from what was saved; `None` where the model was made without.

        Raises
        ------
        ModelError
            If something is missing, or does not fit.
        """
        if not about:
            return None
        usual = {"usual_error": float, "large_error": float}
        known = {"event": str, "after": AFTER, "offset": float, "limit": float}
        given = {name: kind for name, kind in usual.items() if name in about}
        plain = values_of(about, "anchor", **known, **given)
        if not plain["event"]:
            raise ModelError("anchor.event is empty: it must name an event")
        return cls(
            weights=array_of(arrays, "anchor.weights", (event_backbone().dim,), np.float64), **plain
        )

    def _frames_to_event(self, windows: Array) -> Floats:
        found: Floats = windows.astype(np.float64) @ self.weights + self.offset
        return np.clip(found, -REACH, REACH)


@dataclass(frozen=True)
class Marked:
    """A training performance in which the event is marked, at the frame `event`.

    `windows` is (windows, dim), what `event_backbone` says of each; they end at the frames
    `ends`, (windows,), counted as `event` is.
    """

    windows: Array
    ends: Indices
    event: int


def window_ends(n_frames: int) -> Indices:
    """Return the frames, of `n_frames`, at which the windows end."""
    if n_frames < WINDOWS.n_frames:
        return np.empty(0, np.int64)
    return clip_starts(n_frames, WINDOWS) + WINDOWS.n_frames - 1


def learn_anchor(
    event: str, after: int, marked: Sequence[Marked], left_out: Sequence[Indices] = ()
) -> Anchor | None:
    """Learn to find an event from performances in which it is marked; `None` where too few are.

    The limit is set on performances that were left out when the weights were fitted: by the parts
    `left_out`, of indices, where these are given, and a fifth at random each where not.
    """
    if len(marked) < MIN_PERFORMANCES:
        return None
    findings = find_left_out(marked, left_out=left_out)
    limit = LENIENCE * float(np.quantile([found.doubt for found in findings], USUAL_SHARE))
    usual, large = np.quantile([found.error for found in findings], [0.5, 0.95])
    return Anchor(event, after, *_fit(marked), limit, float(usual), float(large))


@dataclass(frozen=True)
class Finding:
    """Where the event was found in a performance, by how many frames off, and with what doubt."""

    index: int
    error: int
    doubt: float


def find_left_out(
    marked: Sequence[Marked],
    seed: int = 0,
    tried: Sequence[Marked] | None = None,
    left_out: Sequence[Indices] = (),
) -> list[Finding]:
    """Find each performance's event by what was learned from those in other parts.

    The parts are `left_out`, of indices; without them, fifths drawn at random.

    `tried` are the performances in another form, in the same order, where it is that form in which
    the event is to be found.
    """
    tried = marked if tried is None else tried
    order = np.random.default_rng(seed).permutation(len(marked))
    parts = left_out or np.array_split(order, N_FOLDS)
    findings: dict[int, Finding] = {}
    for part in parts:
        others = [marked[i] for i in np.setdiff1d(order, part)]
        anchor = Anchor("", 0, *_fit(others), np.inf)
        for i in part:
            index, doubt = _nearest(anchor._frames_to_event(tried[i].windows), tried[i].ends)
            findings[int(i)] = Finding(index, abs(index - tried[i].event), doubt)
    return [findings[i] for i in range(len(marked))]


def _fit(marked: Sequence[Marked]) -> tuple[Floats, float]:
    """Fit how many frames after the event a window ends, to what it looks like."""
    with extras.needed_for("training", "train"):
        from sklearn.linear_model import Ridge

    windows = np.concatenate([one.windows for one in marked]).astype(np.float64)
    late = np.concatenate([np.clip(one.ends - one.event, -REACH, REACH) for one in marked])
    scale = windows.std(axis=0)
    scale += SCALE_FLOOR * scale.max() + 1e-9
    mean = windows.mean(axis=0)
    model = Ridge(PENALTY).fit((windows - mean) / scale, late)
    weights = np.asarray(model.coef_ / scale, np.float64)
    return weights, float(model.intercept_ - mean @ weights)


def _see(frames: Frames) -> Array:
    """Look at every window; one after the other, so that a long video takes no more memory."""
    starts = window_ends(len(frames)) - WINDOWS.n_frames + 1
    rows = [
        event_backbone()(frames.pixels[None, start : start + WINDOWS.n_frames]) for start in starts
    ]
    return np.concatenate(rows) if rows else np.empty((0, event_backbone().dim), np.float32)


def _nearest(said: Floats, ends: Indices) -> tuple[int, float]:
    """Find the frame that agrees best with what the windows about it say, and how far off it is."""
    best = (-1, np.inf)
    if not len(ends):
        return best
    for index in range(int(ends[0]), int(ends[-1]) - MIN_AFTER + 1):
        first, last = np.searchsorted(ends, [index - REACH, index + REACH + 1])
        if last - first >= MIN_WINDOWS:
            off = said[first:last] - (ends[first:last] - index)
            doubt = float(np.mean(off**2))
            best = min(best, (index, doubt), key=lambda one: one[1])
    return best
