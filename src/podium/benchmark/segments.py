"""What each part of a performance tells of its score: a regressor on that part alone.

The paper's references 8 and 20 show the contribution of parts so. A part is a clip, counted from
the end, for there performances are aligned; ridge regression reads it, and nothing else.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from podium.benchmark.averages import measures, summary
from podium.benchmark.results import ResultRow, SystemRow
from podium.benchmark.splits import DataSplit
from podium.features.values import Sample
from podium.scorers.ridge import RidgeOptions
from podium.training import hide_labels, make_scorer

N_SEGMENTS = 8
"""So many of the last clips are asked, one by one: a dive has 5 to 9."""

WHOLE = "all"
"""What all clips together are called, beside the numbers of single ones."""


def segment_table(
    samples: Mapping[str, Sample], splits: Sequence[DataSplit]
) -> dict[str, SystemRow]:
    """Return how well each clip alone tells the score, by its number from the end: `1` is the last.

    Performances that are too short to have a clip are left out of its row, and a row that fewer
    than half of them have is left out. `all` is the same regressor on all clips.
    """
    parts = {WHOLE: dict(samples)}
    for number in range(1, N_SEGMENTS + 1):
        alone = {
            name: _alone(one, number)
            for name, one in samples.items()
            if len(one.features) >= number
        }
        if len(alone) >= len(samples) / 2:
            parts[str(number)] = alone
    cells = {name: _cells(name, ours, splits) for name, ours in parts.items()}
    return {name: summary([name], cells[name], ours)[name] for name, ours in parts.items()}


def _alone(sample: Sample, number: int) -> Sample:
    """Return a performance of which nothing is left but one clip, counted from the end."""
    features, place = sample.features, slice(-number, len(sample.features) - number + 1)
    one = replace(
        features,
        values=features.values[place],
        start_seconds=features.start_seconds[place],
        end_seconds=features.end_seconds[place],
    )
    return replace(sample, features=one, variants=())


def _cells(
    name: str, samples: Mapping[str, Sample], splits: Sequence[DataSplit]
) -> list[ResultRow]:
    cells = []
    for split in splits:
        train, test = (
            [samples[i] for i in ids if i in samples] for ids in (split.train, split.test)
        )
        scorer = make_scorer("ridge", RidgeOptions("score"), 0).fit(train)
        predicted = scorer.predict([hide_labels(sample) for sample in test])
        points = {
            sample.performance.id: round(float(value), 4)
            for sample, value in zip(test, predicted, strict=True)
        }
        found = measures(np.asarray(predicted, np.float64), test)
        cells.append(ResultRow(name, split.seed, len(train), 0.0, points, found))
    return cells
