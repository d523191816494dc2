import os
import pickle
import re
import threading
import time
import weakref
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors.numpy import save, save_file

from messages import whole
from podium.backbones.pose import NOBODY_SEEN
from podium.doubts import Doubt
from podium.errors import FeatureError, MissingFile, PodiumError, TooLong, VideoError
from podium.features import extraction as features_module
from podium.features.extraction import AHEAD, Extractor, FeatureCache, extract
from podium.features.given import read_features
from podium.features.values import Features
from podium.keypoints import Keypoints
from podium.machine.files import cache_folder
from podium.performance import Performance
from podium.video.augmentation import Augmentation
from podium.video.clips import ClipOptions, counting, cut, read_clips
from podium.video.frames import decode
from sentences import sentences
from videos import scene, write_video

DROPPING = Augmentation(zoom=1, brightness=0.8, equalise=False, mask=False, drop=0.5, seed=1)


class Counting:
    """Describes a clip by the mean of its colours, and counts how often it is asked."""

    name = "counting"
    frame_size = (32, 24)
    dim = 3

    def __init__(self, fingerprint: str = "counting-1") -> None:
        self.fingerprint = fingerprint
        self.n_calls = 0

    def __call__(self, clips: np.ndarray) -> np.ndarray:
        self.n_calls += 1
        return clips.mean(axis=(1, 2, 3)).astype(np.float32)


@dataclass
class Sentinel:
    """Creates a file when it is unpickled."""

    path: str

    def __reduce__(self):
        return (os.mkdir, (self.path,))


@pytest.fixture
def backbone() -> Counting:
    return Counting()


@pytest.fixture
def extractor(backbone, tmp_path) -> Extractor:
    return Extractor(backbone, cache=FeatureCache(tmp_path / "cache"))


def assert_same(one: Features, other: Features) -> None:
    for name in ("values", "start_seconds", "end_seconds"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))
    assert (one.backbone, one.video) == (other.backbone, other.video)


def entries(extractor: Extractor) -> list[Path]:
    return sorted(path for path in extractor.cache.folder.rglob("*") if path.is_file())


# from a video


def test_features_are_what_the_backbone_says_of_each_clip(make_video, backbone):
    path = make_video(frames=50)
    features = Extractor(backbone).video(path)
    clips = read_clips(path, width=32, height=24)
    np.testing.assert_array_equal(features.values, Counting()(clips.pixels))
    np.testing.assert_array_equal(features.start_seconds, clips.start_seconds)
    np.testing.assert_array_equal(features.end_seconds, clips.end_seconds)
    assert (features.backbone, features.video) == ("counting-1", clips.video)
    assert (repr(features), len(features)) == ("Features((3, 3), counting-1)", 3)


def test_a_performance_is_bounded_by_its_frames(make_video, backbone):
    path = make_video(frames=50, frames_per_second=30)
    performance = Performance("a", path, start_frame=4, end_frame=40)
    features = Extractor(backbone).performance(performance)
    assert (features.video.first_used, features.video.n_used) == (9, 32)
    assert_same(features, Extractor(backbone).video(path, 4, 40))
    clips = cut(counting(decode(path, width=32, height=24).span(4, 41)))
    np.testing.assert_array_equal(features.values, Counting()(clips.pixels))
    np.testing.assert_array_equal(features.start_seconds, clips.start_seconds)
    np.testing.assert_array_equal(features.end_seconds, clips.end_seconds)


def test_limits_hold_for_features_that_are_kept(make_video, extractor, monkeypatch):
    path = make_video(frames=50)
    extractor.video(path)
    monkeypatch.setenv("PODIUM_LIMITS", "minutes=0.02")
    said = (
        f"{path}: lasts more than 1.2 s: cut the performance out of it first, or bound it in a "
        "table by start_frame and end_frame, or allow more (--limit minutes=NUMBER)"
    )
    with pytest.raises(TooLong, match=whole(said)):
        extractor.video(path)


