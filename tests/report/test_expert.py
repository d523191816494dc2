"""Who stands beside the athlete: in step by the moments, as a video or as a drawn figure."""

import io
from dataclasses import replace

import av
import numpy as np
import pytest

from drawn_dives import HEIGHT, MOMENTS, N_FRAMES, WIDTH, drawn_dive, examined
from podium.athlete.values import CameraMotion
from podium.examination.figure import N_CORNERS, Figure, moment_seconds
from podium.examination.tracing import figure_of
from podium.measures._dive import Moment, Moments
from podium.report.expert import drawn_expert, filmed_expert
from podium.report.figure import AIR, BODY, WATER, film_of
from podium.report.in_step import in_step
from podium.report.measured_page import make_measured_report
from podium.report.words import load_words
from podium.video.frames import decode


def near(pixels: np.ndarray, colour: tuple[int, ...]) -> np.ndarray:
    return np.abs(pixels.astype(int) - colour).max(axis=-1) < 40


def test_moments_are_in_seconds_with_their_doubt():
    dive, _ = drawn_dive()
    assert moment_seconds(dive) == (
        pytest.approx((4 / 30, 1 / 30)),
        pytest.approx((22 / 30, 1 / 30)),
        pytest.approx((1.0, 1 / 30)),
    )
    unseen = replace(dive, moments=Moments(None, None, MOMENTS.water))
    assert moment_seconds(unseen)[:2] == (None, None)


@pytest.mark.parametrize(
    ("ours", "theirs", "query", "reference", "doubt"),
    [
        (((1, 0.1), (2, 0.1), (3, 0)), ((1.5, 0), (2.2, 0.2), (3.6, 0)),
         [1, 2, 3], [1.5, 2.2, 3.6], [0.1, 0.3, 0]),
        (((1, 0), None, (3, 0)), ((1.5, 0), (2.2, 0), (3.6, 0)), [1, 3], [1.5, 3.6], [0, 0]),
        ((None, None, (3, 0)), ((1.5, 0), (2.2, 0), (3.6, 0)), [3], [3.6], [0]),
        # A moment that comes before the one before it is not believed.
        (((1, 0), (0.5, 0), (3, 0)), ((1.5, 0), (2.2, 0), (3.6, 0)), [1, 3], [1.5, 3.6], [0, 0]),
        (((1, 0), (2, 0), (3, 0)), ((1.5, 0), (1.5, 0), (3.6, 0)), [1, 3], [1.5, 3.6], [0, 0]),
    ],
)  # fmt: skip
def test_what_is_seen_in_both_is_at_the_same_time(ours, theirs, query, reference, doubt):
    steps = in_step(ours, theirs)
    assert steps["query"] == query
    assert steps["reference"] == reference
    assert steps["doubt"] == pytest.approx(doubt)


def test_with_no_moment_in_both_there_are_no_steps():
    assert in_step(((1, 0), None, None), (None, (1, 0), (2, 0))) is None


def test_a_figure_is_the_outline_in_lengths_of_the_body():
    dive, _ = drawn_dive()
    figure = figure_of(dive)
    assert figure.outlines.shape == (N_FRAMES - 4, N_CORNERS, 2)  # one after the water, no more
    assert figure.seconds[[0, -1]] == pytest.approx([0, 32 / 30])
    sizes = np.nanmax(figure.outlines, axis=1) - np.nanmin(figure.outlines, axis=1)
    assert np.hypot(*sizes.T).max() == pytest.approx(1.0, abs=0.2)
    # In a picture that stands still it falls ever faster, although the camera followed it.
    down = figure.outlines[:, :, 1].mean(axis=1) * 30  # of pixels, as a bar is 30 long
    assert down[30] - down[0] == pytest.approx(0.18 * 30**2, rel=0.1)


def test_a_camera_that_was_lost_before_the_dive_turns_no_figure():
    dive, _ = drawn_dive(moments=replace(MOMENTS, board_left=Moment(18, 1.0)))
    upright = figure_of(dive)
    steps = dive.athlete.camera.steps.copy()
    steps[2] = [[0, -1, 90], [1, 0, 30], [0, 0, 1]]  # a quarter of a turn
    lost = replace(dive.athlete, camera=CameraMotion(steps, dive.athlete.camera.agreement))
    found = figure_of(replace(dive, athlete=lost))
    np.testing.assert_allclose(found.outlines, upright.outlines, atol=1e-3)


