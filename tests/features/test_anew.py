"""Files of a performance that show it otherwise: what they show, and what is learned from them."""

from pathlib import Path

import av
import numpy as np
import pytest

from podium.backbones import make_backbone
from podium.errors import VideoError
from podium.features import anew
from podium.features.anew import FILES, Copy, extract_to_learn, seen_anew, write_copy
from podium.features.extraction import Extractor, FeatureCache
from podium.performance import Performance
from podium.video.augmentation import AugmentationOptions
from podium.video.frames import Frames
from videos import scene, write_video

HEIGHT, WIDTH, N_FRAMES = 48, 64, 40


def shown(first_frame: int = 0) -> Frames:
    """Frames whose columns are lighter to the right, and that get lighter with time."""
    columns = np.linspace(0, 120, WIDTH)[None, None, :, None]
    times = 3.0 * np.arange(N_FRAMES)[:, None, None, None]
    pixels = np.broadcast_to(columns + times, (N_FRAMES, HEIGHT, WIDTH, 3)).astype(np.uint8)
    numbers = np.arange(first_frame, first_frame + N_FRAMES)
    return Frames(pixels, numbers / 30, (first_frame + N_FRAMES) / 30, numbers, N_FRAMES)


def read(path: Path) -> tuple[np.ndarray, list[float]]:
    """Return the frames of a file, and when each is shown."""
    with av.open(str(path)) as container:
        frames = list(container.decode(video=0))
    return np.stack([f.to_ndarray(format="rgb24") for f in frames]), [f.time for f in frames]


def written(folder: Path, copy: Copy, frames: Frames | None = None, middle: float = 0.5):
    path = write_copy(folder / "copy.mp4", frames or shown(), copy, event=20, middle=middle)
    return read(path)


def lightness(picture: np.ndarray) -> float:
    return float(picture.mean())


def test_a_copy_of_all_shows_the_same(tmp_path: Path) -> None:
    pixels, seconds = written(tmp_path, Copy(), shown(first_frame=90))
    assert pixels.shape == (N_FRAMES, HEIGHT, WIDTH, 3)
    assert np.abs(pixels.astype(float) - shown().pixels).mean() < 2
    np.testing.assert_allclose(seconds, np.arange(N_FRAMES) / 30, atol=1e-3)


@pytest.mark.parametrize(
    ("at", "middle", "first"), [(0.5, 0.0, 18), ("athlete", 0.7, 31), ("athlete", 1.0, 37)]
)
def test_an_upright_copy_stands_about_the_middle_or_the_athlete(tmp_path, at, middle, first):
    pixels, _ = written(tmp_path, Copy(upright=at), middle=middle)
    assert pixels.shape[1:3] == (HEIGHT, 26)
    wanted = shown().pixels[:, :, first : first + 26]
    assert lightness(pixels) == pytest.approx(lightness(wanted), abs=2)


def test_a_nearer_copy_has_the_pixels_that_are_left(tmp_path: Path) -> None:
    pixels, _ = written(tmp_path, Copy(shown=(0.25, 0.5, 0.75, 1.0)))
    assert pixels.shape[1:3] == (24, 32)
    assert lightness(pixels) == pytest.approx(lightness(shown().pixels[:, 24:, 16:48]), abs=2)


def test_missing_frames_leave_the_others_their_times(tmp_path: Path) -> None:
    pixels, seconds = written(tmp_path, Copy(missing=4))
    which = np.flatnonzero(np.arange(N_FRAMES) % 4 != 3)
    np.testing.assert_allclose(seconds, which / 30, atol=1e-3)
    assert np.abs(pixels.astype(float) - shown().pixels[which]).mean() < 2


