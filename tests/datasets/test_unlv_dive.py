from pathlib import Path

import pytest

from messages import whole
from podium.datasets.unlv_dive import UnlvDive
from podium.errors import DatasetNotFound, ManifestError
from podium.judging.diving import RULE as DIVING
from podium.performance import Phase

COLUMNS = "file_name,id,split,action,score,difficulty,judges,start_frame,end_frame,stage_frames"
DIVE = "videos/001.mp4,001,train,407,72,3.2,7.5;7.5;8.5;7.5;8;7.5;7.5,50,150,"


def miniature(root: Path, stage_frames: str = "70;79;109;118") -> Path:
    (root / "videos").mkdir()
    (root / "videos" / "001.mp4").touch()
    (root / "metadata.csv").write_text(f"{COLUMNS}\n{DIVE}{stage_frames}\n", encoding="utf-8")
    return root


def test_the_four_marked_frames_become_phases(tmp_path):
    (dive,) = UnlvDive(miniature(tmp_path)).performances()
    assert (dive.id, dive.score, dive.difficulty, dive.action) == ("001", 72, 3.2, "407")
    assert dive.phases == (
        Phase("take_off", 50, 78),
        Phase("flight", 79, 108),
        Phase("entry", 109, 117),
        Phase("splash", 118, 150),
    )


def test_phases_lie_end_to_end(tmp_path):
    (dive,) = UnlvDive(miniature(tmp_path)).performances()
    ends = [phase.end_frame + 1 for phase in dive.phases]
    assert [phase.start_frame for phase in dive.phases] == [dive.start_frame, *ends[:-1]]
    assert ends[-1] == dive.end_frame + 1


def test_a_dive_that_was_not_marked_has_no_phases(tmp_path):
    (dive,) = UnlvDive(miniature(tmp_path, "")).performances()
    assert dive.phases == ()


def test_a_dive_that_was_marked_out_of_order_has_no_phases(tmp_path):
    (dive,) = UnlvDive(miniature(tmp_path, "49;81;76;117")).performances()
    assert dive.phases == ()


@pytest.mark.parametrize("marks", ["70;79", "a;b;c;d", "1;2;3;4;5"])
def test_marks_that_are_not_four_frames_are_refused(tmp_path, marks):
    root = miniature(tmp_path, marks)
    message = (
        f"{root / 'metadata.csv'}: stage_frames {marks!r} of 001 must be four frame numbers with ; "
        "between them, or empty"
    )
    with pytest.raises(ManifestError, match=whole(message)):
        UnlvDive(root).performances()


def test_where_it_was_looked_for_is_said(tmp_path, monkeypatch):
    monkeypatch.setenv("PODIUM_DATA", str(tmp_path))
    table = tmp_path / "unlv-dive" / "metadata.csv"
    message = (
        f"UNLV-Dive was looked for at {table} and is not there: set PODIUM_DATA to the folder that "
        "holds unlv-dive, or give its path"
    )
    with pytest.raises(DatasetNotFound, match=whole(message)):
        UnlvDive().performances()


# real data


def test_the_real_set_is_whole(data_folder):
    dives = UnlvDive(data_folder / "unlv-dive").performances()
    train = [dive for dive in dives if dive.split == "train"]
    assert len(dives) == 370
    assert len(train) == 300
    assert all(dive.score is not None for dive in train)
    assert all(dive.difficulty for dive in dives)
    assert all(dive.score is None for dive in dives if dive.split == "test")


def test_real_scores_follow_the_panels_rule(data_folder):
    dives = UnlvDive(data_folder / "unlv-dive").performances()
    assert DIVING.is_kept_by(dives)
    for dive in dives:
        if len(dive.judges) == 7:
            assert DIVING.score(dive.judges, dive.difficulty) == pytest.approx(dive.score, abs=0.06)


def test_real_phases_lie_in_order_within_the_dive(data_folder):
    dives = UnlvDive(data_folder / "unlv-dive").performances()
    marked = [dive for dive in dives if dive.phases]
    assert len(marked) > 300
    for dive in marked:
        frames = [f for phase in dive.phases for f in (phase.start_frame, phase.end_frame)]
        assert frames == sorted(frames), dive.id
        assert (frames[0], frames[-1]) == (dive.start_frame, dive.end_frame), dive.id