def test_too_short_a_video_is_refused_by_name(make_video, extractor):
    path = make_video(frames=3)
    message = f"{path}: 3 frames are too few: at least 16 are needed for one clip"
    with pytest.raises(VideoError, match=whole(message)):
        extractor.video(path)
    assert entries(extractor) == []


def test_a_missing_video_is_refused_by_name(tmp_path, extractor):
    path = tmp_path / "none.mp4"
    with pytest.raises(MissingFile, match=whole(f"{path}: no such file: check the path")):
        extractor.video(path)


def test_a_backbone_that_gives_no_number_is_refused(make_video, extractor, monkeypatch):
    path = make_video()
    monkeypatch.setattr(Counting, "__call__", lambda *_: np.full((1, 3), np.nan, np.float32))
    message = f"{path}: the backbone counting gave something that is not a number"
    with pytest.raises(FeatureError, match=whole(message)):
        extractor.video(path)
    assert entries(extractor) == []


# the cache


def test_a_video_is_looked_at_once(make_video, extractor, backbone):
    path = make_video()
    first = extractor.video(path)
    assert_same(extractor.video(path), first)
    assert backbone.n_calls == 1
    assert len(entries(extractor)) == 1


def test_the_same_bytes_under_another_name_are_the_same(make_video, extractor, backbone):
    path = make_video()
    first = extractor.video(path)
    copy = path.with_name("other.mp4")
    copy.write_bytes(path.read_bytes())
    assert_same(extractor.video(copy), first)
    assert backbone.n_calls == 1


@pytest.mark.parametrize("changed", ["bytes", "options", "backbone", "size", "start", "end"])
def test_whatever_changes_features_changes_their_key(make_video, extractor, backbone, changed):
    path = make_video(frames=40)
    extractor.video(path)
    other = extractor
    bounds: tuple[int | None, int | None] = (None, None)
    match changed:
        case "bytes":
            path.write_bytes(path.read_bytes() + b"\0")
        case "options":
            other = replace(extractor, options=ClipOptions(stride=8))
        case "backbone":
            backbone.fingerprint = "counting-2"
        case "size":
            backbone.frame_size = (16, 12)
        case "start":
            bounds = (0, None)
        case "end":
            bounds = (None, 39)
    other.video(path, *bounds)
    assert backbone.n_calls == 2
    assert len(entries(extractor)) == 2


def test_another_decoder_makes_them_anew(make_video, extractor, backbone, monkeypatch):
    path = make_video()
    extractor.video(path)
    monkeypatch.setattr(features_module, "DECODER_VERSION", "another")
    extractor.video(path)
    assert backbone.n_calls == 2


@pytest.mark.parametrize("where", ["backbone", "others"])
def test_what_another_device_made_is_kept_by_itself(
    make_video, extractor, backbone, monkeypatch, where
):
    path = make_video()
    extractor.video(path)
    if where == "backbone":
        backbone.device = "cuda-mixed"
    else:
        monkeypatch.setattr(features_module, "for_onnx_runtime", lambda: "cuda")
    extractor.video(path)
    assert backbone.n_calls == 2
    assert len(entries(extractor)) == 2


def test_a_backbone_that_says_it_computes_on_the_processor_changes_no_key(
    make_video, extractor, backbone
):
    path = make_video()
    extractor.video(path)
    backbone.device = "cpu"
    extractor.video(path)
    assert backbone.n_calls == 1


def damage_truncate(content: bytes) -> bytes:
    return content[:-5]


def damage_one_number(content: bytes) -> bytes:
    return content[:-1] + bytes([content[-1] ^ 1])


def damage_header(content: bytes) -> bytes:
    return content.replace(b'"n_used', b'"x_used').replace(b'n_used\\"', b'x_used\\"')


@pytest.mark.parametrize(
    "damage",
    [damage_truncate, damage_one_number, damage_header, lambda _: b"", lambda _: b"\0" * 500],
    ids=["truncated", "one bit", "header", "empty", "zeros"],
)
def test_a_damaged_entry_is_noticed_and_redone(make_video, extractor, backbone, damage):
    path = make_video()
    first = extractor.video(path)
    (entry,) = entries(extractor)
    whole_entry = entry.read_bytes()
    assert damage(whole_entry) != whole_entry
    entry.write_bytes(damage(whole_entry))
    assert_same(extractor.video(path), first)
    assert backbone.n_calls == 2
    assert entry.read_bytes() == whole_entry