def test_repeats_stand_where_frames_are_missing(tmp_path: Path) -> None:
    pixels, seconds = written(tmp_path, Copy(missing=5, repeated=True))
    assert len(pixels) == N_FRAMES
    np.testing.assert_allclose(seconds, np.arange(N_FRAMES) / 30, atol=1e-3)
    assert lightness(pixels[4]) == pytest.approx(lightness(pixels[3]), abs=1)
    assert lightness(pixels[5]) > lightness(pixels[4]) + 3


def test_a_copy_may_end_soon_after_the_event(tmp_path: Path) -> None:
    assert len(written(tmp_path, Copy(after=7))[0]) == 28
    assert len(written(tmp_path, Copy(after=30))[0]) == N_FRAMES


def test_a_copy_is_worth_fewer_bytes_at_a_lower_quality(tmp_path: Path) -> None:
    noisy = Frames(
        np.random.default_rng(0).integers(0, 255, (20, HEIGHT, WIDTH, 3)).astype(np.uint8),
        np.arange(20) / 30, 20 / 30, np.arange(20), 20,
    )  # fmt: skip
    sizes = []
    for quality in (18, 35):
        path = tmp_path / f"{quality}.mp4"
        write_copy(path, noisy, Copy(quality=quality), event=19, middle=0.5)
        sizes.append(path.stat().st_size)
    assert sizes[1] < sizes[0] / 2


def test_the_same_copy_is_the_same_file_twice(tmp_path: Path) -> None:
    one, two = (
        write_copy(tmp_path / name, shown(), Copy(quality=35), event=20, middle=0.5).read_bytes()
        for name in ("a.mp4", "b.mp4")
    )
    assert one == two


@pytest.fixture(scope="module")
def performances(tmp_path_factory: pytest.TempPathFactory) -> list[Performance]:
    folder = tmp_path_factory.mktemp("films")
    found = []
    for number in range(3):
        path = folder / f"{number}.mp4"
        frames = [scene(5 * number + i, 96, 72) for i in range(48)]
        write_video(path, frames, frames_per_second=30)
        found.append(Performance(str(number), path, score=float(number)))
    return found


def test_files_are_made_of_one_in_so_many_performances(
    performances: list[Performance], monkeypatch: pytest.MonkeyPatch
) -> None:
    extractor = Extractor(make_backbone("motion"), cache=FeatureCache())
    options = AugmentationOptions(n_variants=1, anew=2)
    first = extract_to_learn(performances, extractor, options, seed=0).samples
    assert [len(sample.variants) for sample in first] == [1 + len(FILES), 1, 1 + len(FILES)]
    plain = extract_to_learn(performances, extractor, AugmentationOptions(n_variants=1), seed=0)
    for sample, other in zip(first, plain.samples, strict=True):
        np.testing.assert_array_equal(sample.features.values, other.features.values)
        np.testing.assert_array_equal(sample.variants[0].values, other.variants[0].values)
    compressed = first[0].variants[1 + FILES.index(Copy(quality=35))]
    assert not np.array_equal(compressed.values, first[0].features.values)

    def fail(*given: object) -> None:
        raise AssertionError("a file was made again")

    monkeypatch.setattr(anew, "_features_of", fail)
    again = extract_to_learn(performances, extractor, options, seed=0).samples
    for sample, other in zip(first, again, strict=True):
        for one, two in zip(sample.variants, other.variants, strict=True):
            np.testing.assert_array_equal(one.values, two.values)


def test_what_cannot_be_used_is_left_out(
    performances: list[Performance], monkeypatch: pytest.MonkeyPatch
) -> None:
    extractor = Extractor(make_backbone("motion"))
    plain = anew._features_of

    def some(source: object, copy: Copy, extractor: Extractor) -> object:
        if copy.quality == 35:
            raise VideoError("too little is left of it")
        return plain(source, copy, extractor)  # type: ignore[arg-type]

    monkeypatch.setattr(anew, "_features_of", some)
    features = extractor.performance(performances[0])
    assert len(list(seen_anew(performances[0], features, extractor))) == len(FILES) - 1