def test_who_was_not_seen_has_no_figure():
    dive, _ = drawn_dive()
    nowhere = np.full(N_FRAMES, np.nan)
    assert figure_of(replace(dive, outline=replace(dive.outline, angle=nowhere))) is None


@pytest.mark.parametrize(
    ("outlines", "seconds", "said"),
    [
        (np.zeros((0, 4, 2), np.float32), np.zeros(1), "the number of outlines"),
        (np.zeros((2, 4, 2), np.float32), np.zeros(2), "seconds"),
        (np.zeros((2, 4, 2), np.float32), np.array([0.0, 2.0, 1.0]), "seconds"),
        (np.zeros((2, 4, 3), np.float32), np.arange(3.0), "outlines"),
    ],
)
def test_arrays_that_are_no_figure_are_refused(outlines, seconds, said):
    with pytest.raises(ValueError, match=said):
        Figure(outlines, seconds, (None, None, None))


def test_a_figure_is_drawn_as_a_film_that_plays():
    figure = figure_of(drawn_dive()[0])
    film = film_of(figure)
    assert len(film.content) < 100_000
    np.testing.assert_allclose(film.start_seconds, figure.seconds[:-1], atol=1e-4)
    with av.open(io.BytesIO(film.content)) as container:
        pictures = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    assert len(pictures) == len(figure.outlines)
    body = [near(picture, BODY) for picture in pictures]
    assert min(one.sum() for one in body) > 500
    rows, columns = np.nonzero(body[15])
    height, width = body[15].shape
    assert abs(rows.mean() - height / 2) < 20  # the camera follows it
    assert abs(columns.mean() - width / 2) < 20
    assert near(pictures[0], AIR).mean() > 0.7
    assert near(pictures[0], WATER).mean() < 0.03
    assert near(pictures[-1], WATER).mean() > 0.1


def test_a_figure_with_gaps_and_without_water_is_drawn_too():
    figure = figure_of(drawn_dive()[0])
    outlines = figure.outlines.copy()
    outlines[[0, 7, 8]] = np.nan
    assert film_of(Figure(outlines, figure.seconds, (None, None, None))).start_seconds
    outlines[:] = np.nan
    assert film_of(Figure(outlines, figure.seconds, figure.moments)).start_seconds


@pytest.fixture
def filmed(make_video):
    """A drawn dive and one that is later, as examined videos."""
    dive, pixels = drawn_dive()
    found = []
    for name, n_before in (("ours.mp4", 0), ("theirs.mp4", 6)):
        shown = [*[pixels[0]] * n_before, *pixels]
        path = make_video(name, shown, frames_per_second=30, crf="12")
        frames = decode(path, width=WIDTH, height=HEIGHT, start_frame=n_before)
        later = replace(dive, athlete=replace(dive.athlete, start_seconds=frames.start_seconds))
        found.append(examined(path, later, frames))
    return found


def in_browser(visit, tmp_path, ours, expert):
    made = make_measured_report(ours, expert=expert)
    page = visit(made.save(tmp_path / "out" / "both.html").as_uri(), offline=True).page
    page.locator("#playing").wait_for(state="visible")
    return page


def test_an_experts_video_plays_in_step_with_its_own_drawing(filmed, tmp_path, visit):
    ours, theirs = filmed
    page = in_browser(visit, tmp_path, ours, filmed_expert(theirs))
    assert load_words()("measures.steps") in page.locator("#player").inner_text()
    page.locator(".chapters button").last.click()
    assert page.locator("#query-at").inner_text().startswith("1.00 s")
    assert page.locator("#reference-at").inner_text().startswith("1.20 s")
    drawn = page.locator(".drawn .silhouette")
    assert drawn.count() == 2
    assert drawn.nth(0).get_attribute("d") == drawn.nth(1).get_attribute("d")


def test_a_figure_plays_in_step_and_says_that_it_is_one(filmed, tmp_path, visit):
    ours, theirs = filmed
    words = load_words()
    expert = drawn_expert(figure_of(theirs.dive), "an expert", words)
    page = in_browser(visit, tmp_path, ours, expert)
    text = page.locator("#player").inner_text()
    assert words("player.figure") in text
    assert "an expert" in text
    page.locator(".chapters button").last.click()
    assert page.locator("#reference-at").inner_text().startswith("1.20 s")
