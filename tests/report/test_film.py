"""A report becomes a film: its frames, decoded again, are those that were meant."""

import base64
import io
import json
from pathlib import Path

import av
import numpy as np
import pytest

from podium.errors import MissingFile, UnusableFile, UsageError
from podium.report import film
from podium.report.captions import whole_lines_of
from podium.report.film import (
    FilmOptions,
    expert_seconds,
    make_film,
    schedule,
    timeline,
    worst_moments,
)  # fmt: skip
from podium.report.kept import ANEW, opened, read_kept
from podium.report.words import load_words
from videos import write_video

WIDTH, HEIGHT, N_FRAMES, LATER = 64, 48, 24, 6
STEP, DARKEST = 9, 24
SHOWN = {
    "query": {"name": "mine.mp4", "offset_seconds": 1.0},
    "reference": {"name": "expert.mp4", "offset_seconds": 0.0},
}


def marked(number: int) -> np.ndarray:
    """A frame whose lightness is its number."""
    return np.full((HEIGHT, WIDTH, 3), DARKEST + STEP * number, np.uint8)


def write_report(folder: Path, **changes: object) -> Path:
    folder.mkdir(exist_ok=True)
    seconds = [number / 30 for number in range(N_FRAMES)]
    for name in ("query", "reference"):
        shown = [marked(number) for number in range(N_FRAMES)]
        write_video(folder / f"{name}.mp4", shown, frames_per_second=30, crf="4", bf="0")
    content = {
        "schema": "podium-result",
        "schema_version": 1,
        "playback": SHOWN,
        "alignment": {
            "query_seconds": [1 + second for second in seconds],
            "reference_seconds": [max(second - LATER / 30, 0) for second in seconds],
        },
        "remarks": [
            {"start_seconds": 1.2, "end_seconds": 1.4, "contribution": -3.0, "words": "late"},
            {"start_seconds": 1.0, "end_seconds": 1.1, "contribution": 2.0, "words": "unlike"},
        ],
        "clips": [{"start_seconds": 1.2, "end_seconds": 1.6, "similarity": 0.9}],
    }
    (folder / "result.json").write_text(json.dumps(content | changes))
    return folder


@pytest.fixture
def small(monkeypatch):
    monkeypatch.setattr(film, "PANEL_WIDTH", WIDTH)
    monkeypatch.setattr(film, "PANEL_HEIGHT", HEIGHT)
    monkeypatch.setattr(film, "QUALITIES", (12,))


def decoded(content: bytes) -> list[np.ndarray]:
    with av.open(io.BytesIO(content)) as container:
        stream = container.streams.video[0]
        assert (stream.codec_context.name, stream.pix_fmt) == ("h264", "yuv420p")
        frames = [frame.to_ndarray(format="rgb24") for frame in container.decode(stream)]
    return [frame[film.TOP + 8 : film.TOP + HEIGHT - 8] for frame in frames]


def numbers(frames: list[np.ndarray], left: int) -> list[int]:
    """Read from their lightness which frames these are."""
    levels = [frame[:, left + 8 : left + WIDTH - 8].mean() for frame in frames]
    return [round((level - DARKEST) / STEP) for level in levels]


def meant(kept, *, plain: bool = False) -> tuple[list[int], list[int]]:
    shown = schedule(1.0, 1.0 + N_FRAMES / 30, worst_moments(kept))
    ours = [int((moment - 1) * 30 + 0.01) for moment, _ in shown]
    theirs = [expert_seconds(kept, moment, plain=plain) * 30 + 0.01 for moment, _ in shown]
    return ours, [min(max(int(number), 0), N_FRAMES - 1) for number in theirs]


@pytest.mark.parametrize("plain", [False, True])
def test_every_frame_is_the_one_that_was_meant(tmp_path, small, plain):
    kept = read_kept(write_report(tmp_path))
    told: list[tuple[int, int]] = []
    options = FilmOptions(plain=plain)
    made = make_film(kept, load_words(), options, lambda *how_far: told.append(how_far))
    frames = decoded(made.content)
    ours, theirs = meant(kept, plain=plain)
    assert numbers(frames, 0) == ours
    assert numbers(frames, WIDTH) == theirs
    assert told == [(number + 1, len(ours)) for number in range(len(ours))]


