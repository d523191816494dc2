from dataclasses import replace

import numpy as np
import pytest

from podium.doubts import Severity
from podium.features.event import (
    MIN_AFTER,
    MIN_PERFORMANCES,
    WINDOWS,
    Anchor,
    Marked,
    find_left_out,
    learn_anchor,
)
from podium.features.surroundings import ENDS_SOON, STARTS_LATE, TWO_EVENTS, widening
from podium.features.turning import TURNED
from podium.video.clips import cut
from podium.video.frames import Frames

from .splashing import film


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


def test_where_little_follows_the_event_the_last_frame_is_shown_for_longer(anchor: Anchor) -> None:
    frames = film(50, MIN_AFTER + 1, 9)
    index = anchor.find(frames)
    ended = anchor.trim(frames, frames)
    assert index is not None
    assert len(ended) == index + 12 + 1 > len(frames)
    np.testing.assert_array_equal(ended.pixels[: len(frames)], frames.pixels)
    assert (ended.pixels[len(frames) :] == frames.pixels[-1]).all()
    assert (ended.numbers[len(frames) :] == len(frames) - 1).all()
    assert (np.diff(ended.start_seconds) > 0).all()
    assert ended.start_seconds[-1] < ended.end_seconds == frames.end_seconds
    (doubt,) = ended.doubts
    seconds = round((len(frames) - 1 - index) / 30, 2)
    assert doubt == ENDS_SOON(event="splash", seconds=seconds, needed=0.4)
    assert doubt.severity is Severity.MILD
    assert widening(ended.doubts) == 1 + 0.9 * (0.4 - seconds)


def test_where_enough_follows_nothing_is_doubted(anchor: Anchor) -> None:
    frames = film(50, 30, 9)
    assert anchor.trim(frames, frames).doubts == ()
    assert widening(()) == 1


def joined(*films: Frames) -> Frames:
    """One film after the other, in one file."""
    pixels = np.concatenate([one.pixels for one in films])
    n = len(pixels)
    return Frames(pixels, np.arange(n) / 30, n / 30, np.arange(n), n)


def test_two_events_are_two_performances(anchor: Anchor) -> None:
    frames = joined(film(50, 30, 1), film(60, 30, 2))
    (doubt,) = anchor.trim(frames, frames).doubts
    assert doubt.kind == TWO_EVENTS
    assert doubt.severity is Severity.GRAVE
    assert doubt.values["first"] == pytest.approx(50 / 30, abs=0.2)
    assert doubt.values["second"] == pytest.approx((80 + 60) / 30, abs=0.2)


def test_a_video_that_starts_late_is_doubted(anchor: Anchor) -> None:
    known, frames = replace(anchor, usual_before=45), film(70, 30, 3).span(40, 100)
    index = anchor.find(frames)
    assert index is not None
    seconds = round(index / 30, 2)
    assert known.trim(frames, frames).doubts == (
        STARTS_LATE(event="splash", seconds=seconds, needed=1.5),
    )
    assert anchor.trim(frames, frames).doubts == ()


def test_how_long_it_takes_is_what_two_in_a_hundred_fall_below(lessons: list[Marked]) -> None:
    known = [replace(one, before=30 + number) for number, one in enumerate(lessons)]
    learned = learn_anchor("splash", 12, known)
    assert learned is not None
    assert learned.usual_before == int(np.quantile([one.before for one in known], 0.02))
    unknown = learn_anchor("splash", 12, lessons)
    assert unknown is not None
    assert unknown.usual_before == 0


def test_which_way_is_up_is_learned_where_all_copies_were_seen(lessons: list[Marked]) -> None:
    copies = [replace(one, copies=(one.windows,) * 4) for one in lessons]
    learned = learn_anchor("splash", 12, copies)
    assert learned is not None
    assert learned.upright is not None
    again = Anchor.from_saved(learned.to_json(), learned.arrays())
    assert again is not None
    assert again.fingerprint == learned.fingerprint
    assert again.fingerprint != replace(learned, upright=None).fingerprint
    certain = replace(learned.upright, offsets=np.array([0.0, 0, 1e6, 0]))
    frames = film(50, 30, 9)
    said = replace(learned, upright=certain).trim(frames, frames).doubts
    assert said == (TURNED(degrees=180.0),)


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
