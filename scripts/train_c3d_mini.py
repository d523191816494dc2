"""Train the network behind the backbone `c3d_mini` on training dives, push-ups and rendered dives.

    PODIUM_MOBILENET_WEIGHTS=... python scripts/train_c3d_mini.py --data ... --folder ...

No score, mark or commentary is ever read, so that a scorer on these features can be measured on
folds of the same dives: the backbone has not seen what it is to predict. The 70 test dives are not
looked at. What it learns instead, all at once (multi-task): what MobileNet (Howard et al., 2017)
sees in each half of a clip; what the backbone `motion` counts; which of four stages each group of
frames shows and how far the water is; group, position, somersaults and twist of the dive; and, from
dives that Podium renders, the body's angles, the stages, the angle of entry, the size of the splash
and how bad each phase is.
"""

import argparse
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from safetensors.numpy import load_file, save_file
from safetensors.torch import save
from torch import Tensor, nn
from torch.nn import functional
from torch.utils.data import DataLoader, Dataset

from podium.backbones._c3d_mini_network import GROUP_DIM, C3DMiniNetwork, in_parts
from podium.backbones._engine import computes_bf16
from podium.backbones.c3d_mini import N_GROUPS, WEIGHTS, C3DMini
from podium.backbones.figure import POINTS, angles
from podium.backbones.mobilenet_v1 import MobileNetV1
from podium.backbones.motion import Motion
from podium.datasets.unlv_dive import UnlvDive
from podium.machine.files import write_bytes
from podium.metric.embedding import Normaliser, fit_normaliser
from podium.performance import Performance
from podium.simulation import SimulatedPerformance, SimulationOptions, simulate, write_video
from podium.simulation.body import Joint
from podium.simulation.faults import entry_degrees, splash_size
from podium.video.frames import Frames, decode
from podium.video.layout import without_leading_black, without_repeats

Array = npt.NDArray[Any]
WIDTH, HEIGHT = C3DMini.frame_size
N_FRAMES = 16
GRID = 4
"""Clips whose `motion` features are known begin at every fourth frame, counted from the end."""

N_ANGLES = 28
UNKNOWN = -100
"""Class of a stage that is not marked; PyTorch's cross entropy passes over it."""


