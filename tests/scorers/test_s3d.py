import csv
import re
from dataclasses import replace

import numpy as np
import pytest

from podium.errors import UsageError
from podium.evaluation import metrics
from podium.performance import Phase
from podium.scorers.s3d import S3D, S3DOptions, phase_shares

PHASES = (Phase("take_off", 8, 23), Phase("flight", 24, 40), Phase("entry", 41, 63))


@pytest.fixture(scope="module")
def staged(make_sample) -> list:
    """Performances whose clips show their stage, the last of which shows the score."""
    generator = np.random.default_rng(0)
    made = []
    for number in range(30):
        score = float(20 + 80 * generator.random())
        values = 0.1 * generator.normal(size=(4, 6)).astype(np.float32)
        values[np.arange(4), np.arange(4)] += 3
        values[3, 5] = score / 20
        values[0, 5] = generator.normal() * 3
        made.append(make_sample(f"s{number}", values, score=score, phases=PHASES))
    return made


def test_shares_of_phases_are_counted_frame_by_frame(staged):
    shares = phase_shares(staged[0], ("before", "take_off", "flight", "entry"))
    by_hand = np.zeros((4, 4))
    for frame in range(64):
        names = [p.name for p in PHASES if p.start_frame <= frame <= p.end_frame]
        stage = ("before", "take_off", "flight", "entry").index(names[0] if names else "before")
        by_hand[frame // 16, stage] += 1 / 16
    np.testing.assert_allclose(shares, by_hand)


def test_the_first_frame_that_is_used_counts(staged):
    facts = replace(staged[0].features.video, first_used=8)
    later = replace(staged[0], features=replace(staged[0].features, video=facts))
    shares = phase_shares(later, ("before", "take_off", "flight", "entry"))
    np.testing.assert_allclose(shares[0], [0, 1, 0, 0])


def test_shares_of_a_thinned_video_are_counted_in_the_frames_of_its_file(staged):
    facts = replace(staged[0].features.video, step=2)
    thinned = replace(staged[0], features=replace(staged[0].features, video=facts))
    shares = phase_shares(thinned, ("before", "take_off", "flight", "entry"))
    for clip in range(4):
        frames = range(32 * clip, 32 * clip + 32, 2)
        phase = PHASES[0]
        inside = sum(phase.start_frame <= frame <= phase.end_frame for frame in frames)
        assert shares[clip, 1] == pytest.approx(inside / 16)


def test_stages_of_new_performances_are_found(staged):
    scorer = S3D().fit(staged[:20])
    assert scorer.stages == ("before", "take_off", "flight", "entry")
    for sample in staged[20:]:
        unmarked = replace(sample, performance=replace(sample.performance, phases=()))
        truth = phase_shares(sample, scorer.stages)
        np.testing.assert_allclose(scorer.stage_shares(unmarked), truth, atol=0.1)


def test_it_tells_a_stage_that_matters_from_one_that_does_not(staged):
    scorer = S3D(S3DOptions(n_components=6)).fit(staged[:20])
    true = [sample.performance.score for sample in staged[20:]]
    assert metrics.spearman(scorer.predict(staged[20:]), true) > 0.9


def test_averaged_stages_are_one_feature_long(staged):
    scorer = S3D(S3DOptions(n_components=3, joined=False)).fit(staged[:20])
    assert scorer._line.weights.shape == (3,)
    joined = S3D(S3DOptions(n_components=3)).fit(staged[:20])
    assert joined._line.weights.shape == (12,)


def test_without_marks_stages_are_equal_parts_of_time(graded):
    scorer = S3D().fit(graded(12, n_clips=6))
    shares = scorer.stage_shares(graded(1, n_clips=6)[0])
    expected = [[1, 0, 0, 0], [0.5, 0.5, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0]]
    np.testing.assert_allclose(shares[:4], expected, atol=1e-9)
    np.testing.assert_allclose(shares.sum(axis=1), 1)


def test_impossible_options_are_refused():
    said = "n_components, n_channels and n_steps must be 1 or more, learning_rate above 0"
    with pytest.raises(UsageError, match=rf"^S3DOptions\(.*\): {re.escape(said)}$"):
        S3DOptions(n_steps=0)


def test_the_published_features_can_be_scored(data_folder, make_sample):
    """The authors' features were fitted to these very scores: this shows the path, no quality."""
    folder = data_folder / "unlv-dive"
    if not (folder / "p3d_stage_features.npz").is_file():
        pytest.skip(f"the published P3D features are not in {folder}")
    features = np.load(folder / "p3d_stage_features.npz")["features"]
    with (folder / "metadata.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["score"]]
    samples = [
        make_sample(
            row["id"],
            features[int(row["id"]) - 1][None].astype(np.float32),
            score=float(row["score"]),
            difficulty=float(row["difficulty"]),
        )
        for row in rows
    ]
    scorer = S3D(S3DOptions(target="score")).fit(samples[:200])
    true = [sample.performance.score for sample in samples[200:]]
    assert metrics.spearman(scorer.predict(samples[200:]), true) > 0.8
