"""Ray and Slurm call the same function for each video: the same bytes, whatever is lost meanwhile.

Where Ray or submitit is not installed, their tests are skipped: pip install 'podium[ray,slurm]'.
"""

import re
import signal
import sys
from dataclasses import replace

import pytest

from messages import whole
from podium.batch import Parts
from podium.batch.engines import find_engine
from podium.batch.origin import made_with
from podium.batch.running import Batch
from podium.batch.scoring import Task
from podium.cli.commands import run
from podium.errors import MissingExtra, UnknownName, UsageError


def never():
    pytest.fail("the model was loaded here")


@pytest.fixture
def tasks(small_model):
    return [Task(one, one.path.name, str(small_model.folder)) for one in small_model.performances()]


@pytest.fixture
def expected(small_model, tmp_path):
    return predicted(small_model, tmp_path, "here")


def predicted(small_model, folder, engine):
    out = folder / f"{engine.partition(':')[0]}.csv"
    words = ["predict", small_model.manifest, "--model", small_model.folder, "--out", out]
    assert run([str(word) for word in [*words, "--engine", engine, "--jobs", 2]]) == 0
    assert not Parts.beside(out).folder.exists()
    return out.read_bytes()


@pytest.mark.parametrize("name", ["spark", "ray:", "slurm:elsewhere", "", "here:there"])
def test_an_engine_that_there_is_not_is_refused(name):
    message = (
        f"no engine is called {name!r}: choose here, ray, ray:ADDRESS, slurm, or slurm:local "
        "(jobs as processes of this machine)"
    )
    with pytest.raises(UsageError, match=whole(message)):
        find_engine(name, 1, never)


@pytest.mark.parametrize(
    ("name", "package", "message"),
    [
        (
            "ray:auto",
            "ray",
            "--engine ray:auto needs Ray, which is not installed: pip install 'podium[ray]', or "
            "leave --engine out",
        ),
        (
            "slurm",
            "submitit",
            "--engine slurm needs submitit, which is not installed: pip install 'podium[slurm]', "
            "or run an array of jobs with --shard",
        ),
    ],
)
def test_an_engine_that_is_not_installed_says_how_to_get_it(monkeypatch, name, package, message):
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(MissingExtra, match=whole(message)):
        find_engine(name, 1, never)


@pytest.fixture
def submitit():
    return pytest.importorskip("submitit", reason="submitit is not installed")


def test_slurm_is_looked_for(submitit, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    message = (
        "--engine slurm needs sbatch, which is not on this machine: run it where jobs can be "
        "submitted, or choose slurm:local (jobs as processes of this machine)"
    )
    with pytest.raises(UsageError, match=whole(message)):
        find_engine("slurm", 1, never)


def test_jobs_give_the_same_bytes(submitit, small_model, expected, tmp_path):
    assert predicted(small_model, tmp_path, "slurm:local") == expected


def test_a_job_that_ends_early_leaves_what_it_did(submitit, small_model, tasks, tmp_path):
    parts, with_what = Parts(tmp_path / "parts"), made_with(str(small_model.folder))
    ending = [replace(task, model="gone") if n == 5 else task for n, task in enumerate(tasks)]
    batch = Batch(ending, parts, with_what)
    assert len([*batch.run(find_engine("slurm:local", 2, never), lambda: False)]) == 30
    failed = [one for one in batch.records if one.failed]
    # Of the two jobs, the second had those of odd numbers; of these it did the first two.
    assert [one.id for one in failed] == [f"{number:03d}" for number in range(5, 30, 2)]
    for one in failed:
        assert re.fullmatch(
            rf".*/{one.id}\.mp4: its job \d+ ended before it was scored "
            r"\(.*/parts/jobs/\d+_0_log\.err says why\): try it again with --resume",
            one.predicted["error"],
        )
    again = Batch(tasks, parts, with_what)
    assert again.resume() == 30 - len(failed)
    assert [task.performance.id for task in again.waiting] == [one.id for one in failed]


def test_jobs_that_are_to_stop_end_without_a_word(submitit, small_model, tasks, tmp_path, capfd):
    """What watches over a job here answers the signal with a traceback: it is in a file."""
    parts, with_what = Parts(tmp_path / "parts"), made_with(str(small_model.folder))
    batch = Batch(tasks, parts, with_what)
    ids = []
    for record in batch.run(find_engine("slurm:local", 2, never), lambda: bool(ids)):
        ids.append(record.id)
    assert capfd.readouterr() == ("", "")
    assert (tmp_path / "parts" / "jobs" / "processes.err").is_file()
    kept = [*(tmp_path / "parts").glob("records/*/*.json")]
    assert len(kept) == len(ids) == len(set(ids)) == 30 - len(batch.waiting)
    again = Batch(tasks, parts, with_what)
    assert again.resume() == len(ids)
    [*again.run(find_engine("slurm:local", 2, never), lambda: False)]
    assert [one.failed for one in again.records] == [False] * 30


@pytest.fixture
def cluster(monkeypatch):
    """Two nodes of one processor each, on this machine."""
    monkeypatch.setenv("RAY_USAGE_STATS_ENABLED", "0")
    ray = pytest.importorskip("ray", reason="Ray is not installed")
    from ray.cluster_utils import Cluster

    before = signal.getsignal(signal.SIGTERM)
    made = Cluster(initialize_head=True, head_node_args={"num_cpus": 1})
    made.other = made.add_node(num_cpus=1)
    ray.init(address=made.address, log_to_driver=False, logging_level="ERROR")
    yield made
    ray.shutdown()
    made.shutdown()
    signal.signal(signal.SIGTERM, before)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_ray_gives_the_same_bytes_though_a_node_is_killed(
    cluster, small_model, tasks, expected, tmp_path
):
    assert predicted(small_model, tmp_path, "ray") == expected
    parts = Parts(tmp_path / "parts")
    batch = Batch(tasks, parts, made_with(str(small_model.folder)))
    ids = []
    for record in batch.run(find_engine("ray", 1, never), lambda: False):
        ids.append(record.id)
        if len(ids) == 3:
            cluster.remove_node(cluster.other, allow_graceful=False)
    assert sorted(ids) == [task.performance.id for task in tasks]
    alone = Batch(tasks, Parts(tmp_path / "alone"), made_with(str(small_model.folder)))
    from podium.assessor import load

    [*alone.run(find_engine("here", 1, lambda: load(small_model.folder)), lambda: False)]
    assert batch.records == alone.records


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_ray_begins_no_more_once_it_is_to_stop(cluster, tasks, tmp_path):
    from podium.batch._ray import OnRay

    asked = iter([False, False])
    found = [*OnRay()(tasks, Parts(tmp_path), lambda: next(asked, True))]
    assert 1 <= len(found) <= 5
    (task,) = tasks[:1]
    with pytest.raises(UnknownName, match=r"^no model is called 'nothing': choose one of "):
        [*OnRay()([Task(task.performance, "", "nothing")], Parts(tmp_path), lambda: False)]