def test_no_single_flipped_bit_is_believed(make_video, extractor):
    first = extractor.video(make_video())
    (entry,) = entries(extractor)
    good = entry.read_bytes()
    for place in range(0, len(good), 7):
        entry.write_bytes(good[:place] + bytes([good[place] ^ 0x10]) + good[place + 1 :])
        found = extractor.cache.read(entry.stem)
        if found is not None:
            assert_same(found, first)


def test_what_was_claimed_ahead_is_let_go_when_work_stops(make_video, extractor, monkeypatch):
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    rows = [Performance(str(n), make_video(f"{n}.mp4", 20 + n)) for n in range(4)]
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(OSError, match=r"^\[Errno 28\] No space left on device: '.*'$"):
            extract(rows, extractor)
    assert not list(extractor.cache.folder.parent.rglob("*.lock"))
    assert len(extract(rows, extractor).samples) == 4


def test_a_write_that_fails_leaves_no_entry(make_video, extractor, monkeypatch):
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    path = make_video()
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(OSError, match=r"^\[Errno 28\] No space left on device: '.*'$") as said:
            extractor.video(path)
    assert Path(said.value.filename).parents[1] == extractor.cache.folder
    assert entries(extractor) == []
    assert len(extractor.video(path)) == 1


def test_the_cache_is_in_the_users_folder_unless_named():
    assert FeatureCache().folder == cache_folder() / "features"


# variants


def test_variants_are_made_of_one_decoding_and_kept(make_video, extractor, backbone, monkeypatch):
    performance = Performance("a", make_video(frames=64))
    plain, varied = extractor.variants(performance, (None, DROPPING))
    assert (len(plain), len(varied)) == (4, 2)
    assert backbone.n_calls == 2
    monkeypatch.delattr(features_module, "decode")
    for one, other in zip(
        extractor.variants(performance, (None, DROPPING)), (plain, varied), strict=True
    ):
        assert_same(one, other)
    assert backbone.n_calls == 2


@pytest.mark.parametrize("n_frames", [16, 17, 20])
def test_a_variant_keeps_enough_frames_for_a_clip(make_video, extractor, n_frames):
    batch = extract([Performance("a", make_video(frames=n_frames))], extractor, (DROPPING,))
    assert dict(batch.errors) == {}
    assert len(batch.samples[0].variants[0]) == 1


def test_one_bad_video_does_not_stop_the_others(make_video, extractor, tmp_path):
    missing = tmp_path / "none.mp4"
    good = make_video()
    ticks: list[None] = []
    batch = extract(
        [Performance("bad", missing), Performance("good", good)],
        extractor,
        (DROPPING,),
        lambda: ticks.append(None),
    )
    assert [sample.performance.id for sample in batch.samples] == ["good"]
    assert len(batch.samples[0].variants) == 1
    assert {id: str(error) for id, error in batch.errors.items()} == {
        "bad": f"{missing}: no such file: check the path"
    }
    assert len(ticks) == 2


def test_samples_and_errors_come_in_order(make_video, extractor, tmp_path):
    paths = [make_video(f"{i}.mp4", 16 + 16 * i) for i in range(4)]
    rows = [Performance(str(i), path) for i, path in enumerate(paths)]
    rows[1:1] = [Performance("missing", tmp_path / "none.mp4")]
    rows.append(Performance("short", make_video("short.mp4", 3)))
    batch = extract(iter(rows), extractor)
    assert [len(sample.features) for sample in batch.samples] == [1, 2, 3, 4]
    assert [sample.performance.id for sample in batch.samples] == ["0", "1", "2", "3"]
    assert list(batch.errors) == ["missing", "short"]


