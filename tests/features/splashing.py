"""Films of an event that is made up: dark until a splash, and white noise after it."""

import numpy as np

from podium.features.event import WINDOWS, Marked, event_backbone, window_ends
from podium.video.clips import cut
from podium.video.frames import Frames

WIDTH, HEIGHT = event_backbone().frame_size


def film(n_before: int, n_after: int, seed: int) -> Frames:
    """A dark picture that brightens until the event, and is white noise after it."""
    generator = np.random.default_rng(seed)
    before = np.linspace(20, 120, n_before)[:, None, None, None]
    pixels = np.broadcast_to(before, (n_before, HEIGHT, WIDTH, 3)).astype(np.uint8)
    splash = generator.integers(60, 255, (n_after, HEIGHT, WIDTH, 1), dtype=np.uint8)
    pixels = np.concatenate([pixels, np.repeat(splash, 3, axis=3)])
    pixels = pixels + generator.integers(0, 8, pixels.shape, dtype=np.uint8) // 2
    n = len(pixels)
    return Frames(pixels, np.arange(n) / 30, n / 30, np.arange(n), n)


def marked(frames: Frames, event: int) -> Marked:
    """What is learned from a film whose event is known."""
    return Marked(event_backbone()(cut(frames, WINDOWS).pixels), window_ends(len(frames)), event)
