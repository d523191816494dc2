"""Clips -> features, kept on disk so that no video is looked at twice."""

import hashlib
from collections import deque
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, closing, nullcontext
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from traceback import clear_frames
from types import MappingProxyType
from typing import Any, Protocol, runtime_checkable

import numpy as np

from podium.backbones import Backbone, View, describe, device_of, keeps_shape, parts_of, view_of
from podium.doubts import Doubt
from podium.errors import FeatureError, PodiumError, TooLong, VideoError
from podium.features.close_up import CloseUp, Seen, close_up, fingerprint, look_at
from podium.features.event import Anchor, event_backbone
from podium.features.given import read_features
from podium.features.long import Described, described, is_long, sketched
from podium.features.values import Features, Sample
from podium.inputs.given import FEATURE_SUFFIXES
from podium.machine.cache import ArrayCache, Claim
from podium.machine.files import digest
from podium.networks.devices import CPU, for_onnx_runtime
from podium.performance import Performance
from podium.video.augmentation import Sides
from podium.video.clips import ClipOptions, Clips, VideoFacts, counting, cut
from podium.video.elsewhere import FetchedVideo
from podium.video.fitted import decode_fitted, padded
from podium.video.frames import DECODER_VERSION, Frames, decode, require_allowed
from podium.video.limits import Box, Part, VideoLimits
from podium.video.sketch import Sketch

CACHE_VERSION = "3"


AHEAD = 2
"""How many performances are decoded before they are asked for: memory does not grow with them."""


_ARRAYS = ("values", "start_seconds", "end_seconds")


class Change(Protocol):
    """What makes a variant of a performance; its `repr` says all of it, as the cache's keys do."""

    def __call__(self, frames: Frames, at_least: int = 1) -> Frames:
        """Return the variant; `at_least` so many frames are left of it."""
        ...


@runtime_checkable
class FramingChange(Change, Protocol):
    """A variant that may show less of each picture than there is."""

    shown_sides: Sides
    """Left, top, right and bottom of what is shown, as shares of a picture's sides."""

    def close_up(self) -> Change:
        """Return the same changes for pictures that show the athlete however a camera frames it."""
        ...


@dataclass(frozen=True)
class Extraction:
    """What came of a batch: the samples made, and why the others could not be, by id."""

    samples: tuple[Sample, ...]
    errors: Mapping[str, PodiumError] = field(default_factory=lambda: MappingProxyType({}))


class FeatureCache(ArrayCache):
    """Features on disk, found by what they were made from; `folder` is made when needed.

    Where it cannot be written to, `tell` is told so once and the work goes on without it; without
    `tell` that is an error. It holds no more than its limit (`podium.machine.entries`).
    """

    def read(self, key: str) -> Features | None:
        """Fetch what was kept under a key; `None` where there is nothing, or it is damaged."""
        kept = self.kept(key, _ARRAYS)
        if kept is None:
            return None
        arrays: dict[str, Any]
        arrays, about = kept
        try:
            video = about["video"]
            doubts = tuple(Doubt.from_json(doubt) for doubt in video["doubts"])
            facts = VideoFacts(**{**video, "doubts": doubts})
            return Features(**arrays, backbone=about["backbone"], video=facts)
        except (LookupError, TypeError, ValueError):  # of another version of Podium
            return None

    def write(self, key: str, features: Features) -> None:
        """Keep features of a video under a key; the file appears whole or not at all."""
        if features.video is None:
            raise FeatureError("features of no video are not kept: read them from their file")
        arrays = {name: getattr(features, name) for name in _ARRAYS}
        doubts = [doubt.to_json() for doubt in features.video.doubts]
        video = asdict(features.video) | {"doubts": doubts}
        self.keep(key, arrays, {"backbone": features.backbone, "video": video})


