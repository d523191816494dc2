"""Train the network that finds the moments of a dive, on dives in which they are marked.

    python scripts/train_moments.py [--corrections corrections.csv]

It learns from how the athlete moved and lay in each frame (`podium.measures._described`) of the
training dives of unlv-dive and of some that Podium renders, of 24 to 60 frames a second, all
mirrored, played faster and slower, cut short and begun late. Measures it on dives that were left
out, at random and as whole events; writes the weights that ship and a card. Moments that a table
of `podium corrections` names are where coaches said they are; what was marked before, and what is
then found of those dives while they are left out, is listed.
"""

import argparse
import csv
import tempfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from followed import followed
from safetensors.numpy import save
from torch import Tensor, nn

from podium.athlete.outline import outline
from podium.athlete.values import Athlete
from podium.benchmark.corrected import read_corrected_moments
from podium.machine.files import write_bytes
from podium.measures._described import TURNED, describe
from podium.measures._moments import (
    APART,
    MARKED,
    N_NUMBERS,
    REACH,
    WEIGHTS,
    WIDTH,
    MomentNetwork,
    chosen,
)
from podium.simulation import SimulatedPerformance, SimulationOptions, simulate, write_video
from podium.simulation.actions import DIVES
from podium.simulation.dive import draw_diver

Array = npt.NDArray[np.float32]
Floats = npt.NDArray[np.float64]

SPEEDS = ("right_speed", "down_speed", "down_speed_slow", "camera_right", "camera_down", "zoom")
NEVER = -1000.0
"""Where a moment is that no frame shows."""

UNKNOWN = np.nan
"""Where a moment is that is not marked."""

RENDERED = "rendered"
"""What stands for the event of rendered dives."""

NEIGHBOURS = 12
"""How people mark changes while they do: so many dives before and after are marked as one is."""

EARLY, LATE = range(1, 76), range(326, 371)
"""Ids of dives that were marked early and late."""

FEW = 3
"""Of a dive number with no more dives than this it is not known how long they usually take."""

RATES = (30, 30, 25, 30, 60, 24)
NUMBERS = tuple(action.number for action in DIVES)


@dataclass(frozen=True)
class Recipe:
    """How often and how the dives are varied, and how the network learns from them."""

    n_epochs: int = 60
    batch_size: int = 16
    learning_rate: float = 3e-3
    weight_decay: float = 1e-2
    dropout: float = 0.2
    spread: float = 0.8
    """How many frames a mark is unsure by."""
    seed: int = 19
    n_folds: int = 5
    n_rendered: int = 70
    rendered_seed: int = 190_000


@dataclass(frozen=True)
class Lesson:
    """A dive: what its frames say, by name, in which of them the moments are, and its event."""

    id: str
    described: dict[str, Floats]
    marks: Floats
    event: str
    number: str = ""
    """Of the dive, where people marked it."""

    seconds: Floats = field(default_factory=lambda: np.empty(0))
    """When its frames are shown."""


def lesson(row: dict[str, str], folder: Path, kept: Path) -> Lesson:
    """Follow the athlete of a row of the table."""
    seen, numbers = followed(folder / row["file_name"], kept)
    marks = [abs(numbers - int(mark)).argmin() for mark in row["stage_frames"].split(";")]
    described = describe(seen, outline(seen))
    found = np.asarray(marks, np.float64)
    return Lesson(row["id"], described, found, row["event"], row["dive_number"], seen.start_seconds)


def put_right(one: Lesson, said: Mapping[str, float | None]) -> Lesson:
    """Return a dive with its moments where coaches said they are; `None` is not known."""
    marks = one.marks.copy()
    for column, name in enumerate(MARKED):
        if name in said:
            at = said[name]
            marks[column] = UNKNOWN if at is None else abs(one.seconds - at).argmin()
    return replace(one, marks=marks)


def show_changes(
    before: Sequence[Lesson], after: Sequence[Lesson], parts: Sequence[Sequence[int]],
    recipe: Recipe,
) -> None:  # fmt: skip
    """Print what was marked, what was said, and what is found of dives that are left out."""
    pairs = zip(before, after, strict=True)
    changed = [
        i for i, (b, a) in enumerate(pairs) if not np.array_equal(b.marks, a.marks, equal_nan=True)
    ]
    for part in parts:
        own = [index for index in part if index in set(changed)]
        if not own:
            continue
        found = [errors(lessons, [part], recipe) for lessons in (before, after)]
        for index, column in ((i, c) for i in own for c in range(len(MARKED))):
            marks = [float(lessons[index].marks[column]) for lessons in (before, after)]
            if marks[0] != marks[1] and not np.isnan(marks).all():
                late = [of[index, column] for of in found]
                print(
                    f"{before[index].id} {MARKED[column]}: marked in frame {marks[0]:.0f}, said "
                    f"{marks[1]:.0f}; late by {late[0]:+.0f} of the mark, then {late[1]:+.0f} of "
                    "what was said"
                )


