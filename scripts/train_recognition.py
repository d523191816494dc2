"""Teach what tells a dive by its turns and looks, on dives whose number is known.

    python scripts/train_recognition.py

First a small network learns where the head is. Nobody marked that: it begins with how the long
axis lies and with what the number of a dive says of how often it turns, and is then corrected by
what it learned itself (expectation maximisation: Dempster, Laird and Rubin, 1977). Then logistic
regressions learn armstand, facing, position and twists. Of dives that were left out, at random and
as whole events, the share that is told right is measured; arrays that ship and a card are written.
"""

import argparse
import csv
import tempfile
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from followed import followed
from safetensors.numpy import save
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler
from torch import Tensor, nn

from podium.athlete.outline import outline
from podium.athlete.values import CameraMotion
from podium.judging._dive_shape import Dive as Number
from podium.judging._dives import read_dive
from podium.machine.files import write_bytes
from podium.measures import _classes, _head
from podium.measures._appearance import flying, standing
from podium.measures._classes import CLASSES, probabilities
from podium.measures._dive import Dive, Moment, Moments
from podium.measures._head import LAYERS, N_HIDDEN, WIDTH, head_probabilities, with_neighbours
from podium.measures._kind import Kind, turns_of
from podium.measures._moments import find_moments
from podium.measures._path import HYPOTHESES, Hypothesis
from podium.measures._polar import N_DIRECTIONS, is_seen
from podium.measures._turning import Flight, Turning, flight_of, turning_of
from podium.recognition import _candidates
from podium.recognition._recognised import recognised
from podium.simulation import SimulatedPerformance, SimulationOptions, simulate, write_video
from podium.simulation.actions import DIVES

Array = npt.NDArray[np.float32]
Floats = npt.NDArray[np.float64]
Arrays = dict[str, Array]

NEVER_SEEN = 4.0
"""How much less likely than the rarest a class is that was not learned from, as a logarithm."""


@dataclass(frozen=True)
class Recipe:
    """How the network and the regressions learn, and from how many rendered dives besides."""

    n_epochs: tuple[int, ...] = (2, 3, 6)
    """How often all frames are seen in each round, after which the answers are corrected."""
    batch_size: int = 96
    learning_rate: float = 4e-3
    weight_decay: float = 1e-2
    dropout: float = 0.2
    spread_degrees: float = 14.0
    """How sharply a direction is asked for."""
    slackness: float = 0.01
    """How freely the weights of regressions grow; those that tell armstands thrice as much."""
    seed: int = 19
    n_folds: int = 5
    n_rendered: int = 36
    rendered_seed: int = 70001
    n_held_out: int = 24
    held_out_seed: int = 70002


@dataclass(frozen=True)
class Lesson:
    """A dive of which the number is known, with its moments as they are marked."""

    id: str
    event: str
    code: str
    dive: Dive

    @property
    def number(self) -> Number:
        """What its number says."""
        return read_dive(self.code)

    @property
    def hypothesis(self) -> Hypothesis:
        """How it turns; all dives learned from travel to the right."""
        way = 1 if self.number.direction in ("forward", "back") else -1
        return Hypothesis(way, self.number.is_armstand)

    @property
    def truths(self) -> dict[str, str]:
        """What its number says, as a class of each kind."""
        number = self.number
        return {
            "armstand": str(int(number.is_armstand)),
            "faces_water": str(int(number.direction in ("forward", "reverse"))),
            "position": self.code[-1],
            "half_twists": str(number.half_twists),
        }

    def found(self) -> "Lesson":
        """Return it with its moments as they are found in the video."""
        moments = find_moments(self.dive.athlete, self.dive.outline)
        return replace(self, dive=replace(self.dive, moments=moments))


def lesson(row: dict[str, str], folder: Path, kept: Path) -> Lesson:
    """Follow the athlete of a row of the table."""
    athlete, numbers = followed(folder / row["file_name"], kept)
    frames = [abs(numbers - int(mark)).argmin() for mark in row["stage_frames"].split(";")]
    left, _, come_out, water = (Moment(int(frame)) for frame in frames)
    dive = Dive(athlete, outline(athlete), Moments(left, come_out, water))
    return Lesson(row["id"], row["event"], row["dive_number"], dive)


