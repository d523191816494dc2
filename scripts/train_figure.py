"""Train the network behind the backbone `figure` to find joints, on dives that Podium renders.

    python scripts/train_figure.py

Nothing but rendered dives is looked at, of a seed that no other script, test or measurement uses;
joints that are under water or out of the picture are not asked for. Writes the weights that ship
and a card with the error on dives of yet another seed.
"""

import argparse
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from safetensors.torch import save
from torch import Tensor, nn

from podium.backbones._figure_network import FigureNetwork
from podium.backbones.figure import POINTS, WEIGHTS, Figure
from podium.machine.files import write_bytes
from podium.simulation import SimulatedPerformance, SimulationOptions, simulate, write_video
from podium.simulation.body import Joint
from podium.video.frames import decode

WIDTH, HEIGHT = Figure.frame_size
JOINTS = [Joint[name.upper()] for name in POINTS]
UNIT = 4.0
"""Errors are measured in cells of the heat maps, of 4 pixels."""


@dataclass(frozen=True)
class Recipe:
    """How many dives are learned from, how often, and with which seeds."""

    n_dives: int = 300
    n_epochs: float = 10.0
    batch_size: int = 64
    learning_rate: float = 2e-3
    weight_decay: float = 1e-3
    seen_weight: float = 0.2
    seed: int = 50001
    held_out_seed: int = 50002
    n_held_out: int = 30


@dataclass(frozen=True)
class Lesson:
    """Frames, (frames, 3, height, width); positions, (frames, points, 2); and which can be seen."""

    frames: Tensor
    positions: Tensor
    seen: Tensor


def rendered(n_dives: int, seed: int, folder: Path) -> Lesson:
    """Render dives, as videos, and read them back with where the joints are in each frame."""
    performances = simulate(SimulationOptions(n_performances=n_dives, seed=seed))
    parts = [_of_one(one, folder / f"{one.id}.mp4") for one in performances]
    frames, positions, seen = (np.concatenate(part) for part in zip(*parts, strict=True))
    return Lesson(
        torch.from_numpy(frames).permute(0, 3, 1, 2),
        torch.from_numpy(positions).float(),
        torch.from_numpy(seen).float(),
    )


def _of_one(
    one: SimulatedPerformance, path: Path
) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.float64], npt.NDArray[np.bool_]]:
    if not path.is_file():
        write_video(path, one.frames(), one.options.frames_per_second)
    frames = decode(path, width=WIDTH, height=HEIGHT).pixels
    positions = one.landmarks()[:, JOINTS] * WIDTH / one.options.width
    above_water = one.motion().joints[:, JOINTS, 1] > -0.05
    inside = ((positions > 0) & (positions < (WIDTH, HEIGHT))).all(axis=-1)
    seen = above_water & inside
    kept = seen.any(axis=1) | (np.arange(len(frames)) % 4 == 0)  # empty water teaches little
    return frames[kept], positions[kept], seen[kept]


def learned(lesson: Lesson, recipe: Recipe, say: Callable[[str], None]) -> FigureNetwork:
    """Train a network; the same machine makes the same weights again."""
    torch.manual_seed(recipe.seed)
    network = FigureNetwork()
    network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    n_steps = int(recipe.n_epochs * len(lesson.frames) / recipe.batch_size)
    optimiser = torch.optim.AdamW(
        network.parameters(), lr=recipe.learning_rate, weight_decay=recipe.weight_decay
    )
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, recipe.learning_rate, total_steps=n_steps
    )
    for step in range(1, n_steps + 1):
        drawn = torch.randint(len(lesson.frames), (recipe.batch_size,))
        loss = _loss(network, lesson, drawn, recipe.seen_weight)
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        schedule.step()
        if step % 100 == 0:
            say(f"step {step} of {n_steps}: loss {loss.item():.3f}")
    return network.eval()


