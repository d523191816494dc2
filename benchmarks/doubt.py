"""How often Podium doubts a video that it may trust, and one that it may not.

    PODIUM_DATA=... python benchmarks/doubt.py

What a model knows of its training (novelty, order, ending: `podium.novelty`, `order`,
`completeness`) is learned from four fifths of the training dives of UNLV-Dive and asked of the
fifth that was left out, several times; the 70 test dives are not looked at. Then the same is asked
of what is no such dive. A doubt is false about a dive that was left out, and right about all else.
"""

import argparse
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from measuring import write

from podium.backbones import Backbone, make_backbone
from podium.clips import read_clips
from podium.completeness import Ending, learn_ending
from podium.datasets import unlv_dive
from podium.datasets.manifest import Manifest
from podium.datasets.simulated import Simulated
from podium.features import Extractor, FeatureCache, Sample, extract
from podium.novelty import Novelty, learn_novelty
from podium.order import Order, learn_order
from podium.performance import Performance
from podium.simulation import SimulationOptions, Sport
from podium.training import folds

Array = npt.NDArray[np.float32]
Sets = Mapping[str, Sequence[Array]]

WITNESSES = ("novelty", "order", "ending", "any")
SEED = 60_001
N_DIVES, N_VAULTS, N_STILLS, N_NOISES = 60, 30, 30, 10


@dataclass(frozen=True)
class Knowledge:
    """What a model knows of its training performances, and doubts by."""

    novelty: Novelty
    order: Order | None
    ending: Ending | None

    @classmethod
    def of(cls, features: Sequence[Array]) -> Self:
        """Learn it as `podium.training` does."""
        novelty = learn_novelty(features)
        normaliser = novelty.normaliser
        return cls(novelty, learn_order(features, normaliser), learn_ending(features, normaliser))

    def doubts(self, values: Array) -> list[bool]:
        """Say which of `WITNESSES` doubt a performance, (clips, dim)."""
        components = self.novelty.normaliser(values)
        said = [
            self.novelty.is_novel(values),
            bool(self.order and self.order.is_disordered(components)),
            bool(self.ending and self.ending.is_missing(components)),
        ]
        return [*said, any(said)]


def shuffled(values: Array, generator: np.random.Generator) -> Array:
    """Put the clips of a performance in an order that is not theirs."""
    while (places := generator.permutation(len(values))).tolist() == list(range(len(values))):
        pass
    return values[places]


def neighbours_exchanged(values: Array, generator: np.random.Generator) -> Array:
    """Exchange two neighbouring clips of a performance."""
    first = generator.integers(len(values) - 1)
    places = np.arange(len(values))
    places[[first, first + 1]] = first + 1, first
    return values[places]


def in_other_orders(values: Array, generator: np.random.Generator) -> dict[str, Array]:
    """Give what can be made of a dive by changing the order of its clips."""
    return {
        "dives, clips shuffled": shuffled(values, generator),
        "dives, clips reversed": values[::-1],
        "dives, two neighbouring clips exchanged": neighbours_exchanged(values, generator),
        "dives, last two clips cut off": values[:-2],
    }


def measure_folds(samples: Sequence[Sample], foreign: Sets, n_divisions: int) -> dict[str, Any]:
    """Ask models of four fifths of the dives about the others, and about what is foreign."""
    features = [sample.features.values for sample in samples]
    found: dict[str, list[list[bool]]] = {"dives left out (false alarms)": []}
    for division in range(n_divisions):
        generator = np.random.default_rng(division)
        for part in folds(len(features), division):
            others = np.setdiff1d(np.arange(len(features)), part)
            known = Knowledge.of([features[i] for i in others])
            for values in (features[i] for i in part):
                found["dives left out (false alarms)"].append(known.doubts(values))
                for name, changed in in_other_orders(values, generator).items():
                    found.setdefault(name, []).append(known.doubts(changed))
            for name, performances in foreign.items():
                found.setdefault(name, []).extend(known.doubts(v) for v in performances)
    return {name: shares(rows) for name, rows in found.items()}


def measure_unseen(samples: Sequence[Sample], key: str) -> dict[str, Any]:
    """Leave out one action (or group of actions) after the other, and ask about its dives."""
    kinds = [_kind(sample, key) for sample in samples]
    rows = []
    for kind in sorted(set(kinds)):
        rest = [s.features.values for s, k in zip(samples, kinds, strict=True) if k != kind]
        known = Knowledge.of(rest)
        rows += [
            known.doubts(sample.features.values)
            for sample, k in zip(samples, kinds, strict=True)
            if k == kind
        ]
    return shares(rows)