def test_the_worst_moment_is_slow_and_time_never_goes_back(tmp_path):
    kept = read_kept(write_report(tmp_path))
    assert worst_moments(kept) == [(1.2, 1.4)]
    shown = schedule(1.0, 1.8, worst_moments(kept))
    assert sum(is_slow for _, is_slow in shown) == 24  # a fifth of a second, four times as long
    assert len(shown) == 18 + 24
    assert np.all(np.diff([moment for moment, _ in shown]) > 0)


def test_one_over_the_other_shows_both(tmp_path, small):
    kept = read_kept(write_report(tmp_path))
    made = make_film(kept, load_words("de"), FilmOptions("overlay"))
    assert made.width == WIDTH
    levels = [frame[:, 8:-8].mean() for frame in decoded(made.content)]
    expected = [DARKEST + STEP * sum(both) / 2 for both in zip(*meant(kept), strict=True)]
    assert np.abs(np.array(levels) - expected).max() < 4


def test_without_an_expert_one_video_is_shown(tmp_path, small):
    playback = {"query": {"name": "mine.mp4", "offset_seconds": 1.0}, "reference": None}
    kept = read_kept(write_report(tmp_path, playback=playback, alignment=None))
    assert make_film(kept, load_words()).width == WIDTH
    with pytest.raises(UsageError) as refused:
        make_film(kept, load_words(), FilmOptions("overlay"))
    assert str(refused.value) == (
        f"{tmp_path / 'result.json'}: has no expert's video to lay over: leave out --overlay"
    )


def test_an_expert_who_is_drawn_is_in_step_by_what_the_player_was_told(tmp_path):
    steps = {"query": [1.0, 1.8], "reference": [0.0, 0.4], "doubt": [0.1, 0.1]}
    kept = read_kept(write_report(tmp_path, playback=SHOWN | {"steps": steps}, alignment=None))
    assert kept.steps == ((1.0, 0.0), (1.8, 0.4))
    assert expert_seconds(kept, 1.4, plain=False) == pytest.approx(0.2)
    unseen = read_kept(write_report(tmp_path, playback=SHOWN | {"steps": None}, alignment=None))
    assert unseen.steps == ()


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"schema": "another"}, "is not a podium-result of version 1"),
        ({"playback": None}, "playback is no object"),
        ({"remarks": {}}, "remarks is no list of at most 10,000 entries"),
        ({"clips": [3]}, "an entry of clips is no object"),
        (
            {"alignment": {"query_seconds": [2, 1], "reference_seconds": [1, 2]}},
            "query_seconds goes back in time",
        ),
        (
            {"alignment": {"query_seconds": [1], "reference_seconds": []}},
            "alignment has not as many moments of both videos",
        ),
        (
            {"playback": SHOWN | {"steps": {"query": [1], "reference": []}}},
            "steps has not as many moments of both videos",
        ),
        ({"playback": {"query": {"name": 3}}}, "name is no text of at most 1,000 characters"),
        (
            {"playback": {"query": {"name": "a", "offset_seconds": 1e300}}},
            "offset_seconds is no number of at most 1e+06",
        ),
    ],
)
def test_a_result_that_does_not_fit_is_refused(tmp_path, changes, why):
    write_report(tmp_path, **changes)
    with pytest.raises(UnusableFile) as refused:
        read_kept(tmp_path)
    assert str(refused.value) == f"{tmp_path / 'result.json'}: {why}: {ANEW}"


def test_what_is_missing_is_named(tmp_path):
    with pytest.raises(MissingFile) as refused:
        read_kept(tmp_path)
    assert str(refused.value) == (
        f"{tmp_path / 'result.json'}: no such file: name the folder that podium score "
        "--report-dir wrote"
    )
    write_report(tmp_path)
    (tmp_path / "reference.mp4").unlink()
    with pytest.raises(MissingFile) as refused:
        read_kept(tmp_path / "result.json")
    assert str(refused.value) == (
        f"{tmp_path / 'reference.mp4'}: no such file beside result.json: {ANEW}"
    )


def test_a_film_too_large_to_send_is_refused(tmp_path, small, monkeypatch):
    monkeypatch.setattr(film, "MAX_BYTES", 100)
    monkeypatch.setattr(film, "QUALITIES", (39,))
    kept = read_kept(write_report(tmp_path))
    with pytest.raises(UnusableFile, match="that can be sent: score a shorter part of the video"):
        make_film(kept, load_words())