def rendered(one: SimulatedPerformance, kept: Path) -> Lesson:
    """Render a dive and follow its athlete."""
    path = kept / f"{one.options.seed}-{one.id}.mp4"
    if not path.is_file():
        write_video(path, one.frames(), one.options.frames_per_second)
    athlete, _ = followed(path, kept)
    starts = [Moment(min(phase.start_frame, len(athlete) - 1)) for phase in one.phases]
    water = Moment(min(starts[3].index + 3, len(athlete) - 1))  # marked when the body is in it
    dive = Dive(athlete, outline(athlete), Moments(starts[1], starts[2], water))
    return Lesson(path.stem, "rendered", one.dive_number, dive)


class Learner(nn.Module):
    """The network of `podium.measures._head` as PyTorch's."""

    def __init__(self, dropout: float) -> None:
        super().__init__()
        for name, n_inputs in LAYERS:
            layer = nn.Conv1d(
                n_inputs, N_HIDDEN, WIDTH, padding=WIDTH // 2, padding_mode="circular"
            )
            self.add_module(name, layer)
        self.last = nn.Conv1d(N_HIDDEN, 1, 1, bias=False)
        self.dropout = nn.Dropout(dropout)

    def forward(self, rows: Tensor) -> Tensor:
        """Return the logits of (frames, numbers, directions), (frames, directions)."""
        seen = rows
        for name, _ in LAYERS:
            seen = self.dropout(torch.relu(self.get_submodule(name)(seen)))
        return torch.as_tensor(self.last(seen)[:, 0])

    def arrays(self) -> Arrays:
        """Return what is saved."""
        return {name: value.detach().numpy() for name, value in self.state_dict().items()}


def wanted(degrees: Floats, spread: float) -> Array:
    """Return how probable each direction is when the head is so far from straight up."""
    middles = (np.arange(N_DIRECTIONS) + 0.5) * 360 / N_DIRECTIONS
    apart = (middles - degrees[:, None] + 180) % 360 - 180
    likely = np.exp(-((apart / spread) ** 2) / 2)
    return np.asarray(likely / likely.sum(axis=1, keepdims=True), np.float32)


def directions(one: Lesson, flight: Flight, arrays: Arrays | None) -> Floats:
    """Return where the head is in each frame, clockwise from up, if it turns as it must."""
    heads = None if arrays is None else head_probabilities(flight.shapes, arrays)
    paths = turning_of(flight, heads, (one.hypothesis,)).paths
    turned = paths.turned(0, one.number.half_somersaults)
    return one.hypothesis.clockwise * turned + 180.0 * one.hypothesis.is_armstand


def learned_heads(lessons: Sequence[Lesson], recipe: Recipe) -> Arrays:
    """Learn where the head is; the same machine learns the same again."""
    flights = [(one, flight) for one in lessons if (flight := flight_of(one.dive))]
    rows = [with_neighbours(flight.shapes).transpose(0, 2, 1) for _, flight in flights]
    seen = [is_seen(flight.shapes) for _, flight in flights]
    inputs = np.concatenate([row[is_in] for row, is_in in zip(rows, seen, strict=True)])
    arrays: Arrays | None = None
    for index, n_epochs in enumerate(recipe.n_epochs):
        degrees = [directions(one, flight, arrays) for one, flight in flights]
        asked = np.concatenate([now[is_in] for now, is_in in zip(degrees, seen, strict=True)])
        answers = wanted(asked, recipe.spread_degrees)
        arrays = _trained(inputs, answers, n_epochs, recipe, recipe.seed + index)
    if arrays is None:
        raise ValueError("n_epochs is empty; give at least one round")
    return arrays


def _trained(inputs: Array, answers: Array, n_epochs: int, recipe: Recipe, seed: int) -> Arrays:
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    network = Learner(recipe.dropout)
    n_steps = n_epochs * len(inputs) // recipe.batch_size
    optimiser = torch.optim.AdamW(
        network.parameters(), lr=recipe.learning_rate, weight_decay=recipe.weight_decay
    )
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, recipe.learning_rate, total_steps=n_steps
    )
    for _ in range(n_steps):
        drawn = rng.integers(0, len(inputs), recipe.batch_size)
        rows, asked = torch.from_numpy(inputs[drawn]), torch.from_numpy(answers[drawn])
        if rng.random() < 0.5:  # a mirror image
            rows, asked = rows.flip(-1), asked.flip(-1)
        loss = -(torch.log_softmax(network(rows), 1) * asked).sum(1).mean()
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        schedule.step()
    return network.eval().arrays()