def _loss(network: FigureNetwork, lesson: Lesson, drawn: Tensor, seen_weight: float) -> Tensor:
    seen = lesson.seen[drawn]
    positions, logits = network(varied(lesson.frames[drawn]).to(memory_format=torch.channels_last))
    errors = nn.functional.smooth_l1_loss(
        positions / UNIT, lesson.positions[drawn] / UNIT, reduction="none", beta=0.5
    )
    placing = (errors.mean(dim=-1) * seen).sum() / seen.sum().clamp(min=1)
    seeing = nn.functional.binary_cross_entropy_with_logits(logits, seen)
    return placing + seen_weight * seeing


def varied(frames: Tensor) -> Tensor:
    """Return frames with another contrast, tint and noise, each its own."""
    n = len(frames)
    contrast = 1 + 0.5 * (torch.rand(n, 1, 1, 1) - 0.5)
    tint = 50 * (torch.rand(n, 3, 1, 1) - 0.5)
    noise = 4 * torch.rand(n, 1, 1, 1) * torch.randn(frames.shape)
    return (frames.float() * contrast + tint + noise).clamp(0, 255)


def errors_of(figure: Figure, lesson: Lesson) -> npt.NDArray[np.float32]:
    """Measure how far found points are from true ones that can be seen, in pixels."""
    positions, _ = figure.points(lesson.frames.permute(0, 2, 3, 1).numpy())
    apart = np.linalg.norm(positions - lesson.positions.numpy(), axis=-1)
    return np.asarray(apart[lesson.seen.numpy() > 0], np.float32)


CARD = """# The network of the backbone `figure`

Finds {n_points} points of a diver's body in a frame of {width}x{height} pixels. Written by
`scripts/train_figure.py`; every number below was measured in that run.

Learned from {n_frames:,} frames of {recipe.n_dives} dives that Podium rendered (seed {recipe.seed})
and from nothing else, in {minutes:.0f} minutes on {threads} threads: {recipe.n_epochs:g} epochs,
batches of {recipe.batch_size}, AdamW, contrast, tint and noise varied.

On {recipe.n_held_out} rendered dives of another seed ({recipe.held_out_seed}), points that can be
seen are found within {median:.1f} pixels (median; nine in ten within {ninth:.1f}), where a
stretched body is about 75 pixels tall. No real athlete was seen in training and none was measured:
on real video the points are guesses.
"""


def main() -> None:
    """Render, train, measure, and put the weights where they ship from."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    parser.add_argument("--videos", type=Path, help="where the rendered dives are kept")
    parser.add_argument("--dives", type=int, default=Recipe.n_dives)
    parser.add_argument("--epochs", type=float, default=Recipe.n_epochs)
    arguments = parser.parse_args()
    recipe = Recipe(n_dives=arguments.dives, n_epochs=arguments.epochs)
    with tempfile.TemporaryDirectory() as temporary:
        videos = arguments.videos or Path(temporary)
        (videos / "held_out").mkdir(parents=True, exist_ok=True)
        lesson = rendered(recipe.n_dives, recipe.seed, videos)
        held_out = rendered(recipe.n_held_out, recipe.held_out_seed, videos / "held_out")
    started = time.monotonic()
    network = learned(lesson, recipe, lambda words: print(words, flush=True))
    minutes = (time.monotonic() - started) / 60
    weights = {name: value.contiguous() for name, value in network.state_dict().items()}
    write_bytes(arguments.out, save(weights))
    errors = errors_of(Figure(arguments.out), held_out)
    card = CARD.format(
        n_points=len(POINTS),
        width=WIDTH,
        height=HEIGHT,
        n_frames=len(lesson.frames),
        recipe=recipe,
        minutes=minutes,
        threads=torch.get_num_threads(),
        median=np.median(errors),
        ninth=np.quantile(errors, 0.9),
    )
    write_bytes(arguments.out.with_name("README.md"), card.encode())
    print(card)


if __name__ == "__main__":
    main()
