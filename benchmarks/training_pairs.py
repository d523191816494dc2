"""How long the metric takes to learn from pairs: the naive way, and all pairs of a block at once.

130 made-up performances in ten variants each: 1,300 sequences, of which the naive way draws 26,000
pairs and runs the LSTM over both sides of each. The other way embeds a block of sequences once and
learns from all ordered pairs of it, weighted so that alike pairs count as much as in the 26,000.
Both have the same loss on the same pairs (tested) and are measured by the same validation pairs of
other performances. Time is that of the processor, with one
thread, so that a busy machine does not matter.
"""

import argparse
import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from measuring import RESULTS, write
from PIL import Image, ImageDraw
from torch import Tensor, nn

from podium.metric.losses import pair_loss
from podium.metric.pairs import PairOptions, Pairs, sample_pairs
from podium.metric.siamese import SiameseOptions, reads_difference
from podium.metric.trainable import TrainableSiamese

N_PERFORMANCES, N_VARIANTS, N_CLIPS, DIM = 130, 10, 9, 64
N_VALIDATION = 60
SIGNAL = 3.0  # against 0.5 of style in every other direction
NETWORK = SiameseOptions(n_embedding=256, reads_difference=False)  # the paper's, with its LSTM
PAIRS = PairOptions(threshold=5.0, n_similar=10_560, n_dissimilar=15_440)  # the paper's 26,000
COLOURS = {"naive": (200, 60, 40), "blocks": (30, 90, 180)}


@dataclass(frozen=True)
class Lessons:
    """Sequences, (sequences, clips, dim), and the score of each, (sequences,)."""

    sequences: Tensor
    scores: npt.NDArray[np.float64]


def performances(n: int, n_variants: int, seed: int) -> Lessons:
    """Invent performances whose clips show, among much else, how well each was done.

    What a clip shows of its quality lies in one direction, the same for all; scores spread about
    as dives' do, 14 points. Variants differ by noise.
    """
    direction = np.random.default_rng(7).normal(size=DIM) / np.sqrt(DIM)
    generator = np.random.default_rng(seed)
    quality = generator.normal(size=(n, N_CLIPS))
    style = generator.normal(size=(n, N_CLIPS, DIM)) * 0.5
    clips = SIGNAL * quality[..., None] * direction + style
    varied = clips[:, None] + generator.normal(size=(n, n_variants, N_CLIPS, DIM)) * 0.3
    scores = 70 + 14 * quality.mean(axis=1) * np.sqrt(N_CLIPS)
    sequences = varied.reshape(-1, N_CLIPS, DIM).astype(np.float32)
    return Lessons(torch.from_numpy(sequences), np.repeat(scores, n_variants))


class Examination:
    """The loss on pairs of performances that are not learned from; always the same pairs."""

    def __init__(self) -> None:
        self.lessons = performances(N_VALIDATION, 1, seed=2)
        options = PairOptions(PAIRS.threshold, 700, 1000)
        pairs = sample_pairs(self.lessons.scores, options, np.random.default_rng(3))
        self.first, self.second, self.labels = tensors(pairs)

    def loss(self, network: TrainableSiamese) -> float:
        """Measure it; the time this takes is no part of learning."""
        with torch.inference_mode():
            loss = pair_loss(network, self.lessons.sequences, self.first, self.second, self.labels)
            return float(loss)


def tensors(pairs: Pairs) -> tuple[Tensor, Tensor, Tensor]:
    """Return the places of both sides and the labels as tensors."""
    labels = torch.from_numpy(pairs.similar.astype(np.float32))
    return torch.from_numpy(pairs.first), torch.from_numpy(pairs.second), labels


def naive(network: TrainableSiamese, lessons: Lessons, seed: int) -> Iterator[Tensor]:
    """Yield the loss of one batch of 64 pairs after the other, the LSTM on both sides of each."""
    generator = np.random.default_rng(seed)
    while True:
        pairs = sample_pairs(lessons.scores, PAIRS, generator)
        first, second, labels = tensors(pairs)
        for start in range(0, len(pairs), 64):
            part = slice(start, start + 64)
            ours = network.embedding(lessons.sequences[first[part]])
            theirs = network.embedding(lessons.sequences[second[part]])
            logits = network.logit(ours, theirs)
            yield nn.functional.binary_cross_entropy_with_logits(logits, labels[part])