@dataclass(frozen=True)
class Lookup:
    """What is there of a performance: all of its features, or the frames to make them of.

    `wanted` and `keys` name the variants to be made, in order, where `frames` is not `None`;
    `close_up` is there if a backbone is shown that, `claim` keeps other processes from making
    the same meanwhile, and `fetched` is the video where it lies elsewhere.
    """

    performance: Performance
    found: tuple[Features, ...]
    frames: Frames | None = None
    close_up: CloseUp | None = None
    wanted: tuple[Change | None, ...] = ()
    keys: tuple[str, ...] = ()
    claim: Claim | None = None
    fetched: FetchedVideo | None = None

    def release(self) -> None:
        """Let others make what belongs here, and remove what was fetched for it."""
        if self.claim:
            self.claim.release()
        if self.fetched:
            self.fetched.remove()

    def named(self) -> AbstractContextManager[None]:
        """Let errors name where the video lies."""
        return self.fetched.named() if self.fetched else nullcontext()


@dataclass(frozen=True)
class Extractor:
    """Makes the features of a performance with one backbone, or takes them from the cache.

    With an `anchor`, the last clip ends the same time after an event in all performances.
    """

    backbone: Backbone
    options: ClipOptions = field(default_factory=ClipOptions)
    cache: FeatureCache | None = None
    anchor: Anchor | None = None

    def video(
        self, path: Path, start_frame: int | None = None, end_frame: int | None = None
    ) -> Features:
        """Extract the features of a video, or read them where `path` is a file of features.

        Raises
        ------
        PodiumError
            If the file cannot be used.
        """
        return self.performance(Performance("", path, start_frame=start_frame, end_frame=end_frame))

    def performance(self, performance: Performance, seen: Seen | None = None) -> Features:
        """Extract the features of a performance, bounded by its start and end frames."""
        return self.variants(performance, (None,), seen)[0]

    def variants(
        self,
        performance: Performance,
        augmentations: Iterable[Change | None],
        seen: Seen | None = None,
    ) -> tuple[Features, ...]:
        """Extract the features of several variants (`None`: as it is) of one performance."""
        return self.describe(self.look_up(performance, augmentations, seen))

    def look_up(
        self,
        performance: Performance,
        augmentations: Iterable[Change | None],
        seen: Seen | None = None,
    ) -> "Lookup":
        """Find features in the cache, or decode the video that they are to be made of.

        It is the part of `variants` that can be done ahead, in another thread. Where the athlete
        was followed already, that is `seen`.
        """
        wanted = tuple(augmentations)
        if performance.address:
            return self._look_up_elsewhere(performance, wanted, seen)
        if performance.path.suffix.lower() in FEATURE_SUFFIXES:
            rate = performance.frames_per_second
            given = read_features(performance.path, performance.kind, rate)
            return Lookup(performance, (given,) * len(wanted))
        keys = tuple(self.key(performance, augmentation, seen) for augmentation in wanted)
        if (found := self._read_kept(keys)) is not None:
            _require_allowed(performance, found[0])
            return Lookup(performance, found)
        claim = self.cache.claim(keys[0]) if self.cache and performance.path.is_file() else None
        try:
            if (
                claim and (found := self._read_kept(keys)) is not None
            ):  # made while it was waited for
                claim.release()
                return Lookup(performance, found)
            frames = self._decode(performance)
            near = self._close_up(performance, frames, seen)
            return Lookup(performance, (), frames, near, wanted, keys, claim)
        except BaseException:
            if claim:
                claim.release()
            raise

    def _look_up_elsewhere(
        self, performance: Performance, wanted: tuple[Change | None, ...], seen: Seen | None
    ) -> "Lookup":
        """Fetch a video, and look it up; it stays here for as long as the look-up is held."""
        fetched = FetchedVideo(performance)
        try:
            with fetched.named():
                lookup = replace(self.look_up(fetched.performance, wanted, seen), fetched=fetched)
        except BaseException:
            fetched.remove()
            raise
        if lookup.frames is None:
            lookup.release()
        return lookup

    def _read_kept(self, keys: tuple[str, ...]) -> tuple[Features, ...] | None:
        """Return what the cache has under all of these keys, or nothing."""
        kept = [self.cache.read(key) if self.cache else None for key in keys]
        found = tuple(features for features in kept if features is not None)
        return found if len(found) == len(keys) else None

    def describe(self, lookup: "Lookup") -> tuple[Features, ...]:
        """Return what was found, or extract it from the frames and keep it."""
        if lookup.frames is None:
            return lookup.found
        try:
            with lookup.named():
                return tuple(
                    self._make(lookup, lookup.frames, augmentation, key)
                    for augmentation, key in zip(lookup.wanted, lookup.keys, strict=True)
                )
        finally:
            lookup.release()

    def _decode(self, performance: Performance) -> Frames:
        frames = self._look(performance)
        if self.anchor is None:
            return frames
        if self.backbone.frame_size == event_backbone().frame_size:
            return self.anchor.trim(frames, frames)
        size = event_backbone().frame_size
        return self.anchor.trim(frames, _decode(performance, size, self.options, frames.box))

    def _look(self, performance: Performance) -> Frames:
        """Hold the frames that count, or of a long video what says which they are."""
        is_whole = keeps_shape(self.backbone)
        looks_for_one_moment = self.anchor is not None
        if looks_for_one_moment or not is_long(performance):
            try:
                return _decode(performance, self.backbone.frame_size, self.options, None, is_whole)
            except TooLong:  # its header did not say how long it is
                if looks_for_one_moment:
                    raise
        try:
            return sketched(performance, self.backbone, self.options)
        except VideoError as error:
            raise type(error).of_file(performance.path, error.reason) from error

    @property
    def _shows_close_up(self) -> bool:
        return any(view_of(part) is View.CLOSE_UP for part in parts_of(self.backbone))

    def _close_up(
        self, performance: Performance, frames: Frames, seen: Seen | None
    ) -> CloseUp | None:
        """Look closely at the athlete, where a backbone is shown that."""
        if not self._shows_close_up:
            return None
        width, height = self.backbone.frame_size
        return close_up(frames, seen or look_at(performance), width / height)

    def _make(
        self, lookup: "Lookup", frames: Frames, augmentation: Change | None, key: str
    ) -> Features:
        path = lookup.performance.path
        try:
            values, clips, doubts = self._described(lookup, frames, augmentation)
        except VideoError as error:
            raise type(error).of_file(path, error.reason) from error
        if not np.isfinite(values).all():
            raise FeatureError(
                f"{path}: the backbone {self.backbone.name} gave something that is not a number"
            )
        video = replace(clips.video, doubts=(*clips.video.doubts, *doubts))
        features = Features(
            values, clips.start_seconds, clips.end_seconds, self.backbone.fingerprint, video
        )
        if self.cache:
            self.cache.write(key, features)
        return features

    def _described(
        self, lookup: "Lookup", frames: Frames, augmentation: Change | None
    ) -> Described:
        """Describe the clips of a variant of a performance, of a long one a few at a time."""
        if isinstance(frames, Sketch) and augmentation is None:
            return described(frames, self.backbone, self.options)
        if isinstance(frames, Sketch):
            raise TooLong(
                f"has more than the {VideoLimits.allowed().n_frames} frames of which changed "
                "copies are learned from: train without copies"
            )
        clips = self._cut(frames, augmentation)
        views = {View.PICTURE: clips}
        if lookup.close_up:
            near = self._near(lookup.close_up, augmentation)
            views[View.CLOSE_UP] = near
            clips = replace(clips, video=near.video)
        said = [describe(one, views[view_of(one)].pixels) for one in parts_of(self.backbone)]
        values = np.concatenate([one for one, _ in said], axis=1).astype(np.float32)
        return Described(values, clips, tuple(doubt for _, some in said for doubt in some))

    def _near(self, near: CloseUp, augmentation: Change | None) -> Clips:
        """Cut what a close-up shows of a variant."""
        if not isinstance(augmentation, FramingChange):
            return self._cut(near(self.backbone.frame_size), augmentation)
        shown = near(self.backbone.frame_size, augmentation.shown_sides)
        return self._cut(shown, augmentation.close_up())

    def _cut(self, frames: Frames, augmentation: Change | None) -> Clips:
        if augmentation is None:
            return cut(frames, self.options)
        return cut(augmentation(frames, at_least=self.options.n_frames), self.options)

    def key(self, performance: Performance, augmentation: object, seen: Seen | None) -> str:
        """Return under what the cache keeps what is seen of a performance, changed in some way."""
        if self.cache is None:
            return ""
        if not performance.path.is_file():  # the decoder has the better words for it
            return "0" * 64
        made_from = (
            CACHE_VERSION,
            DECODER_VERSION,
            _content_of(performance.path),
            performance.start_frame,
            performance.end_frame,
            self.options,
            self.backbone.fingerprint,
            self.backbone.frame_size,
            augmentation,
            *((self.anchor.fingerprint,) if self.anchor else ()),
            *((performance.playing_speed,) if performance.playing_speed else ()),
            *((fingerprint(), seen and seen.at) if self._shows_close_up else ()),
            *_elsewhere(self.backbone),
        )
        return hashlib.sha256(repr(made_from).encode()).hexdigest()