@dataclass(frozen=True)
class Recipe:
    """How long, on how many clips at a time, and how much each task counts."""

    n_epochs: int = 20
    clips_an_epoch: int = 2000
    n_dive_clips: int = 22
    n_rendered_clips: int = 8
    n_exercise_clips: int = 2
    learning_rate: float = 2e-3
    weight_decay: float = 0.02
    n_appearance: int = 128
    n_motion: int = 96
    n_rendered_dives: int = 160
    n_exercise_frames: int = 150
    seed: int = 0
    rendered_seed: int = 60001
    weights: Mapping[str, float] = field(
        default_factory=lambda: {
            "appearance": 1.0,
            "motion": 3.0,
            "stage": 0.5,
            "water": 2.0,
            "dive": 0.08,
            "angles": 3.0,
            "rendered_stage": 0.2,
            "rendered_faults": 1.0,
        }
    )

    @property
    def n_steps(self) -> int:
        """How many batches there are in all."""
        return self.n_epochs * max(self.clips_an_epoch // self.n_dive_clips, 1)


@dataclass(frozen=True)
class Filmed:
    """A video to learn from: pixels, what the teachers see, and what is marked.

    `appearance` is (frames, n_appearance), `motion` (starts, n_motion) of the clips that begin at
    `starts`, `stages` (frames,) of 0 to 3, `water` (frames,) how far the entry is, `dive` the
    classes of group, position, somersaults and twist; what is not known is empty.
    """

    pixels: npt.NDArray[np.uint8]
    appearance: Array
    motion: Array
    starts: Array
    stages: Array
    water: Array
    dive: Array


@dataclass(frozen=True)
class Rendered:
    """A rendered dive to learn from, of which all is known.

    `angles` is (frames, 28) where the body is `seen`, (frames,), from 0 to 1; `faults` are the
    angle of entry, the size of the splash and how bad each phase is; `spans` says in which frames
    each of the six is to be seen.
    """

    pixels: npt.NDArray[np.uint8]
    angles: Array
    seen: Array
    stages: Array
    faults: Array
    spans: Array


# What there is to learn from


def frames_of(performance: Performance, width: int, height: int) -> Frames:
    """Decode what counts of a performance."""
    return decode(
        performance.path, width=width, height=height,
        start_frame=performance.start_frame, end_frame=performance.end_frame,
    )  # fmt: skip


def kept_frames(performance: Performance, n_most: int | None = None) -> Frames:
    """Decode a performance as the backbone will see it: no padding, no repeats."""
    frames = without_repeats(without_leading_black(frames_of(performance, WIDTH, HEIGHT)))
    return frames if n_most is None else frames.span(0, min(n_most, len(frames)))


def taught(
    performances: Sequence[Performance],
    n_most: int | None,
    folder: Path,
    say: Callable[[str], None],
) -> Iterator[tuple[Performance, Frames, Array, Array, Array]]:
    """Ask both teachers about each performance; what they say is kept in `folder`."""
    photographs, counts = MobileNetV1(), Motion()
    for number, performance in enumerate(performances):
        frames = kept_frames(performance, n_most)
        starts = np.arange(len(frames) - N_FRAMES, -1, -GRID)[::-1]
        path = folder / f"{performance.path.stem}.safetensors"
        if not path.is_file():
            large = frames_of(performance, *MobileNetV1.frame_size)
            appearance = photographs.frames(large.pixels[np.isin(large.numbers, frames.numbers)])
            clips = np.stack([frames.pixels[a : a + N_FRAMES] for a in starts])
            save_file({"appearance": appearance, "motion": counts(clips)}, path)
        known = load_file(path)
        if number % 20 == 0:
            say(f"teachers: {number} of {len(performances)}")
        yield performance, frames, known["appearance"], known["motion"], starts


def filmed(
    root: Path, recipe: Recipe, folder: Path, say: Callable[[str], None]
) -> tuple[list[Filmed], list[Filmed]]:
    """Return the training dives and the push-ups, with what the teachers see in them."""
    for name in ("dives", "exercises"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    dives = [p for p in UnlvDive(root / "unlv-dive").performances() if p.split == "train"]
    rows = list(taught(dives, None, folder / "dives", say))
    scales = (
        _scale([row[2] for row in rows], recipe.n_appearance),
        _scale([row[3] for row in rows], recipe.n_motion),
    )
    pushed = taught(_exercises(root), recipe.n_exercise_frames, folder / "exercises", say)
    return (
        [_lesson(*row, scales, _marks(row[0], row[1])) for row in rows],
        [_lesson(*row, scales, _no_marks(row[1])) for row in pushed],
    )


def _exercises(root: Path) -> list[Performance]:
    """List the push-ups without their labels: a video is all that is wanted of them."""
    videos = sorted((root / "pushups" / "videos").glob("*.mp4"))
    return [Performance(video.stem, video) for video in videos]


def _scale(values: Sequence[Array], n_components: int) -> Callable[[Array], Array]:
    """Learn the directions in which frames differ most; all together have unit variance."""
    everything = np.concatenate(values).astype(np.float32)
    normaliser = fit_normaliser(everything, n_components)
    spread = _temper(normaliser, everything)
    return lambda raw: (normaliser(raw.astype(np.float32)) / spread).astype(np.float32)


def _temper(normaliser: Normaliser, values: Array) -> Array:
    """Temper the sizes of components once more, so that small ones are learned too."""
    sizes = normaliser(values).std(axis=0)
    tempered = np.sqrt(sizes * sizes[0])
    return np.asarray(tempered * (normaliser(values) / tempered).std(), np.float32)


Marks = tuple[Array, Array, Array]


def _lesson(
    performance: Performance,
    frames: Frames,
    appearance: Array,
    motion: Array,
    starts: Array,
    scales: tuple[Callable[[Array], Array], Callable[[Array], Array]],
    marks: Marks,
) -> Filmed:
    return Filmed(frames.pixels, scales[0](appearance), scales[1](motion), starts, *marks)


def _marks(performance: Performance, frames: Frames) -> Marks:
    stages, water, _ = _no_marks(frames)
    if performance.phases:
        entry = performance.phases[-1].start_frame
        borders = [phase.start_frame for phase in performance.phases[1:]]
        stages = np.searchsorted(borders, frames.numbers, side="right")
        water = np.tanh((entry - frames.numbers) / 12)
    number = performance.extra.get("dive_number") or ""
    return stages, water, _classes_of(number)


def _no_marks(frames: Frames) -> Marks:
    return np.full(len(frames), UNKNOWN), np.full(len(frames), np.nan), np.full(4, UNKNOWN)


def _classes_of(dive_number: str) -> Array:
    """Read a dive number, such as 5253B: group, position, half somersaults, whether it twists."""
    digits, position = dive_number[:-1], dive_number[-1:]
    if not digits.isdigit() or position not in "ABCD" or len(digits) < 3:
        return np.full(4, UNKNOWN)
    twists = len(digits) == 4 and digits[0] in "56" and digits[3] != "0"
    return np.array([int(digits[0]) - 1, "ABCD".index(position), int(digits[2]), int(twists)])


DIVE_CLASSES = (6, 4, 10, 2)


def rendered(recipe: Recipe, folder: Path, say: Callable[[str], None]) -> list[Rendered]:
    """Render dives as videos and read them back, with all there is to know of them."""
    (folder / "rendered").mkdir(parents=True, exist_ok=True)
    options = SimulationOptions(n_performances=recipe.n_rendered_dives, seed=recipe.rendered_seed)
    lessons = []
    for number, one in enumerate(simulate(options)):
        lessons.append(_render_lesson(one, folder / "rendered" / f"{one.id}.mp4"))
        if number % 20 == 0:
            say(f"rendered: {number} of {recipe.n_rendered_dives}")
    return lessons


def _render_lesson(one: SimulatedPerformance, path: Path) -> Rendered:
    if not path.is_file():
        write_video(path, one.frames(), one.options.frames_per_second)
    pixels = decode(path, width=WIDTH, height=HEIGHT).pixels
    joints = [Joint[name.upper()] for name in POINTS]
    positions = one.landmarks()[:, joints] * WIDTH / one.options.width
    above = one.motion().joints[:, joints, 1] > -0.05
    inside = ((positions > 0) & (positions < (WIDTH, HEIGHT))).all(axis=-1)
    flaws, phases = one.script.flaws, one.phases
    severities = [2 * flaw.severity for flaw in flaws]
    water = phases[3].start_frame
    entry = (water - 6, water + 24)
    return Rendered(
        pixels,
        angles(positions.astype(np.float32)),
        (above & inside).mean(axis=1),
        np.searchsorted([p.start_frame for p in phases[1:]], np.arange(len(pixels)), "right"),
        np.array([entry_degrees(flaws[2]) / 15, 3 * splash_size(flaws[2], flaws[3]), *severities]),
        np.array([entry, entry, *((p.start_frame + 4, p.end_frame - 4) for p in phases)]),
    )


# Batches of clips


class Batches(Dataset[dict[str, Array]]):
    """Batch after batch of clips, each drawn by its own number: whoever makes it makes the same."""

    def __init__(
        self,
        dives: Sequence[Filmed],
        exercises: Sequence[Filmed],
        renderings: Sequence[Rendered],
        recipe: Recipe,
    ) -> None:
        self.dives, self.exercises, self.renderings = dives, exercises, renderings
        self.recipe = recipe

    def __len__(self) -> int:
        """How many batches there are."""
        return self.recipe.n_steps

    def __getitem__(self, step: int) -> dict[str, Array]:
        """Draw a batch: pixels of filmed clips, then of rendered ones, and what is known."""
        torch.set_num_threads(1)
        rng = np.random.default_rng([self.recipe.seed, step])
        filmed_clips = [
            *(_draw_filmed_clip(self.dives, rng) for _ in range(self.recipe.n_dive_clips)),
            *(_draw_filmed_clip(self.exercises, rng) for _ in range(self.recipe.n_exercise_clips)),
        ]
        drawn = [
            _draw_rendered_clip(self.renderings, rng) for _ in range(self.recipe.n_rendered_clips)
        ]
        pixels = np.stack([clip.pop("pixels") for clip in (*filmed_clips, *drawn)])
        return {"pixels": pixels, **_stack(filmed_clips), **_stack(drawn)}


def _stack(clips: Sequence[dict[str, Array]]) -> dict[str, Array]:
    return {key: np.stack([clip[key] for clip in clips]) for key in clips[0]} if clips else {}


def _draw_filmed_clip(videos: Sequence[Filmed], rng: np.random.Generator) -> dict[str, Array]:
    video = videos[int(rng.integers(len(videos)))]
    n_frames, mirrored = len(video.pixels), bool(rng.random() < 0.5)
    tempo = 1.0 if rng.random() < 0.5 else float(rng.uniform(0.75, 1.3))
    first = _first_frame(n_frames, tempo, rng)
    motion = np.full(video.motion.shape[1], np.nan, np.float32)
    if tempo == 1 and not mirrored:  # what the rules count is known for such clips only
        position = int(np.abs(video.starts - first).argmin())
        first, motion = int(video.starts[position]), video.motion[position]
    numbers = _numbers(n_frames, first, tempo)
    halves = video.appearance[numbers].reshape(2, N_FRAMES // 2, -1).mean(axis=1)
    in_groups = numbers.reshape(N_GROUPS, -1)
    return {
        "pixels": augmented(video.pixels[numbers], mirrored, rng),
        "appearance": halves.ravel(),
        "motion": motion,
        "stage": video.stages[in_groups[:, 2]],
        "water": video.water[in_groups].mean(axis=1).astype(np.float32),
        "dive": video.dive,
    }


def _first_frame(n_frames: int, tempo: float, rng: np.random.Generator) -> int:
    """Draw where a clip begins: three in five near the end, where entry and splash are."""
    last = max(n_frames - int(np.ceil((N_FRAMES - 1) * tempo)) - 1, 0)
    earliest = max(last - 36, 0) if rng.random() < 0.6 else 0
    return int(rng.integers(earliest, last + 1))


def _numbers(n_frames: int, first: int, tempo: float) -> npt.NDArray[np.int64]:
    numbers = np.round(first + np.arange(N_FRAMES) * tempo).astype(np.int64)
    return np.clip(numbers, 0, n_frames - 1)


def _draw_rendered_clip(videos: Sequence[Rendered], rng: np.random.Generator) -> dict[str, Array]:
    video = videos[int(rng.integers(len(videos)))]
    tempo = 1.0 if rng.random() < 0.5 else float(rng.uniform(0.8, 1.25))
    numbers = _numbers(len(video.pixels), _first_frame(len(video.pixels), tempo, rng), tempo)
    groups = numbers.reshape(N_GROUPS, -1)
    seen = video.seen[groups]
    shown = (video.angles[groups] * seen[..., None]).sum(axis=1)
    is_shown = (numbers[-1] >= video.spans[:, 0]) & (numbers[0] <= video.spans[:, 1])
    return {
        "pixels": augmented(video.pixels[numbers], False, rng),
        "angles": (shown / np.maximum(seen.sum(axis=1), 1e-3)[:, None]).astype(np.float32),
        "seen": seen.mean(axis=1).astype(np.float32),
        "rendered_stage": video.stages[groups[:, 2]],
        "rendered_faults": np.where(is_shown, video.faults, np.nan).astype(np.float32),
    }


def augmented(
    pixels: npt.NDArray[np.uint8], mirrored: bool, rng: np.random.Generator
) -> npt.NDArray[np.uint8]:
    """Change what the camera saw of a clip, (16, height, width, 3), alike in all its frames."""
    seen = torch.from_numpy(pixels).permute(0, 3, 1, 2)
    if rng.random() < 0.8:
        seen = _zoom(seen, rng)
    seen = functional.interpolate(seen.float(), (HEIGHT, WIDTH), mode="bilinear")
    if mirrored:
        seen = seen.flip(3)
    if rng.random() < 0.8:
        seen = _relit(seen, rng)
    if rng.random() < 0.2:
        seen = functional.avg_pool2d(seen, 3, 1, 1)
    if rng.random() < 0.3:
        noise = rng.standard_normal(tuple(seen.shape), np.float32) * np.float32(rng.uniform(0, 8))
        seen = seen + torch.from_numpy(noise)
    result: npt.NDArray[np.uint8] = seen.clamp(0, 255).to(torch.uint8).permute(0, 2, 3, 1).numpy()
    return result


def _zoom(seen: Tensor, rng: np.random.Generator) -> Tensor:
    share = rng.uniform(0.78, 1)
    width, height = int(WIDTH * share), min(int(HEIGHT * share * rng.uniform(0.94, 1.06)), HEIGHT)
    left, top = rng.integers(WIDTH - width + 1), rng.integers(HEIGHT - height + 1)
    return seen[:, :, top : top + height, left : left + width]


def _relit(seen: Tensor, rng: np.random.Generator) -> Tensor:
    mean = seen.mean()
    lit = (seen - mean) * rng.uniform(0.75, 1.3) + mean * rng.uniform(0.75, 1.25)
    tint = torch.from_numpy(rng.uniform(0.9, 1.1, (1, 3, 1, 1)).astype(np.float32))
    return lit * tint


# What is learned


class Tasks(nn.Module):
    """The heads that are thrown away afterwards: one linear layer for each thing to say."""

    def __init__(self, recipe: Recipe) -> None:
        super().__init__()
        self.appearance = nn.Linear(2 * GROUP_DIM, 2 * recipe.n_appearance)
        self.motion = nn.Linear(2 * GROUP_DIM, recipe.n_motion)
        self.stage = nn.Linear(GROUP_DIM, 4)
        self.water = nn.Linear(GROUP_DIM, 1)
        self.dive = nn.Linear(GROUP_DIM, sum(DIVE_CLASSES))
        self.angles = nn.Linear(GROUP_DIM, N_ANGLES)
        self.rendered_stage = nn.Linear(GROUP_DIM, 4)
        self.rendered_faults = nn.Linear(2 * GROUP_DIM, 6)

    def filmed(self, groups: Tensor, known: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Measure how wrong each task is on filmed clips, (clips, groups, GROUP_DIM)."""
        halves = in_parts(groups).flatten(1)
        classes = self.dive(groups.mean(dim=1)).split(DIVE_CLASSES, dim=1)
        stages = self.stage(groups).flatten(0, 1)
        return {
            "appearance": functional.mse_loss(self.appearance(halves), known["appearance"]),
            "motion": _where_known(self.motion(halves), known["motion"]),
            "stage": _classification_loss(stages, known["stage"].flatten()),
            "water": _where_known(self.water(groups)[..., 0], known["water"]),
            "dive": sum(
                (_classification_loss(one, known["dive"][:, i]) for i, one in enumerate(classes)),
                torch.zeros(()),
            ),
        }

    def rendered(self, groups: Tensor, known: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Measure how wrong each task is on rendered clips."""
        halves = in_parts(groups).flatten(1)
        stages = self.rendered_stage(groups).flatten(0, 1)
        off = functional.smooth_l1_loss(self.angles(groups), known["angles"], reduction="none")
        return {
            "angles": (off * known["seen"][..., None]).mean(),
            "rendered_stage": functional.cross_entropy(stages, known["rendered_stage"].flatten()),
            "rendered_faults": _where_known(self.rendered_faults(halves), known["rendered_faults"]),
        }


def _where_known(said: Tensor, known: Tensor) -> Tensor:
    is_known = torch.isfinite(known)
    if not is_known.any():
        return said.sum() * 0
    return functional.smooth_l1_loss(said[is_known], known[is_known])


def _classification_loss(said: Tensor, known: Tensor) -> Tensor:
    if not (known != UNKNOWN).any():
        return said.sum() * 0
    return functional.cross_entropy(said, known)


def learned(
    batches: Batches, n_workers: int, say: Callable[[str], None]
) -> tuple[C3DMiniNetwork, dict[str, float]]:
    """Train the network; give it with the mean of each task's last losses."""
    recipe = batches.recipe
    torch.manual_seed(recipe.seed)
    network, tasks = C3DMiniNetwork(), Tasks(recipe)
    network.to(memory_format=torch.channels_last_3d)  # type: ignore[call-overload]
    parameters = [*network.parameters(), *tasks.parameters()]
    optimiser = torch.optim.AdamW(
        parameters, lr=recipe.learning_rate, weight_decay=recipe.weight_decay
    )
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, recipe.learning_rate, total_steps=recipe.n_steps, pct_start=0.15
    )
    means: dict[str, float] = {}
    loader = DataLoader(
        batches, batch_size=None, num_workers=n_workers, multiprocessing_context=_context(n_workers)
    )
    for step, batch in enumerate(loader, 1):
        losses = _losses(network, tasks, batch, recipe)
        total = sum((recipe.weights[key] * loss for key, loss in losses.items()), torch.zeros(()))
        optimiser.zero_grad()
        total.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        schedule.step()
        for key, loss in losses.items():
            means[key] = 0.98 * means.get(key, float(loss.detach())) + 0.02 * float(loss.detach())
        if step % max(recipe.n_steps // recipe.n_epochs, 1) == 0:
            told = "  ".join(f"{key} {value:.3f}" for key, value in means.items())
            say(f"step {step} of {recipe.n_steps}: {told}")
    return network.eval(), means


def _context(n_workers: int) -> str | None:
    return "fork" if n_workers else None  # the pixels, some gigabytes, are shared that way


def _losses(
    network: C3DMiniNetwork, tasks: Tasks, batch: Mapping[str, Tensor], recipe: Recipe
) -> dict[str, Tensor]:
    pixels = batch["pixels"].float().permute(0, 4, 1, 2, 3)
    with torch.autocast("cpu", torch.bfloat16, enabled=computes_bf16()):
        groups = network.groups(pixels)
    groups = groups.float()
    n_filmed = recipe.n_dive_clips + recipe.n_exercise_clips
    losses = tasks.filmed(groups[:n_filmed], batch)
    if recipe.n_rendered_clips:
        losses |= tasks.rendered(groups[n_filmed:], batch)
    return losses


# The card


CARD = """# The network of the backbone `c3d_mini`

{n_parameters:,} parameters, {megabytes:.1f} MB: a clip of 16 frames at 160x120 becomes
{dim:,} numbers.
Written by `scripts/train_c3d_mini.py`; every number below was measured in that run, but the last.

## What it learned from
{n_dives} training dives of UNLV-Dive (Parmar and Morris, 2017; the 70 test dives were not looked
at), {n_exercises} videos of push-ups, and {n_rendered} dives that Podium rendered (seed
{rendered_seed}). Seed {seed}; {n_steps:,} batches of {n_clips} clips, {minutes:.0f} minutes on
{n_threads} thread(s).

It never saw a score, a judge's mark or a commentary. It learned to say what MobileNet sees in each
half of a clip and what the backbone `motion` counts, which stage of a dive is shown and how far the
water is, the dive's number, and of rendered dives the body's angles and what went wrong. That is
why a scorer on its features can be measured by folds of the same dives. It did see those dives'
pictures, which it will not have seen of a new dive.

## How well
Mean of the last losses: {losses}.

What a scorer makes of its features stands in the cards of the models and in docs/backbones.md.
"""


def card(recipe: Recipe, batches: Batches, means: Mapping[str, float], minutes: float) -> str:
    """Write the card: data, seed, recipe, time and result."""
    parameters = sum(p.numel() for p in C3DMiniNetwork().parameters())
    n_clips = recipe.n_dive_clips + recipe.n_exercise_clips + recipe.n_rendered_clips
    return CARD.format(
        n_parameters=parameters,
        dim=C3DMini.dim,
        megabytes=4e-6 * parameters,
        n_dives=len(batches.dives),
        n_exercises=len(batches.exercises),
        n_rendered=len(batches.renderings),
        rendered_seed=recipe.rendered_seed,
        seed=recipe.seed,
        n_steps=recipe.n_steps,
        n_clips=n_clips,
        minutes=minutes,
        n_threads=torch.get_num_threads(),
        losses=", ".join(f"{key.replace('_', ' ')} {value:.3f}" for key, value in means.items()),
    )


def main() -> None:
    """Train, and put weights and card where they ship from."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="the folder of unlv-dive, pushups")
    parser.add_argument("--folder", type=Path, required=True, help="where intermediate files go")
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    parser.add_argument("--epochs", type=int, default=Recipe.n_epochs)
    parser.add_argument("--workers", type=int, default=1, help="processes that draw clips")
    arguments = parser.parse_args()
    recipe = Recipe(n_epochs=arguments.epochs)

    def say(line: str) -> None:
        print(line, flush=True)

    dives, exercises = filmed(arguments.data, recipe, arguments.folder, say)
    batches = Batches(dives, exercises, rendered(recipe, arguments.folder, say), recipe)
    started = time.monotonic()
    network, means = learned(batches, arguments.workers, say)
    minutes = (time.monotonic() - started) / 60
    weights = {key: value.contiguous() for key, value in network.state_dict().items()}
    write_bytes(arguments.out, save(weights))
    text = card(recipe, batches, means, minutes)
    write_bytes(arguments.out.with_suffix(".md"), text.encode())
    say(text)


if __name__ == "__main__":
    main()
