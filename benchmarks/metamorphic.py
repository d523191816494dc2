"""What must not change a score, and what must: changes of the file, and changes of the dive.

    PODIUM_DATA=... python benchmarks/metamorphic.py

Copies of training dives of UNLV-Dive (a sample drawn by a seed) that show the same dive are scored
by the model `diving`, which ships and has seen these dives. A score holds when it moves by less
than half the width of the range that Podium shows with it. The 70 test dives are not looked at.
Then what any comparison must do is asked of `diving` and, with one clip of a rendered dive
spoilt, of `simulated`.
"""

import argparse
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import numpy.typing as npt
from measuring import write
from PIL import Image

from podium.assessor import Assessor, load
from podium.clips import read_clips
from podium.datasets.simulated import Simulated
from podium.datasets.unlv_dive import UnlvDive
from podium.features import FeatureCache, Sample, extract
from podium.performance import Performance
from podium.scorers import ComparingScorer
from podium.simulation import SimulationOptions
from podium.video import decode, probe

Pixels = npt.NDArray[np.uint8]

SEED = 60_002


@dataclass(frozen=True)
class Copy:
    """How another file of the same dive is made of its frames: at which rate, which quality."""

    change: Callable[[Pixels], Pixels] = lambda frames: frames
    frames_per_second: int = 30
    crf: int = 18


def resized(share: float) -> Callable[[Pixels], Pixels]:
    """Scale frames to a share of their size, in even numbers of pixels."""

    def change(frames: Pixels) -> Pixels:
        height, width = (round(side * share / 2) * 2 for side in frames.shape[1:3])
        return np.stack([np.asarray(Image.fromarray(f).resize((width, height))) for f in frames])

    return change


def cropped(frames: Pixels, share: float = 0.05) -> Pixels:
    """Cut off the border: `share` of the height and of the width in all."""
    height, width = frames.shape[1:3]
    down, right = round(height * share / 2), round(width * share / 2)
    return frames[:, down : height - down, right : width - right]


