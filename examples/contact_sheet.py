"""Make one picture of simulated dives and vaults: key frames in a row, with score and faults.

python examples/contact_sheet.py docs/simulated.jpg
"""

import sys
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from podium.simulation import SimulatedPerformance, SimulationOptions, stage

FRAME_WIDTH, FRAME_HEIGHT, CAPTION_HEIGHT = 208, 156, 22
N_FRAMES = 9

ROWS: tuple[tuple[str, Mapping[str, float], int], ...] = (
    ("107", {}, 2),
    ("107", {"take_off": 0.7}, 21),
    ("307", {"flight": 0.8}, 25),
    ("407", {"flight": 0.8, "splash": 0.5}, 24),
    ("207", {"entry": 0.8}, 22),
    ("5253", {"entry": 0.65, "splash": 0.7}, 28),
    ("407", {"entry": 0.8}, 27),
    ("5152", {"splash": 1.0}, 5),
    ("handspring-front", {}, 3),
    ("tsukahara", {"flight": 0.8, "landing": 0.8}, 24),
    ("tsukahara-full", {"landing": 0.9, "hold": 0.8}, 23),
    ("handspring-front", {"take_off": 0.8, "landing": 0.8}, 29),
)


def key_frames(performance: SimulatedPerformance) -> list[int]:
    """Choose the moments that tell the story, most of them around the last but one phase."""
    starts = [phase.start_frame for phase in performance.phases]
    first, flight, closing, last = starts
    middle = np.linspace(flight, closing, 5)[:-1] + 2
    entry = np.linspace(closing, last, 3)
    rest = performance.n_frames - last
    chosen = [first + 0.6 * flight, flight - 2, *middle, entry[1], last - 1, last + 0.35 * rest]
    return [int(index) for index in chosen]


def caption(performance: SimulatedPerformance) -> str:
    """Return what was performed, what the panel gave and what went wrong."""
    faults = "; ".join(fault.words for fault in performance.faults) or "flawless"
    return f"{performance.dive_number}   score {performance.score:.1f}   {faults}"


def row(performance: SimulatedPerformance) -> Image.Image:
    """Draw one performance as a row of frames under its caption."""
    strip = Image.new("RGB", (FRAME_WIDTH * N_FRAMES, FRAME_HEIGHT + CAPTION_HEIGHT), "white")
    text = ImageDraw.Draw(strip)
    text.text((6, 3), caption(performance), fill="black", font=ImageFont.load_default(14))
    frames = list(performance.frames())
    for column, index in enumerate(key_frames(performance)):
        frame = Image.fromarray(frames[index]).resize((FRAME_WIDTH, FRAME_HEIGHT))
        strip.paste(frame, (column * FRAME_WIDTH, CAPTION_HEIGHT))
    return strip


def sheet(rows: list[Image.Image]) -> Image.Image:
    """Put the rows below each other."""
    height = sum(strip.height for strip in rows)
    picture = Image.new("RGB", (rows[0].width, height), "white")
    for index, strip in enumerate(rows):
        picture.paste(strip, (0, index * strip.height))
    return picture


def main(path: Path) -> None:
    """Render the rows and save the sheet."""
    options = SimulationOptions()
    rows = [row(stage(action, faults, seed, options)) for action, faults, seed in ROWS]
    sheet(rows).save(path, quality=82, optimize=True)


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "docs/simulated.jpg"))
