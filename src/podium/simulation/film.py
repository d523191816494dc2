"""The film of a performance: the athlete in front of a place, seen by a camera."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from podium.simulation.backdrop import FAR_WATER_METRES, Backdrop, make_backdrop
from podium.simulation.body import Array, Physique
from podium.simulation.camera import View, follow
from podium.simulation.dive import draw_diver
from podium.simulation.figure import Outfit, draw_figure, draw_outfit, turn
from podium.simulation.motion import Motion, Script
from podium.simulation.options import SimulationOptions
from podium.simulation.splash import Splash, draw_splash, make_splash
from podium.simulation.vault import MAT_METRES, draw_vaulter

Frame = NDArray[np.uint8]
Mask = NDArray[np.bool_]
_ENLARGED = 2
"""Everything is drawn at this multiple of the size, which smooths the edges."""
_UNDER_WATER_OPACITY = 0.88
_N_GLINTS = 70


@dataclass(frozen=True)
class Set:
    """Everything that a film needs besides the motion."""

    physique: Physique
    outfit: Outfit
    backdrop: Backdrop
    yaw_degrees: float
    light: float
    splash: Splash | None
    glints: Array
    """Of the light on the water, (glints, 3): metres away, metres up, phase."""


def film(script: Script, motion: Motion, options: SimulationOptions) -> Iterator[Frame]:
    """Yield the frames (height, width, 3) of a performance, one after the other."""
    yield from _filmed(_set_up(script, motion), motion, options, script.random(3))


def floor_film(
    motion: Motion, physique: Physique, rng: np.random.Generator, options: SimulationOptions
) -> Iterator[Frame]:
    """Yield the frames (height, width, 3) of what somebody does on the floor of a hall."""
    place = Set(
        physique=physique,
        outfit=draw_outfit(rng, is_gymnast=True),
        backdrop=make_backdrop("vault", rng),
        yaw_degrees=float(rng.uniform(30, 45)),
        light=float(rng.uniform(0.85, 1.1)),
        splash=None,
        glints=np.zeros((0, 3)),
    )
    return _filmed(place, motion, options, rng)


def _filmed(
    place: Set, motion: Motion, options: SimulationOptions, rng: np.random.Generator
) -> Iterator[Frame]:
    views = follow(motion, place.physique.height_metres, options, rng)
    grain = _Grain(options, rng)
    for index, view in enumerate(views):
        picture = _picture(motion, index, view, place)
        yield grain.add_to(np.asarray(picture.reduce(_ENLARGED)), place.light)


def landmarks(script: Script, motion: Motion, options: SimulationOptions) -> Array:
    """Return where in the picture each joint is, right and down, (frames, joints, 2), in pixels."""
    place = _set_up(script, motion)
    views = follow(motion, place.physique.height_metres, options, script.random(3))
    seen = (turn(joints, place.yaw_degrees)[0] for joints in motion.joints)
    return np.stack([view.pixels(joints) for view, joints in zip(views, seen, strict=True)])


def silhouettes(script: Script, motion: Motion, options: SimulationOptions) -> Iterator[Mask]:
    """Yield which pixels of each frame are the athlete's, (height, width); none under water."""
    place = _set_up(script, motion)
    views = follow(motion, place.physique.height_metres, options, script.random(3))
    for joints, view in zip(motion.joints, views, strict=True):
        large = view.enlarge(_ENLARGED)
        picture = Image.new("RGBA", (large.width, large.height))
        draw = ImageDraw.Draw(picture)
        draw_figure(draw, joints, large, place.physique, place.outfit, place.yaw_degrees)
        mask = np.asarray(picture.getchannel("A").reduce(_ENLARGED)) > 127
        if motion.entry is not None:
            mask[_water_line(view) :] = False
        yield mask