@dataclass(frozen=True)
class Told:
    """A dive as regressions see it: by a network and an armstand that did not learn from it."""

    lesson: Lesson
    turning: Turning
    stood: Floats

    def row(self, armstand: Floats) -> Floats:
        """Return the row of a dive that looks so much like one with an armstand."""
        turns = turns_of(self.turning, armstand)
        way, halves = np.unravel_index(turns.argmax(), turns.shape)
        return np.concatenate([flying(self.turning, HYPOTHESES[way], int(halves)), self.stood])


def told(one: Lesson, heads: Arrays) -> Told | None:
    """Return how a dive turns; `None` where its moments are not known."""
    flight = flight_of(one.dive)
    if flight is None:
        return None
    turned = turning_of(flight, head_probabilities(flight.shapes, heads))
    return Told(one, turned, standing(one.dive, turned))


def regression(name: str, rows: Floats, truths: Sequence[str], recipe: Recipe) -> Arrays:
    """Learn to tell one kind of class from rows, (dives, numbers)."""
    scale = StandardScaler().fit(rows)
    slackness = recipe.slackness * (3 if name == "armstand" else 1)
    model = LogisticRegression(C=slackness, max_iter=3000)
    model.fit(scale.transform(rows), truths)
    weights, biases = model.coef_, model.intercept_
    if len(model.classes_) == 2:
        weights, biases = np.stack([0 * weights[0], weights[0]]), np.array([0.0, biases[0]])
    weight = np.zeros((len(CLASSES[name]), rows.shape[1]), np.float32)
    bias = np.full(len(weight), biases.min() - NEVER_SEEN, np.float32)
    weights = weights / scale.scale_
    biases = biases - weights @ scale.mean_
    for found, values, less in zip(model.classes_, weights, biases, strict=True):
        weight[CLASSES[name].index(found)], bias[CLASSES[name].index(found)] = values, less
    return {f"{name}.weight": weight, f"{name}.bias": bias}


def looked_at(
    lessons: Sequence[Lesson],
    parts: Sequence[Sequence[int]],
    more: Sequence[Lesson],
    recipe: Recipe,
) -> tuple[list[Told | None], list[Told | None]]:
    """Return how each dive turns, by heads learned from the other parts and from `more`.

    With the moments as they are marked, and as they are found.
    """
    marked: list[Told | None] = [None] * len(lessons)
    found = list(marked)
    for part in parts:
        others = [one for index, one in enumerate(lessons) if index not in set(part)]
        heads = learned_heads([*others, *more], recipe)
        for index in part:
            marked[index] = told(lessons[index], heads)
            found[index] = told(lessons[index].found(), heads)
    return marked, found


@dataclass(frozen=True)
class Rows:
    """What regressions learn from, one of each dive in the same order."""

    seen: tuple[Told, ...]
    stood: Floats
    rows: Floats
    truths: dict[str, list[str]]
    parts: npt.NDArray[np.int64]

    def probabilities(self, name: str, recipe: Recipe) -> Floats:
        """Return how probable each class of each dive is, by regressions on the other parts."""
        inputs = self.stood if name == "armstand" else self.rows
        found = np.zeros((len(inputs), len(CLASSES[name])))
        for part in np.unique(self.parts):
            others = np.flatnonzero(self.parts != part)
            truths = [self.truths[name][index] for index in others]
            arrays = regression(name, inputs[others], truths, recipe)
            for index in np.flatnonzero(self.parts == part):
                found[index] = probabilities(name, inputs[index], arrays)
        return found


def rows_of(found: Sequence[Told | None], parts: Sequence[Sequence[int]], recipe: Recipe) -> Rows:
    """Make the rows of all dives that could be looked at, none by what learned from it."""
    part_of = {index: part for part, indices in enumerate(parts) for index in indices}
    kept = [(index, one) for index, one in enumerate(found) if one is not None]
    seen = tuple(one for _, one in kept)
    truths = {name: [one.lesson.truths[name] for one in seen] for name in CLASSES}
    stood = np.stack([one.stood for one in seen])
    of_parts = np.array([part_of[index] for index, _ in kept])
    first = Rows(seen, stood, stood, truths, of_parts)
    armstand = first.probabilities("armstand", recipe)
    rows = [one.row(looks) for one, looks in zip(seen, armstand, strict=True)]
    return replace(first, rows=np.stack(rows))


