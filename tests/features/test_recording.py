from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from podium.errors import VideoError
from podium.features import recording
from podium.features.recording import Span, find_performances
from podium.video.frames import Frame
from videos import write_video

from .splashing import film

BEFORE, AFTER, STILL = 60, 30, 75


@pytest.fixture(scope="module")
def training(tmp_path_factory) -> tuple[Path, list[int]]:
    """A recording of three performances, with pictures that stand still between them."""
    events: list[int] = []
    shown: list[np.ndarray] = []
    for seed in range(3):
        pixels = film(BEFORE, AFTER, 900 + seed).pixels
        shown += [pixels[0]] * STILL
        events.append(len(shown) + BEFORE)
        shown += list(pixels)
    shown += [shown[0]] * STILL
    path = tmp_path_factory.mktemp("training") / "training.mp4"
    return write_video(path, shown, frames_per_second=30, crf="12"), events


@pytest.fixture(scope="module")
def spans(anchor, training) -> list[Span]:
    """What is found in it."""
    return list(find_performances(training[0], anchor))


def test_every_event_is_found_and_none_is_invented(spans, training):
    _, events = training
    assert len(spans) == len(events)
    for span, event in zip(spans, events, strict=True):
        assert abs(span.event_frame - event) <= 6  # pictures that stand still shift no number
        assert span.start_frame < span.event_frame < span.end_frame
        assert abs(span.event_seconds - span.event_frame / 30) < 1e-3
    borders = [number for span in spans for number in (span.start_frame, span.end_frame)]
    assert borders == sorted(set(borders))


def test_stretches_change_nothing_but_how_much_is_in_memory(anchor, training, spans, monkeypatch):
    path, _ = training
    monkeypatch.setattr(recording, "STRETCH_SECONDS", 15.0)
    seen: list[int] = []
    in_parts = list(find_performances(path, anchor, seen.append))
    assert seen == list(range(1, 3 * (STILL + BEFORE + AFTER) + STILL + 1))
    assert len(in_parts) == len(spans)
    for part, whole in zip(in_parts, spans, strict=True):
        assert abs(part.event_frame - whole.event_frame) <= 2  # windows may end at other frames


def test_no_more_than_a_stretch_is_kept_of_hours():
    def hours() -> Iterator[recording._Numbered]:
        pixels = np.zeros((2, 2, 3), np.uint8)
        for number in range(30 * 3600):
            yield recording._Numbered(number, Frame(pixels, number / 30, (number + 1) / 30))

    most, last = 0, -1
    for stretch in recording._stretches(hours()):
        most = max(most, len(stretch.frames))
        earliest, latest = stretch.accepted
        assert earliest <= (last + 1) / 30 + 1e-6 or last < 0  # no moment is believed nowhere
        last = int(latest * 30)
    assert most <= 30 * recording.STRETCH_SECONDS + 2
    assert last >= 30 * 3600


def test_a_hole_ends_a_stretch():
    pixels = np.zeros((2, 2, 3), np.uint8)
    times = [0.0, 0.1, 9_000.0, 9_000.1]
    shown = [
        recording._Numbered(i, Frame(pixels, time, time + 0.1)) for i, time in enumerate(times)
    ]
    parts = list(recording._stretches(shown))
    assert [len(part.frames) for part in parts] == [2, 2]
    assert not any(part.goes_before or part.goes_on for part in parts)


def test_a_performance_begins_after_the_one_before_it_ended():
    pixels = np.zeros((recording.N_PICTURES, 2, 2, 3), np.uint8)
    first = recording.Span(0, 100, 70, 0.0, 3.3, 2.3, pixels)
    second = recording.Span(90, 180, 150, 3.0, 6.0, 5.0, pixels)
    assert recording._after(first, second).start_frame == 101


def test_what_is_no_recording_is_refused(anchor, tmp_path):
    path = tmp_path / "none.mp4"
    path.write_bytes(b"no video")
    with pytest.raises(VideoError, match=r"none\.mp4"):
        list(find_performances(path, anchor))
