"""What must not change a score, and what must: changes of the file, and changes of the dive.

    PODIUM_DATA=... python benchmarks/metamorphic.py

Copies of training dives of UNLV-Dive (a sample drawn by a seed) that show the same dive are scored
as by the model `diving`, by scorers that have not seen these dives: they are fitted as it is, to
four fifths of the dives. A score holds when it moves by less than half the width of the range that
Podium shows with it; a copy is doubted when it is said to be unlike the training, or out of order,
and the dive is not. The 70 test dives are not looked at. Then what any comparison must do is asked
of the same scorers about all dives left out, and, with one clip of a rendered dive spoilt, of
`simulated`.
"""

import argparse
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from copying import Pixels, at_rate, cropped, remuxed, scaled, with_in_betweens, write
from left_out import Fold, left_out, training_samples
from measuring import write as write_result

from podium.assessor import Assessor, load
from podium.datasets.simulated import Simulated
from podium.doubts import Doubt
from podium.features.extraction import FeatureCache
from podium.features.values import Sample
from podium.model import load_model
from podium.performance import Performance
from podium.scorers import ComparingScorer
from podium.simulation import SimulationOptions
from podium.video.clips import read_clips
from podium.video.frames import decode, probe
from podium.witnesses.novelty import NOVEL
from podium.witnesses.order import OUT_OF_ORDER

SEED = 60_002

TOLERANCE = 0.001
"""Points by which two scores of one performance may differ in the last of their 32 bits."""


@dataclass(frozen=True)
class Copy:
    """How another file of the same dive is made of its frames: at which rate, which quality."""

    change: Callable[[Pixels], Pixels] = lambda frames: frames
    frames_per_second: int = 30
    crf: int = 18


COPIES: Mapping[str, Copy] = {
    "encoded again, crf 18": Copy(),
    "encoded again, crf 28": Copy(crf=28),
    "encoded again, crf 35": Copy(crf=35),
    "mirrored": Copy(lambda frames: frames[:, :, ::-1]),
    "half the size": Copy(scaled(0.5)),
    "1.5 times the size": Copy(scaled(1.5)),
    "cropped by 5 %": Copy(cropped),
    "24 frames a second": Copy(at_rate(24), 24),
    "60 frames a second, each picture twice": Copy(at_rate(60), 60),
    "60 frames a second, means in between": Copy(with_in_betweens, 60),
}


def copies_of(dive: Performance, folder: Path) -> Iterator[tuple[str, Path]]:
    """Yield every copy of a dive, one after the other, and drop it again."""
    about = probe(dive.path)
    frames = decode(dive.path, width=about.width, height=about.height).pixels
    for name, copy in COPIES.items():
        changed, rate = copy.change(frames), copy.frames_per_second
        path = write(folder / "copy.mp4", changed, rate=rate, crf=str(copy.crf))
        yield name, path
        path.unlink()
    path = remuxed(dive.path, folder / "copy.mkv")
    yield "remuxed", path
    path.unlink()


@dataclass(frozen=True)
class Move:
    """What became of a copy's score, in half widths of the original's range, and of the doubts."""

    moved: float
    is_doubted: bool


def moves(fold: Fold, chosen: set[str]) -> Iterator[tuple[str, Move]]:
    """Score every copy of the left-out dives that are `chosen`, by id."""
    with tempfile.TemporaryDirectory() as folder:
        for sample in fold.dives:
            if sample.performance.id not in chosen:
                continue
            known = replace(sample.performance, start_frame=None, end_frame=None)
            score, said = fold.judge.score(known)
            for name, path in copies_of(known, Path(folder)):
                other, also_said = fold.judge.score(replace(known, path=path))
                moved = abs(other.value - score.value) / ((score.high - score.low) / 2)
                yield name, Move(moved, is_doubted(also_said) and not is_doubted(said))


def is_doubted(said: Sequence[Doubt]) -> bool:
    """Return whether an assessment says not to trust it."""
    return any(doubt.kind in (NOVEL, OUT_OF_ORDER) for doubt in said)


def held(moved: Sequence[Move]) -> dict[str, float | int]:
    """Return the share of scores that moved by less than half their range, and the usual move."""
    by = np.array([move.moved for move in moved])
    return {
        "dives": len(moved),
        "held": float(np.mean(by < 1)),
        "identical": float(np.mean(by == 0)),
        "median_of_half_range": float(np.median(by)),
        "doubted": float(np.mean([move.is_doubted for move in moved])),
    }


