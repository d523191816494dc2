import numpy as np
import pytest

from podium.features.event import event_backbone
from podium.features.turning import COPIES, TURNED, Turn, Upright, learn_upright
from podium.video.frames import Frames

WIDTH, HEIGHT = event_backbone().frame_size
N_LESSONS = 12


def falling(seed: int) -> Frames:
    """A camera that moves down over a picture of soft spots, as one that follows a dive does."""
    generator = np.random.default_rng(seed)
    spots = generator.integers(30, 220, (30, 20, 3)).repeat(12, axis=0).repeat(12, axis=1)
    seen = [spots[5 * i : 5 * i + HEIGHT, :WIDTH] for i in range(16)]
    pixels = np.stack(seen).astype(np.uint8)
    return Frames(pixels, np.arange(16) / 30, 16 / 30, np.arange(16), 16)


def windows(frames: Frames) -> np.ndarray:
    return event_backbone()(frames.pixels[None])


@pytest.fixture(scope="module")
def upright() -> Upright:
    return learn_upright(
        [[windows(turn(falling(seed))) for turn in COPIES] for seed in range(N_LESSONS)]
    )


@pytest.mark.parametrize("quarters", [0, 1, 2, 3])
def test_by_how_much_a_picture_is_turned_is_found(upright, quarters):
    for seed in range(100, 104):
        seen = windows(Turn(quarters)(falling(seed)))
        assert upright.quarters(seen) == quarters
        said = upright.ask(seen)
        assert said == ((TURNED(degrees=90.0 * quarters),) if quarters else ())


def test_a_mirrored_picture_is_upright(upright):
    assert upright.ask(windows(Turn(0, mirrors=True)(falling(100)))) == ()


def test_where_nothing_is_seen_nothing_is_doubted(upright):
    assert upright.ask(np.empty((0, event_backbone().dim), np.float32)) == ()


def test_pictures_keep_their_size_and_are_turned_anticlockwise():
    frames = falling(0)
    pixels = np.zeros_like(frames.pixels)
    pixels[:, :, WIDTH // 2 :] = 255  # the right half is white: turned once, the upper one is
    once = Turn(1)(Frames(pixels, frames.start_seconds, 1.0, frames.numbers, 16))
    assert once.pixels.shape == pixels.shape
    assert once.pixels[0, 5].min() == 255
    assert once.pixels[0, -5].max() == 0


def test_it_survives_being_saved(upright):
    again = Upright.from_arrays(upright.arrays(), event_backbone().dim)
    np.testing.assert_array_equal(again.weights, upright.weights)
    np.testing.assert_array_equal(again.offsets, upright.offsets)
    assert Upright.from_arrays({}, event_backbone().dim) is None
