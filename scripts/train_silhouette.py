"""Train the network that tells which pixels are the athlete's.

    python scripts/train_silhouette.py --dives unlv-dive

Three kinds of windows are learned from: of real dives, with what GrabCut (Rother, Kolmogorov and
Blake, 2004) finds where that is plausible, and with nothing where there is only water or nobody;
figures drawn onto those empty windows; and dives that Podium renders. No score is looked at. Writes
the weights that ship and a card with what was measured on rendered dives of a fresh seed.
"""

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import torch
from PIL import Image, ImageDraw
from safetensors.torch import save
from torch import Tensor, nn

from podium.athlete._silhouette_network import SilhouetteNetwork
from podium.athlete.camera import estimate_camera
from podium.athlete.follow import follow, frames_of
from podium.athlete.motion import each_difference, skin_likeness
from podium.athlete.silhouette import SIDE, WEIGHTS, Silhouettes, as_read, window
from podium.athlete.values import Athlete, CameraMotion
from podium.datasets.unlv_dive import UnlvDive
from podium.machine.files import write_bytes
from podium.performance import Performance
from podium.simulation import SimulatedPerformance, SimulationOptions, simulate
from podium.simulation.camera import View
from podium.simulation.figure import Outfit, draw_figure
from podium.simulation.motion import Motion, draw_physique
from podium.video.frames import Frames

Masks = npt.NDArray[np.bool_]
Pixels = npt.NDArray[np.uint8]
Maps = npt.NDArray[np.float32]
Floats = npt.NDArray[np.float64]

ROOM = 128
"""Windows are kept so many pixels wide, at the scale of SIDE: they are turned, shifted and zoomed
while the network learns."""

N_ROUNDS = 2
LIKELY, SURE = 0.25, 0.45
"""Of the clearest evidence: from where on a pixel is likely, or surely, the athlete's."""

SURE_SKIN = 0.3
STILL = 6
"""What differs less than this, of 255, and has no hue of skin, is background."""

MIN_PIXELS = 15
"""With fewer pixels that may be the athlete's there is nothing to begin with."""


def by_cut(windows: Pixels) -> Maps:
    """Find the athlete in windows, (windows, SIDE, SIDE, 4), by GrabCut: 1 where it is, else 0."""
    return np.stack([_cut_out(one[..., :3].copy(), one[..., 3]) for one in windows])


def _cut_out(colours: Pixels, difference: Pixels) -> Maps:
    skin = skin_likeness(colours)
    likely = _likely(difference, skin)
    seeds = _seeds(likely, difference, skin)
    if (seeds & 1).sum() < MIN_PIXELS:
        return np.zeros((SIDE, SIDE), np.float32)
    models = np.zeros((1, 65)), np.zeros((1, 65))
    cv2.setRNGSeed(0)  # its clusters begin at random
    colours = np.asarray(cv2.cvtColor(colours, cv2.COLOR_RGB2BGR), np.uint8)
    cv2.grabCut(colours, seeds, (0, 0, 0, 0), *models, N_ROUNDS, cv2.GC_INIT_WITH_MASK)
    return _likeliest_piece(np.asarray(seeds & 1, np.uint8), likely).astype(np.float32)


def _likely(difference: Pixels, skin: Maps) -> Maps:
    moving = cv2.GaussianBlur(np.minimum(difference, 40).astype(np.float32) / 40, (0, 0), 1.0)
    around = cv2.GaussianBlur(moving * (0.3 + skin), (0, 0), 2.0)
    return np.asarray(around * np.exp(-((_RADII / (0.43 * SIDE)) ** 2) / 2), np.float32)


def _seeds(likely: Maps, difference: Pixels, skin: Maps) -> Pixels:
    """Return what each pixel is to begin with, in GrabCut's numbers: odd ones are the athlete's."""
    highest = float(likely.max())
    inside = _RADII < SIDE / 2 - 4
    seeds = np.full((SIDE, SIDE), cv2.GC_PR_BGD, np.uint8)
    seeds[(difference < STILL) & (skin < 0.2)] = cv2.GC_BGD
    seeds[(likely > LIKELY * highest) & inside] = cv2.GC_PR_FGD
    seeds[(likely > SURE * highest) & (skin > SURE_SKIN) & inside] = cv2.GC_FGD
    seeds[_RADII > SIDE / 2 - 3] = cv2.GC_BGD
    return seeds


