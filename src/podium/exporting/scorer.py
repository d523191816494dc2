"""A scorer as one ONNX file, from features to a score beside a reference, tried on the spot."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

from podium.errors import UsageError
from podium.evaluation.calibration import CONFIDENCE
from podium.exporting.forms import Form, Onnx, Written
from podium.exporting.values import Input, Part, writable
from podium.features.values import Features, Sample
from podium.machine.files import sha256_of
from podium.model import Model
from podium.networks.program import OPSET, Program, Term
from podium.performance import Performance
from podium.scorers import ComparingScorer, WritableScorer

TRIED_LENGTHS = (1, 2, 4, 7, 11, 18)
"""How many clips the performances have that a file is tried on."""

PADDING = (
    "give each performance with as many clips as it has, ended where the model's clips end: the "
    "file pads shorter ones itself; performances of one call must have as many clips as each "
    "other, and so must references; each query stands beside the reference of the same place"
)

Array = npt.NDArray[np.float32]


def onnx_of_scorer(model: Model, form: Form | None = None) -> Part:
    """Return a model's scorer as an ONNX file, or in another form, compared with its own answers.

    Raises
    ------
    UsageError
        If it cannot be written.
    ModelError
        If the file answers otherwise than the scorer.
    """
    form = form or Onnx()
    scorer = _require_writable(model, form)
    inputs, outputs = _inputs(model), _outputs(model)
    program = Program()
    given = {one.name: one.given_to(program) for one in inputs}
    value = scorer.steps(given["query"], given.get("reference"))
    answers = _answers(model, value, given.get("difficulty"))
    for one, answer in zip(outputs, answers, strict=True):
        program.answer(one.name, answer, one.shape)
    content = program.content({"scorer": model.scorer_name, "reads": model.reads})
    written = form("scorer", content, ())
    file, first = next(iter(written.files.items()))
    facts = {
        "name": model.scorer_name,
        "file": file,
        "sha256": sha256_of(first),
        "opset": OPSET,
        "reads": model.reads,
        "inputs": [one.to_json() for one in inputs],
        "outputs": [one.to_json() for one in outputs],
        "padding": PADDING,
        "checked": _check(model, written, form),
    }
    return Part(written.files, facts)


def _require_writable(model: Model, form: Form) -> WritableScorer:
    if isinstance(model.scorer, WritableScorer):
        return model.scorer
    raise UsageError(
        f"the scorer {model.scorer_name} cannot be written {form.called}: those that can are "
        f"{' and '.join(writable('podium.scorers'))}; --format safetensors writes the arrays of any"
    )


def _dim(model: Model) -> int:
    return len(model.witnesses.novelty.normaliser.mean)


def _inputs(model: Model) -> list[Input]:
    dim, made_by = _dim(model), f"features made by {model.input}"
    found = [Input("query", ("performances", "clips", dim), f"{made_by}, of who is to be scored")]
    if isinstance(model.scorer, ComparingScorer):
        shape = ("performances", "reference_clips", dim)
        found.append(Input("reference", shape, f"{made_by}, of who each is compared with"))
    if model.scorer.target.uses_execution:
        found.append(
            Input("difficulty", ("performances",), "what the marks are multiplied with, as 3.2")
        )
    return found


def _outputs(model: Model) -> list[Input]:
    if model.labelling:
        what = f"how likely it is {model.labelling.better!r} rather than {model.labelling.worse!r}"
        return [Input("probability", ("performances",), f"{what}, 0 to 1")]
    ends = {"score_low": "the lower end", "score_high": "the upper end"}
    held = f"of the range that holds {CONFIDENCE:.0%} of new scores, in points"
    return [
        Input("score", ("performances",), "in points"),
        *(Input(name, ("performances",), f"{end} {held}") for name, end in ends.items()),
    ]


def _answers(model: Model, value: Term, difficulty: Term | None) -> list[Term]:
    """Write what is answered: a chance, or points with their range."""
    half = model.calibration.half_width(CONFIDENCE)
    ends = [value, value - half, value + half]
    points = [end if difficulty is None else end * difficulty for end in ends]
    if not model.labelling:
        return points
    odds = points[0] * model.labelling.slope + model.labelling.offset
    return [odds.then("Sigmoid")]


def _check(model: Model, written: Written, form: Form) -> dict[str, float]:
    """Compare the file with the scorer, on made-up performances of many lengths."""
    tried = [*_made_up_pairs(model), *_own_pairs(model)]
    found = [np.ravel(written.run(_as_given(model, *pair))) for pair in tried]
    wanted = [np.array(_own_answers(model, *pair)) for pair in tried]
    return form.require_alike("scorer", found, wanted)


def _made_up_pairs(model: Model) -> Iterator[tuple[Sample, Sample]]:
    rng = np.random.default_rng(0)
    for n_clips in TRIED_LENGTHS:
        for n_theirs in TRIED_LENGTHS:
            yield _made_up(model, n_clips, rng), _made_up(model, n_theirs, rng)


def _own_pairs(model: Model) -> Iterator[tuple[Sample, Sample]]:
    if isinstance(model.scorer, ComparingScorer):
        references = model.scorer.references[:2]
        yield from ((query, reference) for query in references for reference in references)


def _made_up(model: Model, n_clips: int, rng: np.random.Generator) -> Sample:
    """Return a performance whose features are spread as those of training are."""
    usual = model.witnesses.novelty.normaliser
    noise = rng.standard_normal((n_clips, len(usual.mean)))
    values = (usual.mean + usual.scale * noise).astype(np.float32)
    unknown = np.full(n_clips, np.nan)
    features = Features(values, unknown, unknown, model.reads, None)
    return Sample(Performance("made up", Path(), difficulty=2.0), features)


def _as_given(model: Model, query: Sample, reference: Sample) -> dict[str, Array]:
    difficulty = model.scorer.target.divisors([query]).astype(np.float32)
    given = {
        "query": query.features.values[None],
        "reference": reference.features.values[None],
        "difficulty": difficulty,
    }
    return {one.name: given[one.name] for one in _inputs(model)}


def _own_answers(model: Model, query: Sample, reference: Sample) -> list[float]:
    """Return what Podium answers, before doubts and limits."""
    scorer = model.scorer
    if isinstance(scorer, ComparingScorer):
        value = float(scorer.compare([query], [reference])[0, 0])
    else:
        value = float(scorer.predict([query])[0])
    if model.labelling:
        return [model.meant(value)]
    half = model.calibration.half_width(CONFIDENCE) * float(scorer.target.divisors([query])[0])
    return [value, value - half, value + half]
