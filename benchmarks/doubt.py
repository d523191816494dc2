"""How often Podium doubts a video that it may trust, and one that it may not.

    PODIUM_DATA=... python benchmarks/doubt.py

What a model knows of its training (`podium.witnesses.novelty`, `order`) is learned from four fifths
of the training dives of UNLV-Dive and asked of the fifth that was left out, several times; the 70
test dives are not looked at. Then the same is asked of what is no such dive. A third witness, the
end, doubts where the entry into the water is not found; what it looks like was learned once from
all training dives, as in the model `diving`, whose features are used. A doubt is false about a dive
that was left out, and right about all else. Clips are put in another order after they were cut, so
that the order alone speaks. Last, dives are changed as files are (`altered_dives`), and all that
Podium says is asked for: of models whose scorer, event and witnesses have not seen the dive.
"""

import argparse
import json
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from altered_dives import measure_actions, measure_alarms, measure_altered
from left_out import training_samples
from measuring import RESULTS, write

from podium.datasets import unlv_dive
from podium.datasets.manifest import Manifest
from podium.datasets.simulated import Simulated
from podium.features.extraction import Extractor, FeatureCache, extract
from podium.features.values import Features, Sample
from podium.folds import parts
from podium.model import load_model
from podium.performance import Performance
from podium.simulation import SimulationOptions, Sport, write_video
from podium.training import find_marked
from podium.video.frames import decode
from podium.video.layout import without_leading_black
from podium.witnesses import END_IS_MISSING, EVENT_NOT_FOUND, Witnesses, learn_usual
from podium.witnesses.novelty import NOVEL
from podium.witnesses.order import OUT_OF_ORDER
from podium.witnesses.same_action import learn_same_action

Pixels = npt.NDArray[np.uint8]
Sets = Mapping[str, Sequence[Features]]

WITNESSES = ("novelty", "order", "end", "any")
LEFT_OUT = "dives left out (false alarms)"
SEED = 60_001
N_DIVES, N_VAULTS, N_STILLS, N_NOISES = 60, 30, 30, 10
N_PUSHUPS = 1000
"""At most so many are looked at: all that there are."""


KINDS = (
    {NOVEL},
    {OUT_OF_ORDER},
    {END_IS_MISSING, EVENT_NOT_FOUND},
)
"""What each of `WITNESSES` but the last says."""


def doubts(known: Witnesses, features: Features) -> list[bool]:
    """Ask what ships, and say which of `WITNESSES` doubt a performance."""
    kinds = {doubt.kind for doubt in known.ask(features)}
    said = [bool(kinds & theirs) for theirs in KINDS]
    return [*said, any(said)]


def shuffled(n_clips: int, generator: np.random.Generator) -> list[int]:
    """Draw an order of clips that is not their own."""
    own = list(range(n_clips))
    drawn = own
    while drawn == own and n_clips > 1:
        drawn = generator.permutation(n_clips).tolist()
    return drawn


def exchanged(n_clips: int, generator: np.random.Generator) -> list[int]:
    """Exchange two neighbouring clips, drawn at random."""
    order = list(range(n_clips))
    first = int(generator.integers(n_clips - 1))
    order[first], order[first + 1] = first + 1, first
    return order


def in_other_orders(features: Features, generator: np.random.Generator) -> dict[str, Features]:
    """Return a dive with its clips in orders that are not theirs."""
    n_clips = len(features)
    orders = {
        "dives, clips shuffled": shuffled(n_clips, generator),
        "dives, clips reversed": list(range(n_clips))[::-1],
        "dives, two neighbouring clips exchanged": exchanged(n_clips, generator),
    }
    return {
        name: replace(features, values=features.values[order]) for name, order in orders.items()
    }


