import csv
from itertools import combinations, pairwise, product
from pathlib import Path

import numpy as np
import pytest

from browsing import reference_at
from podium.errors import FeatureError, UsageError
from podium.features import alignment
from podium.features.alignment import (
    Alignment,
    AlignmentOptions,
    align,
    align_performances,
    try_to_align,
)
from podium.features.extraction import FeatureCache
from podium.features.values import Features
from podium.features.warping import accumulate, cheapest_way
from podium.performance import Performance
from podium.video.clips import VideoFacts


def features(values, step=0.5) -> Features:
    array = np.asarray(values, np.float32)
    array = array[:, None] if array.ndim == 1 else array
    starts = np.arange(len(array)) * step
    return Features(array, starts, starts + step, "made-up", VideoFacts(0, 0, 0, 0.0))


def ways(n, m):
    """Every way from both beginnings to both ends, slowly and obviously."""
    if n == 0 and m == 0:
        yield [(0, 0)]
        return
    for a, b in ((n - 1, m - 1), (n - 1, m), (n, m - 1)):
        if a >= 0 and b >= 0:
            for way in ways(a, b):
                yield [*way, (n, m)]


def price(way, distances, hold):
    stops = sum((a == c) or (b == d) for (a, b), (c, d) in pairwise(way))
    return sum(distances[i, j] for i, j in way) + hold * stops


@pytest.mark.parametrize("seed", range(5))
def test_the_way_is_the_cheapest_of_all_there_are(seed):
    generator = np.random.default_rng(seed)
    distances = generator.uniform(size=(4, 5))
    every = [(price(way, distances, 0.3), way) for way in ways(3, 4)]
    best, way = min(every)
    summed = accumulate(distances, 0.3)
    assert summed[-1, -1] == pytest.approx(best)
    assert cheapest_way(summed, 0.3).tolist() == [list(pair) for pair in way]
    through = summed + accumulate(distances[::-1, ::-1], 0.3)[::-1, ::-1] - distances
    for i, j in product(range(4), range(5)):
        cheapest = min(cost for cost, other in every if (i, j) in other)
        assert through[i, j] == pytest.approx(cheapest)


def test_a_performance_is_in_step_with_itself():
    one = features(np.random.default_rng(0).normal(size=(12, 3)))
    made = align(one, one)
    assert made.query_seconds == made.reference_seconds
    assert made.cost == pytest.approx(0, abs=1e-6)
    assert made.usual_doubt_seconds == 0


def test_one_at_half_the_speed_is_followed_at_half_the_speed():
    values = np.random.default_rng(1).normal(size=(20, 4))
    made = align(features(values), features(np.repeat(values, 2, axis=0)))
    assert made.reference_seconds == pytest.approx([0.5 + i for i in range(20)], abs=0.26)
    assert reference_at(made, 5.25) == pytest.approx(10.5, abs=0.3)


def test_time_never_goes_back_and_ends_meet():
    for seed in range(8):
        generator = np.random.default_rng(seed)
        made = align(
            features(generator.normal(size=(9, 2))), features(generator.normal(size=(14, 2)))
        )
        assert (np.diff(made.reference_seconds) >= 0).all()
        assert 0 < made.cost < 1.5
        assert min(made.doubt_seconds) >= 0


def test_where_nothing_happens_the_doubt_is_large():
    still = features([0] * 12 + [9, 1, 7, 3])
    made = align(still, still, AlignmentOptions(hold=0))
    assert max(made.doubt_seconds[12:]) == 0
    assert max(made.doubt_seconds[:12]) > 2


def in_step(query: Path, reference: Path, **how) -> Alignment:
    whole = Performance("query", query), Performance("reference", reference)
    return align_performances(*whole, **how)


def scene(number: int) -> np.ndarray:
    frame = np.full((48, 64, 3), 60, np.uint8)
    frame[24:, number : number + 8] = 230
    return frame


def test_two_videos_are_put_in_step(make_video, tmp_path):
    frames = [scene(number) for number in range(40)]
    query = make_video("q.mp4", frames, frames_per_second=30)
    reference = make_video("r.mp4", [scene(0)] * 3 + frames, frames_per_second=30)
    made = in_step(query, reference, cache=FeatureCache(tmp_path / "cache"))
    assert len(made.query_seconds) == 13  # (40 - 16) / 2 + 1
    assert made.query_seconds[0] == pytest.approx(8 / 30)


def test_a_long_video_is_looked_at_less_often(make_video, monkeypatch):
    monkeypatch.setattr(alignment, "MAX_MOMENTS", 8)
    video = make_video("long.mp4", 48, frames_per_second=30)
    assert len(in_step(video, video).query_seconds) == 6


def test_what_cannot_be_put_in_step_is_refused():
    unknown = features([1, 2])
    unknown.start_seconds[:] = np.nan
    with pytest.raises(
        FeatureError,
        match=r"^features without times cannot be aligned: give the videos$",
    ):
        align(unknown, features([1, 2]))
    with pytest.raises(
        FeatureError,
        match=(
            r"^features with 1 and with 2 numbers per clip cannot be aligned: make both with the "
            r"same backbone$"
        ),
    ):
        align(features([1, 2]), features([[1, 2]]))


def test_trying_gives_nothing_where_it_cannot_be(make_video, tmp_path):
    here, missing = Performance("", make_video()), Performance("", tmp_path / "missing.mp4")
    assert try_to_align(here, missing) is None


def test_parts_of_recordings_are_put_in_step_by_the_clock_of_the_recordings(make_video):
    frames = [scene(number) for number in range(40)]
    around = [scene(48), scene(0)] * 10
    how = {"crf": "12", "frames_per_second": 30}
    recording = make_video("long.mp4", around + frames + around, **how)
    part = Performance("", recording, start_frame=20, end_frame=59)
    made = align_performances(part, Performance("", make_video("r.mp4", frames, **how)))
    assert len(made.query_seconds) == 13
    assert made.query_seconds[0] == pytest.approx((20 + 8) / 30)
    steps = np.subtract(made.query_seconds, made.reference_seconds)
    assert steps == pytest.approx([20 / 30] * 13, abs=0.1)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"hold": -1}, "hold is -1: it must be 0 or more"),
        ({"tolerance": float("nan")}, "tolerance is nan: it must be a finite number"),
        ({"n_stride_frames": 0}, "n_stride_frames is 0: it must be 1 or more"),
    ],
)
def test_impossible_options_are_refused(options, message):
    with pytest.raises(UsageError, match=rf"^{message}$"):
        AlignmentOptions(**options)


@pytest.mark.slow
def test_real_dives_are_closer_in_step_than_counted_from_the_end(data_folder):
    """The take-off, come-out and entry of training dives, as the data set marks them."""
    folder = data_folder / "unlv-dive"
    with (folder / "metadata.csv").open(encoding="utf-8", newline="") as file:
        rows = [r for r in csv.DictReader(file) if r["split"] == "train" and r["stage_frames"]]
    chosen = [r for r in rows if r["action"] == "407"][:4]
    warped, plain = [], []
    for one, other in combinations(chosen, 2):
        paths = [folder / row["file_name"] for row in (one, other)]
        marks = [(np.array(row["stage_frames"].split(";"), float)) / 29.97 for row in (one, other)]
        made = in_step(*paths)
        for ours, theirs in zip(*marks, strict=True):
            warped.append(abs(reference_at(made, ours) - theirs))
            plain.append(abs(ours - theirs))  # all these videos are of one length
    assert np.median(warped) < 0.15
    assert np.mean(warped) < np.mean(plain)
