"""How well faults are found in performances of minutes, with and without putting them in step.

    python benchmarks/long.py [--quick] [--minutes 1 5 20]
    python benchmarks/long.py --render      # docs/long.md from the results

Routines are simulated (`podium.simulation.routine`), so that truth is known: which element was
faulty, and where it lies. Statistics are from where the joints are, with noise of a centimetre;
time and memory from video, of one rendered minute that is shown over and over. Without alignment,
the same distance is taken between clips counted from the end.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from measuring import write
from scipy.stats import rankdata, spearmanr
from stepping import N_RUNS, steps

from podium.assessment.segments import borders_in, elements_of
from podium.features.alignment import align_performances
from podium.features.values import Features, Sample
from podium.features.warping import LONG_CLIPS
from podium.keypoints import FRAMES_PER_CLIP, fill_missing
from podium.metric.matching import count_from_end
from podium.metric.segments import rest_borders
from podium.metric.steps import apart
from podium.performance import Performance
from podium.scorers._linear import fit_nonnegative_ridge
from podium.scorers.siamese_lstm import SiameseLSTM, SiameseLSTMOptions
from podium.simulation import Routine, RoutineOptions, simulate_routines, write_video
from podium.video.clips import VideoFacts

Array = npt.NDArray[np.float32]
Floats = npt.NDArray[np.float64]

REPOSITORY = Path(__file__).parent.parent
RESULT = REPOSITORY / "benchmarks" / "results" / "long.json"
PAGE = REPOSITORY / "docs" / "long.md"
MARKS = "<!-- long: made by python benchmarks/long.py --render -->", "<!-- end of long -->"

TEMPOS = (0.0, 0.15, 0.3)
N_TRAIN, N_LEFT_OUT = 60, 40
N_PAIRS = 3
"""What plays in step is measured on so many pairs of each length."""

NOISE_METRES = 0.01
RATE = 30
N_RANDOM = 200
"""So many random windows say what chance would find."""

WAYS = ("in_step", "from_end")

BORDERS = {
    "found": "found in the reference, in step",
    "marked": "marked in the reference, in step",
    "by_itself": "found in each by itself",
    "evenly": "evenly spaced, as many as there are",
}
"""How borders of elements are told."""


def main() -> None:
    """Measure, and write results/long.json; or render it into docs/long.md."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--quick", action="store_true", help="few and short routines, to try it")
    parser.add_argument("--minutes", type=float, nargs="*", default=[1, 5, 20], help="of video")
    parser.add_argument("--pairs", type=float, nargs="*", default=[1, 4], help="minutes of pairs")
    parser.add_argument("--seed", type=int, default=0, help="of what is drawn")
    parser.add_argument(
        "--parts",
        nargs="*",
        choices=("tempo", "borders", "playback", "stepping", "fit", "video"),
        help="what is measured: all",
    )
    parser.add_argument("--render", action="store_true", help="only write docs/long.md")
    parser.add_argument("--describe", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.describe:
        print(json.dumps(described(options.describe)))
        return
    if not options.render:
        measure(options)
    if not options.quick:
        render()


def measure(options: argparse.Namespace) -> None:
    """Measure part after part, and write each as soon as it is there, beside those of before."""
    n_train, n_left_out, n_elements = (24, 8, 20) if options.quick else (N_TRAIN, N_LEFT_OUT, 40)
    usual = RoutineOptions(n_train + n_left_out, options.seed, n_elements)
    parts: dict[str, Callable[[], Any]] = {
        "tempo": lambda: {
            f"{tempo:g}": at_tempo(replace(usual, tempo=tempo), n_train) for tempo in TEMPOS
        },
        "borders": lambda: {
            f"{tempo:g}": borders_found(replace(usual, tempo=tempo), n_train) for tempo in TEMPOS
        },
        "playback": lambda: {
            f"{minutes:g}": pairs_in_step(minutes, options.seed, 1 if options.quick else N_PAIRS)
            for minutes in options.pairs
        },
        "stepping": steps,
        "fit": lambda: fitted(replace(usual, seed=options.seed + 1), n_train),
        "video": lambda: videos(options.minutes),
    }
    for name in options.parts or parts:
        found = parts[name]()
        before = json.loads(RESULT.read_text("utf-8")) if RESULT.exists() else {}
        about = {"seed": options.seed, "n_train": n_train, "n_left_out": n_left_out}
        print(json.dumps(found, indent=1))
        path = write("long_quick" if options.quick else "long", before | about | {name: found})
        print(path)


def sample_of(routine: Routine, seed: int) -> Sample:
    """Return a routine as scorers read it: where its joints are, clip by clip."""
    joints = routine.joints()
    drawn = np.random.default_rng([seed, 9, int(routine.id.split("-")[1])])
    seen = (joints + drawn.normal(0, NOISE_METRES, joints.shape)).astype(np.float32)
    values = fill_missing(seen).normalise().clips()
    starts = np.arange(len(values)) * FRAMES_PER_CLIP + len(seen) - FRAMES_PER_CLIP * len(values)
    features = Features(
        values, starts / RATE, (starts + FRAMES_PER_CLIP) / RATE, "keypoints-20x3", None
    )
    return Sample(Performance(routine.id, Path(f"{routine.id}.npy"), routine.score), features)


def faulty_clips(routine: Routine, features: Features) -> npt.NDArray[np.bool_]:
    """Return which clips have their middle in a faulty element, (clips,)."""
    middles = (features.start_seconds + features.end_seconds) / 2 * RATE
    spans = [(fault.start_frame, fault.end_frame + 1) for fault in routine.faults]
    return np.array([any(first <= m < stop for first, stop in spans) for m in middles])


def at_tempo(options: RoutineOptions, n_train: int) -> dict[str, Any]:
    """Fit to some routines of a tempo, and find the faults and scores of those left out."""
    routines = simulate_routines(options)
    order = np.random.default_rng([options.seed, 5]).permutation(len(routines))
    samples = [sample_of(routines[i], options.seed) for i in order]
    known = [faulty_clips(routines[i], s.features) for i, s in zip(order, samples, strict=True)]
    chosen = replace(SiameseLSTMOptions().for_performances(LONG_CLIPS + 1), learn_metric=False)
    scorer = SiameseLSTM(chosen, options.seed).fit(samples[:n_train])
    truth = known[n_train:]
    found: dict[str, Any] = {"n_clips": float(np.mean([len(s.features) for s in samples]))}
    for way in WAYS:
        off, correlation = found_by(scorer, samples, n_train, way)
        found[way] = located(off, truth) | {"score_correlation": correlation}
    return found | {"chance": by_chance(known[:n_train], truth)}


def borders_found(options: RoutineOptions, n_train: int) -> dict[str, Any]:
    """Cut routines that were left out into elements, as the reference is cut; count the borders.

    A border is found where one lies within a clip of it. Evenly spaced ones are as many as there
    are.
    """
    routines = simulate_routines(options)
    order = np.random.default_rng([options.seed, 5]).permutation(len(routines))
    rows = [routines[i] for i in order]
    samples = [marked(one, options.seed) for one in rows]
    chosen = replace(SiameseLSTMOptions().for_performances(LONG_CLIPS + 1), learn_metric=False)
    scorer = SiameseLSTM(chosen, options.seed).fit(samples[:n_train])
    (reference, *_) = scorer.references
    unmarked = replace(reference, performance=replace(reference.performance, phases=()))
    counts: dict[str, list[tuple[int, int, int]]] = {}
    for routine, sample in zip(rows[n_train:], samples[n_train:], strict=True):
        starts = sample.features.start_seconds
        true = np.array([phase.start_frame / RATE for phase in routine.elements[1:]])
        matched = scorer.matched(sample, reference)
        even = np.linspace(0, routine.n_frames / RATE, len(true) + 2)[1:-1]
        found = {
            "found": starts[borders_in(matched, elements_of(unmarked)[1])[1:]],
            "marked": starts[borders_in(matched, elements_of(reference)[1])[1:]],
            "by_itself": starts[rest_borders(sample.features.values)[1:]],
            "evenly": even,
        }
        for way, at in found.items():
            counts.setdefault(way, []).append((n_within(at, true), len(at), len(true)))
    return {way: precision_and_recall(some) for way, some in counts.items()}


def pairs_in_step(minutes: float, seed: int, n_pairs: int) -> dict[str, float]:
    """Return the means over several pairs: what is found of one hangs on where its tempos jump."""
    pairs = [played_in_step(minutes, seed + number) for number in range(n_pairs)]
    means = {name: float(np.mean([pair[name] for pair in pairs])) for name in pairs[0]}
    least = min(pair["within_two_frames"] for pair in pairs)
    return means | {"n_pairs": n_pairs, "within_two_frames_least": least}


def played_in_step(minutes: float, seed: int) -> dict[str, float]:
    """Render a pair, put it in step for playing, and say how far off the planted truth that is."""
    rendered = RoutineOptions(5, seed + 100, round(minutes * 15))
    routines = simulate_routines(rendered)
    pair = routines[-1], routines[0]
    with tempfile.TemporaryDirectory() as folder:
        shown = [Performance(one.id, Path(folder) / f"{one.id}.mp4") for one in pair]
        for one, performance in zip(pair, shown, strict=True):
            write_video(performance.path, one.frames(), RATE)
        began = time.process_time()
        found = align_performances(*shown)
        worked = time.process_time() - began
    at = np.array(found.query_seconds)
    ours, theirs = ([*(p.start_frame / RATE for p in r.elements), r.n_frames / RATE] for r in pair)
    true = np.interp(at, ours, theirs)
    off = np.abs(np.array(found.reference_seconds) - true)
    straight = np.abs(at * theirs[-1] / ours[-1] - true)
    return {
        "median_seconds": float(np.median(off)),
        "nine_in_ten_seconds": float(np.quantile(off, 0.9)),
        "within_two_frames": float(np.mean(off <= 2 / RATE)),
        "within_doubt": float(np.mean(off <= np.array(found.doubt_seconds) + 0.5 / RATE)),
        "straight_seconds": float(np.median(straight)),
        "processor_seconds": worked,
    }


def marked(routine: Routine, seed: int) -> Sample:
    """Return a routine as scorers read it, marked with its elements."""
    sample = sample_of(routine, seed)
    features, n = sample.features, routine.n_frames
    facts = VideoFacts(n, n, 0, n / RATE)
    performance = replace(sample.performance, phases=routine.elements)
    return replace(sample, performance=performance, features=replace(features, video=facts))


def n_within(found: Floats, true: Floats) -> int:
    """Return how many true borders have a found one within a clip, each of its own."""
    free, n = sorted(found.tolist()), 0
    for one in true:
        near = [at for at in free if abs(at - one) <= FRAMES_PER_CLIP / RATE + 1e-6]
        if near:
            free.remove(near[0])
            n += 1
    return n


def precision_and_recall(counts: Sequence[tuple[int, int, int]]) -> dict[str, float]:
    """Return both of all borders together: of hits, found and true ones."""
    hits, found, true = np.sum(counts, axis=0)
    return {"precision": float(hits / found), "recall": float(hits / true)}


def differences(ours: Array, theirs: Array, way: str) -> tuple[Array, npt.NDArray[np.intp]]:
    """Return how clips differ from those they are matched with in one of the ways, and which."""
    if way == "in_step":
        return apart(ours, theirs)
    matched = count_from_end(len(ours), len(theirs))
    return ours - theirs[matched], matched


def found_by(
    scorer: SiameseLSTM, samples: Sequence[Sample], n_train: int, way: str
) -> tuple[list[Floats], float]:
    """Return how far clips of those left out are off, and the rank correlation of their scores.

    In either way, each moment of the reference has the border that training gives it, and scores
    are a line over the mean differences.
    """
    (reference, *_), read = scorer.references, scorer.normaliser
    theirs = read(reference.features.values)
    made = [differences(read(s.features.values), theirs, way) for s in samples]
    usual = np.full((n_train, len(theirs)), np.nan)
    for row, (values, matched) in zip(usual, made[:n_train], strict=True):
        row[matched] = np.linalg.norm(values, axis=1)
    border = np.nanmedian(usual, axis=0)
    border = np.maximum(border, 0.25 * np.median(border))
    off = [np.linalg.norm(values, axis=1) / border[matched] for values, matched in made[n_train:]]
    rows = np.stack([-np.abs(values).mean(axis=0) for values, _ in made])
    scores = np.array([s.performance.score or 0.0 for s in samples])
    alone = [""] * n_train
    weights, bias = fit_nonnegative_ridge(rows[:n_train], scores[:n_train], alone, rows.shape[1])
    return off, float(spearmanr(rows[n_train:] @ weights + bias, scores[n_train:])[0])


def located(off: Sequence[Floats], truth: Sequence[npt.NDArray[np.bool_]]) -> dict[str, float]:
    """Return the AUC of clips within faults, and how well the worst window lies on a fault."""
    at, is_faulty = np.concatenate(off), np.concatenate(truth)
    overlaps = []
    for row, known in zip(off, truth, strict=True):
        spans = spans_of(known)
        if spans:
            length = round(float(np.mean([stop - start for start, stop in spans])))
            summed = np.convolve(row, np.ones(length), "valid")
            overlaps.append(best_overlap(int(np.argmax(summed)), length, spans))
    return {"auc": auc(at, is_faulty), "iou": float(np.mean(overlaps))}


def by_chance(
    train: Sequence[npt.NDArray[np.bool_]], truth: Sequence[npt.NDArray[np.bool_]]
) -> dict[str, float]:
    """Return how well a random window, and the median window of training, lie on a fault."""
    drawn = np.random.default_rng(7)
    middles = [(a + b) / 2 / len(row) for row in train for a, b in spans_of(row)]
    at_random, at_median = [], []
    for known in truth:
        spans = spans_of(known)
        if not spans:
            continue
        length = round(float(np.mean([stop - start for start, stop in spans])))
        starts = drawn.integers(0, len(known) - length + 1, N_RANDOM)
        at_random.append(np.mean([best_overlap(int(one), length, spans) for one in starts]))
        middle = round(float(np.median(middles)) * len(known) - length / 2)
        at_median.append(best_overlap(middle, length, spans))
    return {"random_iou": float(np.mean(at_random)), "median_iou": float(np.mean(at_median))}


def spans_of(known: npt.NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Return the runs of clips that are faulty: the first, and the one after the last."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], known.astype(int), [0]])))
    return [(int(a), int(b)) for a, b in edges.reshape(-1, 2)]


def best_overlap(start: int, length: int, spans: Sequence[tuple[int, int]]) -> float:
    """Return the intersection over union of a window with the fault it lies on best."""
    found = []
    for first, stop in spans:
        shared = max(min(stop, start + length) - max(first, start), 0)
        found.append(shared / (stop - first + length - shared))
    return max(found)


def auc(values: Floats, is_faulty: npt.NDArray[np.bool_]) -> float:
    """Return how often a faulty clip lies further off than another."""
    ranks, n = rankdata(values), int(is_faulty.sum())
    return float((ranks[is_faulty].sum() - n * (n + 1) / 2) / (n * (len(values) - n)))


def fitted(options: RoutineOptions, n_train: int) -> dict[str, float]:
    """Return how long the usual training of routines takes, and how it scores those left out."""
    samples = [sample_of(one, options.seed) for one in simulate_routines(options)]
    order = np.random.default_rng([options.seed, 6]).permutation(len(samples))
    train, left_out = ([samples[i] for i in part] for part in np.split(order, [n_train]))
    began, worked = time.perf_counter(), time.process_time()
    scorer = SiameseLSTM(seed=options.seed).fit(train)
    seconds = time.perf_counter() - began
    scores = [sample.performance.score for sample in left_out]
    return {
        "n_clips": float(np.mean([len(sample.features) for sample in samples])),
        "seconds": seconds,
        "processor_seconds": time.process_time() - worked,
        "score_correlation": float(spearmanr(scorer.predict(left_out), scores)[0]),
    }


def videos(minutes: Sequence[float]) -> dict[str, dict[str, float]]:
    """Return what it takes to make features of videos of some lengths, each in its own process."""
    if not minutes:
        return {}
    options = RoutineOptions(n_performances=1, n_elements=15)
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        (routine,) = simulate_routines(options)
        minute = [frame for frame, _ in zip(routine.frames(), range(60 * RATE), strict=False)]
        for length in minutes:
            path = Path(folder) / f"{length:g}.mp4"
            n_frames = round(length * 60 * RATE)
            write_video(path, (minute[i % len(minute)] for i in range(n_frames)), RATE)
            command = [sys.executable, __file__, "--describe", str(path)]
            said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
            found[f"{length:g}"] = json.loads(said)
            path.unlink()
    return found


def described(path: Path) -> dict[str, float]:
    """Make the features of a video in this process, and say what that took."""
    from podium.backbones.motion import Motion
    from podium.features.extraction import Extractor

    began, worked = time.perf_counter(), time.process_time()
    features = Extractor(Motion()).video(path)
    files = Path("/proc/self/task").glob("*/children")
    decoders = [child for file in files for child in file.read_text().split()]
    return {
        "n_clips": len(features),
        "seconds": time.perf_counter() - began,
        "processor_seconds": time.process_time() - worked + sum(map(worked_by, decoders)),
        "memory_megabytes": most_memory("self"),
        "decoder_megabytes": max(map(most_memory, decoders), default=0.0),
    }


def most_memory(process: str) -> float:
    """Return how much memory a process has held at most, in MB (Linux)."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    (line,) = (one for one in lines if one.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


def worked_by(process: str) -> float:
    """Return how many seconds of the processor a process has used (Linux)."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def render() -> None:
    """Write the tables into docs/long.md, between their marks."""
    measured, text = json.loads(RESULT.read_text("utf-8")), PAGE.read_text("utf-8")
    before, _, rest = text.partition(MARKS[0])
    _, _, after = rest.partition(MARKS[1])
    PAGE.write_text(f"{before}{MARKS[0]}\n{tables(measured)}\n{MARKS[1]}{after}", "utf-8")


def tables(measured: dict[str, Any]) -> str:
    """Return the tables in Markdown."""
    lines = [
        "| tempo | clips | | AUC of faulty clips | IoU of the worst window | rho of scores |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for tempo, row in measured["tempo"].items():
        for way, words in zip(WAYS, ("in step", "from the end"), strict=True):
            one = row[way]
            lines.append(
                f"| ±{100 * float(tempo):.0f} % | {row['n_clips']:.0f} | {words} "
                f"| {one['auc']:.2f} | {one['iou']:.2f} | {one['score_correlation']:.2f} |"
            )
        chance = row["chance"]
        lines.append(f"| | | a random window | 0.50 | {chance['random_iou']:.2f} | |")
        lines.append(f"| | | the median window | 0.50 | {chance['median_iou']:.2f} | |")
    lines += [
        "",
        "| tempo | borders of elements | precision | recall |",
        "| --- | --- | --- | --- |",
    ]
    for tempo, ways in measured["borders"].items():
        for way, words in BORDERS.items():
            one = ways[way]
            lines.append(
                f"| ±{100 * float(tempo):.0f} % | {words} | {one['precision']:.2f} "
                f"| {one['recall']:.2f} |"
            )
    lines += [
        "",
        "| minutes of a pair | pairs | half within, s | nine in ten within, s | within two frames "
        "(least of a pair) | within their doubt | one straight line: half within, s |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for minutes, row in measured["playback"].items():
        lines.append(
            f"| {minutes} | {row['n_pairs']} | {row['median_seconds']:.3f} "
            f"| {row['nine_in_ten_seconds']:.3f} | {100 * row['within_two_frames']:.0f} % "
            f"({100 * row['within_two_frames_least']:.0f} %) | {100 * row['within_doubt']:.0f} % "
            f"| {row['straight_seconds']:.2f} |"
        )
    step, fit = measured["stepping"], measured["fit"]
    lines += [
        "",
        f"A step to the next frame of a report of four minutes ({step['megabytes']:.0f} MB in one "
        f"file, 300 clips) took {1000 * step['median_seconds']:.0f} ms in Chromium until both "
        f"videos showed it, {1000 * step['fastest_seconds']:.0f} ms in the fastest of {N_RUNS} "
        f"runs, {1000 * step['script_seconds']:.1f} ms of it in the page's own script.",
    ]
    lines += [
        "",
        f"A fit to {measured['n_train']} routines of {fit['n_clips']:.0f} clips took "
        f"{fit['processor_seconds']:.0f} s of one processor; on {measured['n_left_out']} others "
        f"the rank correlation is {fit['score_correlation']:.2f}.",
    ]
    if measured["video"]:
        lines += ["", "| minutes of video | clips | processor, s | memory, MB | decoder, MB |"]
        lines.append("| --- | --- | --- | --- | --- |")
        for minutes, row in measured["video"].items():
            lines.append(
                f"| {minutes} | {row['n_clips']} | {row['processor_seconds']:.0f} "
                f"| {row['memory_megabytes']:.0f} | {row['decoder_megabytes']:.0f} |"
            )
    return "\n".join(lines)


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    main()
