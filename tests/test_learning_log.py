"""How the loss fell is kept: as a table, a picture, and files of TensorBoard."""

import struct
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from messages import whole
from podium.errors import MissingExtra
from podium.metric.curves import Curve, Look
from podium.scorers.gap_regression import GapRegression, GapRegressionOptions
from podium.scorers.score_distribution import ScoreDistribution, ScoreDistributionOptions
from podium.scorers.siamese_lstm import SiameseLSTM
from podium.training.log import draw_curves, table_at, write_events, write_table
from samples import QUICK

CURVES = (
    Curve("network 1", (Look(13, 0.7, 0.6931471), Look(26, 0.6, 0.65), Look(39, 0.5, 0.66))),
    Curve("network 2", (Look(13, 0.71), Look(26, 0.61))),
)
TABLE = """network,step,train_loss,validation_loss,kept
network 1,13,0.7,0.693147,0
network 1,26,0.6,0.65,1
network 1,39,0.5,0.66,0
network 2,13,0.71,,0
network 2,26,0.61,,1
"""


def test_every_look_is_a_row(tmp_path):
    path = write_table(CURVES, table_at(tmp_path / "log"))
    assert path == tmp_path / "log" / "loss.csv"
    assert path.read_text("utf-8") == TABLE
    assert table_at(tmp_path / "mine.CSV") == tmp_path / "mine.CSV"


def test_curves_are_drawn(tmp_path):
    pytest.importorskip("matplotlib", reason="the extra `benchmark` is not installed")
    path = draw_curves(CURVES, tmp_path / "loss.png")
    with Image.open(path) as picture:
        assert len(np.unique(np.asarray(picture.convert("L")))) > 10
    assert draw_curves((), tmp_path / "none.png").is_file()


def events_in(path: Path) -> Iterator[tuple[str, int, float]]:
    """Read the scalars of an event file: records of length, its check, content, its check."""
    from tensorboardX.proto.event_pb2 import Event

    content, place = path.read_bytes(), 0
    while place < len(content):
        (length,) = struct.unpack("<Q", content[place : place + 8])
        event = Event.FromString(content[place + 12 : place + 12 + length])
        for value in event.summary.value:
            yield value.tag, event.step, round(value.simple_value, 4)
        place += 16 + length


@pytest.mark.skipif(find_spec("tensorboardX") is None, reason="tensorboardX is not installed")
def test_event_files_say_what_the_table_says(tmp_path):
    assert write_events(CURVES, tmp_path / "runs") == tmp_path / "runs"
    folders = sorted(path.name for path in (tmp_path / "runs").iterdir())
    assert folders == ["network_1", "network_2"]
    (first,), (second,) = ([*(tmp_path / "runs" / name).iterdir()] for name in folders)
    assert sorted(events_in(first)) == [
        ("loss/held_back", 13, 0.6931), ("loss/held_back", 26, 0.65),
        ("loss/held_back", 39, 0.66),
        ("loss/train", 13, 0.7), ("loss/train", 26, 0.6), ("loss/train", 39, 0.5),
    ]  # fmt: skip
    assert sorted(events_in(second)) == [("loss/train", 13, 0.71), ("loss/train", 26, 0.61)]


def test_what_writes_event_files_is_asked_for(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorboardX", None)
    message = (
        "writing event files needs tensorboardX, which is not installed: "
        "pip install 'podium[tensorboard]'"
    )
    with pytest.raises(MissingExtra, match=whole(message)):
        write_events(CURVES, tmp_path / "runs")
    assert not (tmp_path / "runs").exists()


@pytest.mark.parametrize(
    ("scorer", "n_networks"),
    [
        (lambda: SiameseLSTM(QUICK), 1),
        (lambda: GapRegression(GapRegressionOptions(n_networks=2, n_epochs=3)), 2),
        (lambda: ScoreDistribution(ScoreDistributionOptions(n_networks=2, n_epochs=3)), 2),
    ],
    ids=["siamese_lstm", "gap_regression", "score_distribution"],
)
@pytest.mark.needs_train
def test_each_network_has_its_curve(make_sample, scorer, n_networks):
    samples = [make_sample(f"s{n}", score=20.0 + 3 * n, action="a") for n in range(24)]
    made = scorer()
    assert made.curves == ()
    fitted = made.fit(samples)
    assert [curve.name for curve in fitted.curves] == [
        f"network {number + 1}" for number in range(n_networks)
    ]
    for curve in fitted.curves:
        steps = [look.step for look in curve.looks]
        assert steps == sorted({*steps})
        assert np.isfinite([look.train_loss for look in curve.looks]).all()
    assert type(fitted).restore(fitted.state()).curves == ()