def measure_folds(dives: Sequence[Sample], foreign: Sets, n_divisions: int) -> dict[str, Any]:
    """Ask models of four fifths of the dives about the others, and about what is foreign."""
    found: dict[str, list[list[bool]]] = {LEFT_OUT: []}
    for division in range(n_divisions):
        generator = np.random.default_rng(division)
        for part in parts([""] * len(dives), division):
            others = np.setdiff1d(np.arange(len(dives)), part)
            known = learn_usual([dives[i] for i in others])
            for features in (dives[i].features for i in part):
                found[LEFT_OUT].append(doubts(known, features))
                if len(features) > 1:
                    for name, changed in in_other_orders(features, generator).items():
                        found.setdefault(name, []).append(doubts(known, changed))
            for name, performances in foreign.items():
                found.setdefault(name, []).extend(doubts(known, one) for one in performances)
    return {name: shares(rows) for name, rows in found.items()}


def measure_unseen(samples: Sequence[Sample], n_letters: int) -> dict[str, Any]:
    """Leave out one action after the other, and ask about its dives.

    Actions are told apart by the first `n_letters` of their names: by 1, the groups of dives.
    """
    kinds = [str(sample.performance.action)[:n_letters] for sample in samples]
    rows = []
    for left_out in sorted(set(kinds)):
        both = list(zip(samples, kinds, strict=True))
        known = learn_usual([sample for sample, kind in both if kind != left_out])
        rows += [doubts(known, sample.features) for sample, kind in both if kind == left_out]
    return shares(rows)


def measure_pairs(samples: Sequence[Sample]) -> dict[str, float | int]:
    """Ask models of four fifths whether two others are of two actions; both were left out."""
    rows: list[tuple[bool, bool]] = []
    for part in parts([""] * len(samples), 0):
        others = [samples[i] for i in np.setdiff1d(np.arange(len(samples)), part)]
        actions = [sample.performance.action for sample in others]
        kinds = learn_same_action([sample.features.values for sample in others], actions)
        assert kinds is not None
        for i, j in combinations(part, 2):
            ours, theirs = samples[i], samples[j]
            doubted = kinds.are_different(ours.features.values, theirs.features.values)
            rows.append((ours.performance.action == theirs.performance.action, doubted))
    same, doubted_pairs = np.array(rows).T
    return {
        "pairs_of_one_action": int(same.sum()),
        "doubted_of_one_action": round(float(doubted_pairs[same].mean()), 4),
        "pairs_of_two_actions": int((~same).sum()),
        "doubted_of_two_actions": round(float(doubted_pairs[~same].mean()), 4),
    }


def shares(rows: Sequence[Sequence[bool]]) -> dict[str, float | int]:
    """Return the share of doubted performances by witness, and how many were asked about."""
    means = np.mean(np.array(rows, float), axis=0)
    return {"asked": len(rows), **dict(zip(WITNESSES, means.round(4).tolist(), strict=True))}


def foreign_sets(
    data: Path, folder: Path, extractor: Extractor, dives: Sequence[Performance]
) -> dict[str, list[Features]]:
    """Extract features of what is no dive of the training's kind; videos are put in `folder`."""
    springboard = data / "dives" / "springboard_640x480.mp4"
    videos: dict[str, Sequence[Performance]] = {
        "rendered dives": _render(folder, "diving", N_DIVES),
        "rendered vaults": _render(folder, "vault", N_VAULTS),
        "push-ups": _of_folder(data / "pushups" / "videos")[:N_PUSHUPS],
        "springboard dive, another camera": [Performance("springboard", springboard)],
        "a still picture of a dive": _write(folder / "stills", _stills(dives)),
        "black": _write(folder / "black", [np.zeros((96, 240, 320, 3), np.uint8)]),
        "noise": _write(folder / "noise", _noises()),
    }
    found = {}
    for name, performances in videos.items():
        extraction = extract(performances, extractor)
        for error in extraction.errors.values():
            raise error
        found[name] = [sample.features for sample in extraction.samples]
    return found


def _of_folder(folder: Path) -> list[Performance]:
    return [Performance(path.stem, path) for path in sorted(folder.glob("*.mp4"))]


