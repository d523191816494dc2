"""Clips -> features, kept on disk so that no video is looked at twice."""

import hashlib
import json
from collections import deque
from collections.abc import Callable, Generator, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from traceback import clear_frames
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt
from filelock import FileLock, Timeout
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from podium.backbones import Backbone, describe
from podium.doubts import Doubt, DoubtKind
from podium.errors import FeatureError, PodiumError, VideoError
from podium.features.event import Anchor, eye
from podium.files import cache_folder, digest, remove_half_written, write_bytes
from podium.keypoints import filled
from podium.performance import Performance
from podium.video.augmentation import Augmentation
from podium.video.clips import ClipOptions, Clips, VideoFacts, counting, cut
from podium.video.frames import DECODER_VERSION, Frames, decode

FEATURE_SUFFIXES = (".npy", ".safetensors")
"""Files that hold features (clips, dim) or keypoints (frames, joints, 2 or 3) already, and are read
in place of a video."""

CACHE_VERSION = "3"

AHEAD = 2
"""How many performances are decoded before they are asked for: memory does not grow with them."""

LOCK_SECONDS = 600.0
"""How long another process may take to make the same features before they are made here too."""

_ARRAYS = ("values", "start_seconds", "end_seconds")


@dataclass(frozen=True)
class Features:
    """What a backbone saw in each clip of one performance.

    `values` is (clips, dim), times (clips,) in seconds from the first frame of the file (`nan`
    where features were given as a file), `backbone` the fingerprint of what made them.
    """

    values: npt.NDArray[np.float32]
    start_seconds: npt.NDArray[np.float64]
    end_seconds: npt.NDArray[np.float64]
    backbone: str
    video: VideoFacts

    def __repr__(self) -> str:
        return f"Features({self.values.shape}, {self.backbone})"

    def __len__(self) -> int:
        return len(self.values)


@dataclass(frozen=True)
class Sample:
    """A performance with its features, and those of its augmented variants: what scorers read."""

    performance: Performance
    features: Features
    variants: tuple[Features, ...] = ()


@dataclass(frozen=True)
class Extraction:
    """What came of a batch: the samples made, and why the others could not be, by id."""

    samples: tuple[Sample, ...]
    errors: Mapping[str, PodiumError] = field(default_factory=lambda: MappingProxyType({}))


