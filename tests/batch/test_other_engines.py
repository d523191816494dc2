"""What docs/scale.md shows of other engines is run as it stands there, each as a script.

Those that are not installed are skipped: pip install dask daft 'ray[data]' pandas.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "scale.md"

SCRIPTS = re.findall(r"^```python\n(.*?)^```", PAGE.read_text("utf-8"), re.M | re.S)


def script_of(package: str) -> str:
    (script,) = [one for one in SCRIPTS if re.search(rf"^import .*\b{package}\b", one, re.M)]
    return script


@pytest.mark.parametrize("package", ["dask", "ray", "daft"])
def test_six_lines_for_another_engine_say_of_each_video_what_score_it_has(
    package, make_video, tmp_path
):
    """The videos are no dives, so their score is withheld, and that is an answer."""
    pytest.importorskip(package, reason=f"{package} is not installed")
    if package == "ray":
        pytest.importorskip("ray.data", reason="Ray is installed without its data")
    script = tmp_path / "example.py"
    script.write_text(script_of(package).replace("/videos/", f"{tmp_path}/"), "utf-8")
    for name in ("a.mp4", "b.mp4"):
        make_video(name)
    done = subprocess.run(
        [sys.executable, script], capture_output=True, text=True, timeout=280, cwd=tmp_path,
        env={**os.environ, "OMP_NUM_THREADS": "1", "PODIUM_CACHE": str(tmp_path / "cache")},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    table = sorted(line.split()[1:] for line in done.stdout.splitlines()[-2:])
    said = {"dask": "['', '']\n", "daft": "{'path': ['a.mp4', 'b.mp4'], 'score': ['', '']}\n"}
    assert table == [["a.mp4"], ["b.mp4"]] if package == "ray" else done.stdout == said[package]