def _render(root: Path, sport: Sport, n: int) -> Sequence[Performance]:
    options = SimulationOptions(sport=sport, n_performances=n, seed=SEED)
    return Manifest(Simulated(root / f"sim-{sport}", options).render()).performances()


def _write(folder: Path, videos: Iterable[Pixels]) -> list[Performance]:
    folder.mkdir(parents=True, exist_ok=True)
    for number, frames in enumerate(videos):
        write_video(folder / f"{number:03d}.mp4", frames, 30)
    return _of_folder(folder)


def _stills(dives: Sequence[Performance]) -> Iterator[Pixels]:
    """Show one picture of a dive, drawn at random, for three seconds."""
    generator = np.random.default_rng(SEED)
    for number in generator.choice(len(dives), N_STILLS, replace=False):
        frames = without_leading_black(decode(dives[number].path, width=320, height=240)).pixels
        yield np.repeat(frames[generator.integers(len(frames))][None], 96, axis=0)


def _noises() -> Iterator[Pixels]:
    generator = np.random.default_rng(SEED)
    for _ in range(N_NOISES):
        yield generator.integers(0, 256, (96, 240, 320, 3)).astype(np.uint8)


def show(results: Mapping[str, Mapping[str, float | int]]) -> None:
    """Print a row a set, and the share that each witness doubts."""
    print(f"{'doubted':<46} {'asked':>6} " + " ".join(f"{name:>8}" for name in WITNESSES))
    for name, row in results.items():
        print(f"{name:<46} {row['asked']:>6} " + " ".join(f"{row[w]:>8.1%}" for w in WITNESSES))


def show_altered(altered: Mapping[str, Any]) -> None:
    """Print a row a kind of altered dives, then false alarms and contradicted actions."""
    for name, row in altered["kinds"].items():
        print(
            f"{name:<46} {row['asked']:>3} asked, withheld {row['withheld']} (without "
            f"{row['withheld_without']}), unsaid {row['unsaid']}, held {row['held']}, of those "
            f"shown {row['shown_and_held']} of {row['shown']}, moved by {row['median_move']} "
            f"(at most {row['largest_move']}): {row['kinds']}"
        )
    print(f"untouched dives left out: {altered['alarms']}")
    print(f"actions: {altered['actions']}")


def main() -> None:
    """Run the measurement, print a table and write JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--divisions", type=int, default=3, help="times the dives are divided")
    parser.add_argument("--dives", type=int, default=24, help="how many dives are altered")
    parser.add_argument("--folder", type=Path, help="where videos that are made are kept")
    parser.add_argument(
        "--altered", action="store_true", help="measure altered dives only, and keep the rest"
    )
    arguments = parser.parse_args()
    dataset = unlv_dive.UnlvDive()
    dives = [p for p in dataset.performances() if p.split != "test"]
    model = load_model("diving")
    extractor = model.extractor(FeatureCache())
    samples = training_samples(model)
    if arguments.altered:
        result = json.loads((RESULTS / "doubt.json").read_text())
    else:
        with tempfile.TemporaryDirectory() as temporary:
            folder = arguments.folder or Path(temporary)
            foreign = foreign_sets(dataset.root.parent, folder, extractor, dives)
        results = measure_folds(samples, foreign, arguments.divisions)
        results["dives of an action never seen"] = measure_unseen(samples, 4)
        results["dives of a group of actions never seen"] = measure_unseen(samples, 1)
        pairs = measure_pairs(samples)
        show(results)
        print("references of one's own: " + ", ".join(f"{k} {v}" for k, v in pairs.items()))
        result = {"model": "diving", "dives": len(samples), "doubted": results, "pairs": pairs}
    marked = find_marked(dives, "splash", FeatureCache())
    altered = {
        "kinds": measure_altered(model, samples, marked, arguments.dives),
        "alarms": measure_alarms(model, samples, marked),
        "actions": measure_actions(samples),
    }
    show_altered(altered)
    write("doubt", {**result, "altered": altered})


if __name__ == "__main__":
    main()
