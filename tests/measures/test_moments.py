"""The moments of a dive: chosen in order, and found in dives that are marked."""

import csv
from itertools import combinations_with_replacement
from pathlib import Path

import numpy as np
import pytest

from podium.athlete.outline import outline
from podium.athlete.values import Athlete, CameraMotion
from podium.measures._dive import Moment, Moments
from podium.measures._look import look
from podium.measures._moments import chosen, find_moments, in_order


@pytest.mark.parametrize("seed", range(20))
def test_the_most_probable_order_is_that_of_all_orders(seed: int) -> None:
    rows = list(np.random.default_rng(seed).dirichlet(np.ones(9), 3))
    best = max(
        combinations_with_replacement(range(9), 3),
        key=lambda frames: float(np.log(np.stack(rows)[range(3), frames] + 1e-9).sum()),
    )
    assert in_order(rows) == list(best)


def test_what_is_probably_nowhere_is_not_found() -> None:
    probable = np.zeros((4, 31))
    probable[0, 5], probable[1, 8] = 1, 1
    probable[2, 15], probable[2, -1] = 0.4, 0.6
    probable[3, 20:23], probable[3, -1] = (0.2, 0.5, 0.2), 0.1
    assert chosen(probable) == {
        "board_left": Moment(5, 0.0),
        "somersaults": Moment(8, 0.0),
        "come_out": None,
        "water": Moment(21, 1.0),
    }


def test_what_may_be_anywhere_is_not_found() -> None:
    probable = np.full((4, 61), 1 / 60)
    probable[:, -1] = 0
    assert set(chosen(probable).values()) == {None}


def test_the_uncertainty_holds_nine_of_ten() -> None:
    probable = np.zeros((4, 41))
    probable[:, -1] = 1
    probable[3] = 0
    probable[3, 15:26] = 1 / 11
    found = chosen(probable)["water"]
    assert found is not None
    assert found.uncertainty >= 4


@pytest.mark.parametrize("n_frames", [0, 1, 2, 90])
def test_there_are_no_moments_where_nobody_is_seen(n_frames: int) -> None:
    camera = CameraMotion(
        np.tile(np.eye(3), (max(n_frames - 1, 0), 1, 1)), np.ones(max(n_frames - 1, 0))
    )
    seen = Athlete(
        np.arange(n_frames) / 30, 320, 240, np.full((n_frames, 2), 100.0), 48.0,
        np.zeros((n_frames, 96, 96), bool), np.zeros(n_frames), camera,
    )  # fmt: skip
    assert find_moments(seen, outline(seen)) == Moments(None, None, None)


@pytest.mark.slow
def test_the_moments_of_marked_dives_are_found(data_folder: Path) -> None:
    folder = data_folder / "unlv-dive"
    with (folder / "metadata.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["id"] in ("012", "109", "150")]
    for row in rows:
        dive = look(folder / row["file_name"])
        marks = [int(mark) - int(row["start_frame"]) for mark in row["stage_frames"].split(";")]
        found = dive.moments
        for moment, mark in ((found.board_left, marks[0]), (found.water, marks[3])):
            assert moment is not None
            assert abs(moment.index - mark) <= 6
