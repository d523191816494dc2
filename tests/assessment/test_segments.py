"""A long performance cut into its elements: where, what they are called, and what they say."""

import re
from dataclasses import replace

import numpy as np
import pytest

from messages import whole
from podium.assessment.segments import Segment, borders_in, elements_of
from podium.assessment.values import Assessment
from podium.assessor import Assessor
from podium.datasets.manifest import Manifest
from podium.errors import ModelError
from podium.metric.segments import MAX_SEGMENTS, Element, as_phases, marked_elements, rest_borders
from podium.performance import Performance, Phase
from podium.report.segments import segment_lines
from podium.report.words import load_words
from podium.scorers import ScorerState
from podium.scorers.siamese_lstm import SiameseLSTM, SiameseLSTMOptions
from podium.simulation import RoutineOptions, simulate_routines
from podium.training import TrainingOptions, train_model
from podium.video.clips import VideoFacts
from training_extra import MISSING

N_ELEMENTS = 10


def test_an_element_begins_where_the_last_one_came_back():
    lengths = [12, 9, 15, 12, 8]
    # Each moves something else, and what it does not move rests.
    values = np.zeros((sum(lengths), len(lengths)), np.float32)
    starts = np.cumsum([0, *lengths[:-1]])
    for number, (start, length) in enumerate(zip(starts, lengths, strict=True)):
        values[start : start + length, number] = np.sin(np.pi * np.arange(length) / length)
    assert rest_borders(values).tolist() == starts.tolist()


def test_no_more_than_so_many_are_found():
    generator = np.random.default_rng(0)
    values = generator.normal(size=(3_000, 3)).astype(np.float32)
    found = rest_borders(values)
    assert len(found) == MAX_SEGMENTS
    assert (np.diff(found) > 0).all()


def test_what_never_moves_is_one_element():
    assert rest_borders(np.zeros((80, 3), np.float32)).tolist() == [0]


def test_phases_are_elements_by_the_clips_that_they_begin_in(make_sample):
    sample = make_sample(
        "a",
        n_clips=10,
        phases=(Phase("c", 100, 159), Phase("a", 0, 40), Phase("b", 41, 45), Phase("b2", 46, 99)),
    )
    # 16 frames a clip: 41 and 46 are in the same one.
    named = (Element("a", 0), Element("b", 2), Element("c", 6))
    assert marked_elements(sample) == named
    kept = replace(sample, performance=Performance("a", sample.performance.path))
    phases = as_phases(named, 10)
    kept = replace(kept, performance=replace(kept.performance, phases=phases))
    assert marked_elements(kept) == named


def test_of_a_sequence_whose_first_clip_is_filled_up_the_last_clip_ends_with_the_last_frame(
    make_sample,
):
    sample = make_sample("a", n_clips=3, phases=(Phase("a", 0, 7), Phase("b", 8, 39)))
    facts = VideoFacts(40, 40, 0, 1.0)  # 8 frames, and twice 16
    sample = replace(sample, features=replace(sample.features, video=facts))
    assert marked_elements(sample) == (Element("a", 0), Element("b", 1))


def test_borders_follow_the_way_that_both_are_in_step():
    matched = np.array([0, 0, 1, 2, 2, 5, 6])
    assert borders_in(matched, np.array([0, 2, 4, 6])).tolist() == [0, 3, 5, 6]


@pytest.fixture(scope="module")
def routines(tmp_path_factory):
    """A table of routines of ten elements, of which the phases are marked."""
    folder = tmp_path_factory.mktemp("routines")
    lines = ["file_name,score,frames_per_second,phases"]
    for one in simulate_routines(RoutineOptions(14, n_elements=N_ELEMENTS)):
        np.save(folder / f"{one.id}.npy", one.joints()[:, ::4].astype(np.float32))
        phases = ";".join(f"{p.name}:{p.start_frame}-{p.end_frame}" for p in one.elements)
        lines.append(f"{one.id}.npy,{one.score},30,{phases}")
    (folder / "t.csv").write_text("\n".join(lines) + "\n", "utf-8")
    return Manifest(folder / "t.csv").performances()


@pytest.fixture(scope="module")
def judge(routines, tmp_path_factory) -> Assessor:
    if MISSING:
        pytest.skip("nothing can be learned here: the extra `train` is not installed")
    options = replace(SiameseLSTMOptions().for_performances(65), learn_metric=False)
    folder = tmp_path_factory.mktemp("judge") / "judge"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("podium.evaluation.metrics.bootstrap", quick)
        made, _ = train_model(routines, folder, TrainingOptions(scorer_options=options))
    return Assessor(made)


def quick(of, *arrays, **how):
    from podium.evaluation.metrics import Interval

    return Interval(0.0, 1.0)


@pytest.fixture(scope="module")
def assessed(judge, routines) -> Assessment:
    return judge.assess(routines[-1])


