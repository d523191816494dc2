"""Pictures of results: the paper's four examples (table VII), and maps of embeddings (figure 5).

They show frames and commentaries of the data, so they are written where the user says, and never
into the repository.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from podium.benchmark.results import ResultRow, Results
from podium.benchmark.splits import action_of
from podium.benchmark.table_vii import EXAMPLES
from podium.machine.plotting import plotting, save_figure
from podium.performance import Performance
from podium.video.clips import read_clips

MAPS = (
    ("siamese_best", "O", "(a) O, the LSTM's embedding"),
    ("siamese_constant", "D2", "(b) D2, constant bias"),
    ("siamese_worst", "D2", "(c) D2, worst performer bias"),
    ("siamese_best", "D2", "(d) D2, best performer bias"),
)


def draw_examples(
    results: Results,
    performances: Sequence[Performance],
    folder: Path,
    system: str = "siamese_best",
) -> tuple[Path, ...]:
    """Draw key frames, similarity by clip and commentary of the paper's examples (table VII).

    Those that no split tested are left out; without any, the first four tested dives are drawn.
    """
    plot = plotting()
    by_id = {p.id: p for p in performances}
    found = {
        name: cell
        for cell in reversed(results.of(system))
        for name in cell.extras.get("similarity", {})
        if name in by_id
    }
    chosen = [name for name in EXAMPLES if name in found] or sorted(found)[:4]
    return tuple(
        _example(plot, by_id[name], found[name], folder / f"table_vii_{name}.png")
        for name in chosen
    )


def draw_maps(
    results: Results, performances: Sequence[Performance], folder: Path
) -> tuple[Path, ...]:
    """Draw the maps of figure 5, where the results hold them: a colour a type."""
    maps = [(_map(results, name, space), title) for name, space, title in MAPS]
    if any(positions is None for positions, _ in maps):
        return ()
    plot = plotting()
    types = {p.id: action_of(p) for p in performances}
    figure, axes = plot.subplots(2, 2, figsize=(10, 9))
    for (positions, title), axis in zip(maps, axes.flat, strict=True):
        _scatter(axis, positions, types, title)
    axes.flat[0].legend(title="type", fontsize="small")
    return (save_figure(plot, figure, folder / "figure_5.png"),)


def _example(plot: Any, performance: Performance, cell: ResultRow, path: Path) -> Path:
    similarity = cell.extras["similarity"][performance.id]
    clips = read_clips(
        performance.path, width=160, height=120,
        start_frame=performance.start_frame, end_frame=performance.end_frame,
    )  # fmt: skip
    n_clips = min(len(clips), len(similarity))
    figure, axes = plot.subplot_mosaic(
        [[f"clip {i}" for i in range(n_clips)], ["curve"] * n_clips], figsize=(2 * n_clips, 5),
        height_ratios=[1, 2],
    )  # fmt: skip
    for clip in range(n_clips):
        axis = axes[f"clip {clip}"]
        axis.imshow(clips.pixels[clip - n_clips, clips.pixels.shape[1] // 2])
        axis.set_axis_off()
    curve = axes["curve"]
    curve.plot(np.arange(1, n_clips + 1), similarity[-n_clips:], marker="o")
    curve.axhline(0.5, linestyle=":", color="grey")
    curve.set_xticks(range(1, n_clips + 1))
    curve.set(ylim=(0, 1), xlabel="clip", ylabel="similarity to the expert's")
    predicted = cell.predictions[performance.id]
    curve.set_title(
        f"{performance.id}: predicted {predicted:.1f}, judges {performance.score}\n"
        + _wrap(performance.extra.get("commentary", "")),
        fontsize="small", loc="left",
    )  # fmt: skip
    return save_figure(plot, figure, path)


def _map(results: Results, name: str, space: str) -> dict[str, Any] | None:
    for cell in results.of(name):
        found: dict[str, Any] | None = cell.extras.get("clusters", {}).get("map", {}).get(space)
        if found:
            return found
    return None


def _scatter(axis: Any, positions: Any, types: dict[str, str], title: str) -> None:
    for kind in sorted(set(types.values())):
        ours = np.array(
            [position for name, position in positions.items() if types.get(name) == kind]
        )
        if len(ours):
            axis.scatter(ours[:, 0], ours[:, 1], s=12, label=kind)
    axis.set_title(title, fontsize="medium")
    axis.set_xticks([])
    axis.set_yticks([])


def _wrap(text: str, width: int = 150) -> str:
    import textwrap

    return "\n".join(textwrap.wrap(text, width)[:4])