def _set_up(script: Script, motion: Motion) -> Set:
    rng = script.random(2)
    is_dive = script.sport == "diving"
    return Set(
        physique=draw_diver(script).physique if is_dive else draw_vaulter(script).physique,
        outfit=draw_outfit(rng, is_gymnast=not is_dive),
        backdrop=make_backdrop(script.sport, rng),
        yaw_degrees=float(rng.uniform(16, 30)),
        light=float(rng.uniform(0.85, 1.1)),
        splash=make_splash(motion.entry, rng) if motion.entry else None,
        glints=rng.uniform([-6, -2.5, 0], [9, FAR_WATER_METRES - 0.1, 6.28], (_N_GLINTS, 3)),
    )


def _picture(motion: Motion, index: int, view: View, place: Set) -> Image.Image:
    picture = place.backdrop.seen(view, _ENLARGED)
    view = view.enlarge(_ENLARGED)
    draw = ImageDraw.Draw(picture, "RGBA")
    joints, seconds = motion.joints[index], float(motion.seconds[index])
    if motion.entry is None or place.splash is None:
        _draw_shadow(draw, joints, view)
        draw_figure(draw, joints, view, place.physique, place.outfit, place.yaw_degrees)
        return picture
    _draw_glints(draw, place.glints, view, seconds)
    before = _below_water(picture, view)
    if joints[:, 1].max() > -1:
        draw_figure(draw, joints, view, place.physique, place.outfit, place.yaw_degrees)
    _cover(picture, before)
    draw_splash(draw, place.splash, view, seconds - motion.entry.seconds)
    return picture


def _below_water(picture: Image.Image, view: View) -> Image.Image | None:
    """Return a copy of the part of the picture that is nearer than the place of entry."""
    line = _water_line(view)
    if line >= picture.height:
        return None
    return picture.crop((0, line, picture.width, picture.height))


def _water_line(view: View) -> int:
    """Return the first row of the picture that is nearer than the place of entry."""
    return max(int(view.pixels(np.zeros(2))[1]), 0)


def _cover(picture: Image.Image, water: Image.Image | None) -> None:
    """Let the water hide most of what is under it."""
    if water is None:
        return
    top = picture.height - water.height
    below = picture.crop((0, top, picture.width, picture.height))
    picture.paste(Image.blend(below, water, _UNDER_WATER_OPACITY), (0, top))


def _draw_glints(draw: ImageDraw.ImageDraw, glints: Array, view: View, seconds: float) -> None:
    pixels = view.pixels(glints[:, :2])
    light = 60 + 60 * np.sin(glints[:, 2] + 7 * seconds)
    length = (0.1 + 0.12 * np.cos(glints[:, 2])) * view.pixels_per_metre
    for (x, y), half, opacity in zip(pixels.tolist(), length, light.astype(int), strict=True):
        if 0 <= y < view.height and opacity > 20:
            draw.line([x - half, y, x + half, y], fill=(235, 245, 250, int(opacity)), width=2)


def _draw_shadow(draw: ImageDraw.ImageDraw, joints: Array, view: View) -> None:
    x, height = joints[:, 0].mean(), joints[:, 1].min()
    centre = view.pixels(np.array([x, MAT_METRES / 2 - 0.02]))
    half = np.array([0.36, 0.07]) * view.pixels_per_metre
    opacity = int(90 * np.exp(-max(height, 0) / 1.2))
    draw.ellipse([*(centre - half), *(centre + half)], fill=(10, 10, 20, opacity))


class _Grain:
    """The noise of a camera's sensor."""

    def __init__(self, options: SimulationOptions, rng: np.random.Generator) -> None:
        self._rng = rng
        self._size = (options.height, options.width)
        # One large sheet of noise, of which each frame gets another part: much faster.
        sheet = rng.normal(0, options.sensor_noise, (options.height + 64, options.width + 64, 3))
        self._sheet = np.round(sheet).astype(np.int16)

    def add_to(self, frame: Frame, light: float) -> Frame:
        """Return the frame, lit and with noise."""
        down, right = self._rng.integers(0, 64, 2)
        height, width = self._size
        noise = self._sheet[down : down + height, right : right + width]
        # Whole numbers are quick, and 255 * 1.1 * 64 still fits into 16 bits.
        seen = (frame.astype(np.int16) * np.int16(light * 64)) >> 6
        seen += noise
        return np.asarray(np.clip(seen, 0, 255, out=seen).astype(np.uint8))