def test_each_element_stands_beside_the_references(judge, routines, assessed):
    reference = judge.model.scorer.references[0]
    names, _ = elements_of(reference)
    assert [one.name for one in assessed.segments] == list(names)
    assert len(names) == N_ELEMENTS
    assert assessed.segments[0].first == 0
    assert assessed.segments[-1].last == len(assessed.clips) - 1
    for before, after in zip(assessed.segments, assessed.segments[1:], strict=False):
        assert after.first == before.last + 1
    one = assessed.segments[3]
    inside = assessed.clips[one.first : one.last + 1]
    assert one.similarity == pytest.approx(np.mean([clip.similarity for clip in inside]))
    assert one.n_unlike == sum(clip.faulty for clip in inside)
    assert one.start_seconds == inside[0].start_seconds
    assert one.reference_end_seconds > one.reference_start_seconds


def test_borders_are_where_the_elements_of_the_performance_are(routines, assessed):
    true = np.array([phase.start_frame / 30 for phase in routines[-1].phases])
    found = np.array([one.start_seconds for one in assessed.segments])
    assert np.median(abs(found - true)) <= 16 / 30


def test_an_element_is_worth_what_the_references_in_its_place_changes(judge, routines, assessed):
    scorer = judge.model.scorer
    query = next(s for s in [sample_of(judge, routines[-1])])
    partners = scorer.partners(query, scorer.references)
    one = assessed.segments[2]
    changes = []
    for reference in partners:
        values = query.features.values.copy()
        matched = scorer.matched(query, reference)
        places = slice(one.first, one.last + 1)
        values[places] = reference.features.values[matched[places]]
        other = replace(query, features=replace(query.features, values=values))
        before, after = scorer.compare([query, other], [reference])[:, 0]
        changes.append(before - after)
    assert one.contribution == pytest.approx(np.mean(changes), abs=1e-5)


def sample_of(judge, performance):
    from podium.features.values import Sample

    return Sample(performance, judge.model.extractor().performance(performance))


def test_saved_and_restored_its_elements_keep_their_names(judge):
    scorer = judge.model.scorer
    state = scorer.state()
    restored = SiameseLSTM.restore(ScorerState(state.arrays, plain(state.config)))
    for one, other in zip(scorer.references, restored.references, strict=True):
        assert marked_elements(one) == marked_elements(other)


def plain(config):
    import json

    return json.loads(json.dumps(config))


@pytest.mark.parametrize("firsts", [[5, 3], [3, 3], [-1, 2], [0, 10_000]])
def test_elements_that_do_not_follow_each_other_are_refused(judge, firsts):
    state = judge.model.scorer.state()
    config = plain(state.config)
    about = config["references"][0]
    about["elements"] = [{"name": "a", "first": first} for first in firsts]
    message = f"the reference '{about['id']}' has elements that do not follow each other"
    with pytest.raises(ModelError, match=whole(message)):
        SiameseLSTM.restore(ScorerState(state.arrays, config))


def test_json_the_page_and_the_terminal_say_them(assessed):
    found = assessed.to_json()["segments"]
    assert len(found) == N_ELEMENTS
    assert {"name", "start_seconds", "similarity", "contribution", "words"} <= found[0].keys()
    page = assessed.report().html
    assert page.count('<details class="segment') == N_ELEMENTS
    assert len(re.findall(r'<details class="segment[^>]* open>', page)) == 1
    lines = segment_lines(assessed.as_shown().segments, load_words())
    assert len(lines) == min(sum(one.n_unlike > 0 for one in assessed.segments), 10)


def test_withheld_they_have_no_points(assessed):
    from podium.doubts import DoubtKind, Severity

    grave = DoubtKind("made_up", severity=Severity.GRAVE)()
    shown = replace(assessed, doubts=(grave,)).as_shown()
    assert {one.contribution for one in shown.segments} == {None}
    assert assessed.segments[0].contribution is not None


def test_a_short_performance_is_not_cut(judge, routines):
    short = replace(routines[-1], id="short", start_frame=None)
    sample = sample_of(judge, short)
    few = replace(
        sample.features,
        values=sample.features.values[-60:],
        start_seconds=sample.features.start_seconds[-60:],
        end_seconds=sample.features.end_seconds[-60:],
    )
    from podium.assessment.feedback import clip_feedback
    from podium.assessment.segments import segments_of

    scorer, query = judge.model.scorer, replace(sample, features=few)
    clips = clip_feedback(scorer, query, scorer.references[:1])
    assert segments_of(scorer, query, scorer.references[:1], clips) == ()


@pytest.mark.parametrize(
    ("tempo", "said"),
    [
        (1.0, "2 of 4 clips unlike the expert's"),
        (1.4, "2 of 4 clips unlike the expert's, 40 % slower than the expert"),
        (0.7, "2 of 4 clips unlike the expert's, 30 % faster than the expert"),
    ],
)
def test_what_is_said_of_an_element(tempo, said):
    one = Segment(2, "", 4, 7, 2.0, 4.0, 1.0, 3.0, 0.4, -1.25, 2, tempo)
    line = f"Element 3  2.0 to 4.0 s  Similarity 0.40  -1.2 points  {said}"
    assert segment_lines([one], load_words()) == [line]
