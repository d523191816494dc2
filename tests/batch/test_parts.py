"""The records of a table while it is made: whole or not there, and nothing else is believed."""

import json

import pytest

from messages import whole
from podium.batch import Parts, Plan, Record, Shard, merge
from podium.batch.origin import Origin
from podium.errors import ManifestError, MissingFile
from podium.performance import Performance

ONE = Origin("code", "one", "files of one")
TABLE = [Performance(f"{number:03d}", None) for number in range(20)]


def record(id, **cells):
    return Record(id, {"file_name": f"{id}.mp4", "id": id, **cells})


def make(folder, shard, table=TABLE, origin=ONE, but=()):
    """A part of which all is done `but` some ids."""
    parts = Parts.beside(folder / f"{shard.i}.csv")
    plan = Plan.of(table, shard, origin)
    parts.begin(plan)
    for _, id in plan.rows:
        if id not in but:
            parts.keep(record(id), "made")
    return folder / f"{shard.i}.csv"


def make_all(folder, n=3, **how):
    return [make(folder, Shard(i, n), **how) for i in range(n)]


def refused(paths, message):
    with pytest.raises(ManifestError, match=whole(f"nothing was merged: {message}")):
        merge(paths)


def test_a_record_comes_back_as_it_was(tmp_path):
    parts = Parts(tmp_path)
    kept = Record("a\udc80\n/..", {"id": "ä", "error": "\x1b"}, {"tightness": "3"})
    parts.keep(kept, "this")
    assert parts.find(kept.id) == parts.find(kept.id, "this") == kept
    assert parts.find(kept.id, "that") is None
    assert parts.find("b") is None


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text[:-9],
        lambda text: "[]",
        lambda text: "7",
        lambda text: "{}",
        lambda text: "[" * 500,
        lambda text: text.replace('"done": true', '"done": false'),
        lambda text: text.replace('"id": "a"', '"id": "b"'),
        lambda text: text.replace('"score": "1.0"', '"score": 1.0'),
        lambda text: text.replace('"measured": null', '"measured": []'),
        lambda text: " " * 5_000_000 + text,
    ],
)
def test_a_record_that_is_damaged_is_none(tmp_path, change):
    parts = Parts(tmp_path)
    parts.keep(record("a", score="1.0"), "this")
    (path,) = tmp_path.glob("records/*/*.json")
    path.write_text(change(path.read_text()))
    assert parts.find("a") is None


def test_parts_are_put_together_in_the_order_of_the_table(tmp_path):
    paths = make_all(tmp_path)
    assert [one.id for one in merge(paths[::-1])] == [one.id for one in TABLE]
    assert merge([Parts.beside(path).folder for path in paths]) == merge(paths)


def test_shards_may_share_one_folder(tmp_path):
    parts = Parts.beside(tmp_path / "p.csv")
    for i in range(4):
        plan = Plan.of(TABLE, Shard(i, 4), ONE)
        parts.begin(plan)
        for _, id in plan.rows:
            parts.keep(record(id), "made")
    assert [one.id for one in merge([tmp_path / "p.csv"])] == [one.id for one in TABLE]
    parts.begin(Plan.of(TABLE, Shard(), ONE))  # and then the whole at once
    assert [one.id for one in merge([tmp_path / "p.csv"])] == [one.id for one in TABLE]


def test_a_part_without_records_is_refused(tmp_path):
    path = tmp_path / "p.csv"
    message = (
        f"{path}: no records are in {path}.parts: name what podium predict, measure, train or "
        "benchmark wrote with --shard, with the folder beside it"
    )
    with pytest.raises(MissingFile, match=whole(message)):
        merge([path])


def test_a_shard_that_is_missing_is_named(tmp_path):
    paths = make_all(tmp_path)
    n = len(Shard(1, 3).cut(TABLE))
    refused([paths[0], paths[2]], f"{n} of 20 performances are in none of the parts (shards 1/3)")