def block_loss(
    network: TrainableSiamese, sequences: Tensor, alike: Tensor, weights: Tensor
) -> Tensor:
    """Return the paper's loss on all ordered pairs of a block of sequences.

    `alike` and `weights` are (sequences, sequences); no sequence is paired with itself. The same as
    the loss on these pairs one by one, in less time.
    """
    embedded = network.embedding(sequences)
    logits = logits_of_all(network, embedded, embedded)
    n = len(sequences)
    weights = weights * (1 - torch.eye(n))
    losses = nn.functional.binary_cross_entropy_with_logits(logits, alike, weights, reduction="sum")
    return losses / (n * (n - 1))


def logits_of_all(network: TrainableSiamese, references: Tensor, queries: Tensor) -> Tensor:
    """Return the logit of every reference beside every query, (references, queries).

    D1 is a sum of what it reads of either side: each is worked out once, and not for each pair.
    """
    n = references.shape[-1]
    weights = network.first.weight
    ours = nn.functional.linear(references, weights[:, :n])
    theirs = nn.functional.linear(queries, weights[:, n : 2 * n], network.first.bias)
    first = ours[:, None] + theirs[None]
    if reads_difference(network.options):
        differences = (references[:, None] - queries[None]).abs()
        first = first + nn.functional.linear(differences, weights[:, 2 * n :])
    second = network.activation(network.second(network.activation(first)))
    logits: Tensor = network.output(second).squeeze(-1)
    return logits


def blocks(network: TrainableSiamese, lessons: Lessons, seed: int, size: int) -> Iterator[Tensor]:
    """Yield the loss of all ordered pairs of one block of `size` sequences after the other."""
    generator = np.random.default_rng(seed)
    gaps = np.abs(lessons.scores[:, None] - lessons.scores[None])
    share = (gaps < PAIRS.threshold).mean()
    wanted = PAIRS.n_similar / (PAIRS.n_similar + PAIRS.n_dissimilar)
    while True:
        order = generator.permutation(len(lessons.scores))
        for start in range(0, len(order) - size + 1, size):
            used = order[start : start + size]
            alike = gaps[np.ix_(used, used)] < PAIRS.threshold
            weights = np.where(alike, wanted / share, (1 - wanted) / (1 - share))
            yield block_loss(
                network,
                lessons.sequences[torch.from_numpy(used)],
                torch.from_numpy(alike.astype(np.float32)),
                torch.from_numpy(weights.astype(np.float32)),
            )


def learn(
    way: str, lessons: Lessons, seed: int, arguments: argparse.Namespace
) -> tuple[list[float], list[float]]:
    """Learn for some seconds of the processor; give seconds and validation losses."""
    torch.manual_seed(seed)
    network = TrainableSiamese(DIM, NETWORK)
    optimiser = torch.optim.Adam(network.parameters(), lr=arguments.learning_rate, fused=True)
    given = (
        naive(network, lessons, seed)
        if way == "naive"
        else blocks(network, lessons, seed, arguments.block)
    )
    examination = Examination()
    spent, seconds, losses = 0.0, [0.0], [examination.loss(network)]
    while spent < arguments.seconds:
        start = time.process_time()
        for _ in range(arguments.every):
            optimiser.zero_grad()
            next(given).backward()  # type: ignore[no-untyped-call]
            optimiser.step()
        spent += time.process_time() - start
        seconds.append(spent)
        losses.append(examination.loss(network))
    return seconds, losses


def time_to_reach(target: float, seconds: list[float], losses: list[float]) -> float | None:
    """Return when the loss first was `target` or less."""
    return next((s for s, loss in zip(seconds, losses, strict=True) if loss <= target), None)


