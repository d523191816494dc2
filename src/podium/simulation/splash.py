"""The water that a diver throws up: drops, foam and rings."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import ImageDraw

from podium.simulation.body import Array
from podium.simulation.camera import View
from podium.simulation.flight import GRAVITY
from podium.simulation.motion import Entry

_WATER_THROWING_SECONDS = 0.3
_FLATNESS = 0.28
"""How much lower than wide a circle on the water looks."""


@dataclass(frozen=True)
class Splash:
    """Drops in the air over the place of entry; times are seconds after the entry."""

    entry: Entry
    born_seconds: Array
    start_metres: Array
    velocity: Array
    """(drops, 2), metres per second."""
    radius_metres: Array
    opacity: Array


def make_splash(entry: Entry, rng: np.random.Generator) -> Splash:
    """Build the splash of an entry: a bigger one has more, faster and wider flying drops."""
    size = entry.splash_size
    n_drops = int(45 + 620 * size)
    height = (0.22 + 2.1 * size) * rng.beta(1.6, 2.2, n_drops)
    up = np.sqrt(2 * GRAVITY * height)
    aside = rng.normal(0.55 * entry.leans, 0.28 + 0.75 * size, n_drops) * (0.4 + 0.25 * up)
    born = rng.beta(1.6, 1.6, n_drops) * _WATER_THROWING_SECONDS
    swept = entry.sweep_metres * np.clip(born / _WATER_THROWING_SECONDS, 0, 1)
    is_mist = rng.random(n_drops) < 0.3
    return Splash(
        entry=entry,
        born_seconds=born,
        start_metres=entry.x_metres + swept + rng.normal(0, 0.08 + 0.16 * size, n_drops),
        velocity=np.stack([aside, up], axis=-1),
        radius_metres=np.where(is_mist, rng.uniform(0.06, 0.17, n_drops), 0)
        + np.where(is_mist, 0, rng.uniform(0.008, 0.026, n_drops)),
        opacity=np.where(is_mist, rng.uniform(14, 34, n_drops), rng.uniform(150, 245, n_drops)),
    )


def drops_in_air(splash: Splash, seconds: float) -> tuple[NDArray[np.intp], Array]:
    """Which drops are in the air (indices), and where they are (drops, 2), after the entry."""
    age = seconds - splash.born_seconds
    x = splash.start_metres + splash.velocity[:, 0] * age
    y = splash.velocity[:, 1] * age - GRAVITY / 2 * age**2
    flying = np.flatnonzero((age > 0) & (y > 0))
    return flying, np.stack([x, y], axis=-1)[flying]


def draw_splash(draw: ImageDraw.ImageDraw, splash: Splash, view: View, seconds: float) -> None:
    """Draw the splash as it is `seconds` after the entry; nothing before it."""
    if seconds <= 0:
        return
    _draw_rings(draw, splash, view, seconds)
    _draw_foam(draw, splash, view, seconds)
    flying, positions = drops_in_air(splash, seconds)
    age = (seconds - splash.born_seconds)[flying]
    radius = splash.radius_metres[flying] * (1 + 0.8 * age) * view.pixels_per_metre
    radius = np.maximum(radius, 1.0)
    # A drop is longer than wide, because it moves while the shutter is open.
    stretch = radius + np.abs(splash.velocity[flying, 1] - GRAVITY * age) * 0.004 * (
        view.pixels_per_metre
    )
    pixels = view.pixels(positions)
    half = np.stack([radius, stretch], axis=-1)
    boxes = np.concatenate([pixels - half, pixels + half], axis=1).tolist()
    for box, opacity in zip(boxes, splash.opacity[flying].astype(int).tolist(), strict=True):
        draw.ellipse(box, fill=(246, 250, 252, opacity))


def _draw_foam(draw: ImageDraw.ImageDraw, splash: Splash, view: View, seconds: float) -> None:
    size = splash.entry.splash_size
    grown = min(1.0, seconds / 0.45)
    width = (0.16 + (0.18 + 0.85 * size) * grown) * view.pixels_per_metre
    middle = splash.entry.x_metres + 0.5 * splash.entry.sweep_metres
    width += abs(0.4 * splash.entry.sweep_metres) * view.pixels_per_metre
    centre = view.pixels(np.array([middle, -0.03]))
    for share, opacity in ((1.0, 60), (0.72, 90), (0.45, 130)):
        half = np.array([width, width * _FLATNESS]) * share
        box = [*(centre - half), *(centre + half)]
        draw.ellipse(box, fill=(232, 243, 246, int(opacity * (0.35 + 0.65 * size))))


def _draw_rings(draw: ImageDraw.ImageDraw, splash: Splash, view: View, seconds: float) -> None:
    centre = view.pixels(np.array([splash.entry.x_metres + 0.5 * splash.entry.sweep_metres, -0.05]))
    for delay in (0.05, 0.25, 0.45):
        radius = (seconds - delay) * 1.9 * view.pixels_per_metre
        if radius <= 2:
            continue
        half = np.array([radius, radius * _FLATNESS])
        opacity = int(110 * np.exp(-1.8 * (seconds - delay)))
        box = [*(centre - half), *(centre + half)]
        draw.ellipse(box, outline=(225, 240, 248, opacity), width=2)