def kinds(rows: Rows, recipe: Recipe) -> list[Kind]:
    """Return what is read of each dive by what did not learn from it."""
    of_class = {name: rows.probabilities(name, recipe) for name in CLASSES}
    found = []
    for index, one in enumerate(rows.seen):
        classes = {name: of_class[name][index] for name in CLASSES if name != "armstand"}
        turns = turns_of(one.turning, of_class["armstand"][index])
        found.append(Kind(one.turning, turns, 1, classes, 0.0, 1.0))
    return found


def shares(rows: Rows, recipe: Recipe) -> list[str]:
    """Return what share of dives is told right, as the columns of the card."""
    read = kinds(rows, recipe)
    lessons = [one.lesson for one in rows.seen]
    told_all = [recognised(one) for one in read]
    numbers = [one.number for one in lessons]
    likeliest = {name: np.array([one.likeliest(name)[0] for one in read]) for name in TOLD}
    right = {name: likeliest[name] == np.array(rows.truths[name]) for name in TOLD}
    counted = [one.half_somersaults.argmax() for one in read]
    twisting = np.array([one.half_twists > 0 for one in numbers])
    is_action = np.array(
        [one.action == of.code[:-1] for one, of in zip(told_all, lessons, strict=True)]
    )
    sure = np.array([one.probability > 0.9 for one in told_all])
    wronged = [
        one.contradicts(of.code[:-1]) > 0.95 for one, of in zip(told_all, lessons, strict=True)
    ]
    found = [
        np.mean([n == one.half_somersaults for n, one in zip(counted, numbers, strict=True)]),
        right["half_twists"][twisting].mean(),
        right["half_twists"][~twisting].mean(),
        right["position"].mean(),
        np.mean(
            [(one.armstand > 0.5) == of.is_armstand for one, of in zip(read, numbers, strict=True)]
        ),
        np.mean([_direction(one) == of.direction for one, of in zip(read, numbers, strict=True)]),
        is_action.mean(),
        is_action[sure].mean() if sure.any() else np.nan,
        sure.mean(),
        np.mean(wronged),
    ]
    return [str(len(read)), *[f"{value:.3f}" for value in found]]


def _direction(one: Kind) -> str:
    return max(one.directions, key=lambda name: one.directions[name])


CARD = """# What tells a dive by its turns and looks

`head_direction.safetensors` says where the head is in a silhouette, `dive_classes.safetensors`
tells armstand, facing, position and twists, `usual_dives.safetensors` (of `recognition`) counts how
usual dives are. Written by `scripts/train_recognition.py` (seed {seed}); every number below was
measured in that run.

Learned from {n} training dives of unlv-dive, of which the number is known, and (the head alone)
from {n_rendered} rendered ones. Shares of dives that were left out of the learning:

| left out | moments | dives | {columns} |
|---|---|{lines}|
{rows}

The network that finds the moments has learned from all of these dives, so `found` is a little too
good. On {n_drawn} rendered dives of another seed ({held_out_seed}), half somersaults are exact in
{drawn:.3f}, in their mirror images in {mirrored:.3f}.
"""

COLUMNS = (
    "half somersaults exact", "half twists exact where it twists", "none where it does not",
    "position", "armstand", "direction", "action", "action where its probability is over .9",
    "so many are", "the true action contradicted (.95)",
)  # fmt: skip
TOLD = ("faces_water", "position", "half_twists")


def counted_right(lessons: Sequence[Lesson], heads: Arrays) -> float:
    """Return the share of dives, without armstand, whose half somersaults are counted exactly."""
    right = []
    for one in lessons:
        if seen := told(one, heads):
            turns = turns_of(seen.turning, np.array([0.9, 0.1]))
            right.append(turns.sum(axis=0).argmax() == one.number.half_somersaults)
    return float(np.mean(right))