def _elsewhere(backbone: Backbone) -> tuple[str, ...]:
    """Name the devices that features are made on; nothing, where that is the processor alone."""
    made_on = for_onnx_runtime(), device_of(backbone)
    return () if set(made_on) == {CPU} else made_on


def _require_allowed(performance: Performance, features: Features) -> None:
    """Refuse features that were kept of a video that the limits forbid now."""
    part = Part(performance.start_frame or 0, performance.end_frame)
    require_allowed(performance.path, features.video.seconds if features.video else 0, part)


def _decode(
    performance: Performance, frame_size: tuple[int, int], options: ClipOptions, box: Box | None,
    is_whole: bool = False,
) -> Frames:  # fmt: skip
    width, height = frame_size
    frames = (decode_fitted if is_whole else decode)(
        performance.path, width=width, height=height,
        start_frame=performance.start_frame, end_frame=performance.end_frame, box=box,
    )  # fmt: skip
    try:
        counted = counting(frames, options, performance.playing_speed)
        return padded(counted, width=width, height=height)
    except VideoError as error:
        raise type(error)(f"{performance.path}: {error}") from error


def extract(
    performances: Iterable[Performance],
    extractor: Extractor,
    augmentations: Sequence[Change] = (),
    progress: Callable[[], None] = lambda: None,
) -> Extraction:
    """Extract the features of many performances; one that cannot be used does not stop the others.

    While the backbone looks at one, the next `AHEAD` are decoded.
    """
    samples, errors = [], {}
    wanted = (None, *augmentations)
    with closing(_ahead(performances, lambda p: extractor.look_up(p, wanted))) as lookups:
        for performance, lookup in lookups:
            try:
                first, *others = extractor.describe(lookup.result())
                samples.append(Sample(performance, first, tuple(others)))
            except PodiumError as error:
                errors[performance.id] = _without_locals(error)
            del lookup  # and its frames
            progress()
    return Extraction(tuple(samples), MappingProxyType(errors))


