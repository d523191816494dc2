import numpy as np
import pytest

from podium.features.event import (
    MIN_AFTER,
    MIN_PERFORMANCES,
    WINDOWS,
    Anchor,
    Marked,
    event_backbone,
    find_left_out,
    learn_anchor,
    window_ends,
)
from podium.video.clips import cut
from podium.video.frames import Frames

HEIGHT, WIDTH = event_backbone().frame_size[1], event_backbone().frame_size[0]


def film(n_before: int, n_after: int, seed: int) -> Frames:
    """A dark picture that brightens until the event, and is white noise after it."""
    generator = np.random.default_rng(seed)
    before = np.linspace(20, 120, n_before)[:, None, None, None]
    pixels = np.broadcast_to(before, (n_before, HEIGHT, WIDTH, 3)).astype(np.uint8)
    splash = generator.integers(60, 255, (n_after, HEIGHT, WIDTH, 1), dtype=np.uint8)
    pixels = np.concatenate([pixels, np.repeat(splash, 3, axis=3)])
    pixels = pixels + generator.integers(0, 8, pixels.shape, dtype=np.uint8) // 2
    n = len(pixels)
    return Frames(pixels, np.arange(n) / 30, n / 30, np.arange(n), n)


def marked(frames: Frames, event: int) -> Marked:
    return Marked(event_backbone()(cut(frames, WINDOWS).pixels), window_ends(len(frames)), event)


@pytest.fixture(scope="module")
def lessons() -> list[Marked]:
    generator = np.random.default_rng(0)
    found = []
    for seed in range(MIN_PERFORMANCES):
        before, after = int(generator.integers(40, 60)), int(generator.integers(20, 40))
        found.append(marked(film(before, after, seed), before))
    return found


@pytest.fixture(scope="module")
def anchor(lessons: list[Marked]) -> Anchor:
    learned = learn_anchor("splash", 12, lessons)
    assert learned is not None
    return learned


@pytest.mark.parametrize(("before", "after"), [(45, 30), (70, 16), (40, 90)])
def test_the_event_is_found_wherever_it_is(anchor: Anchor, before: int, after: int) -> None:
    index = anchor.find(film(before, after, 1000 + before))
    assert index is not None
    assert abs(index - before) <= 6  # of 64 frames and more


def test_a_performance_ends_some_frames_after_the_event(anchor: Anchor) -> None:
    frames = film(50, 60, 7)
    index = anchor.find(frames)
    ended = anchor.trim(frames, frames)
    assert index is not None
    assert len(ended) == index + 12 + 1
    assert ended.missing_event == ""
    assert cut(ended).video.missing_event == ""


def test_numbers_of_frames_count_not_their_places(anchor: Anchor) -> None:
    """Repeats may have been dropped from what is seen, and not from what is cut."""
    frames = film(50, 60, 8)
    index = anchor.find(frames)
    assert index is not None
    early = Frames(frames.pixels, frames.start_seconds, frames.end_seconds, frames.numbers - 5, 110)
    assert anchor.trim(early, frames).numbers[-1] == index + 12


def test_where_little_follows_the_event_all_of_it_is_kept(anchor: Anchor) -> None:
    frames = film(50, MIN_AFTER + 1, 9)
    ended = anchor.trim(frames, frames)
    assert len(ended) == len(frames)


@pytest.mark.parametrize("n_frames", [16, 40])
def test_a_video_without_the_event_is_said_to_lack_it(anchor: Anchor, n_frames: int) -> None:
    whole = film(50, 30, 10)
    without = whole.span(0, n_frames)
    assert anchor.find(without) is None
    kept = anchor.trim(without, without)
    assert len(kept) == n_frames
    assert cut(kept).video.missing_event == "splash"


def test_too_few_frames_for_a_window_lack_the_event(anchor: Anchor) -> None:
    frames = film(50, 30, 11).span(0, WINDOWS.n_frames - 1)
    assert anchor.trim(frames, frames).missing_event == "splash"


def test_few_marked_performances_teach_nothing(lessons: list[Marked]) -> None:
    assert learn_anchor("splash", 12, lessons[: MIN_PERFORMANCES - 1]) is None


def test_errors_are_those_of_performances_left_out(anchor: Anchor, lessons: list[Marked]) -> None:
    findings = find_left_out(lessons)
    errors = [abs(found.index - one.event) for found, one in zip(findings, lessons, strict=True)]
    assert [found.error for found in findings] == errors
    assert anchor.usual_error == np.quantile(errors, 0.5)
    assert anchor.large_error == np.quantile(errors, 0.95)
    doubts = [found.doubt for found in findings]
    assert anchor.limit == 1.5 * np.quantile(doubts, 0.98)


def test_it_is_the_same_after_saving(anchor: Anchor) -> None:
    again = Anchor.from_saved(anchor.to_json(), anchor.arrays())
    assert again is not None
    assert again.fingerprint == anchor.fingerprint
    frames = film(50, 30, 12)
    assert again.find(frames) == anchor.find(frames)
    assert Anchor.from_saved(None, {}) is None


def test_another_place_to_end_has_another_fingerprint(lessons: list[Marked]) -> None:
    first, other = (learn_anchor("splash", after, lessons) for after in (12, 24))
    assert first is not None
    assert other is not None
    assert first.fingerprint != other.fingerprint