def test_what_is_not_done_is_named(tmp_path):
    first = [one.id for one in Shard(0, 3).cut(TABLE)]
    paths = make_all(tmp_path, but=first)
    named = ", ".join(map(repr, first[:3]))
    refused(
        paths,
        f"{paths[0]}: {len(first)} of the {len(first)} performances of shard 0/3 are not done "
        f"({named}, ...): run it again with --resume",
    )


def test_a_part_that_is_given_twice_is_refused(tmp_path):
    paths = make_all(tmp_path)
    id = Shard(0, 3).cut(TABLE)[0].id
    refused(
        [*paths, paths[0]],
        f"{id!r} is in shard 0/3 of {paths[0]} and in shard 0/3 of {paths[0]}: name each part once",
    )


def test_parts_of_two_tables_or_two_models_are_refused(tmp_path):
    paths = make_all(tmp_path)
    make(tmp_path, Shard(0, 3), TABLE[:12])
    make(tmp_path, Shard(2, 3), origin=Origin("newer", "another", "its files", "mixed"))
    n = len(Shard(0, 3).cut(TABLE)) - len(Shard(0, 3).cut(TABLE[:12]))
    refused(
        paths,
        f"shard 0/3 of {paths[0]} is of another table (12 performances) than shard 1/3 of "
        f"{paths[1]} (20): run it again with --resume; shard 2/3 of {paths[2]} was made otherwise "
        f"than shard 1/3 of {paths[1]} (the model 'another', not the model 'one'; precision mixed, "
        "not float32; another version of Podium): make all with the same, without --resume; "
        f"{n} of 20 performances are in none of the parts",
    )


@pytest.mark.parametrize("rows", [None, [[0]], [["0", "a"]], [[20, "a"]], [[True, "a"]], [[0, 1]]])
def test_a_plan_that_is_damaged_is_refused(tmp_path, rows):
    path = make(tmp_path, Shard())
    plan = Parts.beside(path).folder / "shard-0-of-1.json"
    plan.write_text(json.dumps({**json.loads(plan.read_text()), "rows": rows}))
    message = f"{plan}: is damaged (its rows are none): run shard 0/1 again with --resume"
    with pytest.raises(ManifestError, match=whole(message)):
        merge([path])


def test_only_what_is_ours_is_removed(tmp_path):
    parts = Parts.beside(make(tmp_path, Shard()))
    parts.write_failed(Shard(), b"")
    (parts.folder / ".shard-0-of-1.json.abcd1234").touch()
    (parts.folder / "notes.txt").touch()
    (parts.folder / "records" / "mine.json").touch()
    parts.remove()
    left = {path.relative_to(parts.folder).as_posix() for path in parts.folder.rglob("*")}
    assert left == {"notes.txt", "records", "records/mine.json"}


def test_of_one_table_shards_are_named(tmp_path):
    parts = Parts(tmp_path / "p.csv.parts")
    for shard, origin in ((Shard(0, 2), ONE), (Shard(1, 2), Origin("code", "one", "changed"))):
        parts.begin(plan := Plan.of(TABLE, shard, origin))
        for _, id in plan.rows:
            parts.keep(record(id), "made")
    path = tmp_path / "p.csv"
    refused(
        [path],
        f"shard 1/2 of {path} was made otherwise than shard 0/2 of {path} (other files of the "
        "model 'one'): make all with the same, without --resume",
    )


def test_a_plan_that_does_not_say_what_it_was_made_with_is_damaged(tmp_path):
    path = make(tmp_path, Shard())
    plan = Parts.beside(path).folder / "shard-0-of-1.json"
    plan.write_text(json.dumps({**json.loads(plan.read_text()), "origin": "one"}))
    message = (
        f"{plan}: is damaged (origin must be an object of at most 20,000 entries): run shard 0/1 "
        "again with --resume"
    )
    with pytest.raises(ManifestError, match=whole(message)):
        merge([path])
    assert Parts.beside(path).other_origins(Origin("newer")) == []