class FeatureCache:
    """Features on disk, found by what they were made from; `folder` is made when needed."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or cache_folder() / "features"

    def read(self, key: str) -> Features | None:
        """Fetch what was kept under a key; `None` where there is nothing, or it is damaged."""
        try:
            with safe_open(self._path(key), framework="numpy") as file:
                stored = file.metadata()["podium"]
                arrays: dict[str, Any] = {name: file.get_tensor(name) for name in _ARRAYS}
            if stored[:64] != _digest(stored[64:], arrays):
                return None
            about = json.loads(stored[64:])
            doubts = tuple(Doubt.from_json(doubt) for doubt in about["video"]["doubts"])
            facts = VideoFacts(**{**about["video"], "doubts": doubts})
            return Features(**arrays, backbone=about["backbone"], video=facts)
        except (OSError, SafetensorError, KeyError, TypeError, ValueError):
            return None

    def write(self, key: str, features: Features) -> None:
        """Keep features under a key; the file appears whole or not at all."""
        arrays: dict[str, npt.NDArray[Any]] = {
            name: np.ascontiguousarray(getattr(features, name)) for name in _ARRAYS
        }
        doubts = [doubt.to_json() for doubt in features.video.doubts]
        about = {
            "backbone": features.backbone,
            "video": asdict(features.video) | {"doubts": doubts},
        }
        text = json.dumps(about, sort_keys=True)
        # One text of metadata: several would be written in an order of chance.
        write_bytes(self._path(key), save(arrays, {"podium": _digest(text, arrays) + text}))

    def claim(self, key: str) -> "Claim | None":
        """Wait until no other process makes what belongs under a key; release the claim after.

        `None` where that takes too long: then the work is done twice, but it is done.
        """
        path, locks = self._path(key), self.folder.with_name(f"{self.folder.name}.locks")
        locks.mkdir(parents=True, exist_ok=True)
        # One thread claims, another releases.
        lock = FileLock(locks / f"{key}.lock", timeout=LOCK_SECONDS, thread_local=False)
        try:
            lock.acquire()
        except Timeout:
            return None
        remove_half_written(path)
        return Claim(lock)

    def _path(self, key: str) -> Path:
        return self.folder / key[:2] / f"{key}.safetensors"


class Claim:
    """The right to make features; no lock file stays behind once it is released."""

    def __init__(self, lock: FileLock) -> None:
        self._lock = lock

    def release(self) -> None:
        """Let others in. Whoever waits finds the file gone, and locks the next of that name."""
        with suppress(OSError):  # some systems remove no file that is open
            Path(self._lock.lock_file).unlink(missing_ok=True)
        self._lock.release()


def _digest(about: str, arrays: Mapping[str, npt.NDArray[Any]]) -> str:
    parts = (about.encode(), *(arrays[name].tobytes() for name in _ARRAYS))
    return hashlib.sha256(b"".join(parts)).hexdigest()


@dataclass(frozen=True)
class Lookup:
    """What is there of a performance: all of its features, or the frames to make them of.

    `wanted` and `keys` name the variants to be made, in order, where `frames` is not `None`;
    `claim` keeps other processes from making the same meanwhile.
    """

    performance: Performance
    found: tuple[Features, ...]
    frames: Frames | None = None
    wanted: tuple[Augmentation | None, ...] = ()
    keys: tuple[str, ...] = ()
    claim: Claim | None = None

    def release(self) -> None:
        """Let others make what belongs here."""
        if self.claim:
            self.claim.release()


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
        """Make the features of a video, or read them where `path` is a file of features.

        Raises
        ------
        PodiumError
            If the file cannot be used.
        """
        return self.performance(Performance("", path, start_frame=start_frame, end_frame=end_frame))

    def performance(self, performance: Performance) -> Features:
        """Make the features of a performance, bounded by its start and end frames."""
        return self.variants(performance, (None,))[0]

    def variants(
        self, performance: Performance, augmentations: Iterable[Augmentation | None]
    ) -> tuple[Features, ...]:
        """Make the features of several variants (`None`: as it is) of one performance."""
        return self.described(self.looked_up(performance, augmentations))

    def looked_up(
        self, performance: Performance, augmentations: Iterable[Augmentation | None]
    ) -> "Lookup":
        """Find features in the cache, or decode the video that they are to be made of.

        It is the part of `variants` that can be done ahead, in another thread.
        """
        wanted = tuple(augmentations)
        if performance.path.suffix.lower() in FEATURE_SUFFIXES:
            return Lookup(performance, (read_features(performance.path),) * len(wanted))
        keys = tuple(self._key(performance, augmentation) for augmentation in wanted)
        if (found := self._kept(keys)) is not None:
            return Lookup(performance, found)
        claim = self.cache.claim(keys[0]) if self.cache and performance.path.is_file() else None
        try:
            if claim and (found := self._kept(keys)) is not None:  # made while it was waited for
                claim.release()
                return Lookup(performance, found)
            return Lookup(performance, (), self._decoded(performance), wanted, keys, claim)
        except BaseException:
            if claim:
                claim.release()
            raise

    def _kept(self, keys: tuple[str, ...]) -> tuple[Features, ...] | None:
        """Give what the cache has under all of these keys, or nothing."""
        kept = [self.cache.read(key) if self.cache else None for key in keys]
        found = tuple(features for features in kept if features is not None)
        return found if len(found) == len(keys) else None

    def described(self, lookup: "Lookup") -> tuple[Features, ...]:
        """Give what was found, or make it of the frames and keep it."""
        if lookup.frames is None:
            return lookup.found
        try:
            return tuple(
                self._made(lookup.performance.path, lookup.frames, augmentation, key)
                for augmentation, key in zip(lookup.wanted, lookup.keys, strict=True)
            )
        finally:
            lookup.release()

    def _decoded(self, performance: Performance) -> Frames:
        frames = _decoded(performance, self.backbone.frame_size, self.options)
        if self.anchor is None:
            return frames
        if self.backbone.frame_size == eye().frame_size:
            return self.anchor.ended(frames, frames)
        return self.anchor.ended(frames, _decoded(performance, eye().frame_size, self.options))

    def _made(
        self, path: Path, frames: Frames, augmentation: Augmentation | None, key: str
    ) -> Features:
        try:
            clips = self._cut(frames, augmentation)
        except VideoError as error:
            raise VideoError(f"{path}: {error}") from error
        values, doubts = describe(self.backbone, clips.pixels)
        values = values.astype(np.float32)
        if not np.isfinite(values).all():
            raise FeatureError(f"{path}: the backbone {self.backbone.name} gave no number")
        video = replace(clips.video, doubts=(*clips.video.doubts, *doubts))
        features = Features(
            values, clips.start_seconds, clips.end_seconds, self.backbone.fingerprint, video
        )
        if self.cache:
            self.cache.write(key, features)
        return features

    def _cut(self, frames: Frames, augmentation: Augmentation | None) -> Clips:
        if augmentation is None:
            return cut(frames, self.options)
        return cut(augmentation(frames, at_least=self.options.n_frames), self.options)

    def _key(self, performance: Performance, augmentation: Augmentation | None) -> str:
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
        )
        return hashlib.sha256(repr(made_from).encode()).hexdigest()


def _decoded(performance: Performance, frame_size: tuple[int, int], options: ClipOptions) -> Frames:
    width, height = frame_size
    frames = decode(
        performance.path, width=width, height=height,
        start_frame=performance.start_frame, end_frame=performance.end_frame,
    )  # fmt: skip
    try:
        return counting(frames, options)
    except VideoError as error:
        raise type(error)(f"{performance.path}: {error}") from error


def extract(
    performances: Iterable[Performance],
    extractor: Extractor,
    augmentations: tuple[Augmentation, ...] = (),
    progress: Callable[[], None] = lambda: None,
) -> Extraction:
    """Make the features of many performances; one that cannot be used does not stop the others.

    While the backbone looks at one, the next `AHEAD` are decoded.
    """
    samples, errors = [], {}
    wanted = (None, *augmentations)
    with closing(_ahead(performances, lambda p: extractor.looked_up(p, wanted))) as lookups:
        for performance, lookup in lookups:
            try:
                first, *others = extractor.described(lookup.result())
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


def read_features(path: Path) -> Features:
    """Read a file of features made elsewhere, (clips, dim), or of keypoints, (frames, joints, 2|3).

    `.npy`, or `.safetensors` with the array under the name `features` or `keypoints`. Keypoints
    are normalised and cut into clips of 16 frames (`podium.keypoints`); joints that were not seen
    are nan, and are filled in.

    Raises
    ------
    FeatureError
        If it is missing, damaged, of another shape, or holds numbers that are not finite.
    """
    values = _array_of(path)
    is_keypoints = values.ndim == 3 and values.shape[2] in (2, 3)
    if (
        not (values.ndim == 2 or is_keypoints)
        or 0 in values.shape
        or values.dtype.kind not in "fiu"
    ):
        raise FeatureError(
            f"{path}: holds {values.dtype} of {values.shape}: features must be numbers of "
            "(clips, dim), keypoints of (frames, joints, 2 or 3)"
        )
    return _of_keypoints(values, path) if is_keypoints else _of_clips(values, path)


def _of_clips(values: npt.NDArray[Any], path: Path) -> Features:
    with np.errstate(over="ignore"):  # what float32 cannot hold is refused below
        values = values.astype(np.float32)
    if not np.isfinite(values).all():
        raise FeatureError(f"{path}: holds numbers that are not finite: make the features anew")
    facts = VideoFacts(0, 0, 0, float("nan"), (Doubt(DoubtKind.FEATURES_GIVEN),))
    return _without_times(values, f"file-{values.shape[1]}", facts)


def _of_keypoints(positions: npt.NDArray[Any], path: Path) -> Features:
    with np.errstate(over="ignore"):
        positions = positions.astype(np.float32)
    if np.isinf(positions).any():
        raise FeatureError(f"{path}: holds numbers that are not finite: find the keypoints anew")
    try:
        keypoints = filled(positions).normalised()
    except FeatureError as error:
        raise FeatureError(f"{path}: {error}") from error
    n_frames = len(keypoints)
    doubts = (Doubt(DoubtKind.KEYPOINTS_GIVEN), *keypoints.doubts)
    facts = VideoFacts(n_frames, n_frames, 0, float("nan"), doubts)
    return _without_times(keypoints.clips(), f"file-{keypoints.layout}", facts)


def _without_times(values: npt.NDArray[np.float32], made_by: str, facts: VideoFacts) -> Features:
    unknown = np.full(len(values), np.nan)
    return Features(values, unknown, unknown, made_by, facts)


def _array_of(path: Path) -> npt.NDArray[np.float32]:
    if not path.is_file():
        raise FeatureError(f"{path}: no such file of features: check the path")
    try:
        if path.suffix.lower() == ".npy":
            # Mapped, a header that promises more than the file holds fills no memory; and neither
            # pickles nor archives are opened.
            array: npt.NDArray[np.float32] = np.lib.format.open_memmap(path, mode="r")
            return array
        with safe_open(path, framework="numpy") as file:
            name = "keypoints" if "keypoints" in file.keys() else "features"  # noqa: SIM118
            found: npt.NDArray[np.float32] = file.get_tensor(name)
            return found
    except Exception as error:  # each format has errors of its own, and any means the same here
        raise FeatureError(f"{path}: cannot be read as features ({error})") from error
