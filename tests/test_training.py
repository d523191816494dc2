import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load_file

from messages import whole
from podium.errors import TrainingError, UsageError
from podium.features import event
from podium.features.extraction import FeatureCache
from podium.features.values import Sample
from podium.folds.groups import grouped_by
from podium.model import load_model
from podium.performance import Performance, Phase
from podium.scorers.ridge import Ridge
from podium.training import Progress, TrainingOptions, left_out, marked, train_model
from podium.training.marked import moments
from podium.training.run import learn_witnesses_anew
from podium.video.augmentation import AugmentationOptions
from podium.video.clips import ClipOptions
from small_models import RECORDED


@pytest.fixture(autouse=True)
def _quick(quick_intervals):
    pass


@pytest.fixture
def cache(small_model) -> FeatureCache:
    return FeatureCache(small_model.cache / "features")


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


class Interrupting:
    """Makes the scorer of each fold: counts them, and is interrupted at one."""

    def __init__(self, at: int | None = None) -> None:
        self.at, self.n_calls = at, 0
        self.make = left_out.make_scorer

    def __call__(self, *given) -> Any:
        if self.n_calls == self.at:
            raise KeyboardInterrupt
        self.n_calls += 1
        return self.make(*given)


# the same model


def test_the_same_seed_gives_the_same_bytes(small_model, cache, tmp_path):
    train_model(small_model.performances(), tmp_path / "bars", small_model.options, cache=cache)
    assert contents(tmp_path / "bars") == contents(small_model.folder)


def test_another_seed_gives_another_model(small_model, cache, tmp_path):
    options = replace(small_model.options, seed=1)
    train_model(small_model.performances(), tmp_path / "bars", options, cache=cache)
    assert contents(tmp_path / "bars").keys() == contents(small_model.folder).keys()
    one, other = contents(tmp_path / "bars"), contents(small_model.folder)
    assert all(one[name] != other[name] for name in one)


def test_what_is_marked_test_or_has_no_score_is_not_looked_at(small_model, cache, tmp_path):
    garbage = [
        replace(p, score=-1e6, action="z", path=tmp_path / "none.mp4") if p.split == "test" else p
        for p in small_model.performances()
    ]
    unlabelled = Performance("u", tmp_path / "none.mp4", action="107")
    train_model([*garbage, unlabelled], tmp_path / "bars", small_model.options, cache=cache)
    assert contents(tmp_path / "bars") == contents(small_model.folder)


def test_the_folder_it_lies_in_gives_the_name(small_model, cache, tmp_path, monkeypatch):
    (tmp_path / "mine").mkdir()
    monkeypatch.chdir(tmp_path / "mine")
    options = replace(small_model.options, scorer="ridge", scorer_options=None)
    model, extraction = train_model(small_model.performances(), Path(), options, cache=cache)
    assert model.name == "mine"
    assert len(extraction.samples) == 24
    assert extraction.errors == {}


# interrupted and resumed


@pytest.mark.parametrize("at", [0, 1, 4])
def test_resumed_it_has_the_bytes_of_an_uninterrupted_run(
    small_model, cache, tmp_path, monkeypatch, at
):
    folder, performances = tmp_path / "bars", small_model.performances()
    with monkeypatch.context() as patch:
        patch.setattr(left_out, "make_scorer", Interrupting(at))
        with pytest.raises(KeyboardInterrupt):
            train_model(performances, folder, small_model.options, cache=cache)
    assert all(name.startswith(".unfinished/fold-") for name in contents(folder))
    assert len(contents(folder)) == at
    counting = Interrupting()
    monkeypatch.setattr(left_out, "make_scorer", counting)
    train_model(performances, folder, small_model.options, cache=cache, resume=True)
    assert counting.n_calls == 5 - at + 1  # and the model's own
    assert contents(folder) == contents(small_model.folder)
    assert not (folder / ".unfinished").exists()


