"""What is hidden cannot be told, and nothing else changes."""

import numpy as np
import pytest

from podium.faces import Faces, hidden_copy, hidden_frames
from podium.faces.hiding import N_SQUARES, pixelate
from podium.video.frames import decode, probe
from podium.video.limits import Box
from videos import write_video

NOISE = np.random.default_rng(7).integers(0, 256, (60, 80, 3), np.uint8)


def faces_at(times, *circles):
    each = tuple(np.array(one, float).reshape(-1, 3) for one in circles)
    return Faces(np.array(times, float), each, sum(len(one) > 0 for one in each))


def test_of_a_face_a_few_flat_squares_are_left():
    hidden = pixelate(NOISE, np.array([[40.0, 30.0, 12.0]]))
    inside = hidden[18:42, 28:52]
    assert len(np.unique(inside.reshape(-1, 3), axis=0)) <= N_SQUARES**2
    first = NOISE[18:24, 28:34].mean(axis=(0, 1)).round()
    np.testing.assert_array_equal(inside[:6, :6], np.broadcast_to(first, (6, 6, 3)))
    hidden[18:42, 28:52] = NOISE[18:42, 28:52]
    np.testing.assert_array_equal(hidden, NOISE)


def test_two_pictures_with_the_same_squares_are_hidden_alike():
    """What is within a square is not told: pixels that change places change nothing."""
    shuffled = NOISE.copy()
    shuffled[18:24, 28:34] = NOISE[18:24, 28:34][::-1, ::-1]
    circles = np.array([[40.0, 30.0, 12.0]])
    np.testing.assert_array_equal(pixelate(NOISE, circles), pixelate(shuffled, circles))


@pytest.mark.parametrize("circle", [(0.0, 0.0, 9.0), (79.0, 59.0, 9.0), (200.0, 30.0, 9.0)])
def test_a_face_at_the_border_is_hidden_as_far_as_it_is_seen(circle):
    hidden = pixelate(NOISE, np.array([circle]))
    changed = np.argwhere((hidden != NOISE).any(axis=2))
    right, down, radius = circle
    assert (np.abs(changed - (down, right)) <= radius).all()
    assert (len(changed) > 0) is (right < 100)


def test_the_faces_of_the_frame_on_screen_count():
    faces = faces_at([0.0, 0.1, 0.2], [], [(0.5, 0.5, 0.1)], [])
    assert [len(faces.at(seconds)) for seconds in (0.0, 0.09, 0.1, 0.15, 0.2, 9.0)] == [
        0, 0, 1, 1, 0, 0
    ]  # fmt: skip
    assert (len(faces), faces.n_found, faces.n_held) == (3, 1, 0)


def test_a_copy_has_the_same_frames_at_the_same_times_without_faces(tmp_path):
    pictures = [np.roll(NOISE, 5 * n, axis=1) for n in range(6)]
    video = write_video(tmp_path / "seen.mp4", pictures, frames_per_second=10)
    before = decode(video, width=80, height=60)
    circles = [[(40 / 60, 0.5, 0.2)]] * 3 + [[]] * 3
    copy = hidden_copy(video, faces_at(before.start_seconds, *circles), tmp_path / "copy.mp4")
    after = decode(copy, width=80, height=60)
    np.testing.assert_allclose(after.start_seconds, before.start_seconds, atol=1e-4)
    spread = after.pixels[:, 19:23, 29:33].astype(float).std(axis=(1, 2, 3))
    assert (spread[:3] < 12).all()
    assert (spread[3:] > 25).all()


def test_frames_between_bars_are_hidden_at_the_same_place(tmp_path):
    """Circles are counted in the whole picture; frames may show a part of it."""
    video = write_video(tmp_path / "seen.mp4", [NOISE] * 3)
    about, box = probe(video), Box(left=20, top=10, width=40, height=40, of_width=80, of_height=60)
    frames = decode(video, width=80, height=80, box=box)
    hidden = hidden_frames(frames, faces_at([0.0], [(40 / 60, 30 / 60, 6 / 60)]), about)
    changed = np.argwhere((hidden.pixels[0] != frames.pixels[0]).any(axis=2))
    assert changed.min(axis=0).tolist() == [28, 28]  # (30 - 10 - 6) and (40 - 20 - 6), doubled
    assert changed.max(axis=0).tolist() == [51, 51]
