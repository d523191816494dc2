import re

import pytest

from podium.datasets.pushups import Pushups
from podium.errors import ManifestError


def test_labels_are_scores_and_neighbours_are_one_event(tmp_path):
    rows = "correct9,correct\ncorrect10,correct\ncorrect13,correct\nwrong11,wrong\n"
    (tmp_path / "performances.csv").write_text("id,label\n" + rows, encoding="utf-8")
    listed = Pushups(tmp_path).performances()
    assert [p.score for p in listed] == [1, 1, 1, 0]
    blocks = [p.extra["recording"] for p in listed]
    assert blocks == ["correct-0", "correct-1", "correct-1", "wrong-1"]
    assert {p.event for p in listed} == {None}


def test_another_label_is_refused(tmp_path):
    table = tmp_path / "performances.csv"
    table.write_text("id,label\na1,good\n", encoding="utf-8")
    message = f"{table}: label 'good' of a1 must be correct or wrong"
    with pytest.raises(ManifestError, match=rf"^{re.escape(message)}$"):
        Pushups(tmp_path).performances()


def test_the_real_data_are_there_as_listed(data_folder):
    if not (data_folder / "pushups").is_dir():
        pytest.skip(f"the push-ups are not in {data_folder}")
    listed = Pushups(data_folder / "pushups").performances()
    assert sorted({p.score for p in listed}) == [0, 1]
    assert all(p.path.is_file() for p in listed)