def comparisons(scorer: ComparingScorer, samples: Sequence[Sample]) -> dict[str, list[bool]]:
    """Ask what any comparison must do, of dives and all the references of their action."""
    found: dict[str, list[bool]] = defaultdict(list)
    for sample in samples:
        others = [
            reference
            for reference in scorer.references
            if reference.performance.action == sample.performance.action
            and reference.performance.id != sample.performance.id
        ]
        own = scorer.clip_similarity(sample, sample)
        found["similar to itself above .5 in every clip"].append(bool((own > 0.5).all()))
        if others:
            alike = scorer.similarity(sample, [sample, *others])
            found["similarity(V, V) >= similarity(V, W)"] += (alike[0] >= alike[1:]).tolist()
            scores = scorer.compare([sample], [sample, *others])[0]
            found["score(V, V) >= score(V, W)"] += (scores[0] >= scores[1:] - TOLERANCE).tolist()
    return found


def spoilt(clips: Pixels, index: int, other: int) -> dict[str, Pixels]:
    """Return (clips, frames, height, width, 3) with one clip frozen, reversed, or another's."""
    found = {}
    for name, clip in {
        "frozen": np.broadcast_to(clips[index, :1], clips[index].shape),
        "reversed": clips[index, ::-1],
        "swapped": clips[other],
    }.items():
        found[name] = clips.copy()
        found[name][index] = clip
    return found


def least_similar(judge: Assessor, dives: Sequence[Performance]) -> dict[str, dict[str, float]]:
    """Return how often a spoilt clip is the least like the same dive's, and like an expert's."""
    scorer = judge.model.scorer
    assert isinstance(scorer, ComparingScorer)
    width, height = judge.model.backbone.frame_size
    generator = np.random.default_rng(SEED)
    found: dict[str, list[tuple[bool, bool]]] = {}
    for dive in dives:
        features = judge.model.extractor(FeatureCache()).performance(dive)
        clips = read_clips(dive.path, width=width, height=height).pixels
        index, other = generator.choice(len(clips), 2, replace=False)
        whole = Sample(dive, features)
        expert = scorer.partners(whole, scorer.references)[0]
        for name, pixels in spoilt(clips, index, other).items():
            values = features.values.copy()
            values[index] = judge.model.backbone(pixels[index : index + 1])[0]
            query = replace(whole, features=replace(features, values=values))
            beside = (scorer.clip_similarity(query, reference) for reference in (whole, expert))
            itself, theirs = (int(np.argmin(similarity)) == index for similarity in beside)
            found.setdefault(name, []).append((itself, theirs))
    return {
        name: dict(
            zip(("beside itself", "beside an expert"), np.mean(rows, axis=0).tolist(), strict=True)
        )
        for name, rows in found.items()
    }


def show(result: Mapping[str, Any]) -> None:
    """Print what was found, a row each."""
    for name, row in result["copies"].items():
        print(
            f"{name:<42} {row['dives']:>4} dives, held {row['held']:.1%}, identical "
            f"{row['identical']:.1%}, median {row['median_of_half_range']:.2f} of half the range, "
            f"doubted {row['doubted']:.1%}"
        )
    for name, share in result["comparisons"].items():
        print(f"{name:<42} {share:.1%}")
    for name, row in result["least_similar"].items():
        print(
            f"{name} clip is the least similar: "
            + ", ".join(f"{k} {v:.1%}" for k, v in row.items())
        )


def main() -> None:
    """Run the measurement, print a table and write JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--dives", type=int, default=100, help="how many real dives are copied")
    parser.add_argument("--rendered", type=int, default=50, help="how many dives are rendered")
    parser.add_argument("--folder", type=Path, help="where rendered videos are kept")
    arguments = parser.parse_args()
    model = load_model("diving")
    samples = training_samples(model)
    order = np.random.default_rng(SEED).permutation(len(samples))
    chosen = {samples[i].performance.id for i in order[: arguments.dives]}
    moved: dict[str, list[Move]] = defaultdict(list)
    compared: dict[str, list[bool]] = defaultdict(list)
    for fold in left_out(model, samples):
        for name, move in moves(fold, chosen):
            moved[name].append(move)
        scorer = fold.judge.model.scorer
        assert isinstance(scorer, ComparingScorer)
        for name, holds in comparisons(scorer, fold.dives).items():
            compared[name] += holds
    with tempfile.TemporaryDirectory() as temporary:
        options = SimulationOptions(
            n_performances=arguments.rendered, seed=SEED, flawless_share=1.0
        )
        rendered = Simulated((arguments.folder or Path(temporary)) / "flawless", options)
        rendered.render()
        least = least_similar(load("simulated"), rendered.performances())
    result = {
        "model": "diving, its scorer fitted without the dive that is asked about",
        "dives": len(chosen),
        "rendered": arguments.rendered,
        "copies": {name: held(values) for name, values in moved.items()},
        "comparisons": {name: float(np.mean(holds)) for name, holds in compared.items()},
        "least_similar": least,
    }
    show(result)
    write_result("metamorphic", result)


if __name__ == "__main__":
    main()