def drawing(side: str, frame: int, **changes: object) -> dict[str, object]:
    """A bar across the middle of a picture, drawn on one frame."""
    seconds = frame / 30 + SHOWN[side]["offset_seconds"]
    places = [[0.1, 0.5], [0.9, 0.5]]
    return {"side": side, "frame": frame, "seconds": seconds, "tool": "line", "places": places,
            **changes}  # fmt: skip


def test_a_film_stands_still_where_something_was_drawn(tmp_path):
    kept = read_kept(write_report(tmp_path, drawings=[drawing("query", 3), drawing("query", 3)]))
    shown = timeline(kept, plain=False, end=1.8)
    bare = schedule(1.0, 1.8, worst_moments(kept))
    assert len(shown) == len(bare) + 30  # both at once: one second
    on = [number for number, one in enumerate(shown) if one.drawings]
    assert on == list(range(3, 3 + 1 + 30 + 14))  # and half a second as it goes on
    held = [one.moment for one in shown[3:34]]
    assert held == [pytest.approx(1.1)] * 31
    assert [(one.moment, one.is_slow) for one in [*shown[:4], *shown[34:]]] == bare


def test_what_was_drawn_lies_on_its_own_video(tmp_path, small):
    drawings = [drawing("query", 2), drawing("reference", 12, tool="circle")]
    kept = read_kept(write_report(tmp_path, drawings=drawings))
    film_frames = decoded(make_film(kept, load_words()).content)
    shown = timeline(kept, plain=False, end=1.0 + N_FRAMES / 30)
    assert len(film_frames) == len(shown)
    for picture, meant_here in zip(film_frames, shown, strict=True):
        for number, side in enumerate(("query", "reference")):
            half = picture[:, number * WIDTH : (number + 1) * WIDTH].astype(int)
            has = (half.max(axis=2) - half.min(axis=2)).max() > 60  # the rest is grey
            assert has == any(one.side == side for one in meant_here.drawings)


def test_a_report_that_is_one_file_is_filmed_with_what_was_drawn_in_it(tmp_path, small):
    folder = write_report(tmp_path)
    result = (folder / "result.json").read_text()
    notes = {"drawings": [drawing("query", 3)]}
    scripts = {"data": {"name": "mine.mp4", "saved": {"result.json": result}}, "notes": notes}
    page = "".join(f'<script type="application/json" id="{id_}">{json.dumps(held)}</script>'
                   for id_, held in scripts.items())  # fmt: skip
    for side in ("query", "reference"):
        letters = base64.b64encode((folder / f"{side}.mp4").read_bytes()).decode()
        page += f'<script type="text/plain" id="{side}-video">{letters}</script>'
        (folder / f"{side}.mp4").unlink()
    (folder / "mine.html").write_text(page)
    with opened(folder / "mine.html") as kept:
        assert len(kept.drawings) == 1
        assert len(decoded(make_film(kept, load_words()).content)) == 42 + 30
        lying = kept.query.path
    assert not lying.exists()


def test_what_was_drawn_in_the_page_of_a_folder_counts_too(tmp_path):
    folder = write_report(tmp_path)
    held = json.dumps({"drawings": [drawing("query", 3)]})
    notes = f'<script type="application/json" id="notes">{held}</script>'
    (folder / "report.html").write_text(notes)
    assert len(read_kept(folder).drawings) == 1


@pytest.mark.parametrize(
    ("page", "why"),
    [
        ("<p>", "is no report of Podium: name a report that was kept (.html), a result.json or a "
         "folder"),
        ('<script type="application/json" id="data">{"saved": {}}</script>',
         f"holds no result of an assessment: {ANEW}"),
        ('<script type="application/json" id="data">{"saved": {"result.json": "{}"}}</script>'
         '<script type="text/plain" id="query-video">?</script>',
         "its copy of a video is damaged (Only base64 data is allowed)"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_report_is_refused(tmp_path, page, why):
    (tmp_path / "mine.html").write_text(page)
    with pytest.raises(UnusableFile) as refused, opened(tmp_path / "mine.html"):
        pass
    assert str(refused.value) == f"{tmp_path / 'mine.html'}: {why}"


def test_no_remark_is_cut_off_beside_another():
    long, other = "The entry is not upright at all", "The splash is large"
    assert whole_lines_of([long, other], 20, 420, 2) == [f"{long} / The splash", "is large"]
    assert whole_lines_of([long, other], 20, 230, 2) == ["The entry is not", "upright at all"]
    assert whole_lines_of([long, other], 20, 90, 2) == ["The", "entry i…"]
    assert whole_lines_of([], 20, 90, 2) == []