def plot(curves: dict[str, tuple[list[float], list[float]]], target: float) -> Image.Image:
    """Draw loss against time, both axes logarithmic in time, and the loss to be reached."""
    width, height, margin = 640, 400, 50
    image = Image.new("RGB", (width, height), "white")
    draw = ImageDraw.Draw(image)
    latest = max(seconds[-1] for seconds, _ in curves.values())
    earliest = min(seconds[1] for seconds, _ in curves.values())
    shown = [loss for _, losses in curves.values() for loss in losses]
    low, high = min(shown) - 0.02, min(max(shown), 1.2)

    def place(seconds: float, loss: float) -> tuple[float, float]:
        along = np.log(max(seconds, earliest) / earliest) / np.log(latest / earliest)
        down = (high - min(loss, high)) / (high - low)
        return margin + along * (width - 2 * margin), margin + down * (height - 2 * margin)

    draw.rectangle((margin, margin, width - margin, height - margin), outline="grey")
    draw.line([place(earliest, target), place(latest, target)], fill="grey")
    for row, (name, (seconds, losses)) in enumerate(curves.items()):
        points = [place(s, loss) for s, loss in zip(seconds, losses, strict=True)][1:]
        draw.line(points, fill=COLOURS[name], width=2)
        draw.text((width - 160, margin + 10 + 16 * row), name, fill=COLOURS[name])
    draw.text((margin, height - 40), f"{earliest:.2g} s", fill="black")
    draw.text((width - 90, height - 40), f"{latest:.0f} s", fill="black")
    draw.text((8, margin - 20), f"validation loss, {low:.2f} to {high:.2f}", fill="black")
    return image


def compare(
    lessons: Lessons, seed: int, arguments: argparse.Namespace
) -> dict[str, tuple[list[float], list[float]]]:
    """Learn both ways from one seed; give seconds and losses of each."""
    return {way: learn(way, lessons, seed, arguments) for way in ("naive", "blocks")}


def main() -> None:
    """Measure, print a table, write JSON and draw the curves of the first seed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=4.0, help="of learning, for each way")
    parser.add_argument("--block", type=int, default=12)
    parser.add_argument("--learning-rate", type=float, default=1e-3)
    parser.add_argument("--every", type=int, default=5, help="steps between two measurements")
    parser.add_argument("--seeds", type=int, default=5)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    lessons = performances(N_PERFORMANCES, N_VARIANTS, seed=1)
    rows: list[dict[str, Any]] = []
    drawn = None
    print(f"seed{'naive least loss':>18}{'s':>8}{'blocks s to it':>16}{'times sooner':>14}")
    for seed in range(arguments.seeds):
        curves = compare(lessons, seed, arguments)
        target = min(curves["naive"][1])
        reached = {way: time_to_reach(target, *curve) for way, curve in curves.items()}
        times = None if not reached["blocks"] else (reached["naive"] or 0) / reached["blocks"]
        least = {way: min(losses) for way, (_, losses) in curves.items()}
        rows.append({"least_loss": least, "seconds_to_target": reached, "times_sooner": times})
        cells = [reached["naive"], reached["blocks"], times]
        shown = ["-" if cell is None else f"{cell:.2f}" for cell in cells]
        print(f"{seed:4}{target:18.3f}{shown[0]:>8}{shown[1]:>16}{shown[2]:>14}")
        drawn = drawn or (curves, target)
    # Where the loss was not reached, it took longer than all there was.
    median = statistics.median(row["times_sooner"] or 0.0 for row in rows)
    result: dict[str, Any] = {
        **vars(arguments),
        "sequences": len(lessons.scores),
        "pairs": PAIRS.n_similar + PAIRS.n_dissimilar,
        "by_seed": rows,
        "times_sooner": median,
    }
    print(f"median: {median:.1f} times sooner")
    if drawn:
        plot(*drawn).save(RESULTS / "training_pairs.png", optimize=True)
        result["curves"] = {
            way: {"seconds": seconds, "loss": losses} for way, (seconds, losses) in drawn[0].items()
        }
    print(write("training_pairs", result))


if __name__ == "__main__":
    main()