def interrupted(small_model, cache, folder: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(left_out, "make_scorer", Interrupting(4))
        with pytest.raises(KeyboardInterrupt):
            train_model(small_model.performances(), folder, small_model.options, cache=cache)


@pytest.mark.parametrize(
    "change",
    [{"difficulty": 2.2}, {"action": "407"}, {"score": 20.0}, {"judges": (1.0, 2.0, 3.0)}],
)
def test_folds_of_other_data_are_not_taken(small_model, cache, tmp_path, monkeypatch, change):
    interrupted(small_model, cache, tmp_path / "bars")
    first, *others = small_model.performances()
    counting = Interrupting()
    monkeypatch.setattr(left_out, "make_scorer", counting)
    train_model(
        [replace(first, **change), *others], tmp_path / "bars", small_model.options,
        cache=cache, resume=True,
    )  # fmt: skip
    assert counting.n_calls == 6
    assert set(contents(tmp_path / "bars")) == {"README.md", "config.json", "model.safetensors"}


@pytest.mark.parametrize("content", [b"", b"{", b"null", b"5", b"{}", b"[1.0]"])
def test_a_damaged_fold_is_done_again(small_model, cache, tmp_path, content):
    interrupted(small_model, cache, tmp_path / "bars")
    fold = sorted((tmp_path / "bars" / ".unfinished").iterdir())[0]
    fold.write_bytes(content)
    (fold.parent / f".{fold.name}.half").write_bytes(b"[0.")  # as after kill -9
    train_model(
        small_model.performances(), tmp_path / "bars", small_model.options, cache=cache,
        resume=True,
    )  # fmt: skip
    assert contents(tmp_path / "bars") == contents(small_model.folder)


# what is refused


def test_a_folder_in_use_is_refused(small_model, tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    message = (
        f"{tmp_path}: is not empty: choose another folder, or add --resume to finish or renew it"
    )
    with pytest.raises(UsageError, match=whole(message)):
        train_model(small_model.performances(), tmp_path, small_model.options)
    assert contents(tmp_path) == {"notes.txt": b"mine"}


def test_a_file_is_refused(small_model, tmp_path):
    path = tmp_path / "file"
    path.write_text("mine")
    for resume in (False, True):
        with pytest.raises(
            UsageError, match=whole(f"{path}: is a file: name a folder for the model")
        ):
            train_model(small_model.performances(), path, small_model.options, resume=resume)
    assert path.read_text() == "mine"


def test_nothing_to_learn_from_is_refused(small_model, tmp_path):
    tested = [p for p in small_model.performances() if p.split == "test"]
    message = "no performance outside the splits test and validation has a score to learn from"
    unscored = [replace(p, split=None, score=None) for p in tested]
    for given in ([], tested, unscored, [replace(p, split="validation") for p in tested]):
        with pytest.raises(TrainingError, match=whole(message)):
            train_model(given, tmp_path / "bars", small_model.options)
    assert list(tmp_path.iterdir()) == []


def test_too_few_are_refused(small_model, cache, tmp_path):
    message = "9 usable performances with scores are too few to train on: give 10 or more"
    with pytest.raises(TrainingError, match=whole(message)):
        train_model(
            small_model.performances()[:9], tmp_path / "bars", small_model.options, cache=cache
        )
    assert list(tmp_path.iterdir()) == []


def test_too_few_that_can_be_read_are_refused_with_the_reasons(small_model, cache, tmp_path):
    given = [
        *small_model.performances()[:9],
        *(Performance(f"x{i}", tmp_path / f"{i}.mp4", 50.0) for i in range(4)),
    ]
    reasons = "; ".join(f"{tmp_path}/{i}.mp4: no such file: check the path" for i in range(3))
    message = (
        "9 usable performances with scores are too few to train on: give 10 or more "
        f"(not usable: {reasons})"
    )
    with pytest.raises(TrainingError, match=whole(message)):
        train_model(given, tmp_path / "bars", small_model.options, cache=cache)


def test_an_expert_of_an_action_that_nobody_performs_is_refused(small_model, tmp_path):
    strangers = [
        Performance(id, tmp_path / "x.mp4", 99.0, action="999", is_reference=True) for id in "ab"
    ]
    message = (
        "no performance has the action of these references: a (999), b (999): references must be "
        "of one of 107, 407"
    )
    with pytest.raises(UsageError, match=whole(message)):
        train_model([*small_model.performances(), *strangers], tmp_path / "m", small_model.options)


def test_videos_that_cannot_be_used_are_reported_and_the_others_learned(
    small_model, cache, tmp_path
):
    broken = Performance("broken", tmp_path / "none.mp4", 50.0, action="107", difficulty=2.0)
    options = replace(small_model.options, scorer="ridge", scorer_options=None)
    _, extraction = train_model(
        [*small_model.performances(), broken], tmp_path / "bars", options, cache=cache
    )
    assert {id: str(error) for id, error in extraction.errors.items()} == {
        "broken": f"{tmp_path / 'none.mp4'}: no such file: check the path"
    }


# what is measured


@pytest.mark.parametrize("scorer", ["constant", "difficulty", "type_mean", "ridge"])
def test_every_scorer_is_trained_with_its_evidence(small_model, cache, tmp_path, scorer):
    options = TrainingOptions(scorer=scorer)
    model, _ = train_model(small_model.performances(), tmp_path / "m", options, cache=cache)
    results = model.evidence.results
    assert next(iter(results)) == scorer
    assert set(results) == {scorer, "constant", "difficulty", "type_mean"}
    assert 0 <= results[scorer]["covered"] <= 1
    assert set(contents(tmp_path / "m")) == {"README.md", "config.json", "model.safetensors"}


class Watched:
    """A scorer that notes whom it learns from and whom it is asked about."""

    def __init__(self, scorer: Any) -> None:
        self.scorer = scorer
        self.fitted: list[Sample] = []
        self.asked: list[Sample] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self.scorer, name)

    def fit(self, train: list[Sample], validation: list[Sample]) -> "Watched":
        self.fitted, self.stopped = list(train), list(validation)
        self.scorer.fit(train, validation)
        return self

    def predict(self, queries: list[Sample]) -> Any:
        self.asked += queries
        return self.scorer.predict(queries)


@pytest.fixture
def watched(monkeypatch) -> list[Watched]:
    """The scorers that are made, in the order in which they are."""
    made: list[Watched] = []
    make = left_out.make_scorer

    def watching(*given: Any) -> Watched:
        made.append(Watched(make(*given)))
        return made[-1]

    monkeypatch.setattr(left_out, "make_scorer", watching)
    return made


def test_each_performance_is_predicted_by_a_scorer_that_did_not_see_it(
    small_model, cache, tmp_path, watched
):
    options = TrainingOptions(scorer="ridge")
    train_model(small_model.performances(), tmp_path / "m", options, cache=cache)
    everyone = {p.id for p in small_model.performances() if p.split == "train"}
    *of_folds, whole = watched
    seen = [
        ({s.performance.id for s in w.fitted}, {s.performance.id for s in w.asked})
        for w in of_folds
    ]
    assert all(fitted | asked == everyone and not fitted & asked for fitted, asked in seen)
    assert sorted(id for _, asked in seen for id in asked) == sorted(everyone)
    assert ({s.performance.id for s in whole.fitted}, whole.asked) == (everyone, [])


def test_a_scorer_is_asked_without_scores_and_variants(small_model, cache, tmp_path, watched):
    options = TrainingOptions(scorer="ridge", augmentation=AugmentationOptions(n_variants=1))
    train_model(small_model.performances(), tmp_path / "m", options, cache=cache)
    for scorer in watched:
        assert all(sample.variants and sample.performance.judges for sample in scorer.fitted)
        for query in scorer.asked:
            known = query.performance
            assert (known.score, known.judges, query.variants) == (None, (), ())
            assert None not in (known.difficulty, known.action)
    assert sum(len(scorer.asked) for scorer in watched) == 24


def test_progress_is_told_from_the_first_video_to_the_end(small_model, cache, tmp_path):
    told: list[tuple[str, int, int]] = []
    progress = Progress(lambda *step: told.append(step))
    options = TrainingOptions(scorer="ridge")
    train_model(small_model.performances(), tmp_path / "m", options, cache=cache, progress=progress)
    assert told[:24] == [("looking at videos", i + 1, 24) for i in range(24)]
    assert told[24:-1] == [("measuring on left-out folds", i, 5) for i in range(5)]
    assert told[-1] == ("done", 1, 1)


# groups and validation


def of_events(small_model, n: int) -> list[Performance]:
    """The training performances, as if they had taken place at so many events."""
    train = [p for p in small_model.performances() if p.split == "train"]
    return [replace(p, event=f"e{i % n}") for i, p in enumerate(train)]


@pytest.fixture
def ridge() -> TrainingOptions:
    return TrainingOptions(scorer="ridge")


def test_whole_groups_are_left_out_as_well(small_model, cache, tmp_path, ridge, watched):
    given = of_events(small_model, 3)
    model, _ = train_model(given, tmp_path / "m", ridge, cache=cache)
    event_of = {p.id: p.event for p in given}
    events = [
        ({event_of[s.performance.id] for s in w.fitted}, {event_of[s.performance.id]
         for s in w.asked})
        for w in watched[5:-1]
    ]  # fmt: skip
    assert sorted((*asked,) for _, asked in events) == [("e0",), ("e1",), ("e2",)]
    assert all(not fitted & asked for fitted, asked in events)
    evidence = model.evidence
    assert (evidence.grouped_by, [row["group"] for row in evidence.groups]) == (
        "event", ["e0", "e1", "e2"],
    )  # fmt: skip
    assert evidence.hardest == evidence.left_out != evidence.results
    assert evidence.left_out["ridge"]["n"] == evidence.results["ridge"]["n"] == 24
    card = (tmp_path / "m" / "README.md").read_text("utf-8")
    main = evidence.left_out["ridge"]
    assert f"**On events it has not seen: rho {main['spearman']:.3f} (" in card
    for row in evidence.groups:
        assert f"| {row['group']} | {row['n']} | {row['spearman']:.3f} |" in card
        assert f"| {row['mse']:.1f} | {row['bias']:+.1f} | {100 * row['covered']:.0f} % |" in card
    assert load_model(tmp_path / "m").evidence == evidence


def test_ranges_come_from_groups_left_out(small_model, cache, tmp_path, ridge):
    grouped, _ = train_model(of_events(small_model, 3), tmp_path / "g", ridge, cache=cache)
    plain = [replace(p, event=None) for p in of_events(small_model, 3)]
    random, _ = train_model(plain, tmp_path / "r", ridge, cache=cache)
    assert grouped.calibration.half_width() != random.calibration.half_width()
    assert random.evidence.left_out == {}
    assert (random.evidence.grouped_by, random.evidence.groups) == ("", ())


def test_names_of_groups_and_copies_never_make_a_model_unreadable(
    small_model, cache, tmp_path, ridge
):
    names = ["a|b", "x\ny", "\x1b[31m*red*", "L" * 10_000]
    given = [
        replace(p, id=f"\x1b{i}", extra={"po|ol\x1b": names[i % 4]})
        for i, p in enumerate(of_events(small_model, 3))
    ]
    given.append(replace(given[0], id="\x1bcopy"))
    options = replace(ridge, group="po|ol\x1b")
    train_model(given, tmp_path / "m", options, cache=cache)
    evidence = load_model(tmp_path / "m").evidence
    assert evidence.grouped_by == "po|ol\\x1b"
    assert [row["group"] for row in evidence.groups] == [
        "L" * 97 + "...", "\\x1b[31m*red*", "a|b", "x\\ny",
    ]  # fmt: skip
    assert ("\\x1b0", "\\x1bcopy") in evidence.copies
    card = (tmp_path / "m" / "README.md").read_text("utf-8")
    rows = [line for line in card.splitlines() if line.endswith(" % |")]
    assert [row.split(" | ")[0] for row in rows] == [
        r"| a\|b", "| " + "L" * 97 + "...", r"| \\x1b\[31m\*red\*", r"| x\\ny",
    ]  # fmt: skip


def test_of_very_many_groups_the_largest_are_kept(small_model, cache, tmp_path, ridge, monkeypatch):
    monkeypatch.setattr("podium.training.evidence.MAX_KEPT", 2)
    given = [
        replace(p, event=f"e{min(i // 2, 5)}") for i, p in enumerate(of_events(small_model, 1))
    ]
    model, _ = train_model(given, tmp_path / "m", ridge, cache=cache)
    assert [row["group"] for row in model.evidence.groups] == ["e0", "e5"]
    assert model.evidence.n_groups == 6
    card = (tmp_path / "m" / "README.md").read_text("utf-8")
    assert "whole event left out (6 of them)" in card
    assert "(the 2 largest of 6)" in card


@pytest.mark.parametrize(("name", "shown"), [("107\x1b", r"'107\x1b'"), ("7" * 10_001, "'77")])
def test_an_action_that_no_model_could_keep_is_refused_at_once(
    small_model, cache, tmp_path, ridge, name, shown
):
    given = [replace(p, action=name) for p in of_events(small_model, 3)]
    with pytest.raises(TrainingError) as caught:
        train_model(given, tmp_path / "m", ridge, cache=cache)
    assert str(caught.value).startswith(f"000: the action {shown}")
    assert str(caught.value).endswith(
        " cannot be kept in a model: give 10,000 characters at most, none of which steers a "
        "terminal"
    )


def test_a_group_that_leaves_nothing_to_learn_from_is_not_left_out(
    small_model, cache, tmp_path, ridge
):
    given = [
        replace(p, event="b" if i < 4 else "a") for i, p in enumerate(of_events(small_model, 1))
    ]
    model, _ = train_model(given, tmp_path / "m", ridge, cache=cache)
    assert (model.evidence.grouped_by, model.evidence.left_out) == ("", {})
    message = (
        "--group event: without 'a', 4 of the 24 performances with scores are left to learn from, "
        "and 8 are needed: choose a column with smaller groups, or leave --group out"
    )
    with pytest.raises(TrainingError, match=whole(message)):
        train_model(given, tmp_path / "n", replace(ridge, group="event"), cache=cache)


def test_what_a_scorer_lacks_without_a_group_is_said_of_the_group(
    small_model, cache, tmp_path, ridge, monkeypatch
):
    def fit(self, train, validation=()):
        if len({s.performance.event for s in train}) == 1:
            raise TrainingError("no pairs: give more performances")
        return real(self, train, validation)

    real = Ridge.fit
    monkeypatch.setattr(Ridge, "fit", fit)
    message = (
        "with each event left out, what is left is too little to learn from (no pairs: give more "
        "performances): choose a column with smaller groups by --group, or another scorer"
    )
    with pytest.raises(TrainingError, match=whole(message)):
        train_model(of_events(small_model, 2), tmp_path / "m", ridge, cache=cache)


def test_the_card_of_scores_close_together_shows_small_errors(small_model, cache, tmp_path, ridge):
    given = [
        replace(p, score=float(i % 2), difficulty=None, judges=())
        for i, p in enumerate(of_events(small_model, 3))
    ]
    model, _ = train_model(given, tmp_path / "m", ridge, cache=cache)
    card = (tmp_path / "m" / "README.md").read_text("utf-8")
    measured = model.evidence.left_out["ridge"]
    assert f"accuracy {measured['accuracy']:.2f}, log loss {measured['log_loss']:.2f}**" in card
    assert f"| {measured['mse']:.3f} |" in card
    for row in model.evidence.groups:
        assert f"| {row['mse']:.3f} | {row['bias']:+.3f} |" in card


def test_groups_that_only_validation_has_leave_nothing_out(small_model, cache, tmp_path, ridge):
    given = [replace(p, event="a") for p in of_events(small_model, 1)]
    given[:4] = [replace(p, event="b", split="validation") for p in given[:4]]
    message = (
        "--group event: without 'a', 0 of the 20 performances with scores are left to learn from, "
        "and 8 are needed: choose a column with smaller groups, or leave --group out"
    )
    with pytest.raises(TrainingError, match=whole(message)):
        train_model(given, tmp_path / "n", replace(ridge, group="event"), cache=cache)


def test_any_column_of_the_table_can_group(small_model, cache, tmp_path, ridge):
    given = [replace(p, extra={"pool": "ab"[i % 2]}) for i, p in
             enumerate(of_events(small_model, 3))]  # fmt: skip
    options = replace(ridge, group="pool")
    model, _ = train_model(given, tmp_path / "m", options, cache=cache)
    assert (model.evidence.grouped_by, len(model.evidence.groups)) == ("pool", 2)
    with pytest.raises(UsageError, match=r"^--group lane: no column of that name says which"):
        train_model(given, tmp_path / "n", replace(ridge, group="lane"), cache=cache)
    assert not (tmp_path / "n").exists()


def test_validation_says_when_to_stop_and_is_not_learned_from(
    small_model, cache, tmp_path, ridge, watched
):
    given = [
        replace(p, split="validation" if i % 4 == 0 else "train")
        for i, p in enumerate(of_events(small_model, 3))
    ]
    marked = {p.id for p in given if p.split == "validation"}
    model, _ = train_model(given, tmp_path / "m", ridge, cache=cache)
    event_of = {p.id: p.event for p in given}
    for scorer in watched:
        stopped = {s.performance.id for s in scorer.stopped}
        assert stopped <= marked
        assert not marked & {s.performance.id for s in (*scorer.fitted, *scorer.asked)}
        assert not {event_of[i] for i in stopped} & {
            s.group for s in scorer.asked if len({q.group for q in scorer.asked}) == 1
        }
    assert {s.performance.id for s in watched[-1].stopped} == marked
    assert (model.evidence.n_train, model.evidence.n_validation) == (18, 6)
    card = (tmp_path / "m" / "README.md").read_text("utf-8")
    assert (
        "6 more, marked `validation`, were not learned from: only scorers that stop early" in card
    )


def test_no_mark_of_validation_is_learned_from(monkeypatch):
    looked_at = []
    monkeypatch.setattr(marked, "find_marked", lambda seen, *_: looked_at.extend(seen) or {})
    given = [Performance(split, Path("x"), split=split) for split in ("train", "validation")]
    options = TrainingOptions(event="splash")
    with pytest.raises(TrainingError, match=r"^splash is marked in 0 performances"):
        marked.find_anchor(given, grouped_by(given, ""), options, None, Progress())
    assert [p.id for p in looked_at] == ["train"]


def test_witnesses_are_learned_anew_and_the_scorer_stays(small_model, cache, tmp_path, ridge):
    given = of_events(small_model, 3)
    model, _ = train_model(given, tmp_path / "m", ridge, cache=cache)
    spoilt = replace(model.witnesses, order=None, memory=None, ending=None)
    again = learn_witnesses_anew(replace(model, witnesses=spoilt), given, ridge, cache=cache)
    assert again.scorer is model.scorer
    assert again.anchor is None
    learned, first = again.witnesses.arrays(), model.witnesses.arrays()
    assert learned.keys() == first.keys()
    assert all(learned[key].tobytes() == first[key].tobytes() for key in learned)


def test_what_lies_before_an_event_begins_after_the_first_phase():
    phases = Phase("take_off", 0, 20), Phase("flight", 21, 40), Phase("splash", 50, 63)
    assert marked._before(Performance("a", Path("x"), phases=phases), "splash") == 29
    assert marked._before(Performance("a", Path("x"), phases=phases[-1:]), "splash") == 0


# moments


def with_phases(make_sample, id: str, n_clips: int, *phases: Phase, first_used: int = 0):
    sample = make_sample(id, n_clips=n_clips, phases=phases)
    video = replace(sample.features.video, first_used=first_used)
    return replace(sample, features=replace(sample.features, video=video))


def test_a_moment_is_the_phase_that_overlaps_a_clip_most(make_sample):
    phases = Phase("flight", 0, 20), Phase("entry", 21, 40), Phase("splash", 41, 63)
    sample = with_phases(make_sample, "a", 4, *phases)
    assert moments([sample], ClipOptions()) == ("flight", "entry", "entry", "splash")
    late = with_phases(make_sample, "a", 3, *phases, first_used=15)
    assert moments([late], ClipOptions()) == ("entry", "entry", "splash")


def test_moments_of_a_thinned_video_are_counted_in_the_frames_of_its_file(make_sample):
    phases = Phase("flight", 0, 40), Phase("entry", 41, 70), Phase("splash", 71, 127)
    sample = with_phases(make_sample, "a", 4, *phases)
    video = replace(sample.features.video, step=2)
    thinned = replace(sample, features=replace(sample.features, video=video))
    assert moments([thinned], ClipOptions()) == ("flight", "entry", "splash", "splash")


def test_moments_are_voted_on_from_the_end(make_sample):
    samples = [
        with_phases(make_sample, "a", 2, Phase("x", 0, 15), Phase("y", 16, 31)),
        with_phases(make_sample, "b", 3, Phase("x", 0, 31), Phase("y", 32, 47)),
        with_phases(make_sample, "c", 2, Phase("z", 0, 31)),
        make_sample("d", n_clips=9),
    ]
    assert moments(samples, ClipOptions()) == ("x", "x", "y")


def test_without_phases_there_are_no_moments(make_sample):
    assert moments([make_sample("a"), make_sample("b")], ClipOptions()) == ()


def test_the_config_holds_what_was_measured(small_model):
    config = json.loads((small_model.folder / "config.json").read_text("utf-8"))
    assert config["evidence"]["n_train"] == 24
    assert config["evidence"]["results"]["siamese_lstm"]["n"] == 24


# clips that are aligned at an event


def test_clips_end_some_frames_after_the_event(small_model, cache, tmp_path, monkeypatch):
    monkeypatch.setattr(event, "MIN_PERFORMANCES", 20)
    options = replace(small_model.options, event="water_entry", after_event=10)
    made, extraction = train_model(
        small_model.performances(), tmp_path / "bars", options, cache=cache
    )
    assert made.anchor.event == "water_entry"
    ends = [sample.features.end_seconds[-1] * 30 for sample in extraction.samples]
    assert np.median(np.abs(np.array(ends) - (26 + 10 + 1))) <= made.anchor.large_error
    assert max(ends) < 50
    again = load_model(tmp_path / "bars")
    assert again.anchor.fingerprint == made.anchor.fingerprint
    assert again.extractor().anchor == again.anchor
    card = (tmp_path / "bars" / "README.md").read_text("utf-8")
    assert "The last clip ends 10 frames after the water_entry" in card


def test_an_event_that_is_marked_too_rarely_is_refused(small_model, cache, tmp_path):
    options = replace(small_model.options, event="landing")
    message = (
        "landing is marked in 0 performances, too few to learn to find it: mark it in 50 or more, "
        "or align clips at the ends of the videos"
    )
    with pytest.raises(TrainingError, match=whole(message)):
        train_model(small_model.performances(), tmp_path / "bars", options, cache=cache)
    assert not (tmp_path / "bars").exists()


def test_what_is_trained_here_is_as_the_model_that_was_recorded(small_model):
    """Which takes its place where nothing can be trained: if not, run tests/small_models.py."""
    trained, recorded = (
        (load_file(folder / "model.safetensors"), json.loads((folder / "config.json").read_text()))
        for folder in (small_model.folder, RECORDED)
    )
    assert trained[1] == {**recorded[1], "evidence": trained[1]["evidence"]}
    assert {name: values.shape for name, values in trained[0].items()} == {
        name: values.shape for name, values in recorded[0].items()
    }
