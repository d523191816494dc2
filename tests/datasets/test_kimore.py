import re
from collections import Counter

import numpy as np
import pytest

from podium.backbones.motion import Motion
from podium.datasets.kimore import Kimore
from podium.errors import ManifestError
from podium.features.extraction import Extractor, extract
from podium.features.given import read_features


@pytest.fixture
def real(data_folder) -> Kimore:
    if not (data_folder / "kimore").is_dir():
        pytest.skip(f"KIMORE is not in {data_folder}")
    return Kimore(data_folder / "kimore")


def test_the_real_data_have_experts_of_each_exercise(real):
    performances = real.performances()
    assert len(performances) == 311
    experts = Counter(p.action for p in performances if p.is_reference)
    assert experts == {"Es1": 14, "Es2": 13, "Es3": 14, "Es4": 14, "Es5": 14}
    assert all(p.score is None or 0 <= p.score <= 50 for p in performances)


def test_a_skeleton_is_read_as_keypoints(real):
    first = real.performances()[0]
    assert np.load(first.path).shape == (253, 25, 3)
    features = read_features(first.path)
    assert features.values.shape == (16, 16 * 25 * 3)
    assert features.backbone == "file-keypoints-25x3"


@pytest.mark.slow
def test_scores_of_an_exercise_can_be_learned_from_skeletons(real):
    from podium.scorers.pose_dct import PoseDCT

    performances = [p for p in real.performances() if p.action == "Es5" and p.score]
    samples = extract(performances, Extractor(Motion())).samples
    scorer = PoseDCT().fit(samples[::2])
    predicted = scorer.predict(samples[1::2])
    true = [s.performance.score for s in samples[1::2]]
    assert np.corrcoef(predicted, true)[0, 1] > 0.2
    assert len(scorer.advice(samples[1])) == 3


def test_a_row_without_a_skeleton_is_refused(tmp_path):
    table = tmp_path / "performances.csv"
    table.write_text("id,subject,group,exercise,total_score\nx,s,Expert,Es1,4\n", encoding="utf-8")
    np.savez(tmp_path / "positions_15hz.npz", a=np.zeros((2, 25, 3)))
    message = f"{table}: 'x' has no skeleton in positions_15hz.npz"
    with pytest.raises(ManifestError, match=rf"^{re.escape(message)}$"):
        Kimore(tmp_path).performances()


def test_another_table_is_refused(tmp_path):
    table = tmp_path / "performances.csv"
    table.write_text("id,label\nx,correct\n", encoding="utf-8")
    np.savez(tmp_path / "positions_15hz.npz", x=np.zeros((2, 25, 3)))
    message = f"{table}: has no column 'subject': is it KIMORE's?"
    with pytest.raises(ManifestError, match=rf"^{re.escape(message)}$"):
        Kimore(tmp_path).performances()
