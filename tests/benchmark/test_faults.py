import re
from dataclasses import replace

import numpy as np
import pytest

from podium.benchmark.faults import (
    clips_of_phase,
    detection_summary,
    faulty_clips,
    read_comments,
    tally,
)
from podium.errors import ManifestError, MissingFile
from podium.performance import Phase

PHASES = (
    Phase("take_off", 10, 30), Phase("flight", 31, 49), Phase("entry", 50, 53),
    Phase("splash", 54, 73),
)  # fmt: skip


@pytest.fixture
def dive(make_sample):
    """Four clips of 16 frames, the first of which begins at frame 10 of the file."""
    sample = make_sample("a", n_clips=4, phases=PHASES)
    facts = replace(sample.features.video, first_used=10)
    return replace(sample, features=replace(sample.features, video=facts))


def test_a_clip_lies_in_a_phase_with_half_of_its_frames(dive):
    by_hand = []
    for clip in range(4):
        frames = range(10 + 16 * clip, 26 + 16 * clip)
        by_hand.append(sum(54 <= frame <= 73 for frame in frames) >= 8)
    assert clips_of_phase(dive, "splash").tolist() == by_hand == [False, False, False, True]


def test_clips_of_a_thinned_video_are_twice_as_long_in_the_frames_of_its_file(dive):
    video = replace(dive.features.video, step=2, first_used=0)
    thinned = replace(dive, features=replace(dive.features, video=video))
    assert clips_of_phase(thinned, "splash").tolist() == [False, True, False, False]


def test_a_short_phase_has_the_clip_that_holds_most_of_it(dive):
    assert clips_of_phase(dive, "entry").tolist() == [False, False, True, False]


def test_faults_are_of_the_phases_that_were_called_faulty(dive):
    said = {"take_off": "none", "flight": "praise", "entry": "fault", "splash": "fault"}
    assert faulty_clips(dive, said).tolist() == [False, False, True, True]
    assert not faulty_clips(dive, {"overall": "fault"}).any()


def test_tallies_become_precision_and_recall():
    truth = np.array([0, 0, 1, 1], bool)
    rows = {
        "a": [tally(np.array([1, 0, 1, 0], bool), truth), tally(truth, truth)],
        "b": [tally(np.array([1, 1, 0, 0], bool), truth)],
    }
    found = detection_summary(rows)
    assert found.precision == pytest.approx(3 / 6)
    assert found.recall == pytest.approx(3 / 6)
    assert found.n_performances == 2
    assert found.recall_interval == (0, 0.75)


def test_nothing_to_find_is_unknown():
    found = detection_summary({})
    assert (found.precision, found.recall, found.recall_interval) == (None, None, None)


def test_comments_are_read_by_id(tmp_path):
    path = tmp_path / "faults.csv"
    path.write_text("id,entry,overall,confidence,evidence\n7,fault,none,2,short\n", "utf-8")
    assert read_comments(path) == {"7": {"entry": "fault", "overall": "none"}}


def test_another_word_is_refused(tmp_path):
    path = tmp_path / "faults.csv"
    path.write_text("id,entry\n7,bad\n", "utf-8")
    message = f"{path}: 'bad' of 7 must be one of ('fault', 'praise', 'none')"
    with pytest.raises(ManifestError, match=rf"^{re.escape(message)}$"):
        read_comments(path)


def test_a_missing_table_is_said(tmp_path):
    path = tmp_path / "faults.csv"
    message = f"{path}: no such table of faults: it should lie beside the data set's metadata.csv"
    with pytest.raises(MissingFile, match=rf"^{re.escape(message)}$"):
        read_comments(path)