class Logging(Counting):
    """Notes, before it describes one of 8 videos, how many have been decoded by then."""

    def __init__(self, decoded: list[str]) -> None:
        super().__init__()
        self.decoded, self.seen = decoded, []

    def __call__(self, clips: np.ndarray) -> np.ndarray:
        wanted = min(len(self.seen) + 1 + AHEAD, 8)
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and len(self.decoded) < wanted:
            time.sleep(0.005)
        time.sleep(0.05)  # for any that should not come
        self.seen.append(len(self.decoded))
        return super().__call__(clips)


def test_a_few_videos_are_decoded_ahead_and_no_more(make_video, monkeypatch):
    path, decoded = make_video(), []
    decode = features_module.decode

    def noted(*given: object, **options: object) -> object:
        decoded.append(threading.current_thread().name)
        return decode(*given, **options)

    monkeypatch.setattr(features_module, "decode", noted)
    backbone = Logging(decoded)
    extract([Performance(str(i), path) for i in range(8)], Extractor(backbone))
    expected = [min(done + 1 + AHEAD, 8) for done in range(8)]
    assert backbone.seen == expected
    assert all(name.startswith("decoding") for name in decoded)


def test_what_is_no_error_of_podiums_stops_all_and_leaves_no_thread(make_video, monkeypatch):
    def fail(*_: object) -> None:
        raise RuntimeError("out of memory")

    path = make_video()
    monkeypatch.setattr(Counting, "__call__", fail)
    with pytest.raises(RuntimeError, match=r"^out of memory$"):
        extract([Performance(str(i), path) for i in range(8)], Extractor(Counting()))
    assert not [t for t in threading.enumerate() if t.name.startswith("decoding")]


def test_an_error_does_not_keep_the_frames_that_it_is_about(tmp_path, monkeypatch):
    kept: list[weakref.ref[np.ndarray]] = []

    def decode(path: Path, **_: object) -> None:
        pixels = np.zeros((100, 100))
        kept.append(weakref.ref(pixels))
        raise VideoError(f"{path}: has too many frames")

    monkeypatch.setattr(features_module, "decode", decode)
    batch = extract([Performance("a", tmp_path / "a.mp4")], Extractor(Counting()))
    assert str(batch.errors["a"]) == f"{tmp_path / 'a.mp4'}: has too many frames"
    assert [reference() for reference in kept] == [None]


# files of features


def test_parts_of_a_sequence_have_times_where_its_rate_is_known(tmp_path, backbone):
    np.save(tmp_path / "x.npy", np.random.default_rng(0).random((40, 17, 2)))
    known = Performance("a", tmp_path / "x.npy", frames_per_second=20.0)
    (features,) = Extractor(backbone).variants(known, (None,))
    np.testing.assert_allclose(features.start_seconds, [0, 0.4, 1.2])
    np.testing.assert_allclose(features.end_seconds, [0.4, 1.2, 2.0])
    assert features.video.seconds == 2
    unknown = Extractor(backbone).video(tmp_path / "x.npy")
    assert np.isnan(unknown.start_seconds).all()
    np.testing.assert_array_equal(unknown.values, features.values)


@pytest.mark.parametrize("kind", ["npy", "safetensors", "NPY"])
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.int32, np.uint8])
def test_a_file_of_features_is_read_in_place_of_a_video(tmp_path, backbone, kind, dtype):
    values = np.arange(12).reshape(4, 3).astype(dtype)
    path = tmp_path / f"x.{kind}"
    if kind == "safetensors":
        save_file({"features": values}, path)
    else:
        with path.open("wb") as file:
            np.save(file, values)
    features = Extractor(backbone).video(path)
    np.testing.assert_array_equal(features.values, values.astype(np.float32))
    assert features.values.dtype == np.float32
    assert features.values.flags.writeable
    assert (features.backbone, backbone.n_calls) == ("file-3", 0)
    assert np.isnan(features.start_seconds).all()
    assert features.video is None
    assert sentences(features) == ("features were given instead of a video",)
    variants = Extractor(backbone).variants(Performance("a", path), (None, DROPPING))
    assert len(variants) == 2


