"""Of two runs that would do the same at the same place, the second is refused, and changes naught.

Two real processes are tried in tests/cli/test_two_at_once.py.
"""

import pytest

from messages import whole
from podium.batch import Parts, Shard
from podium.batch.claims import claimed
from podium.errors import UsageError
from podium.machine.stores import Elsewhere


def refused(folder, shard, claimed_by):
    message = (
        f"{folder}: another run is working on shard {claimed_by} there: wait until it has ended, "
        "or give another --out"
    )
    with pytest.raises(UsageError, match=whole(message)), claimed(folder, shard):
        pytest.fail("it was let in")


def test_a_shard_is_worked_on_once_at_a_time(tmp_path):
    with claimed(tmp_path / "parts", Shard(1, 3)):
        refused(tmp_path / "parts", Shard(1, 3), "1/3")
        with claimed(tmp_path / "parts", Shard(2, 3)):
            refused(tmp_path / "parts", Shard(1, 3), "1/3")
    with claimed(tmp_path / "parts", Shard(1, 3)):
        pass
    assert [*tmp_path.iterdir()] == []


def test_a_table_is_divided_in_one_way_at_a_time(tmp_path):
    with claimed(tmp_path, Shard(1, 3)):
        refused(tmp_path, Shard(), "1/3")
        refused(tmp_path, Shard(0, 2), "1/3")
    with claimed(tmp_path, Shard()):
        refused(tmp_path, Shard(1, 3), "0/1")


def test_what_a_killed_run_left_claims_nothing(tmp_path):
    (tmp_path / "shard-0-of-1.lock").touch()
    (tmp_path / "shard-0-of-2.lock").touch()
    with claimed(tmp_path, Shard()):
        assert [path.name for path in tmp_path.iterdir()] == ["shard-0-of-1.lock"]


def test_a_whole_run_may_remove_its_folder_while_it_claims_it(tmp_path):
    with claimed(tmp_path / "parts", Shard()):
        Parts(tmp_path / "parts").remove()
        assert not (tmp_path / "parts").exists()
    assert not (tmp_path / "parts").exists()


def test_a_link_is_no_lock(tmp_path):
    (tmp_path / "mine").write_text("mine")
    (tmp_path / "shard-0-of-1.lock").symlink_to(tmp_path / "mine")
    message = f"{tmp_path / 'shard-0-of-1.lock'}: is a link, not Podium's lock: remove it"
    with pytest.raises(UsageError, match=whole(message)), claimed(tmp_path, Shard()):
        pytest.fail("it was let in")
    assert (tmp_path / "mine").read_text() == "mine"


def test_where_nothing_can_be_locked_the_work_is_done(tmp_path, monkeypatch):
    def refuse(lock):
        raise NotImplementedError

    monkeypatch.setattr("filelock.FileLock.acquire", refuse)
    with claimed(tmp_path, Shard()), claimed(tmp_path, Shard()):
        pass


def test_in_a_store_nothing_is_locked():
    store = object.__new__(Elsewhere)
    with claimed(store, Shard()), claimed(store, Shard()):
        pass
