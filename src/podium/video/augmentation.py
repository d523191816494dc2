"""Variants of a performance that change what the camera saw, and not how well it was done.

The paper (III-C, V-A) names zoom, brightness, histogram equalisation, a masked background and
dropped frames, without magnitudes; those here are options. So is the loss of a video that was
compressed once more, which is what becomes of most that are passed on.
"""

import io
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from podium.checks import check_options
from podium.errors import UsageError
from podium.video.frames import Frames

if TYPE_CHECKING:  # scoring changes nothing, and starts sooner without it
    from PIL.Image import Image

Pixels = npt.NDArray[np.uint8]
Sides = tuple[float, float, float, float]
"""A part of a picture: left, top, right and bottom as shares of its width and height."""

WHOLE_PICTURE: Sides = (0, 0, 1, 1)
"""All of a picture."""


@dataclass(frozen=True)
class AugmentationOptions:
    """How far variants may differ from the original; `n_variants` of 0 makes none.

    `zoom` is the largest magnification, `brightness` the largest relative change either way,
    `equalise` and `mask` the chance of each, and `drop` the largest share of frames left out.
    With `copies`, what becomes of videos that are passed on (`COPIES`) is among the variants, with
    `reframed` what a narrower frame shows, or one that ends a little earlier (`REFRAMED`). Of one
    in every `anew` performances (0: of none) files are made, too, and looked at from the beginning
    (`podium.features.anew`).
    """

    n_variants: int = 7
    zoom: float = 1.2
    brightness: float = 0.2
    equalise: float = 0.3
    mask: float = 0.3
    drop: float = 0.1
    copies: bool = False
    reframed: bool = False
    anew: int = 0

    def __post_init__(self) -> None:
        check_options(self)
        shares = (self.brightness, self.equalise, self.mask)
        possible = min(self.n_variants, self.anew) >= 0
        possible = possible and self.zoom >= 1 and 0 <= self.drop < 1
        if not (possible and all(0 <= share <= 1 for share in shares)):
            raise UsageError(
                f"{self} cannot be applied: n_variants and anew must be 0 or more, zoom 1 or "
                "more, drop from 0 to below 1, the others from 0 to 1"
            )


@dataclass(frozen=True)
class Augmentation:
    """One variant's changes, drawn once and then the same for every frame.

    `compression` is the constant rate factor of H.264 at the size of the backbone's frames, 0 for
    none: 18 is hardly to be seen, 51 the worst there is. `rate` is which share of the frames a copy
    of a lower frame rate shows; those that it lacks show again what came before. `shown` is what
    is left of each picture, stretched to its size, and `earlier` how many frames earlier it ends.
    """

    zoom: float
    brightness: float
    equalise: bool
    mask: bool
    drop: float
    seed: int
    compression: int = 0
    rate: float = 1.0
    shown: Sides = WHOLE_PICTURE
    earlier: int = 0

    def __call__(self, frames: Frames, at_least: int = 1) -> Frames:
        """Build the variant of a performance; `at_least` so many frames are left of it."""
        n_left = max(len(frames) - self.earlier, min(at_least, len(frames)))
        kept = _drop_frames(frames.span(0, n_left), self.drop, self.seed, at_least)
        pixels = slower(kept.pixels, self.rate)
        if self.mask:
            pixels = mask_background(pixels)
        changed = np.stack([self._frame(frame) for frame in pixels])
        if self.compression:
            changed = compress(changed, self.compression)
        return replace(kept, pixels=changed)

    @property
    def shown_sides(self) -> Sides:
        """What is shown of each picture, its middle magnified: see `Sides`."""
        left, top, right, bottom = self.shown
        across, down = ((1 - 1 / self.zoom) / 2 * side for side in (right - left, bottom - top))
        return left + across, top + down, right - across, bottom - down

    def close_up(self) -> "Augmentation":
        """Return the same changes for pictures that show the athlete however a camera frames it."""
        return replace(self, zoom=1, shown=WHOLE_PICTURE)

    def _frame(self, frame: Pixels) -> Pixels:
        from PIL import Image, ImageOps

        zoomed = _stretched(Image.fromarray(frame), self.shown_sides)
        equal = ImageOps.equalize(zoomed) if self.equalise else zoomed
        table = np.clip(np.arange(256) * self.brightness, 0, 255).astype(np.uint8)
        changed: Pixels = table[np.asarray(equal)]
        return changed


def draw(options: AugmentationOptions, seed: int) -> tuple[Augmentation, ...]:
    """Draw the variants that every performance is given in one training; the seed fixes them."""
    generator = np.random.default_rng(seed)
    drawn = (_draw(options, generator) for _ in range(options.n_variants))
    copies = (*(COPIES if options.copies else ()), *(REFRAMED if options.reframed else ()))
    return (*copies, *drawn)