def _likeliest_piece(mask: Pixels, likely: Maps) -> Masks:
    n_pieces, pieces = cv2.connectedComponents(mask)
    if n_pieces < 2:
        return np.zeros(mask.shape, np.bool_)
    weights = np.bincount(pieces.ravel(), likely.ravel(), n_pieces)
    return np.asarray(pieces == 1 + int(weights[1:].argmax()))


def _radii() -> Maps:
    places = np.arange(SIDE, dtype=np.float32) - (SIDE - 1) / 2
    return np.asarray(np.hypot(places[:, None], places[None]), np.float32)


_RADII = _radii()


@dataclass(frozen=True)
class Recipe:
    """What is learned from, how long, and with which seeds."""

    n_drawn: int = 2000
    n_rendered: int = 60
    n_steps: int = 1000
    batch_size: int = 64
    learning_rate: float = 3e-3
    weight_decay: float = 1e-3
    body_weight: int = 2
    """How many times real silhouettes count."""

    empty_share: float = 0.9
    """At most so many windows without anybody, for each real silhouette."""

    seed: int = 50101
    drawn_seed: int = 50103
    held_out_seed: int = 90901
    n_held_out: int = 8


AFTER = 3
"""So many frames after the water was met, nothing of the athlete is to be seen."""


@dataclass(frozen=True)
class Lesson:
    """Colours and movement, (n, 4, ROOM, ROOM), and the athlete's pixels, (n, ROOM, ROOM)."""

    windows: Pixels
    masks: Masks

    def __len__(self) -> int:
        return len(self.windows)

    def of(self, rows: npt.NDArray[np.intp]) -> "Lesson":
        """Return some of it."""
        return Lesson(self.windows[rows], self.masks[rows])


def joined(parts: Sequence[Lesson]) -> Lesson:
    """Return all parts as one lesson."""
    return Lesson(
        np.concatenate([part.windows for part in parts]),
        np.concatenate([part.masks for part in parts]),
    )


@dataclass(frozen=True)
class Seen:
    """The frames of a video and what moves in them."""

    pixels: Pixels
    differences: Pixels

    def window(self, index: int, middle: Floats, reach: float) -> Pixels:
        """Return a window with room about it, (4, ROOM, ROOM)."""
        place = (*middle, reach * ROOM / SIDE, ROOM)
        colours = window(self.pixels[index], *place)
        moving = window(self.differences[index], *place)
        return np.concatenate([colours.transpose(2, 0, 1), moving[None]])


def seen_of(pixels: Pixels, camera: CameraMotion, frames_per_second: float) -> Seen:
    """Return frames with what moves in them."""
    return Seen(pixels, np.stack(list(each_difference(pixels, camera, frames_per_second))))


def of_dive(
    seen: Seen, athlete: Athlete, take_off: int, water: int, rng: np.random.Generator
) -> tuple[Lesson, Lesson]:
    """Return what a real dive teaches: the athlete where plausible, and windows without one."""
    reach, middles = athlete.reach, athlete.middles
    good = np.flatnonzero(plausible(athlete.masks)).tolist()
    body = [i for i in good if take_off - 15 <= i < water and i % 2 == 0]
    windows = [seen.window(i, middles[i], reach) for i in body]
    masks = [_padded(athlete.masks[i]) for i in body]
    kept = [i for i in range(len(body)) if is_all(windows[i], masks[i])]
    beside = np.arange(rng.integers(4), len(athlete), 4)
    sides = np.stack([rng.choice([-1, 1], len(beside)), rng.uniform(-0.4, 0.4, len(beside))], 1)
    far = rng.uniform(1.7, 2.4, (len(beside), 1)) * reach
    places: list[tuple[int, Floats]] = [
        *((i, middles[i]) for i in range(water + AFTER, len(athlete), 3)),
        *((i, middles[i] + side) for i, side in zip(beside.tolist(), sides * far, strict=True)),
    ]
    inside = [(i, at) for i, at in places if 30 < at[0] < athlete.width - 30]
    return (
        _lesson([windows[i] for i in kept], [masks[i] for i in kept]),
        _lesson([seen.window(i, at, reach) for i, at in inside], [_NOBODY] * len(inside)),
    )