def mirror(one: Lesson) -> Lesson:
    """Return a dive as a mirror shows it."""
    athlete = one.dive.athlete
    flipped = np.diag([-1.0, 1.0, 1.0])
    flipped[0, 2] = athlete.width - 1
    camera = CameraMotion(flipped @ athlete.camera.steps @ flipped, athlete.camera.agreement)
    middles = athlete.middles * (-1, 1) + (athlete.width - 1, 0)
    seen = replace(
        athlete,
        middles=middles,
        masks=np.ascontiguousarray(athlete.masks[:, :, ::-1]),
        camera=camera,
    )
    return replace(one, dive=replace(one.dive, athlete=seen, outline=outline(seen)))


def main() -> None:
    """Follow, learn, measure, and put the arrays where they ship from."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=Path("../shared/data/unlv-dive"))
    parser.add_argument("--kept", type=Path, help="where followed athletes are kept")
    parser.add_argument("--processes", type=int, default=1)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as temporary:
        kept = arguments.kept or Path(temporary)
        kept.mkdir(parents=True, exist_ok=True)
        learn(arguments.data, kept, arguments.processes, Recipe())


def rendered_lessons(n: int, seed: int, kept: Path) -> list[Lesson]:
    """Render dives of all numbers that can be, and follow their athletes."""
    numbers = tuple(action.number for action in DIVES)
    options = SimulationOptions(n_performances=n, seed=seed, numbers=numbers)
    return [rendered(one, kept) for one in simulate(options)]


def learn(data: Path, kept: Path, n_processes: int, recipe: Recipe) -> None:
    """Learn, measure and write all there is."""
    with (data / "metadata.csv").open(encoding="utf-8") as file:
        table = [row for row in csv.DictReader(file) if row["split"] == "train"]
    with ProcessPoolExecutor(n_processes) as pool:
        lessons = list(pool.map(partial(lesson, folder=data, kept=kept), table))
    drawn = rendered_lessons(recipe.n_rendered, recipe.rendered_seed, kept)
    order = np.random.default_rng(recipe.seed).permutation(len(lessons))
    random_parts = [part.tolist() for part in np.array_split(order, recipe.n_folds)]
    events = np.array([one.event for one in lessons])
    event_parts = [np.flatnonzero(events == event).tolist() for event in np.unique(events)]
    heads = learned_heads([*lessons, *drawn], recipe)
    write_bytes(_head.WEIGHTS, save(heads))
    lines = []
    for name, parts in (("at random", random_parts), ("whole events", event_parts)):
        marked, found = looked_at(lessons, parts, drawn, recipe)
        of_moments = {
            "marked": rows_of(marked, parts, recipe),
            "found": rows_of(found, parts, recipe),
        }
        if name == "at random":
            save_classes(tuple(of_moments.values()), recipe)
        for moments, one in of_moments.items():
            lines.append(f"| {name} | {moments} | {' | '.join(shares(one, recipe))} |")
            print(lines[-1], flush=True)
    held_out = rendered_lessons(recipe.n_held_out, recipe.held_out_seed, kept)
    card = CARD.format(
        n=len(lessons), n_rendered=len(drawn), seed=recipe.seed, columns=" | ".join(COLUMNS),
        lines="|".join(["---"] * (len(COLUMNS) + 1)), rows="\n".join(lines),
        held_out_seed=recipe.held_out_seed, n_drawn=len(held_out),
        drawn=counted_right(held_out, heads),
        mirrored=counted_right([mirror(one) for one in held_out], heads),
    )  # fmt: skip
    write_bytes(_head.WEIGHTS.with_name("turns.md"), card.encode())
    print(card)


def save_classes(seen: Sequence[Rows], recipe: Recipe) -> None:
    """Learn from all dives, with moments of all kinds, and count how usual each dive is."""
    arrays: Arrays = {}
    for name in CLASSES:
        inputs = [one.stood if name == "armstand" else one.rows for one in seen]
        truths = [truth for one in seen for truth in one.truths[name]]
        arrays |= regression(name, np.concatenate(inputs), truths, recipe)
    write_bytes(_classes.WEIGHTS, save(arrays))
    actions = [one.lesson.code[:-1] for one in seen[0].seen]
    counts = {name: np.array([actions.count(name)], np.float32) for name in sorted(set(actions))}
    write_bytes(_candidates.WEIGHTS, save(counts))


if __name__ == "__main__":
    main()