def rendered(index: int, recipe: Recipe, folder: Path) -> Lesson:
    """Render a dive, of which all is known but when somersaults begin, and follow its athlete."""
    options = SimulationOptions(
        n_performances=1,
        seed=recipe.rendered_seed + index,
        numbers=NUMBERS,
        frames_per_second=RATES[index % len(RATES)],
        camera_jitter_metres=0.0 if index % 7 == 3 else 0.03,
    )
    (one,) = simulate(options)
    path = folder / f"{options.seed}.mp4"
    if not path.is_file():
        write_video(path, one.frames(), options.frames_per_second)
    seen, _ = followed(path, folder)
    return Lesson(path.stem, describe(seen, outline(seen)), truth(one, seen), RENDERED)


def truth(one: SimulatedPerformance, seen: Athlete) -> Floats:
    """Return in which frames the moments of a rendered dive are."""
    timing, motion = draw_diver(one.script).timing, one.motion()
    assert motion.entry is not None
    lands = motion.entry.seconds
    seconds = [timing.waits + timing.take_off, lands - timing.opens_before_entry, lands]
    found = np.interp(seconds, seen.start_seconds, np.arange(len(seen))).round()
    return np.array([found[0], UNKNOWN, *found[1:]])


class Learner(nn.Module):
    """The network of `podium.measures._moments` as PyTorch's."""

    def __init__(self, dropout: float) -> None:
        super().__init__()
        widths = [N_NUMBERS, *[WIDTH] * len(APART)]
        self.layers = nn.ModuleList(
            nn.Conv1d(before, after, REACH, padding=REACH // 2 * apart, dilation=apart)
            for before, after, apart in zip(widths[:-1], widths[1:], APART, strict=True)
        )
        self.last = nn.Conv1d(WIDTH, len(MARKED), 1)
        self.nowhere = nn.Parameter(torch.zeros(len(MARKED)))
        self.dropout = nn.Dropout(dropout)

    def forward(self, rows: Tensor) -> Tensor:
        """Return the logits of (dives, numbers, frames), (dives, moments, frames + 1)."""
        seen = rows
        for layer in self.layers:
            seen = self.dropout(torch.relu(layer(seen)))
        nowhere = self.nowhere[None, :, None].expand(len(rows), -1, 1)
        return torch.cat([self.last(seen), nowhere], dim=2)

    def arrays(self) -> dict[str, Array]:
        """Return what is saved."""
        return {name: value.detach().numpy() for name, value in self.state_dict().items()}


def varied(one: Lesson, rng: np.random.Generator) -> tuple[Array, Floats]:
    """Return rows and marks of a dive as it might have been filmed too."""
    described, marks = dict(one.described), one.marks
    if rng.random() < 0.5:
        described, marks = played(described, marks, float(np.exp(rng.uniform(-0.25, 0.25))))
    if rng.random() < 0.5:
        described |= {name: -described[name] for name in TURNED}
    rows = np.stack(list(described.values()), axis=1)
    rows, marks = shortened(rows, marks, rng)
    if rng.random() < 0.3:
        rows, marks = waited(rows, marks, rng)
    if rng.random() < 0.05:
        rows, marks = still(rows, rng), np.full(len(marks), NEVER)
    rows = rows * np.exp(rng.normal(0, 0.05, N_NUMBERS)) + rng.normal(0, 0.05, rows.shape)
    rows[:, -1] = 1
    return np.clip(rows, -4, 4).astype(np.float32), marks


def played(
    described: dict[str, Floats], marks: Floats, longer: float
) -> tuple[dict[str, Floats], Floats]:
    """Return a dive that lasts so many times as long."""
    n_frames = len(next(iter(described.values())))
    times = np.linspace(0, n_frames - 1, max(8, round((n_frames - 1) * longer) + 1))
    found = {
        name: np.interp(times, np.arange(n_frames), values) / (longer if name in SPEEDS else 1)
        for name, values in described.items()
    }
    found["down_gain"] /= longer**2
    return found, marks * (len(times) - 1) / (n_frames - 1)


def shortened(rows: Floats, marks: Floats, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Cut off the beginning or the end, sometimes."""
    n_frames = len(rows)
    first = rng.integers(0, n_frames * 2 // 3) if rng.random() < 0.3 else 0
    least = max(first + 8, n_frames // 3)
    last = rng.integers(min(least, n_frames), n_frames + 1) if rng.random() < 0.3 else n_frames
    is_outside = (marks < first) | (marks >= last)
    marks = np.where(is_outside, NEVER, marks - first)
    return rows[first:last], marks


def waited(rows: Floats, marks: Floats, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Let the athlete wait before the dive."""
    n_more = int(rng.integers(5, 60))
    later = np.where(marks == NEVER, NEVER, marks + n_more)
    return np.concatenate([np.repeat(rows[:1], n_more, axis=0), rows]), later


def still(rows: Floats, rng: np.random.Generator) -> Floats:
    """Return one frame for all of the time."""
    return np.repeat(rows[rng.integers(len(rows))][None], len(rows), axis=0)


def batch(examples: Sequence[tuple[Array, Floats]], spread: float) -> tuple[Tensor, Tensor, Tensor]:
    """Return rows, what is to be said of them, and -1e9 where there are no frames."""
    n_frames = max(len(rows) for rows, _ in examples)
    given = np.zeros((len(examples), N_NUMBERS, n_frames), np.float32)
    wanted = np.zeros((len(examples), len(MARKED), n_frames + 1), np.float32)
    beyond = np.full((len(examples), 1, n_frames + 1), -1e9, np.float32)
    for index, (rows, marks) in enumerate(examples):
        given[index, :, : len(rows)] = rows.T
        beyond[index, 0, : len(rows)] = beyond[index, 0, -1] = 0
        for moment, mark in enumerate(marks):
            apart = (np.arange(len(rows)) - mark) / spread
            likely = np.exp(-(apart**2) / 2)
            if mark == NEVER:
                wanted[index, moment, -1] = 1
            elif not np.isnan(mark):
                wanted[index, moment, : len(rows)] = likely / likely.sum()
    return torch.from_numpy(given), torch.from_numpy(wanted), torch.from_numpy(beyond)


def learned(lessons: Sequence[Lesson], recipe: Recipe) -> Learner:
    """Train a network; the same machine makes the same weights again."""
    torch.manual_seed(recipe.seed)
    rng = np.random.default_rng(recipe.seed)
    network = Learner(recipe.dropout)
    n_batches = -(-len(lessons) // recipe.batch_size)
    optimiser = torch.optim.AdamW(
        network.parameters(), lr=recipe.learning_rate, weight_decay=recipe.weight_decay
    )
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, recipe.learning_rate, total_steps=n_batches * recipe.n_epochs
    )
    for _ in range(recipe.n_epochs):
        for part in np.array_split(rng.permutation(len(lessons)), n_batches):
            examples = [varied(lessons[index], rng) for index in part]
            given, wanted, beyond = batch(examples, recipe.spread)
            said = torch.log_softmax(network(given) + beyond, dim=2)
            loss = -(wanted * said).sum(dim=(1, 2)).mean()
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
            schedule.step()
    return network.eval()


def errors(lessons: Sequence[Lesson], parts: Sequence[Sequence[int]], recipe: Recipe) -> Floats:
    """Return how many frames late each moment was found, (dives, moments), and within how many.

    The second half of the columns is the uncertainty; NaN where it was not found.
    """
    found = np.full((len(lessons), 2 * len(MARKED)), np.nan)
    for part in parts:
        others = [one for index, one in enumerate(lessons) if index not in set(part)]
        network = MomentNetwork.from_arrays(learned(others, recipe).arrays())
        for index in part:
            one = lessons[index]
            rows = np.stack(list(one.described.values()), axis=1).astype(np.float32)
            moments = chosen(network(rows)).values()
            for column, (moment, mark) in enumerate(zip(moments, one.marks, strict=True)):
                if moment:
                    found[index, column] = moment.index - mark
                    found[index, column + len(MARKED)] = moment.uncertainty
    return found


def drift(lessons: Sequence[Lesson]) -> Floats:
    """Return by how many frames marks are later than usual about each dive, (dives, moments).

    Since the board was left, and beside dives of the same number; the median of the dives that
    were marked before and after it, itself left out. Rendered dives are not marked: 0.
    """
    real = [index for index, one in enumerate(lessons) if one.number]
    marks = np.stack([lessons[index].marks for index in real])
    numbers = np.array([lessons[index].number for index in real])
    ids = np.array([int(lessons[index].id) for index in real])
    lasted, found = marks - marks[:, :1], np.zeros((len(lessons), len(MARKED)))
    alike = [numbers == number for number in numbers]
    usual = [np.nanmedian(lasted[same if same.sum() > FEW else ...], axis=0) for same in alike]
    for index, own in zip(real, ids, strict=True):
        near = (np.abs(ids - own) <= NEIGHBOURS) & (ids != own)
        found[index] = np.nanmedian((lasted - usual)[near], axis=0).round()
    return found


CARD = """# The network that finds the moments of a dive

Says of each frame how probable it is that the board was left, that the somersaults began, that the
body opened and that the water was met there, from how the athlete moved and lay. Written by
`scripts/train_moments.py` (seed {seed}); every number below was measured in that run.

Learned from {n} training dives of unlv-dive, in which a person marked the moments, and {made}
rendered ones, mirrored, played faster and slower, cut short and begun late. Shares of dives, left
out of the learning, in which a moment was found within 1, 2 and 3 frames (a thirtieth of a second
each) of its mark; the median error; in how many it lay within the uncertainty that was given
(meant: .90); and in how many within 2 frames of the mark less its drift:

| left out | moment | within 1 | 2 | 3 | median | within its uncertainty | 2, less drift |
|---|---|---|---|---|---|---|---|
{rows}

Marks drift: how long after the board was left a moment is marked, beside dives of the same number,
goes up and down with the place of a dive in the list, by up to {most} frames (the medians of
{neighbours} dives before and after). In the middle the come-out is marked {first} frames before the
water in dives 1 to 75, and {last} in dives 326 to 370. Of the marks looked at, some show a closed
tuck, others legs that are nearly straight. Networks that learned from marks less their drift found
no more.
"""


def card_rows(name: str, every: Floats, drifts: Floats, marks: Floats) -> list[str]:
    """Return a row of the card for each moment."""
    rows = []
    for column, moment in enumerate(MARKED):
        is_known = ~np.isnan(marks[:, column])
        if not is_known.any() or np.isnan(every[:, column]).all():  # not marked, or never found
            continue
        found = every[is_known]
        late, held = np.abs(found[:, column]), found[:, column + len(MARKED)]
        shares = " | ".join(f"{np.mean(late <= most):.3f}" for most in (1, 2, 3))
        middle = f"{np.nanmedian(found[:, column]):+.0f}"
        even = f"{np.mean(np.abs(found[:, column] + drifts[is_known, column]) <= 2):.3f}"
        rows.append(
            f"| {name} | {moment} | {shares} | {middle} | {np.mean(late <= held):.2f} | {even} |"
        )
    return rows


def come_out_before_water(lessons: Sequence[Lesson]) -> tuple[int, int]:
    """Return how many frames before the water the come-out is marked, early and late in the list.

    The medians of the first 75 and the last 45 dives, by id.
    """
    found = {int(one.id): one.marks[3] - one.marks[2] for one in lessons if one.number}
    early, late = ([n for i, n in found.items() if i in part] for part in (EARLY, LATE))
    return round(float(np.nanmedian(early))), round(float(np.nanmedian(late)))


def main() -> None:
    """Follow, train, measure, and put the weights where they ship from."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=Path("../shared/data/unlv-dive"))
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    parser.add_argument("--kept", type=Path, help="where followed athletes are kept")
    parser.add_argument("--corrections", type=Path, help="what podium corrections wrote")
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--epochs", type=int, default=Recipe.n_epochs)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    recipe = Recipe(n_epochs=arguments.epochs)
    with (arguments.data / "metadata.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["split"] == "train"]
    n = recipe.n_rendered
    with ProcessPoolExecutor(arguments.processes) as pool, tempfile.TemporaryDirectory() as made:
        kept = arguments.kept or Path(made)
        lessons = list(pool.map(partial(lesson, folder=arguments.data, kept=kept), rows))
        lessons += pool.map(partial(rendered, recipe=recipe, folder=kept), range(n))
    order = np.random.default_rng(recipe.seed).permutation(len(lessons))
    events = np.array([one.event for one in lessons])
    divisions = {
        "dives at random": np.array_split(order, recipe.n_folds),
        "whole events": [
            np.flatnonzero(events == event) for event in np.unique(events) if event != RENDERED
        ],
    }
    if arguments.corrections:
        names = {row["id"]: row["file_name"] for row in rows}
        said = read_corrected_moments(arguments.corrections, names)
        before, lessons = lessons, [put_right(one, said.get(one.id, {})) for one in lessons]
        show_changes(before, lessons, [p.tolist() for p in divisions["dives at random"]], recipe)
    write_bytes(arguments.out, save(learned(lessons, recipe).arrays()))
    table, drifts = [], drift(lessons)
    marks = np.stack([one.marks for one in lessons])
    for name, parts in divisions.items():
        found = errors(lessons, [part.tolist() for part in parts], recipe)
        is_marked = events != RENDERED
        table += card_rows(name, found[is_marked], drifts[is_marked], marks[is_marked])
        if name != "whole events":
            table += card_rows(
                "rendered dives", found[~is_marked], drifts[~is_marked], marks[~is_marked]
            )
    first, last = come_out_before_water(lessons)
    card = CARD.format(
        n=len(rows), made=n, seed=recipe.seed, rows="\n".join(table), most=int(abs(drifts).max()),
        neighbours=NEIGHBOURS, first=first, last=last,
    )  # fmt: skip
    write_bytes(arguments.out.with_name("moments.md"), card.encode())
    print(card)


if __name__ == "__main__":
    main()