_NOBODY = np.zeros((ROOM, ROOM), np.bool_)


def _lesson(windows: list[Pixels], masks: list[Masks]) -> Lesson:
    if not windows:
        return Lesson(np.zeros((0, 4, ROOM, ROOM), np.uint8), np.zeros((0, ROOM, ROOM), np.bool_))
    return Lesson(np.stack(windows), np.stack(masks))


def _padded(mask: Masks) -> Masks:
    return np.pad(mask, (ROOM - SIDE) // 2)


def plausible(masks: Masks) -> Masks:
    """Return which silhouettes of a video are whole and change as a body does, (frames,)."""
    area = masks.sum(axis=(1, 2)).astype(np.float64)
    rim = np.hypot(*(np.indices((SIDE, SIDE)) - (SIDE - 1) / 2)) > SIDE / 2 - 7
    usual = np.array([np.median(area[max(i - 4, 0) : i + 5]) for i in range(len(area))])
    places = np.array([np.argwhere(m).mean(axis=0) if m.any() else [0, 0] for m in masks])
    around = np.array(
        [np.median(places[max(i - 1, 0) : i + 2], axis=0) for i in range(len(places))]
    )
    jump = np.linalg.norm(places - around, axis=1)
    is_whole = ~(masks & rim).any(axis=(1, 2))
    ratio = area / np.maximum(usual, 1)
    is_usual = (area > 250) & (ratio > 0.75) & (ratio < 1.35) & (jump < 6)
    return np.asarray(is_whole & is_usual)


def is_all(window: Pixels, mask: Masks) -> bool:
    """Return whether next to nothing that has the hue of skin moves outside a silhouette."""
    skin = skin_likeness(np.ascontiguousarray(window[:3].transpose(1, 2, 0)))
    around = cv2.dilate(mask.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    missed = (window[3] > 30) & (skin > 0.25) & ~around
    return bool(missed.sum() < 0.06 * mask.sum())


def drawn_on(backgrounds: Lesson, n: int, seed: int) -> Lesson:
    """Draw figures in the poses of rendered dives onto windows without anybody."""
    rng = np.random.default_rng(seed)
    motions = [one.motion() for one in simulate(SimulationOptions(n_performances=80, seed=seed))]
    rows = rng.integers(len(backgrounds), size=n)
    made = [_drawn(backgrounds.windows[i], motions[rng.integers(len(motions))], rng) for i in rows]
    return _lesson([picture for picture, _ in made], [mask for _, mask in made])


def _drawn(background: Pixels, motion: Motion, rng: np.random.Generator) -> tuple[Pixels, Masks]:
    colours, moving = background[:3].transpose(1, 2, 0), background[3]
    figures = _figures(motion, rng)
    blur = rng.uniform(0.3, 0.9)
    quality = int(rng.integers(40, 95))
    pictures = [_put(colours, figure, blur, quality) for figure in figures]
    apart = [cv2.absdiff(pictures[1], pictures[i]).max(axis=2) for i in (0, 2)]
    mask = figures[1][..., 3] > 0.5
    moved = np.maximum(np.minimum(*apart), np.where(mask, 0, moving))
    return np.concatenate([pictures[1].transpose(2, 0, 1), moved[None]]), mask


def _put(colours: Pixels, figure: Maps, blur: float, quality: int) -> Pixels:
    soft = np.asarray(cv2.GaussianBlur(figure, (0, 0), blur), np.float32)
    picture = colours * (1 - soft[..., 3:]) + soft[..., :3]
    saved = cv2.imencode(
        ".jpg", np.clip(picture, 0, 255).astype(np.uint8), [cv2.IMWRITE_JPEG_QUALITY, quality]
    )[1]
    return np.asarray(cv2.imdecode(saved, cv2.IMREAD_COLOR), np.uint8)


def _figures(motion: Motion, rng: np.random.Generator) -> list[Maps]:
    """Return a figure as it was, is and will be, each (ROOM, ROOM, 4), colours times opacity."""
    above = np.flatnonzero(motion.joints[:, :, 1].min(axis=1) > 0)
    index = int(rng.choice(above[2:-2]))
    joints = motion.joints[[index - 2, index, index + 2]].copy()
    centre = joints[1, :, :2].mean(axis=0)
    if rng.random() < 0.5:
        joints[..., :2] = centre + (joints[..., :2] - centre) @ _turn(rng.uniform(0, 2 * np.pi))
    if rng.random() < 0.5:
        joints[..., 0] = 2 * centre[0] - joints[..., 0]
    view = View(centre + rng.normal(0, 0.1, 2), 2 * rng.uniform(30, 46), 2 * ROOM, 2 * ROOM)
    physique = replace(draw_physique(rng), breadth=float(rng.uniform(0.9, 1.35)))
    outfit, yaw = _outfit(rng), float(rng.uniform(0, 60))
    light = np.append(rng.uniform(0.6, 1.25) * rng.uniform(0.9, 1.1, 3), 1).astype(np.float32)
    made = []
    for pose in joints:
        picture = Image.new("RGBA", (view.width, view.height))
        draw_figure(ImageDraw.Draw(picture), pose, view, physique, outfit, yaw)
        figure = np.asarray(picture, np.float32).reshape(ROOM, 2, ROOM, 2, 4).mean(axis=(1, 3))
        made.append(figure * light / np.array([1, 1, 1, 255], np.float32))
    return made


def _turn(angle: float) -> Floats:
    cos, sin = np.cos(angle), np.sin(angle)
    return np.array([[cos, sin], [-sin, cos]])


def _outfit(rng: np.random.Generator) -> Outfit:
    """Draw up colours: skin and hair of all tones, and any suit."""
    tone, warmth = rng.uniform(0.25, 1), rng.uniform(0.55, 0.85)
    skin = 250 * tone * np.array([1, warmth, warmth * rng.uniform(0.7, 0.95)])
    hair = np.array([180, 140, 90]) * rng.uniform(0.1, 0.9, 3)
    suit = rng.integers(10, 240, 3)
    return Outfit(
        _colour(skin),
        _colour(hair),
        _colour(suit),
        bool(rng.random() < 0.4),
        bool(rng.random() < 0.1),
    )


def _colour(levels: npt.NDArray[np.generic]) -> tuple[int, int, int]:
    red, green, blue = levels.tolist()
    return int(red), int(green), int(blue)


def of_rendered(one: SimulatedPerformance, rng: np.random.Generator) -> Lesson:
    """Return windows of a dive that Podium renders, with the true silhouettes."""
    pixels, masks = np.stack(list(one.frames())), np.stack(list(one.silhouettes()))
    seen = seen_of(pixels, estimate_camera(pixels), one.options.frames_per_second)
    reach = rng.uniform(0.22, 0.42) * one.options.height
    height, width = masks.shape[1:]
    windows, true = [], []
    for i in range(int(rng.integers(3)), len(pixels), 3):
        places = np.argwhere(masks[i])
        middle = places.mean(axis=0) if len(places) else np.array([1.2 * height, width]) / 2
        down, right = middle.tolist()
        windows.append(seen.window(i, np.array([right, down]), reach))
        whole = window(masks[i].astype(np.uint8) * 255, right, down, reach * ROOM / SIDE, ROOM)
        true.append(whole > 127)
    return _lesson(windows, true)


def learned(lesson: Lesson, recipe: Recipe, say: Callable[[str], None]) -> SilhouetteNetwork:
    """Train a network; the same machine makes the same weights again."""
    torch.manual_seed(recipe.seed)
    cv2.setRNGSeed(recipe.seed)
    rng = np.random.default_rng(recipe.seed)
    network = SilhouetteNetwork()
    network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    optimiser = torch.optim.AdamW(
        network.parameters(), lr=recipe.learning_rate, weight_decay=recipe.weight_decay
    )
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, recipe.learning_rate, total_steps=recipe.n_steps
    )
    for step in range(1, recipe.n_steps + 1):
        drawn = rng.integers(len(lesson), size=recipe.batch_size)
        windows, masks = varied(lesson.of(drawn), rng)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            logits = network(windows.to(memory_format=torch.channels_last))
        loss = loss_of(logits.float(), masks)
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        schedule.step()
        if step % 50 == 0:
            say(f"step {step} of {recipe.n_steps}: loss {loss.item():.3f}")
    return network.eval()


def loss_of(logits: Tensor, masks: Tensor) -> Tensor:
    """Return how wrong answers are: each pixel, and the overlap (Dice: Milletari et al., 2016)."""
    pixels = nn.functional.binary_cross_entropy_with_logits(logits, masks)
    sure = logits.sigmoid()
    overlap = (2 * (sure * masks).sum((1, 2)) + 50) / (sure.sum((1, 2)) + masks.sum((1, 2)) + 50)
    return 4 * pixels + (1 - overlap).mean()


def varied(lesson: Lesson, rng: np.random.Generator) -> tuple[Tensor, Tensor]:
    """Return windows as the network reads them, (n, 4, SIDE, SIDE), each seen in another way.

    They are mirrored, turned, zoomed and shifted; light, contrast, tint, sharpness and noise
    differ, some are grey, and what moves is seen more or less clearly.
    """
    pairs = [_elsewhere(*pair, rng) for pair in zip(lesson.windows, lesson.masks, strict=True)]
    windows = np.stack([_in_other_light(window, rng) for window, _ in pairs])
    masks = np.stack([mask for _, mask in pairs])
    return torch.from_numpy(as_read(windows)), torch.from_numpy(masks.astype(np.float32))


def _elsewhere(window: Pixels, mask: Masks, rng: np.random.Generator) -> tuple[Pixels, Masks]:
    """Mirror, turn, zoom and shift a window with room about it: (SIDE, SIDE, 4) and its mask."""
    zoom = np.exp(np.clip(0.2 * rng.normal(), -0.35, 0.35))
    movement = np.zeros((2, 3))
    movement[:, :2] = zoom * _turn(0.12 * rng.normal()) @ np.diag([rng.choice([-1, 1]), 1])
    shift = np.clip(9 * rng.normal(size=2), -20, 20)
    movement[:, 2] = SIDE / 2 + shift - movement[:, :2] @ np.full(2, ROOM / 2)
    whole = np.dstack([window.transpose(1, 2, 0), mask.astype(np.uint8) * 255])
    moved = [
        cv2.warpAffine(np.ascontiguousarray(part), movement, (SIDE, SIDE), borderMode=border)
        for part, border in (
            (whole[..., :4], cv2.BORDER_REPLICATE), (whole[..., 4], cv2.BORDER_CONSTANT)
        )
    ]  # fmt: skip
    return np.asarray(moved[0], np.uint8), np.asarray(moved[1] > 127)


def _in_other_light(window: Pixels, rng: np.random.Generator) -> Pixels:
    """Change light, contrast, tint and sharpness, and how clearly it is seen what moves."""
    tones = np.eye(3) + (rng.uniform(0, 1) ** 3) * (np.full((3, 3), 1 / 3) - np.eye(3))
    tones = tones * np.exp(0.3 * rng.normal() + 0.1 * rng.normal(size=(3, 1)))
    level = 128 - 128 * tones.sum() / 3 + 20 * rng.normal()
    changed = cv2.transform(window[..., :3], np.hstack([tones, np.full((3, 1), level)]))
    if rng.random() < 0.5:
        changed = cv2.GaussianBlur(changed, (0, 0), rng.uniform(0.4, 1.1))
    if rng.random() < 0.5:
        noise = rng.normal(0, rng.uniform(1, 7), changed.shape)
        changed = np.clip(changed + noise, 0, 255).astype(np.uint8)
    clearly = rng.uniform(0, 0.1) if rng.random() < 0.05 else np.exp(0.45 * rng.normal())
    moving = cv2.convertScaleAbs(window[..., 3], alpha=clearly, beta=float(rng.uniform(0, 3)))
    return np.dstack([changed, moving])


def lesson_of(root: Path, recipe: Recipe, say: Callable[[str], None]) -> tuple[Lesson, str]:
    """Return everything that is learned from, and how much of each kind it is."""
    rng = np.random.default_rng(recipe.seed)
    dives = [one for one in UnlvDive(root).performances() if one.split == "train" and one.phases]
    body, nobody = (joined(parts) for parts in zip(*map(real, dives), strict=True))
    say(f"{len(dives)} dives: {len(body)} silhouettes, {len(nobody)} windows without")
    drawn = drawn_on(nobody, recipe.n_drawn, recipe.drawn_seed)
    options = SimulationOptions(n_performances=recipe.n_rendered, seed=recipe.seed)
    rendered = joined([of_rendered(one, rng) for one in simulate(options)])
    n_empty = min(len(nobody), int(recipe.empty_share * len(body)))
    empty = nobody.of(rng.permutation(len(nobody))[:n_empty])
    said = (
        f"{len(body):,} silhouettes of {len(dives)} real dives, {len(empty):,} windows of these "
        f"without anybody, {len(drawn):,} figures drawn onto such windows, and {len(rendered):,} "
        f"windows of {recipe.n_rendered} rendered dives"
    )
    return joined([body] * recipe.body_weight + [drawn, rendered, empty]), said


def real(dive: Performance) -> tuple[Lesson, Lesson]:
    """Return what a marked dive teaches: see `of_dive`."""
    frames = frames_of(dive.path)
    athlete = follow(frames, find=by_cut)
    flight, splash = dive.phases[1], dive.phases[3]
    take_off, water = np.searchsorted(frames.numbers, [flight.start_frame, splash.start_frame])
    seen = seen_of(frames.pixels, athlete.camera, 30.0)
    return of_dive(seen, athlete, int(take_off), int(water), np.random.default_rng(0))


def overlaps(one: SimulatedPerformance, find: Silhouettes) -> Floats:
    """Measure how far found and true silhouettes of a rendered dive overlap (IoU), (frames,).

    Only where at least MEASURED pixels of the athlete are to be seen.
    """
    pixels, true = np.stack(list(one.frames())), np.stack(list(one.silhouettes()))
    seconds = np.arange(len(pixels)) / one.options.frames_per_second
    end = len(pixels) / one.options.frames_per_second
    frames = Frames(pixels, seconds, end, np.arange(len(pixels)), len(pixels))
    athlete = follow(frames, find=find)
    seen = np.flatnonzero(true.sum(axis=(1, 2)) > MEASURED)
    return np.array([_overlap(athlete, int(index), true[index]) for index in seen])


MEASURED = 150


def _overlap(athlete: Athlete, index: int, true: Masks) -> float:
    right, down = athlete.middles[index].tolist()
    whole = window(true.astype(np.uint8) * 255, right, down, athlete.reach) > 127
    outside = max(float(true.sum()) / athlete.pixel**2 - float(whole.sum()), 0.0)
    found = athlete.masks[index]
    return float((whole & found).sum() / ((whole | found).sum() + outside))


CARD = """# The network of `athlete.silhouette`

Says of each pixel of a window, {side} x {side}, how surely it is the athlete's. Written by
`scripts/train_silhouette.py`.

Learned from {said}; {recipe.n_steps} steps of {recipe.batch_size} windows, which were mirrored,
turned, zoomed, shifted and put into other light. The real silhouettes are GrabCut's, where they are
whole and change as a body does; no score was looked at. It has seen pictures of **all** training
dives: whoever measures on left-out events measures with a network that knows their places.

On {recipe.n_held_out} rendered dives of another seed ({recipe.held_out_seed}), the true and the
found silhouette overlap (IoU) by {median:.2f} in the median frame, by more than .7 in {good:.0%} of
frames and by more than .5 in {fair:.0%}; in {missed:.1%} the athlete is missed (below .2).
"""


def main() -> None:
    """Learn, measure, and put the weights where they ship from."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--dives", type=Path, help="the folder of UNLV-Dive")
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    parser.add_argument("--steps", type=int, default=Recipe.n_steps)
    arguments = parser.parse_args()
    recipe = Recipe(n_steps=arguments.steps)
    lesson, said = lesson_of(arguments.dives, recipe, lambda words: print(words, flush=True))
    network = learned(lesson, recipe, lambda words: print(words, flush=True))
    weights = network.state_dict().items()
    halves = {name: one.half().contiguous() for name, one in weights if one.is_floating_point()}
    write_bytes(arguments.out, save(halves))
    options = SimulationOptions(n_performances=recipe.n_held_out, seed=recipe.held_out_seed)
    find = Silhouettes(arguments.out)
    found = np.concatenate([overlaps(one, find) for one in simulate(options)])
    card = CARD.format(
        side=SIDE,
        said=said,
        recipe=recipe,
        median=np.median(found),
        good=(found > 0.7).mean(),
        fair=(found > 0.5).mean(),
        missed=(found < 0.2).mean(),
    )
    write_bytes(arguments.out.with_name("README.md"), card.encode())
    print(card)


if __name__ == "__main__":
    main()