def _draw(options: AugmentationOptions, generator: np.random.Generator) -> Augmentation:
    return Augmentation(
        zoom=float(generator.uniform(1, options.zoom)),
        brightness=float(generator.uniform(1 - options.brightness, 1 + options.brightness)),
        equalise=bool(generator.random() < options.equalise),
        mask=bool(generator.random() < options.mask),
        drop=float(generator.uniform(0, options.drop)),
        seed=int(generator.integers(2**31)),
    )


AS_IT_IS = Augmentation(zoom=1, brightness=1, equalise=False, mask=False, drop=0, seed=0)
COPIES = (replace(AS_IT_IS, compression=30), replace(AS_IT_IS, rate=0.8))
"""What becomes of videos that are passed on: they are compressed once more, so strongly that at
their full size it would be about 35, or saved with 24 frames a second in place of 30."""


REFRAMED = (
    replace(AS_IT_IS, shown=(0.15, 0, 0.575, 1)),
    replace(AS_IT_IS, shown=(0.325, 0, 0.75, 1)),
    replace(AS_IT_IS, shown=(0.22, 0, 0.78, 1)),
    replace(AS_IT_IS, shown=(0.02, 0.11, 0.89, 0.98)),
    replace(AS_IT_IS, shown=(0.16, 0.04, 0.96, 0.84)),
    replace(AS_IT_IS, earlier=2),
    replace(AS_IT_IS, earlier=4),
)
"""What else may be seen of the same: an upright picture (9 : 16 of 4 : 3, left and right of the
middle, and 3 : 4), a zoom by 15 and by 25 %, off the middle, and an end that was found 2 or 4
frames earlier. Of a file that was cut or encoded anew, the event is often found a frame earlier or
later: that alone moved scores of dives by 3 points."""


def slower(pixels: Pixels, rate: float) -> Pixels:
    """Show only the share `rate` of the frames, each until the next, (frames, height, width, 3)."""
    shown = np.floor(np.floor(np.arange(len(pixels)) * rate) / rate).astype(np.intp)
    return np.asarray(pixels[shown], np.uint8)


def compress(pixels: Pixels, rate_factor: int) -> Pixels:
    """Lose what H.264 loses at a constant rate factor, (frames, height, width, 3) of 0-255.

    For H.264 an odd side is made even, by its last row or column twice.
    """
    import av

    height, width = pixels.shape[1:3]
    even = np.pad(pixels, ((0, 0), (0, height % 2), (0, width % 2), (0, 0)), mode="edge")
    file = io.BytesIO()
    with av.open(file, "w", format="matroska") as container:
        # With more threads, or looking ahead, it does not do the same twice.
        options = {"crf": str(rate_factor), "preset": "veryfast"}
        options["x264-params"] = "mbtree=0:rc-lookahead=0:sync-lookahead=0"
        stream = container.add_stream("libx264", rate=30, options=options)
        stream.height, stream.width = even.shape[1:3]
        stream.pix_fmt = "yuv420p"
        stream.codec_context.thread_count = 1
        for frame in even:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(frame, format="rgb24")))
        container.mux(stream.encode())
    file.seek(0)
    with av.open(file, "r") as container:
        seen = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    return np.asarray(np.stack(seen)[:, :height, :width], np.uint8)


def mask_background(pixels: Pixels, threshold: float = 12.0) -> Pixels:
    """Grey out what hardly differs from the frames about it; what moves stays.

    (frames, height, width, 3) of 0-255; `threshold` is the mean difference, of 255, that counts.
    """
    light = pixels.mean(axis=3)
    before, after = np.roll(light, 1, axis=0), np.roll(light, -1, axis=0)
    before[0], after[-1] = light[0], light[-1]
    still = np.maximum(np.abs(light - before), np.abs(light - after)) < threshold
    masked = pixels.copy()
    masked[still] = pixels.mean(axis=(0, 1, 2)).astype(np.uint8)
    return masked


def _stretched(image: "Image", sides: Sides) -> "Image":
    """Stretch what lies between the sides to the size of the whole."""
    from PIL.Image import Resampling

    width, height = image.size
    left, top, right, bottom = sides
    box = (left * width, top * height, right * width, bottom * height)
    return image.resize((width, height), Resampling.BILINEAR, box=box)


def _drop_frames(frames: Frames, share: float, seed: int, at_least: int) -> Frames:
    n_dropped = max(min(int(len(frames) * share), len(frames) - at_least), 0)
    keep = np.ones(len(frames), bool)
    keep[np.random.default_rng(seed).choice(len(frames), n_dropped, replace=False)] = False
    return replace(
        frames,
        pixels=frames.pixels[keep],
        start_seconds=frames.start_seconds[keep],
        numbers=frames.numbers[keep],
    )
