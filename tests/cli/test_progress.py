"""What is said of long work where no bar can be shown, by a clock of the test's own."""

from itertools import pairwise

import pytest

from podium.cli.output import track_rows
from podium.cli.progress import PlainProgress, in_words


class Clock:
    """Tells the seconds that the test says."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(autouse=True)
def _as_shipped(monkeypatch):
    monkeypatch.setattr("podium.cli.progress.FIRST_SECONDS", 2.0)


def said(*heard: tuple[float, str, int, int]) -> list[str]:
    clock, lines = Clock(), []
    progress = PlainProgress(lines.append, clock)
    for clock.now, *stage in heard:
        progress(*stage)
    return lines


def test_work_that_is_done_in_two_seconds_says_nothing():
    assert said(*((0.1 * n, "looking", n, 19) for n in range(20))) == []


def test_a_line_after_two_seconds_and_then_every_twenty_tells_the_time_left():
    assert said(*((1.0 * n, "looking", n, 60) for n in range(60))) == [
        "looking: 2 of 60, about 58 s left",
        "looking: 22 of 60, about 38 s left",
        "looking: 42 of 60, about 18 s left",
    ]


def test_a_stage_is_timed_from_the_end_of_the_one_before_it():
    slow = [(300.0 + 100 * n, "measuring", n, 5) for n in range(5)]
    assert said((3, "looking", 1, 2), (300, "looking", 2, 2), *slow[1:]) == [
        "looking: 1 of 2, about 3 s left",
        "measuring: 1 of 5, about 7 min left",
        "measuring: 2 of 5, about 5 min left",
        "measuring: 3 of 5, about 3 min left",
        "measuring: 4 of 5, about 2 min left",
    ]


def test_what_a_stopped_run_had_done_is_not_taken_for_fast_work():
    assert said((10, "measuring", 90, 100)) == ["measuring: 90 of 100, about 2 min left"]


def test_before_a_step_is_done_no_time_is_told():
    assert said((5, "measuring", 0, 5)) == ["measuring: 0 of 5"]


def test_the_last_step_needs_no_line():
    assert said((5, "looking", 1, 1)) == []


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.2, "1 s"), (89.4, "89 s"), (90, "2 min"), (5300, "88 min"), (5400, "1 h 30 min")],
)
def test_a_time_in_words(seconds, words):
    assert in_words(seconds) == words


def test_longer_is_never_said_to_be_shorter():
    minutes = {in_words(60.0 * n): n for n in range(2, 400)}
    assert all(one < other for one, other in pairwise(minutes.values()))


def test_rows_are_counted_where_there_is_no_screen(monkeypatch, capsys):
    monkeypatch.setattr("podium.cli.progress.FIRST_SECONDS", 0.0)
    assert list(track_rows(iter("ab"), "scoring", 2)) == ["a", "b"]
    assert capsys.readouterr().err == "scoring: 0 of 2\n"
    assert list(track_rows(["one"], "looking at videos")) == ["one"]
    assert capsys.readouterr().err == "looking at videos: 0 of 1\n"
