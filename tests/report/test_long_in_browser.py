"""A report of four minutes in a real browser: what is seen side by side is the same moment."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from browsing import reference_at, settled, shown
from features.test_moving import film, programme
from podium.assessment.feedback import ClipFeedback
from podium.assessment.values import Assessment, Reference, Score
from podium.features.alignment import Alignment, align_performances
from podium.performance import Performance
from podium.report.page import make_report
from podium.simulation import write_video
from podium.video.clips import VideoFacts

pytestmark = pytest.mark.slow

RATE = 15
N_FRAMES = 240 * RATE
N_ROUNDS = 20
"""The programme is gone through so many times, a little otherwise each time."""

BITS, SIDE = 12, 8
DARK, PALE = 90, 98
"""A number is written in so little contrast that its changes are no movement."""

N_CLIPS = 300
MOST_BYTES = 24_000_000


def numbered(pictures: Iterator[np.ndarray]) -> Iterator[np.ndarray]:
    """Write below each picture its number, in squares that are dark or pale."""
    for number, picture in enumerate(pictures):
        below = np.full((SIDE * 3, 128, 3), DARK, np.uint8)
        for bit in range(BITS):
            if number >> bit & 1:
                below[SIDE : 2 * SIDE, 8 + SIDE * bit : 8 + SIDE * (bit + 1)] = PALE
        yield np.concatenate([np.pad(picture, ((0, 0), (16, 16), (0, 0)), mode="edge"), below])


def number_in(picture: np.ndarray) -> int:
    """Read the number back."""
    row = picture[-2 * SIDE + 2 : -SIDE - 2].astype(float)
    squares = [row[:, 8 + SIDE * bit + 2 : 6 + SIDE * (bit + 1)].mean() for bit in range(BITS)]
    return sum((square > (DARK + PALE) / 2) << bit for bit, square in enumerate(squares))


def angles(shares: np.ndarray) -> np.ndarray:
    """Return the angle of the arm at each share of all rounds."""
    rounds, within = np.divmod(np.clip(shares, 0, 1 - 1e-9) * N_ROUNDS, 1)
    return programme(within) * (0.7 + 0.3 * np.sin(2.4 * rounds))


@pytest.fixture(scope="module")
def pair(tmp_path_factory) -> tuple[Path, Path, np.ndarray]:
    """Two videos of one programme, and which frame of the second each of the first is."""
    folder = tmp_path_factory.mktemp("pair")
    even = np.linspace(0, 1, N_FRAMES)
    bent = even + 0.008 * np.sin(6 * np.pi * even)
    ours, theirs = folder / "query.mp4", folder / "reference.mp4"
    write_video(ours, numbered(film(angles(bent), 60, (220, 180, 150), 1.0, 1)), RATE)
    write_video(theirs, numbered(film(angles(even), 170, (20, 30, 60), 1.0, 2)), RATE)
    return ours, theirs, bent * (N_FRAMES - 1)


@pytest.fixture(scope="module")
def report(pair, tmp_path_factory) -> tuple[Path, Alignment]:
    """The report of the two as a file, and how they are in step."""
    ours, theirs, _ = pair
    found = align_performances(Performance("query", ours), Performance("expert", theirs))
    step = N_FRAMES / RATE / N_CLIPS
    clips = tuple(
        ClipFeedback(i, step * i, step * (i + 1), 0.9, 0.0, False, "flight") for i in range(N_CLIPS)
    )
    assessed = Assessment(
        ours, VideoFacts(N_FRAMES, N_FRAMES, 0, N_FRAMES / RATE),
        Score(61.3, 48.0, 70.6, 0.0, 96.0), "407", 3.2, False,
        (Reference("expert", 90.0, 0.5, theirs),), clips, (), "swings", "motion", (), found,
    )  # fmt: skip
    path = tmp_path_factory.mktemp("report") / "report.html"
    return make_report(assessed).save(path), found


def test_four_minutes_are_shown_in_step(pair, report, visit):
    made, steps = report
    page = visit(made.as_uri(), offline=True).page
    page.locator("#playing").wait_for(state="visible")
    numbers = np.random.default_rng(0).integers(0, N_FRAMES, 40)
    off = [abs(beside(page, int(number), steps) - pair[2][number]) for number in numbers]
    assert np.median(off) <= 2
    assert np.median(off) < np.median(np.abs(numbers - pair[2][numbers])) / 4


def beside(page, number: int, steps: Alignment) -> int:
    """Go to a frame, make sure of what is on screen, and return the number of the expert's."""
    page.locator("#scrubber").evaluate("(one, value) => one.value = value", str(number))
    page.locator("#scrubber").dispatch_event("input")
    settled(page)
    assert number_in(shown(page, "query")) == number
    there = number_in(shown(page, "reference"))
    assert there == int(reference_at(steps, (number + 0.5) / RATE) * RATE + 1e-6)
    return there


def test_four_minutes_fit_into_a_file(report):
    assert report[0].stat().st_size <= MOST_BYTES
