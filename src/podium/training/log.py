"""How the loss fell while a model was trained: as a table, a picture, or files of TensorBoard."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from podium.machine import extras
from podium.machine.files import write_bytes
from podium.machine.plotting import plotting, save_figure
from podium.metric.curves import Curve

TABLE = "loss.csv"
"""What the table is called in a folder; the picture likewise, with .png."""

COLUMNS = ("network", "step", "train_loss", "validation_loss", "kept")
"""Of the table, a row a look; `kept` is 1 for the look whose state was kept, else 0."""


def table_at(place: Path) -> Path:
    """Return where the table is written for a folder, or a file that ends with .csv."""
    return place if place.suffix.lower() == ".csv" else place / TABLE


def write_table(curves: Sequence[Curve], path: Path) -> Path:
    """Write every look at every network as CSV; return where it is."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for curve in curves:
        for look in curve.looks:
            held_back = "" if look.validation_loss is None else f"{look.validation_loss:.6g}"
            kept = int(look is curve.kept)
            writer.writerow([curve.name, look.step, f"{look.train_loss:.6g}", held_back, kept])
    write_bytes(path, text.getvalue().encode())
    return path


def draw_curves(curves: Sequence[Curve], path: Path) -> Path:
    """Draw the losses over the steps, a colour a network; a dot is the state that was kept.

    Raises
    ------
    MissingExtra
        If the extra `benchmark` is not installed.
    """
    plot = plotting()
    figure, axis = plot.subplots(figsize=(8, 4.5))
    for number, curve in enumerate(curves):
        colour = f"C{number % 10}"
        steps = [look.step for look in curve.looks]
        train = [look.train_loss for look in curve.looks]
        axis.plot(steps, train, color=colour, linewidth=1, linestyle=":")
        held_back = [look.validation_loss for look in curve.looks]
        if None not in held_back:
            axis.plot(steps, held_back, color=colour, label=curve.name)
            axis.plot(curve.kept.step, curve.kept.validation_loss, "o", color=colour)
        else:
            axis.lines[-1].set(label=curve.name)
    axis.set(
        xlabel="steps of learning", ylabel="loss",
        title="dotted: learned from; line: held back; dot: what was kept",
    )  # fmt: skip
    if curves:
        axis.legend(fontsize="small")
    return save_figure(plot, figure, path)


def write_events(curves: Sequence[Curve], folder: Path) -> Path:
    """Write the curves as event files of TensorBoard, a folder a network; return the folder.

    Raises
    ------
    MissingExtra
        If the extra `tensorboard` is not installed.
    """
    with extras.needed_for("writing event files", "tensorboard"):
        from tensorboardX import SummaryWriter
    for curve in curves:
        with SummaryWriter(str(folder / curve.name.replace(" ", "_"))) as writer:
            for look in curve.looks:
                writer.add_scalar("loss/train", look.train_loss, look.step)
                if look.validation_loss is not None:
                    writer.add_scalar("loss/held_back", look.validation_loss, look.step)
    return folder