@pytest.mark.parametrize(
    ("values", "found"),
    [
        (np.zeros(5), "float64 of (5,)"),
        (np.zeros((2, 3, 4), np.float32), "float32 of (2, 3, 4)"),
        (np.zeros((0, 3)), "float64 of (0, 3)"),
        (np.zeros((3, 0)), "float64 of (3, 0)"),
        (np.zeros((2, 3), bool), "bool of (2, 3)"),
        (np.zeros((2, 3), complex), "complex128 of (2, 3)"),
        (np.array([["a", "b"]]), "<U1 of (1, 2)"),
    ],
    ids=["vector", "cube", "no clips", "no numbers", "bool", "complex", "text"],
)
def test_features_of_another_kind_are_refused(tmp_path, values, found):
    path = tmp_path / "x.npy"
    np.save(path, values)
    message = (
        f"{path}: holds {found}: features must be numbers of (clips, dim), keypoints of "
        "(frames, joints, 2 or 3)"
    )
    with pytest.raises(FeatureError, match=whole(message)):
        read_features(path)


@pytest.mark.parametrize("bad", [np.nan, np.inf, 1e300])
def test_features_that_are_not_finite_are_refused(tmp_path, bad):
    path = tmp_path / "x.npy"
    np.save(path, np.array([[1.0, bad]]))
    message = f"{path}: holds numbers that are not finite: make the features again"
    with pytest.raises(FeatureError, match=whole(message)):
        read_features(path)


@pytest.mark.parametrize("kind", ["npy", "safetensors"])
@pytest.mark.parametrize("make", [lambda path: None, Path.mkdir, os.mkfifo])
def test_only_regular_files_of_features_are_opened(tmp_path, kind, make):
    path = tmp_path / f"x.{kind}"
    make(path)
    message = f"{path}: no such file of features: check the path"
    with pytest.raises(FeatureError, match=whole(message)):
        read_features(path)


def test_a_pickle_in_a_file_of_features_is_not_executed(tmp_path):
    sentinel = tmp_path / "sentinel"
    path = tmp_path / "x.npy"
    np.save(path, np.array([[Sentinel(str(sentinel))]], object), allow_pickle=True)
    reason = "Python objects are not allowed"
    message = f"{path}: cannot be read as features ({reason})"
    with pytest.raises(FeatureError, match=whole(message)):
        read_features(path)
    pickled = pickle.dumps(Sentinel(str(sentinel)))
    path.write_bytes(pickled)
    with pytest.raises(FeatureError, match=rf"^{re.escape(str(path))}: cannot be read as features"):
        read_features(path)
    assert not sentinel.exists()
    pickle.loads(pickled)
    assert sentinel.exists()


def test_an_archive_named_npy_is_refused(tmp_path):
    path = tmp_path / "x.npy"
    with path.open("wb") as file:
        np.savez(file, values=np.ones((2, 2)))
    with pytest.raises(FeatureError, match=rf"^{re.escape(str(path))}: cannot be read as features"):
        read_features(path)


def test_a_header_that_promises_more_than_there_is_fills_no_memory(tmp_path):
    path = tmp_path / "x.npy"
    np.save(path, np.ones((2, 2)))
    lie = path.read_bytes().replace(b"(2, 2), }" + b" " * 8, b"(2" + b"0" * 8 + b", 2), }")
    assert lie != path.read_bytes()
    path.write_bytes(lie)
    with pytest.raises(FeatureError, match=rf"^{re.escape(str(path))}: cannot be read as features"):
        read_features(path)


def test_safetensors_without_features_or_of_odd_types_are_refused(tmp_path):
    path = tmp_path / "x.safetensors"
    save_file({"values": np.ones((2, 2))}, path)
    message = f"{path}: cannot be read as features (File does not contain tensor features)"
    with pytest.raises(FeatureError, match=whole(message)):
        read_features(path)
    header = b'{"features":{"dtype":"BF16","shape":[2,2],"data_offsets":[0,8]}}'
    path.write_bytes(len(header).to_bytes(8, "little") + header + bytes(8))
    message = f"{path}: cannot be read as features (data type 'BF16' not understood)"
    with pytest.raises(FeatureError, match=whole(message)):
        read_features(path)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(kind=st.sampled_from(["npy", "safetensors"]), data=st.data())