def at_rate(rate: int) -> Callable[[Pixels], Pixels]:
    """Show 30 frames a second at another rate: some are left out, or shown again."""

    def change(frames: Pixels) -> Pixels:
        shown = np.arange(len(frames) * rate // 30) * 30 // rate
        return frames[shown]

    return change


def with_in_betweens(frames: Pixels) -> Pixels:
    """Put the mean of two neighbours between them: what a camera of twice the rate might see."""
    wide = frames.astype(np.uint16)
    between = ((wide + np.roll(wide, -1, axis=0)) // 2).astype(np.uint8)
    return np.stack([frames, between], axis=1).reshape(-1, *frames.shape[1:])[:-1]


COPIES: Mapping[str, Copy] = {
    "encoded again, crf 18": Copy(),
    "encoded again, crf 28": Copy(crf=28),
    "encoded again, crf 35": Copy(crf=35),
    "mirrored": Copy(lambda frames: frames[:, :, ::-1]),
    "half the size": Copy(resized(0.5)),
    "1.5 times the size": Copy(resized(1.5)),
    "cropped by 5 %": Copy(cropped),
    "24 frames a second": Copy(at_rate(24), 24),
    "60 frames a second, each picture twice": Copy(at_rate(60), 60),
    "60 frames a second, means in between": Copy(with_in_betweens, 60),
}


def save(frames: Pixels, copy: Copy, path: Path) -> Path:
    """Write a copy as H.264."""
    with av.open(str(path), "w") as container:
        options = {"preset": "veryfast", "crf": str(copy.crf)}
        stream = container.add_stream("libx264", rate=copy.frames_per_second, options=options)
        changed = np.ascontiguousarray(copy.change(frames))
        stream.height, stream.width = changed.shape[1:3]
        stream.pix_fmt = "yuv420p"
        stream.codec_context.time_base = Fraction(1, copy.frames_per_second)
        for number, pixels in enumerate(changed):
            frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, copy.frames_per_second)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def remuxed(source: Path, path: Path) -> Path:
    """Put the same pictures, not decoded, into another container."""
    with av.open(str(source)) as old, av.open(str(path), "w") as new:
        stream = old.streams.video[0]
        written = new.add_stream_from_template(stream)
        for packet in old.demux(stream):
            if packet.dts is not None:
                packet.stream = written
                new.mux(packet)
    return path


def copies_of(dive: Performance, folder: Path) -> Iterator[tuple[str, Path]]:
    """Make every copy of a dive, one after the other, and drop it again."""
    about = probe(dive.path)
    frames = decode(dive.path, width=about.width, height=about.height).pixels
    for name, copy in COPIES.items():
        path = save(frames, copy, folder / "copy.mp4")
        yield name, path
        path.unlink()
    path = remuxed(dive.path, folder / "copy.mkv")
    yield "remuxed", path
    path.unlink()


def moves(judge: Assessor, dives: Sequence[Performance]) -> dict[str, list[float]]:
    """Say by how much each copy's score moves, in half widths of the original's range."""
    found: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for dive in dives:
            known = replace(dive, start_frame=None, end_frame=None)
            score, _ = judge.score(known)
            for name, path in copies_of(dive, Path(folder)):
                other, _ = judge.score(replace(known, path=path))
                moved = abs(other.value - score.value) / ((score.high - score.low) / 2)
                found.setdefault(name, []).append(moved)
    return found


def held(moved: Sequence[float]) -> dict[str, float | int]:
    """Give the share of scores that moved by less than half their range, and the usual move."""
    return {
        "dives": len(moved),
        "held": float(np.mean(np.array(moved) < 1)),
        "identical": float(np.mean(np.array(moved) == 0)),
        "median_of_half_range": float(np.median(moved)),
    }


def comparisons(scorer: ComparingScorer, samples: Sequence[Sample]) -> dict[str, float]:
    """Ask what any comparison must do, of dives and all the references of their action."""
    own_clips, own_scores, own_wholes = [], [], []
    for sample in samples:
        known = scorer.references
        others = [
            reference
            for reference in known
            if reference.performance.action == sample.performance.action
            and reference.performance.id != sample.performance.id
        ]
        own_clips.append(bool((scorer.clip_similarity(sample, sample) > 0.5).all()))
        if others:
            scores = scorer.compare([sample], [sample, *others])[0]
            own_scores += (scores[0] >= scores[1:]).tolist()
            alike = scorer.similarity(sample, [sample, *others])
            own_wholes += (alike[0] >= alike[1:]).tolist()
    return {
        "similar to itself above .5 in every clip": float(np.mean(own_clips)),
        "similarity(V, V) >= similarity(V, W)": float(np.mean(own_wholes)),
        "score(V, V) >= score(V, W)": float(np.mean(own_scores)),
    }


def spoilt(clips: Pixels, place: int, other: int) -> dict[str, Pixels]:
    """Give (clips, frames, height, width, 3) with one clip frozen, reversed, or another's."""
    found = {}
    for name, clip in {
        "frozen": np.broadcast_to(clips[place, :1], clips[place].shape),
        "reversed": clips[place, ::-1],
        "swapped": clips[other],
    }.items():
        found[name] = clips.copy()
        found[name][place] = clip
    return found


def least_similar(judge: Assessor, dives: Sequence[Performance]) -> dict[str, dict[str, float]]:
    """Say how often a spoilt clip is the least like the same dive's, and like an expert's."""
    scorer = judge.model.scorer
    assert isinstance(scorer, ComparingScorer)
    width, height = judge.model.backbone.frame_size
    generator = np.random.default_rng(SEED)
    found: dict[str, list[tuple[bool, bool]]] = {}
    for dive in dives:
        features = judge.model.extractor(FeatureCache()).performance(dive)
        clips = read_clips(dive.path, width=width, height=height).pixels
        place, other = generator.choice(len(clips), 2, replace=False)
        whole = Sample(dive, features)
        expert = scorer.partners(whole, scorer.references)[0]
        for name, pixels in spoilt(clips, place, other).items():
            values = features.values.copy()
            values[place] = judge.model.backbone(pixels[place : place + 1])[0]
            query = replace(whole, features=replace(features, values=values))
            beside = (scorer.clip_similarity(query, reference) for reference in (whole, expert))
            itself, theirs = (int(np.argmin(similarity)) == place for similarity in beside)
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
            f"{row['identical']:.1%}, median {row['median_of_half_range']:.2f} of half the range"
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
    judge = load("diving", cache=FeatureCache())
    scorer = judge.model.scorer
    assert isinstance(scorer, ComparingScorer)
    dives = [p for p in UnlvDive().performances() if p.split != "test"]
    samples = extract(dives, judge.model.extractor(FeatureCache())).samples
    chosen = np.random.default_rng(SEED).permutation(len(dives))[: arguments.dives]
    moved = moves(judge, [dives[i] for i in chosen])
    with tempfile.TemporaryDirectory() as temporary:
        options = SimulationOptions(
            n_performances=arguments.rendered, seed=SEED, flawless_share=1.0
        )
        rendered = Simulated((arguments.folder or Path(temporary)) / "flawless", options)
        rendered.render()
        least = least_similar(load("simulated"), rendered.performances())
    result = {
        "model": "diving, which has seen these dives",
        "dives": len(chosen),
        "rendered": arguments.rendered,
        "copies": {name: held(values) for name, values in moved.items()},
        "comparisons": comparisons(scorer, samples),
        "least_similar": least,
    }
    show(result)
    write("metamorphic", result)


if __name__ == "__main__":
    main()
