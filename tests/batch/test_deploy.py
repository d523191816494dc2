"""What `deploy` holds for schedulers, run as processes of this machine."""

import json
import os
import shutil
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from podium.cli.commands import run

DEPLOY = Path(__file__).parents[2] / "deploy"


@pytest.fixture
def programs(tmp_path):
    """`srun`, `scontrol` and `podium`, as a node of a cluster has them."""
    folder = tmp_path / "programs"
    folder.mkdir()
    for name, line in {
        "srun": 'exec "$@"',
        "scontrol": f'echo "$@" >> {tmp_path}/requeued',
        "podium": f'exec {sys.executable} -c "from podium.start import main; main()" "$@"',
    }.items():
        (folder / name).write_text(f"#!/bin/sh\n{line}\n")
        (folder / name).chmod(0o755)
    return folder


@pytest.fixture
def whole(small_model, tmp_path, monkeypatch):
    monkeypatch.setenv("PODIUM_CACHE", str(small_model.cache))
    words = ["predict", small_model.manifest, "--out", tmp_path / "whole.csv", "--split", "test"]
    assert run([str(word) for word in [*words, "--model", small_model.folder]]) == 0
    return (tmp_path / "whole.csv").read_bytes()


def task(programs, out, i, *words):
    return subprocess.run(
        ["sh", DEPLOY / "predict.sbatch", *words],
        capture_output=True, text=True, timeout=120,
        env={**os.environ, "PATH": f"{programs}:{os.environ['PATH']}", "SLURM_JOB_ID": "7",
             "SLURM_ARRAY_JOB_ID": "6", "SLURM_ARRAY_TASK_ID": str(i),
             "SLURM_ARRAY_TASK_COUNT": "2", "SLURM_CPUS_PER_TASK": "1"},
    )  # fmt: skip


def test_an_array_of_jobs_is_one_run(small_model, programs, whole, tmp_path):
    out, merged = tmp_path / "p.csv", tmp_path / "merged.csv"
    words = [small_model.manifest, out, "--split", "test", "--model", small_model.folder]
    for i in range(2):
        done = task(programs, out, i, *words)
        assert done.returncode == 0, done.stderr
    assert run(["merge", str(merged), str(out)]) == 0
    assert merged.read_bytes() == whole


def test_a_job_that_was_stopped_is_queued_again(programs, tmp_path):
    (programs / "podium").write_text("#!/bin/sh\nexit 75\n")
    assert task(programs, tmp_path / "p.csv", 1, "t.csv", "p.csv").returncode == 75
    assert (tmp_path / "requeued").read_text() == "requeue 6_1\n"


def test_an_array_without_names_says_what_it_needs(programs, tmp_path):
    done = task(programs, tmp_path / "p.csv", 0, "dives.csv")
    assert (done.returncode, done.stdout, done.stderr) == (
        2,
        "",
        "name the table and what to write: sbatch --array=0-63 deploy/predict.sbatch dives.csv "
        "predictions.csv\n",
    )


def test_an_indexed_job_is_one_run(small_model, whole, tmp_path, monkeypatch):
    yaml = pytest.importorskip("yaml", reason="PyYAML is not installed")
    job = yaml.safe_load((DEPLOY / "predict-job.yaml").read_text())
    (container,) = job["spec"]["template"]["spec"]["containers"]
    variables = {one["name"]: one["value"] for one in container["env"]}
    assert variables["JOB_COMPLETION_COUNT"] == str(job["spec"]["completions"])
    assert [*container["command"][:2], container["command"][-1]] == [
        "podium",
        "predict",
        "--resume",
    ]
    table, out = container["command"][2], container["command"][4]
    places = {table: str(small_model.manifest), out: str(tmp_path / "p.csv")}
    words = [places.get(word, word) for word in container["command"][1:]]
    monkeypatch.setenv("JOB_COMPLETION_COUNT", "3")
    for i in range(3):
        monkeypatch.setenv("JOB_COMPLETION_INDEX", str(i))
        assert run([*words, "--split", "test", "--model", str(small_model.folder)]) == 0
    merged = tmp_path / "merged.csv"
    assert run(["merge", str(merged), str(tmp_path / "p.csv")]) == 0
    assert merged.read_bytes() == whole