def _ahead(
    performances: Iterable[Performance], look_up: Callable[[Performance], Lookup]
) -> Generator[tuple[Performance, Future[Lookup]]]:
    """Look up performances in another thread, in order, never more than `AHEAD` before the last."""
    waiting: deque[tuple[Performance, Future[Lookup]]] = deque()
    pool = ThreadPoolExecutor(1, "decoding")
    try:
        for performance in performances:
            waiting.append((performance, pool.submit(look_up, performance)))
            if len(waiting) > AHEAD:
                yield waiting.popleft()
        while waiting:
            yield waiting.popleft()
    finally:
        pool.shutdown(cancel_futures=True)
        for _, lookup in waiting:  # what was stopped for will not be made
            if not lookup.cancelled() and not lookup.exception():
                lookup.result().release()


def _without_locals(error: PodiumError) -> PodiumError:
    """Let go of the frames that an error's traceback holds: there may be many errors."""
    cause: BaseException | None = error
    while cause is not None:
        clear_frames(cause.__traceback__)
        cause = cause.__cause__ or cause.__context__
    return error


def _content_of(path: Path) -> str:
    try:
        return digest(path)
    except OSError as error:
        raise VideoError(
            f"{path}: cannot be read ({error.strerror}): check its permissions"
        ) from error
