"""Pictures of numbers, by Matplotlib, which is installed on request."""

import io
from pathlib import Path
from typing import Any

from podium.machine import extras
from podium.machine.files import write_bytes


def plotting() -> Any:
    """Return Matplotlib's `pyplot`, as it comes, drawing into files only.

    Raises
    ------
    MissingExtra
        If the extra `benchmark` is not installed.
    """
    with extras.needed_for("drawing pictures", "benchmark"):
        import matplotlib
    matplotlib.rcdefaults()  # not those of a file in the folder that the user works in
    matplotlib.use("Agg")
    from matplotlib import pyplot

    return pyplot


def save_figure(plot: Any, figure: Any, path: Path) -> Path:
    """Write a figure as PNG, whole or not at all, and close it; return where it is."""
    drawn = io.BytesIO()
    figure.tight_layout()
    figure.savefig(drawn, dpi=80, format="png")
    plot.close(figure)
    write_bytes(path, drawn.getvalue())
    return path
