"""Train the network that tells which pixels are the athlete's.

    python scripts/train_silhouette.py --dives unlv-dive [--processes 16] [--steps 10000]

Three kinds of windows are learned from: of real dives, with what the network that shipped before
finds (a network taught by another: Xie et al., 2020) where GrabCut (Rother, Kolmogorov and Blake,
2004) finds the same, and with nothing where there is only water or nobody; figures drawn onto those
empty windows; and dives that Podium renders. No score is looked at. On a GPU it takes minutes, on
two processors days. Writes the weights that ship, and a card with what was measured on rendered
dives of a fresh seed.
"""

import argparse
import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, count
from multiprocessing.pool import Pool
from pathlib import Path
from textwrap import fill
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt
import torch
from PIL import Image, ImageDraw
from safetensors.torch import save
from torch import Tensor, nn

from podium.athlete._silhouette_network import SilhouetteNetwork
from podium.athlete.camera import estimate_camera
from podium.athlete.follow import follow, frames_of, shipped
from podium.athlete.motion import each_difference, skin_likeness
from podium.athlete.silhouette import LEVELS, SIDE, SPREADS, WEIGHTS, Silhouettes, window
from podium.athlete.values import Athlete, CameraMotion
from podium.datasets.unlv_dive import UnlvDive
from podium.machine.files import write_bytes
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

    n_drawn: int = 4000
    n_rendered: int = 150
    """Of each of two seeds: one with flawless dives among them, one without."""

    n_steps: int = 6_000
    batch_size: int = 512
    learning_rate: float = 4e-3
    weight_decay: float = 1e-3
    shares: tuple[float, ...] = (0.4, 0.12, 0.33, 0.15)
    """Of a batch: real silhouettes, windows without anybody, rendered ones, drawn ones."""

    seed: int = 50101
    drawn_seed: int = 50103
    held_out_seed: int = 90902
    n_held_out: int = 16


AFTER = 3
"""So many frames after the water was met, nothing of the athlete is to be seen."""

ALIKE = 0.6
"""A real silhouette is learned from where GrabCut's overlaps it by more (IoU)."""


@dataclass(frozen=True)
class Lesson:
    """Colours and movement, (n, 4, ROOM, ROOM), and the athlete's pixels, (n, ROOM, ROOM).

    Of pixels that are not `known`, (n, ROOM, ROOM), nothing is learned.
    """

    windows: Pixels
    masks: Masks
    known: Masks

    def __len__(self) -> int:
        return len(self.windows)

    def of(self, rows: npt.NDArray[np.intp]) -> "Lesson":
        """Return some of it."""
        return Lesson(self.windows[rows], self.masks[rows], self.known[rows])