def _kind(sample: Sample, key: str) -> str:
    action = sample.performance.action or ""
    return action[:1] if key == "group" else action


def shares(rows: Sequence[Sequence[bool]]) -> dict[str, float | int]:
    """Give the share of doubted performances by witness, and how many were asked about."""
    means = np.mean(np.array(rows, float), axis=0)
    return {"asked": len(rows), **dict(zip(WITNESSES, means.round(4).tolist(), strict=True))}


def foreign_sets(
    data: Path, rendered: Path, backbone: Backbone, dives: Sequence[Performance]
) -> dict[str, list[Array]]:
    """Make the features of what is no dive of the training's kind."""
    extractor = Extractor(backbone, cache=FeatureCache())
    generator = np.random.default_rng(SEED)
    springboard = data / "dives" / "springboard_640x480.mp4"
    return {
        "rendered dives": _features(_rendered(rendered, "diving", N_DIVES), extractor),
        "rendered vaults": _features(_rendered(rendered, "vault", N_VAULTS), extractor),
        "push-ups": _features(_of_folder(data / "pushups" / "videos"), extractor),
        "springboard dive, another camera": [extractor.video(springboard).values],
        "a still picture of a dive": _stills(dives, backbone, generator),
        "black": [_seen(backbone, np.zeros(_shape(backbone), np.uint8))],
        "noise": [
            _seen(backbone, generator.integers(0, 256, _shape(backbone)).astype(np.uint8))
            for _ in range(N_NOISES)
        ],
    }


def _features(performances: Sequence[Performance], extractor: Extractor) -> list[Array]:
    return [sample.features.values for sample in extract(performances, extractor).samples]


def _of_folder(folder: Path) -> list[Performance]:
    return [Performance(path.stem, path) for path in sorted(folder.glob("*.mp4"))]


def _rendered(root: Path, sport: Sport, n: int) -> Sequence[Performance]:
    options = SimulationOptions(sport=sport, n_performances=n, seed=SEED)
    return Manifest(Simulated(root / f"sim-{sport}", options).render()).performances()


def _shape(backbone: Backbone, n_clips: int = 6) -> tuple[int, ...]:
    width, height = backbone.frame_size
    return (n_clips, 16, height, width, 3)


def _seen(backbone: Backbone, clips: npt.NDArray[np.uint8]) -> Array:
    return backbone(clips).astype(np.float32)


def _stills(
    dives: Sequence[Performance], backbone: Backbone, generator: np.random.Generator
) -> list[Array]:
    """Show one picture of a dive, drawn at random, throughout."""
    width, height = backbone.frame_size
    found = []
    for number in generator.choice(len(dives), N_STILLS, replace=False):
        clips = read_clips(dives[number].path, width=width, height=height).pixels
        picture = clips[generator.integers(len(clips)), generator.integers(16)]
        found.append(_seen(backbone, np.broadcast_to(picture, _shape(backbone)).copy()))
    return found


def show(results: Mapping[str, Mapping[str, float | int]]) -> None:
    """Print a row a set, and the share that each witness doubts."""
    print(f"{'doubted':<46} {'asked':>6} " + " ".join(f"{name:>8}" for name in WITNESSES))
    for name, row in results.items():
        print(f"{name:<46} {row['asked']:>6} " + " ".join(f"{row[w]:>8.1%}" for w in WITNESSES))


def main() -> None:
    """Run the measurement, print a table and write JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--backbone", default="motion")
    parser.add_argument("--divisions", type=int, default=3, help="times the dives are divided")
    parser.add_argument("--folder", type=Path, help="where rendered videos are kept")
    arguments = parser.parse_args()
    dataset = unlv_dive.UnlvDive()
    dives = [p for p in dataset.performances() if p.split != "test"]
    backbone = make_backbone(arguments.backbone)
    samples = extract(dives, Extractor(backbone, cache=FeatureCache())).samples
    with tempfile.TemporaryDirectory() as temporary:
        folder = arguments.folder or Path(temporary)
        foreign = foreign_sets(dataset.root.parent, folder, backbone, dives)
    results = measure_folds(samples, foreign, arguments.divisions)
    results["dives of an action never seen"] = measure_unseen(samples, "action")
    results["dives of a group of actions never seen"] = measure_unseen(samples, "group")
    show(results)
    write("doubt", {"backbone": arguments.backbone, "dives": len(samples), "doubted": results})


if __name__ == "__main__":
    main()