def test_a_damaged_file_of_features_is_read_or_refused(tmp_path, kind, data):
    path = tmp_path / f"x.{kind}"
    if kind == "npy":
        np.save(path, np.ones((2, 2)))
    else:
        save_file({"features": np.ones((2, 2))}, path)
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(content[: data.draw(st.integers(0, len(content)))])
    try:
        features = read_features(path)
    except PodiumError as error:
        message = str(error)
        assert message.startswith(f"{path}: ")
    else:
        assert np.isfinite(features.values).all()


# keypoints


@pytest.mark.parametrize("suffix", [".npy", ".safetensors"])
def test_keypoints_are_read_as_clips_of_16_frames(tmp_path, suffix):
    positions = np.random.default_rng(0).normal(size=(40, 17, 2)).astype(np.float32)
    path = tmp_path / f"x{suffix}"
    if suffix == ".npy":
        np.save(path, positions)
    else:
        path.write_bytes(save({"keypoints": positions}))
    features = read_features(path)
    assert features.values.shape == (3, 16 * 17 * 2)
    assert features.backbone == "file-keypoints-17x2"
    assert features.video.n_used == 40
    assert sentences(features.video) == ("keypoints were given instead of a video",)
    again = Keypoints.from_clips(features.values, features.backbone, 40)
    np.testing.assert_array_equal(again.positions, Keypoints(positions).normalise().positions)


def test_gaps_in_keypoints_are_filled_and_said(tmp_path):
    positions = np.random.default_rng(0).normal(size=(20, 4, 3))
    positions[3:5, 1] = np.nan
    np.save(tmp_path / "x.npy", positions)
    said = "2 % of the keypoints were not seen and were filled in"
    assert sentences(read_features(tmp_path / "x.npy").video)[1:] == (said,)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (np.nan, "no joint was seen in any frame: find the keypoints again"),
        (np.inf, "holds numbers that are not finite: find the keypoints again"),
    ],
)
def test_keypoints_that_are_no_numbers_are_refused(tmp_path, value, message):
    path = tmp_path / "x.npy"
    np.save(path, np.full((20, 4, 2), value))
    with pytest.raises(FeatureError, match=whole(f"{path}: {message}")):
        read_features(path)


# what a backbone doubts


class Doubting(Counting):
    """Describes a clip and says that it guessed."""

    def describe(self, clips: np.ndarray) -> tuple[np.ndarray, tuple[Doubt, ...]]:
        return self(clips), (NOBODY_SEEN(n=len(clips), clips=9),)


def test_doubts_of_a_backbone_are_among_the_warnings(make_video, tmp_path):
    cache = FeatureCache(tmp_path / "cache")
    path = make_video("a.mp4", 40)
    for _ in range(2):  # made, then from the cache
        features = Extractor(Doubting("doubting-1"), cache=cache).video(path)
        assert features.video.doubts[-1].values["n"] == 2


class WantsShape:
    """Notes the first frame that it is shown, which is not to be stretched."""

    name, frame_size, dim, fingerprint, keeps_shape = "wants-shape", (80, 60), 1, "shape-1", True

    def __call__(self, clips):
        self.seen = clips[0, 0]
        return np.zeros((len(clips), 1), np.float32)


def test_a_backbone_that_keeps_shape_is_shown_black_beside_a_narrow_video(tmp_path):
    backbone = WantsShape()
    path = write_video(tmp_path / "a.mp4", [scene(number, 64, 128) for number in range(20)])
    Extractor(backbone).video(path)
    columns = np.flatnonzero(backbone.seen.max(axis=(0, 2)) > 20)
    assert (columns[0], columns[-1]) == (25, 54)
    backbone.keeps_shape = False
    Extractor(backbone).video(path)
    assert backbone.seen.min() > 0