def joined(parts: Sequence[Lesson]) -> Lesson:
    """Return all parts as one lesson."""
    return Lesson(
        np.concatenate([part.windows for part in parts]),
        np.concatenate([part.masks for part in parts]),
        np.concatenate([part.known for part in parts]),
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
    beside = np.arange(rng.integers(4), len(athlete), 8)
    sides = np.stack([rng.choice([-1, 1], len(beside)), rng.uniform(-0.4, 0.4, len(beside))], 1)
    far = rng.uniform(1.7, 2.4, (len(beside), 1)) * reach
    places: list[tuple[int, Floats]] = [
        *((i, middles[i]) for i in range(water + AFTER, len(athlete), 6)),
        *((i, middles[i] + side) for i, side in zip(beside.tolist(), sides * far, strict=True)),
    ]
    inside = [(i, at) for i, at in places if 30 < at[0] < athlete.width - 30]
    return (
        agreed(_lesson([windows[i] for i in kept], [masks[i] for i in kept])),
        _lesson([seen.window(i, at, reach) for i, at in inside], [_NOBODY] * len(inside)),
    )


def agreed(body: Lesson) -> Lesson:
    """Return real silhouettes that GrabCut finds, too; known is what both say, seen either way."""
    if not len(body):
        return body
    edge = (ROOM - SIDE) // 2
    inner = slice(edge, edge + SIDE)
    seen = np.ascontiguousarray(body.windows[:, :, inner, inner].transpose(0, 2, 3, 1))
    found, cut = body.masks[:, inner, inner], by_cut(seen) > 0
    mirrored = shipped()(np.ascontiguousarray(seen[:, :, ::-1]))[:, :, ::-1] > 0.5
    known = body.known.copy()
    known[:, inner, inner] = (found == cut) & (found == mirrored)
    both, either = (found & cut).sum(axis=(1, 2)), (found | cut).sum(axis=(1, 2))
    return replace(body, known=known).of(np.flatnonzero(both > ALIKE * either))


_NOBODY = np.zeros((ROOM, ROOM), np.bool_)


def _lesson(windows: list[Pixels], masks: list[Masks]) -> Lesson:
    if not windows:
        nothing = np.zeros((0, ROOM, ROOM), np.bool_)
        return Lesson(np.zeros((0, 4, ROOM, ROOM), np.uint8), nothing, nothing)
    return Lesson(np.stack(windows), np.stack(masks), np.ones((len(masks), ROOM, ROOM), np.bool_))


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


def of_rendered(one: SimulatedPerformance, seed: int) -> Lesson:
    """Return windows of a dive that Podium renders, with the true silhouettes."""
    rng = np.random.default_rng(seed)
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


class Taught(NamedTuple):
    """A lesson where it is learned from, and how many windows of a batch are its."""

    windows: Tensor
    masks: Tensor
    known: Tensor
    n: int

    def drawn(self) -> Tensor:
        """Draw windows: colours, movement, the athlete's pixels and what is known, all 0 to 255."""
        rows = torch.randint(len(self.windows), (self.n,), device=self.windows.device)
        truth = torch.stack([self.masks[rows], self.known[rows]], dim=1)
        return torch.cat([self.windows[rows].float(), 255.0 * truth], dim=1)


def learned(
    lessons: Sequence[Lesson], recipe: Recipe, say: Callable[[str], None]
) -> SilhouetteNetwork:
    """Train a network, on a GPU where there is one."""
    place = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    torch.manual_seed(recipe.seed)
    taught = [
        Taught(
            torch.from_numpy(one.windows).to(place),
            torch.from_numpy(one.masks).to(place),
            torch.from_numpy(one.known).to(place),
            round(share * recipe.batch_size),
        )
        for one, share in zip(lessons, recipe.shares, strict=True)
    ]
    network = SilhouetteNetwork().to(place)
    network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    optimiser = torch.optim.AdamW(
        network.parameters(), lr=recipe.learning_rate, weight_decay=recipe.weight_decay
    )
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, recipe.learning_rate, total_steps=recipe.n_steps, pct_start=0.08
    )
    for step in range(1, recipe.n_steps + 1):
        windows, masks, known = varied(torch.cat([one.drawn() for one in taught]))
        with torch.autocast(place.type, dtype=torch.bfloat16):
            logits = network(windows.to(memory_format=torch.channels_last))
        loss = loss_of(logits.float(), masks, known)
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        schedule.step()
        if step % max(recipe.n_steps // 20, 1) == 0:
            say(f"step {step} of {recipe.n_steps}: loss {loss.item():.3f}")
    return network.cpu().eval()


def loss_of(logits: Tensor, masks: Tensor, known: Tensor) -> Tensor:
    """Return how wrong answers are: each pixel, and the overlap (Dice: Milletari et al., 2016)."""
    each = nn.functional.binary_cross_entropy_with_logits(logits, masks, reduction="none")
    sure, true = logits.sigmoid() * known, masks * known
    overlap = (2 * (sure * true).sum((1, 2)) + 50) / (sure.sum((1, 2)) + true.sum((1, 2)) + 50)
    return 4 * (each * known).sum() / known.sum() + (1 - overlap).mean()


N_BLURRED = 4
"""Of eight parts of a batch so many are blurred, each by an amount of its own."""

ANY_WAY = 0.2
"""So many windows are turned by any angle: a diver is seen at any."""


def varied(drawn: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Return windows as the network reads them, (n, 4, SIDE, SIDE), each seen in another way.

    They are mirrored, turned, zoomed and shifted; light, contrast, tint, sharpness and noise
    differ, some are grey, and what moves is seen more or less clearly. Beside them are the
    athlete's pixels and what is known of them, (n, SIDE, SIDE). `drawn` is (n, 6, ROOM, ROOM).
    """
    with torch.no_grad():
        grid = _elsewhere(len(drawn), drawn.device)
        moved = nn.functional.grid_sample(drawn, grid, padding_mode="border", align_corners=False)
        inside = (grid.abs() < 1).all(dim=-1)
        colours, moving = _in_other_light(moved[:, :3]), _more_or_less_clear(moved[:, 3:4])
        levels, spreads = (
            torch.from_numpy(one).to(drawn.device).view(1, -1, 1, 1) for one in (LEVELS, SPREADS)
        )
        windows = (torch.cat([colours, moving], dim=1).round() - levels) / spreads
        return windows, ((moved[:, 4] > 127) & inside).float(), (moved[:, 5] > 127).float()


def _uniform(low: float, high: float, n: int, place: torch.device) -> Tensor:
    return low + (high - low) * torch.rand(n, 1, 1, 1, device=place)


def _elsewhere(n: int, place: torch.device) -> Tensor:
    """Draw where pixels of windows come from: mirrored, turned, zoomed and shifted."""
    zoom = (0.2 * torch.randn(n, device=place)).clamp(-0.35, 0.35).exp()
    turned = 0.12 * torch.randn(n, device=place)
    any_way = torch.rand(n, device=place) < ANY_WAY
    turned = torch.where(any_way, 2 * np.pi * torch.rand(n, device=place), turned)
    sides = torch.where(torch.rand(n, device=place) < 0.5, -1.0, 1.0)
    cos, sin = turned.cos(), turned.sin()
    back = torch.stack([sides * cos, -sides * sin, sin, cos], dim=1).view(n, 2, 2)
    shift = (9 * torch.randn(n, 1, 1, 2, device=place)).clamp(-20, 20)
    down, right = torch.meshgrid(*[torch.arange(SIDE, device=place) + 0.5] * 2, indexing="ij")
    places = torch.stack([right, down], dim=-1)[None] - SIDE / 2 - shift
    return torch.einsum("nij,nhwj->nhwi", back / zoom.view(n, 1, 1), places) / (ROOM / 2)


def _in_other_light(colours: Tensor) -> Tensor:
    """Change light, contrast, tint and sharpness."""
    n, place = len(colours), colours.device
    greyer = _uniform(0, 1, n, place)[..., 0] ** 3
    tones = torch.eye(3, device=place) * (1 - greyer) + greyer / 3
    lighter = 0.3 * torch.randn(n, 1, 1, device=place) + 0.1 * torch.randn(n, 3, 1, device=place)
    tones = tones * lighter.exp()
    level = 128 - 128 * tones.sum(dim=(1, 2)) / 3 + 20 * torch.randn(n, device=place)
    lit = torch.einsum("nij,njhw->nihw", tones, colours) + level.view(n, 1, 1, 1)
    changed = lit.clone()
    for rows in torch.randperm(n, device=place).chunk(8)[:N_BLURRED]:
        changed[rows] = _blurred(lit[rows], float(torch.empty(1).uniform_(0.4, 1.2)))
    noisy = _uniform(0, 7, n, place) * (_uniform(0, 1, n, place) < 0.5)
    return (changed + noisy * torch.randn_like(changed)).clamp(0, 255)


def _blurred(pictures: Tensor, spread: float) -> Tensor:
    """Blur pictures, (n, 3, side, side), by a Gaussian of `spread` pixels."""
    far = torch.arange(-3, 4, device=pictures.device)
    weights = torch.exp(-(far**2) / (2 * spread**2))
    row = (weights / weights.sum()).view(1, 1, 1, 7).expand(3, 1, 1, 7)
    across = nn.functional.pad(pictures, (3, 3, 0, 0), mode="replicate")
    down = nn.functional.pad(
        nn.functional.conv2d(across, row, groups=3), (0, 0, 3, 3), mode="replicate"
    )
    return nn.functional.conv2d(down, row.transpose(2, 3), groups=3)


def _more_or_less_clear(moving: Tensor) -> Tensor:
    """Change how clearly it is seen what moves; sometimes next to nothing is."""
    n, place = len(moving), moving.device
    clearly = (0.45 * torch.randn(n, 1, 1, 1, device=place)).exp()
    hardly = _uniform(0, 1, n, place) < 0.05
    clearly = torch.where(hardly, _uniform(0, 0.1, n, place), clearly)
    return (clearly * moving + _uniform(0, 3, n, place)).clamp(0, 255)


class Marked(NamedTuple):
    """A real dive: its file, and the frames in which it leaves the board and meets the water."""

    path: Path
    take_off: int
    water: int


def lessons_of(
    root: Path, recipe: Recipe, pool: Pool, say: Callable[[str], None]
) -> tuple[list[Lesson], str]:
    """Return everything that is learned from, in the order of the shares, and how much it is."""
    dives = [
        Marked(one.path, one.phases[1].start_frame, one.phases[3].start_frame)
        for one in UnlvDive(root).performances()
        if one.split == "train" and one.phases
    ]
    shown = pool.starmap_async(of_rendered, _to_render(recipe), chunksize=1)
    body, nobody = (joined(parts) for parts in zip(*pool.map(real, dives, 1), strict=True))
    say(f"{len(dives)} dives: {len(body)} silhouettes, {len(nobody)} windows without")
    drawn = joined(pool.starmap(drawn_on, _to_draw(nobody, recipe), 1))
    rendered = joined(shown.get())
    said = (
        f"{len(body):,} silhouettes of {len(dives)} real dives, {len(nobody):,} windows of these "
        f"without anybody, {len(drawn):,} figures drawn onto such windows, and {len(rendered):,} "
        f"windows of {2 * recipe.n_rendered} rendered dives"
    )
    return [body, nobody, rendered, drawn], said


def _to_render(recipe: Recipe) -> Iterator[tuple[SimulatedPerformance, int]]:
    options = SimulationOptions(n_performances=recipe.n_rendered, seed=recipe.seed)
    faulty = replace(options, seed=recipe.seed + 1, flawless_share=0)
    yield from zip(chain(simulate(options), simulate(faulty)), count(), strict=False)


N_PARTS, N_BEHIND = 16, 400
"""Figures are drawn in so many parts, each onto some of so many windows."""


def _to_draw(nobody: Lesson, recipe: Recipe) -> Iterator[tuple[Lesson, int, int]]:
    for part in range(N_PARTS):
        rows = np.random.default_rng(part).permutation(len(nobody))[:N_BEHIND]
        yield nobody.of(rows), recipe.n_drawn // N_PARTS, recipe.drawn_seed + part


def real(dive: Marked) -> tuple[Lesson, Lesson]:
    """Return what a marked dive teaches: see `of_dive`."""
    frames = frames_of(dive.path)
    athlete = follow(frames)
    take_off, water = np.searchsorted(frames.numbers, dive[1:])
    seen = seen_of(frames.pixels, athlete.camera, 30.0)
    return of_dive(seen, athlete, int(take_off), int(water), np.random.default_rng(0))


def overlaps(one: SimulatedPerformance, weights: Path | None = None) -> Floats:
    """Measure how far found and true silhouettes of a rendered dive overlap (IoU), (frames,).

    Only where at least MEASURED pixels of the athlete are to be seen. Without `weights`, the
    network that shipped before finds them.
    """
    pixels, true = np.stack(list(one.frames())), np.stack(list(one.silhouettes()))
    seconds = np.arange(len(pixels)) / one.options.frames_per_second
    end = len(pixels) / one.options.frames_per_second
    frames = Frames(pixels, seconds, end, np.arange(len(pixels)), len(pixels))
    athlete = follow(frames, find=Silhouettes(weights) if weights else None)
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

{first}

{learned}

{measured}
"""


def card(recipe: Recipe, said: str, teacher: str, found: Floats, before: Floats) -> str:
    """Write the card: data, seeds, recipe and result."""
    n_numbers = sum(p.numel() for p in SilhouetteNetwork().state_dict().values())
    where = "a GPU" if torch.cuda.is_available() else "a processor"
    first = (
        f"Says of each pixel of a window, {SIDE} x {SIDE}, how surely it is the athlete's: "
        f"{n_numbers:,} numbers, in half precision. Written by `scripts/train_silhouette.py`."
    )
    learned = (
        f"Learned from {said}; {recipe.n_steps:,} steps of {recipe.batch_size} windows on {where}, "
        "which were mirrored, turned, zoomed, shifted and put into other light (seeds "
        f"{recipe.seed} to {recipe.drawn_seed + N_PARTS - 1}). The real silhouettes are those of "
        f"the network that shipped before (SHA-256 {teacher[:16]}) where GrabCut finds about the "
        "same; where the two differ, nothing is learned. No score was looked at. It has seen "
        "pictures of **all** training dives: whoever measures on left-out events measures with a "
        "network that knows their places. What it costs on an event that it has not seen was not "
        "measured."
    )
    measured = (
        f"On {recipe.n_held_out} rendered dives of another seed ({recipe.held_out_seed}; "
        f"{len(found):,} frames with the athlete above the water, at least {MEASURED} pixels), the "
        f"true and the found silhouette overlap (IoU) by {_said_of(found)}. With the network that "
        f"shipped before: {_said_of(before)}."
    )
    parts = {"first": first, "learned": learned, "measured": measured}
    return CARD.format(**{name: fill(words, 100) for name, words in parts.items()})


def _said_of(overlap: Floats) -> str:
    good, fair, missed = (overlap > 0.7).mean(), (overlap > 0.5).mean(), (overlap < 0.2).mean()
    return (
        f"{np.median(overlap):.2f} in the median frame, by more than .7 in {good:.0%} of frames, "
        f"by more than .5 in {fair:.0%}; in {missed:.1%} the athlete is missed (below .2)"
    )


def main() -> None:
    """Learn, measure, and put the weights where they ship from."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--dives", type=Path, required=True, help="the folder of UNLV-Dive")
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    parser.add_argument("--steps", type=int, default=Recipe.n_steps)
    parser.add_argument("--processes", type=int, default=os.cpu_count())
    arguments = parser.parse_args()
    recipe = Recipe(n_steps=arguments.steps)

    def say(words: str) -> None:
        print(words, flush=True)

    teacher = hashlib.sha256(WEIGHTS.read_bytes()).hexdigest()
    options = SimulationOptions(n_performances=recipe.n_held_out, seed=recipe.held_out_seed)
    with Pool(arguments.processes, cv2.setNumThreads, (1,)) as pool:
        lessons, said = lessons_of(arguments.dives, recipe, pool, say)
        say(said)
        network = learned(lessons, recipe, say)
        weights = network.state_dict().items()
        halves = {name: one.half().contiguous() for name, one in weights if one.is_floating_point()}
        before = np.concatenate(pool.map(overlaps, simulate(options), 1))
        write_bytes(arguments.out, save(halves))
        pairs = [(one, arguments.out) for one in simulate(options)]
        found = np.concatenate(pool.starmap(overlaps, pairs, 1))
    text = card(recipe, said, teacher, found, before)
    write_bytes(arguments.out.with_name("README.md"), text.encode())
    say(text)


if __name__ == "__main__":
    main()
