"""`podium render`: what it writes, and what it refuses."""

from podium.cli.app import Exit
from podium.report import film
from report.test_film import HEIGHT, WIDTH, write_report


def test_a_film_is_written_whole(podium, tmp_path, monkeypatch):
    monkeypatch.setattr(film, "PANEL_WIDTH", WIDTH)
    monkeypatch.setattr(film, "PANEL_HEIGHT", HEIGHT)
    out = tmp_path / "film" / "side_by_side.mp4"
    code, said, told = podium("render", write_report(tmp_path), "--out", out)
    assert (code, said) == (Exit.DONE, "")
    assert told.endswith(f", 1.4 s, {out.stat().st_size:,} bytes)\n")
    assert [one.name for one in out.parent.iterdir()] == [out.name]


def test_what_it_refuses(podium, tmp_path):
    write_report(tmp_path)
    before = (tmp_path / "query.mp4").read_bytes()
    assert podium("render", tmp_path, "--out", tmp_path / "query.mp4") == (
        Exit.USAGE, "",
        f"podium: {tmp_path / 'query.mp4'}: is an input and would be overwritten: "
        "choose another file\n",
    )  # fmt: skip
    assert (tmp_path / "query.mp4").read_bytes() == before
    assert podium("render", tmp_path, "--out", tmp_path / "film.avi") == (
        Exit.USAGE, "",
        f"podium: --out {tmp_path / 'film.avi'} must end in .mp4: name another file for the "
        "film\n",
    )  # fmt: skip
    assert podium("render", tmp_path) == (
        Exit.USAGE, "", "podium: podium render needs --out or --still: name a file to write\n"
    )  # fmt: skip
    missing = tmp_path / "none"
    assert podium("render", missing, "--out", tmp_path / "film.mp4") == (
        Exit.INPUT, "",
        f"podium: {missing / 'result.json'}: no such file: name the folder that podium score "
        "--report-dir wrote\n",
    )  # fmt: skip
    assert not (tmp_path / "film.mp4").exists()
