"""Where an event lies that all performances share, such as the entry into the water.

One video ends half a second after it, another goes on for minutes: clips that are counted from the
end then do not show the same. Where the event is marked in training performances, it is learned
what the moments before and after it look like, it is found in every other video, and the last clip
ends the same time after it. A video in which nothing looks like it is known to lack it.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import cache
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import numpy.typing as npt

from podium.doubts import Doubt
from podium.errors import ModelError
from podium.features.cuts import BESIDE, CUT_INSIDE, find_cut
from podium.features.surroundings import TWO_EVENTS, ends_soon, held, starts_late
from podium.features.turning import COPIES, Upright, learn_upright
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

AROUND = range(100_001)
"""How many frames may usually lie before or after it."""

MIN_WINDOWS = 4
MIN_PERFORMANCES = 50
"""With fewer to learn from, it cannot be told how far off is too far."""

USUAL_SHARE = 0.98
LENIENCE = 1.5
"""The event is there if its windows are no farther off than so many times what they are in that
share of the performances learned from: other videos differ more than these, and videos without it
far more (benchmarks/alignment.py)."""

APART = 2 * REACH
MOST = 2
"""Two events are two where no window speaks for both; more of them are not looked for."""

DOUBTS = 2
"""Which doubts are looked for, and how: what a cache kept before a change is made anew."""

NO_CUT = 4
"""So shortly before the event a sudden change may be the event itself."""

USUAL_BEFORE, USUAL_AFTER = 0.02, 0.01
"""Which share of the performances learned from may have fewer frames before, or after, the event
than is taken for usual."""

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
    the errors were at most `usual_error` frames and 95 % at most `large_error`. No fewer than
    `usual_before` and `usual_after` frames lie about it in usual ones (0: not known); `upright`
    knows which way up these are.
    """

    event: str
    after: int
    weights: Floats
    offset: float
    limit: float
    usual_error: float = 0.0
    large_error: float = 0.0
    usual_before: int = 0
    usual_after: int = 0
    upright: Upright | None = None

    @property
    def fingerprint(self) -> str:
        """Name what it finds, for the keys of a cache."""
        content = (
            event_backbone().fingerprint,
            WINDOWS,
            DOUBTS,
            self.event,
            self.after,
            self.offset,
            self.limit,
            self.usual_before,
            self.usual_after,
        )
        arrays = b"".join(values.tobytes() for values in self.arrays().values())
        digest = hashlib.sha256(repr(content).encode() + arrays).hexdigest()
        return f"{self.event}-{digest[:16]}"

    def find(self, frames: Frames) -> int | None:
        """Find the event among frames of `event_backbone`'s size; `None` where there is none."""
        found = self._look(_see(frames), window_ends(len(frames)))
        return found[0] if found else None

    def find_all(self, frames: Frames) -> list[int]:
        """Find every event among frames of `event_backbone`'s size, in order of time."""
        return sorted(self._look(_see(frames), window_ends(len(frames)), len(frames)))

    def trim(self, frames: Frames, seen: Frames) -> Frames:
        """End a performance `after` frames after the event.

        `seen` is the performance at `event_backbone`'s size.

        Where there is none, all frames are kept and are said to lack it (`missing_event`). What is
        wrong about it is among the doubts. Where too few frames follow it, the last one is shown
        for longer.
        """
        windows, ends = _see(seen), window_ends(len(seen))
        found = self._look(windows, ends)
        if not found:
            return replace(frames, missing_event=self.event)
        last = self._last(found[0], seen)
        ended = frames.span(0, int(np.searchsorted(frames.numbers, last, side="right")))
        turned = self.upright.ask(_about(windows, ends, found[0])) if self.upright else ()
        if (n_after := len(seen) - 1 - found[0]) < self.usual_after:
            ended = held(ended, self.after - n_after)
        return replace(ended, doubts=(*ended.doubts, *self._ask(seen, found), *turned))

    def _look(self, windows: Array, ends: Indices, most: int = MOST) -> list[int]:
        """Find the event among windows, (windows, dim), and after it others that lie apart."""
        indices, doubts = _doubts(self._frames_to_event(windows), ends)
        found: list[int] = []
        while len(found) < most and doubts.min(initial=np.inf) <= self.limit:
            found.append(int(indices[np.argmin(doubts)]))
            doubts = np.where(np.abs(indices - found[-1]) < APART, np.inf, doubts)
        return found

    def _ask(self, seen: Frames, found: Sequence[int]) -> Iterator[Doubt]:
        """Doubt a performance with too little about the event, or with two of them."""
        index, *others = found
        seconds = seen.start_seconds
        for other in others:
            first, second = sorted(round(float(seconds[one]), 2) for one in (index, other))
            yield TWO_EVENTS(event=self.event, first=first, second=second)
        n_before, n_after = index, len(seen) - 1 - index
        if n_before < self.usual_before:
            yield starts_late(self.event, n_before, self.usual_before)
        if n_after < self.usual_after:
            yield ends_soon(self.event, n_after, self.after)
        if cut := self._find_cut(seen.pixels, index):
            yield CUT_INSIDE(seconds=round(float(seconds[cut]), 2))

    def _find_cut(self, pixels: npt.NDArray[np.uint8], index: int) -> int:
        """Return the first frame after a cut in the frames that lead to the event; 0 for none."""
        if not self.usual_before:
            return 0
        first = max(index - self.usual_before - BESIDE, 0)
        found = find_cut(pixels[first : index - NO_CUT + BESIDE])
        return 0 if found is None else first + found

    def _last(self, index: int, seen: Frames) -> int:
        """Return the number of the last frame that is kept, where the event is `index`."""
        if seen.is_even:
            return int(seen.numbers[index]) + round(self.after * seen.step)
        return int(seen.numbers[min(max(index + self.after, 0), len(seen) - 1)])

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """Return its weights as arrays, as they are saved; the rest is in `to_json`."""
        turns = self.upright.arrays() if self.upright else {}
        return {"anchor.weights": self.weights, **turns}

    def to_json(self) -> dict[str, Any]:
        """Return all but the weights as plain values."""
        return {
            field.name: getattr(self, field.name)
            for field in fields(self)
            if field.name not in ("weights", "upright")
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
        usual = {
            "usual_error": float, "large_error": float,
            "usual_before": AROUND, "usual_after": AROUND,
        }  # fmt: skip
        known = {"event": str, "after": AFTER, "offset": float, "limit": float}
        given = {name: kind for name, kind in usual.items() if name in about}
        plain = values_of(about, "anchor", **known, **given)
        if not plain["event"]:
            raise ModelError("anchor.event is empty: it must name an event")
        return cls(
            weights=array_of(arrays, "anchor.weights", (event_backbone().dim,), np.float64),
            upright=Upright.from_arrays(arrays, event_backbone().dim),
            **plain,
        )

    def _frames_to_event(self, windows: Array) -> Floats:
        found: Floats = windows.astype(np.float64) @ self.weights + self.offset
        return np.clip(found, -REACH, REACH)


@dataclass(frozen=True)
class Marked:
    """A training performance in which the event is marked, at the frame `event`.

    `windows` is (windows, dim), what `event_backbone` says of each; they end at the frames
    `ends`, (windows,), counted as `event` is. Its first phase ended `before` frames before it, 0
    where that is not marked. `copies` are the windows of each of `turning.COPIES` but the first.
    """

    windows: Array
    ends: Indices
    event: int
    before: int = 0
    copies: tuple[Array, ...] = ()


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
    return Anchor(
        event, after, *_fit(marked), limit, float(usual), float(large),
        _usual_before(marked), _usual_after(marked, findings, after), _learn_upright(marked),
    )  # fmt: skip


def _usual_before(marked: Sequence[Marked]) -> int:
    known = [one.before for one in marked if one.before]
    return int(np.quantile(known, USUAL_BEFORE)) if len(known) >= MIN_PERFORMANCES else 0


def _usual_after(marked: Sequence[Marked], findings: Sequence["Finding"], after: int) -> int:
    """Return how many frames follow the event where it was found, as far as any are looked at."""
    follow = [int(one.ends[-1]) - found.index for one, found in zip(marked, findings, strict=True)]
    return max(min(int(np.quantile(follow, USUAL_AFTER)), after), 0)


def _learn_upright(marked: Sequence[Marked]) -> Upright | None:
    known = [one for one in marked if len(one.copies) == len(COPIES) - 1]
    if len(known) < MIN_PERFORMANCES:
        return None
    return learn_upright([_looks_about(one) for one in known])


def _looks_about(one: Marked) -> list[Array]:
    return [_about(look, one.ends, one.event) for look in (one.windows, *one.copies)]


def _about(windows: Array, ends: Indices, event: int) -> Array:
    """Return the windows, of (windows, dim), that end shortly before the event, or in it."""
    return windows[(ends >= event - REACH) & (ends <= event + MIN_AFTER)]


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
    indices, doubts = _doubts(said, ends)
    if not len(indices):
        return -1, np.inf
    best = int(np.argmin(doubts))
    return int(indices[best]), float(doubts[best])


def _doubts(said: Floats, ends: Indices) -> tuple[Indices, Floats]:
    """Return each frame that the event may be, and how far off the windows about it would be."""
    found: list[tuple[int, float]] = []
    last = int(ends[-1]) - MIN_AFTER if len(ends) else -1
    for index in range(int(ends[0]) if len(ends) else 0, last + 1):
        first, stop = np.searchsorted(ends, [index - REACH, index + REACH + 1])
        if stop - first >= MIN_WINDOWS:
            off = said[first:stop] - (ends[first:stop] - index)
            found.append((index, float(np.mean(off**2))))
    return np.array([i for i, _ in found], np.int64), np.array([d for _, d in found], np.float64)