def steps(given):
    """List the steps of a container file: what each is called, and its words."""
    text = (DEPLOY / "Containerfile").read_text().replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [rest for name, _, rest in (line.partition(" ") for line in lines) if name == given]


def test_the_steps_of_the_container_make_what_it_promises(programs, tmp_path):
    """In a plain folder, with a `pip` that only says what it was asked for."""
    root, variables = tmp_path / "root", {"EXTRAS": "[train]"}
    folder = root / "wheel"
    folder.mkdir(parents=True)
    (folder / "podium-0.1.0-py3-none-any.whl").touch()
    (programs / "pip").write_text(f'#!/bin/sh\necho "$@" > {tmp_path}/asked\n')
    (programs / "pip").chmod(0o755)
    said = ""
    for line in steps("RUN"):
        here = line.replace("/wheel", f"{folder}")
        here = here.replace("/cache /videos", f"{root}/cache {root}/videos")
        done = subprocess.run(
            ["sh", "-ec", here], capture_output=True, text=True, timeout=120,
            env={**os.environ, **variables, "PATH": f"{programs}:{os.environ['PATH']}"},
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        said += done.stdout
    assert (tmp_path / "asked").read_text() == (
        f"install --no-cache-dir --constraint {folder}/constraints.txt "
        f"{folder}/podium-0.1.0-py3-none-any.whl[train]\n"
    )
    assert said == f"podium {version('podium')}\n"
    assert sorted(path.name for path in root.iterdir()) == ["cache", "videos"]
    assert (root / "cache").stat().st_mode & 0o1777 == 0o1777


def test_what_the_container_copies_is_there_or_made_by_the_release():
    (line,) = steps("COPY")
    *copied, to = line.split()
    assert copied == ["constraints.txt", "dist/podium-*.whl"]
    assert (DEPLOY.parent / copied[0]).is_file()
    ignored = (DEPLOY.parent / ".dockerignore").read_text().split()
    assert ignored == ["*", "!constraints.txt", "!dist/*.whl"]
    assert steps("RUN")[0].count(to.rstrip("/")) == 2


def one(given):
    """The one step of a container file that is called so."""
    (line,) = steps(given)
    return line


@pytest.mark.skipif(not shutil.which("unshare"), reason="unshare, of util-linux, is not there")
def test_what_the_container_runs_needs_no_network_and_no_settings(small_model, programs, tmp_path):
    """Its entry point in an empty folder of videos, with its variables alone, cut off."""
    alone = ["unshare", "--net"] if os.geteuid() == 0 else ["unshare", "--net", "--map-root-user"]
    if subprocess.run([*alone, "true"], capture_output=True, timeout=60).returncode:
        pytest.skip("this system lets nobody cut a process off from the network")
    videos, cache = tmp_path / "videos", tmp_path / "cache"
    videos.mkdir(), cache.mkdir()
    shutil.copy(small_model.video(), videos / "my_dive.mp4")
    variables = dict(word.split("=") for word in one("ENV").split())
    assert variables == {"PODIUM_CACHE": "/cache", "OMP_NUM_THREADS": "1", "HOME": "/cache"}
    assert (one("WORKDIR"), one("USER")) == ("/videos", "65534:65534")
    words = [*json.loads(one("ENTRYPOINT")), "score", "my_dive.mp4", "--json"]
    done = subprocess.run(
        [*alone, *words, "--model", str(small_model.folder)],
        capture_output=True, text=True, timeout=250, cwd=videos,
        env={"PATH": f"{programs}:/usr/bin:/bin"}
        | {name: value.replace("/cache", str(cache)) for name, value in variables.items()},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["model"] == "bars"
    assert [path.name for path in videos.iterdir()] == ["my_dive.mp4"]
    assert [*cache.rglob("*.safetensors")], "its cache is where the container says"
