"""What a clip looks like and how it moves, counted by hand-made rules: needs no weights.

A clip is described by histograms, each over a few windows of time and with no place in the image:
how many pixels are so white and so sharp (a splash is white and rough, water blue and smooth), so
white and soon to change, of such a colour, and which way edges move; beside these, how the camera
moves. Counting without place is what makes the description robust to where the camera points, and
stretching the levels of each clip first what makes it robust to how bright a copy of a video is.
Every share is replaced by its square root, which lets rare things count (Hellinger).
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import fft

from podium.backbones import require_clips
from podium.checks import check_options, require
from podium.errors import UsageError

Pixels = npt.NDArray[np.uint8]
Array = npt.NDArray[np.float32]
Codes = npt.NDArray[np.intp]

VERSION = 3
LUMA = np.array([0.299, 0.587, 0.114], np.float32) / np.float32(255)  # ITU-R BT.601
N_DIRECTIONS = 8


@dataclass(frozen=True)
class MotionOptions:
    """How finely a clip is counted.

    `n_windows` is the number of parts that a clip's time is cut into; `n_levels` the steps of
    whiteness and of warmth; `contrasts` the borders between strengths of an edge or of a change,
    as fractions of full brightness; every `step`th pixel is looked at, both ways. Levels are
    stretched so that the share `darkest` of all values lies below that share of the scale, and
    `brightest` likewise, but no more than if these two were `least_range` levels apart.
    """

    n_windows: int = 2
    n_levels: int = 8
    contrasts: tuple[float, ...] = (0.01, 0.03, 0.06, 0.12, 0.25)
    step: int = 2
    darkest: float = 0.1
    brightest: float = 0.9
    least_range: int = 40

    def __post_init__(self) -> None:
        check_options(self)
        # The change from frame to frame has one frame fewer than a clip: no window may be empty.
        if not (1 <= self.n_windows <= 8 and 2 <= self.n_levels <= 64 and 1 <= self.step <= 8):
            raise UsageError(
                f"{self}: n_windows must be from 1 to 8, n_levels from 2 to 64, step from 1 to 8"
            )
        if not self.contrasts or list(self.contrasts) != sorted(set(self.contrasts)):
            raise UsageError(f"{self}: contrasts must be one or more fractions in rising order")
        require(
            self.contrasts[0] > 0 and self.contrasts[-1] < 1,
            "contrasts",
            self.contrasts,
            "fractions between 0 and 1",
        )
        if not (0 <= self.darkest < self.brightest <= 1 and 1 <= self.least_range <= 255):
            raise UsageError(
                f"{self}: darkest must be below brightest, both from 0 to 1, "
                "least_range from 1 to 255"
            )


class Motion:
    """Counts how white, sharp, warm and changing a clip is, and how it moves."""

    name = "motion"
    frame_size = (160, 120)

    def __init__(self, options: MotionOptions = MotionOptions()) -> None:
        self.options = options
        self.fingerprint = f"motion-{VERSION}-{options}"
        width, height = self.frame_size
        self.dim = len(describe(np.zeros((16, height, width, 3), np.uint8), options))

    def __call__(self, clips: Pixels) -> Array:
        """Describe clips of (clips, 16, 120, 160, 3) as (clips, dim); see `Backbone`."""
        require_clips(clips, self.frame_size)
        rows = [describe(clip, self.options) for clip in clips]  # alone, so that batches agree
        return np.stack(rows) if rows else np.zeros((0, self.dim), np.float32)


def describe(clip: Pixels, options: MotionOptions) -> Array:
    """Describe one clip, (frames, height, width, 3), as one row, (dim,)."""
    frames = stretch(clip[:, :: options.step, :: options.step], options)
    brightness: Array = frames.astype(np.float32) @ LUMA
    parts = (
        sharpness(frames, brightness, options),
        change(frames, brightness, options),
        colour(frames, options),
        direction(brightness, options),
        camera(brightness, options),
    )
    return np.concatenate(parts).astype(np.float32)


def stretch(frames: Pixels, options: MotionOptions) -> Pixels:
    """Bring the levels of a clip to the same scale in every copy, all colours alike.

    Two copies of one video can differ by as much as 14 % of contrast, where one program took its
    levels for the television's 16 to 235 and another did not. That clips the darkest and the
    brightest values, so the levels are measured well inside.
    """
    dark, bright = options.darkest, options.brightest
    low, high = np.quantile(frames[:, ::2, ::2], (dark, bright))
    scale = 255 * (bright - dark) / max(float(high - low), options.least_range)
    levels = 255 * dark + (np.arange(256) - low) * scale
    table: Pixels = np.clip(np.rint(levels), 0, 255).astype(np.uint8)
    return np.asarray(table[frames])


def sharpness(frames: Pixels, brightness: Array, options: MotionOptions) -> Array:
    """Count how white pixels are together with how strong an edge they lie on."""
    across = np.abs(np.diff(brightness, axis=2, append=brightness[:, :, -1:]))
    down = np.abs(np.diff(brightness, axis=1, append=brightness[:, -1:]))
    return _white_and(np.maximum(across, down), frames, options)


def change(frames: Pixels, brightness: Array, options: MotionOptions) -> Array:
    """Count how white pixels are together with how much they change until the next frame."""
    return _white_and(np.abs(np.diff(brightness, axis=0)), frames[:-1], options)


def colour(frames: Pixels, options: MotionOptions) -> Array:
    """Count how white pixels are together with how warm: skin is warm, water is cold."""
    warmth = (frames[..., 0].astype(np.intp) - frames[..., 2] + 128) * options.n_levels // 256
    warm = np.clip(warmth, 0, options.n_levels - 1)
    codes = _whiteness(frames, options.n_levels) * options.n_levels + warm
    return _shares(codes, options.n_levels**2, options.n_windows)


def direction(brightness: Array, options: MotionOptions) -> Array:
    """Count in which of eight directions the edges move (the normal flow); still ones apart."""
    across = brightness[:-1, 1:-1, 2:] - brightness[:-1, 1:-1, :-2]
    down = brightness[:-1, 2:, 1:-1] - brightness[:-1, :-2, 1:-1]
    brighter = np.diff(brightness, axis=0)[:, 1:-1, 1:-1]
    right, below = -across * brighter, -down * brighter
    octant = (right > 0) * 4 + (below > 0) * 2 + (np.abs(right) > np.abs(below))
    # Below these contrasts the sign is noise of the video's compression.
    steep = np.maximum(np.abs(across), np.abs(down)) > 0.06
    moving = steep & (np.abs(brighter) > 0.03)
    codes = np.where(moving, octant, N_DIRECTIONS)
    return _shares(codes, N_DIRECTIONS + 1, options.n_windows)


def camera(brightness: Array, options: MotionOptions) -> Array:
    """Measure how the whole image moves: down and right in pixels a frame, and how surely.

    Phase correlation of neighbouring frames (Kuglin and Hines, 1975); a pan is shown as the signed
    square root, so that a fast one does not drown the slow ones.
    """
    n_frames, height, width = brightness.shape
    shaded = np.outer(np.hanning(height + 2)[1:-1], np.hanning(width + 2)[1:-1])
    centred = brightness - brightness.mean(axis=(1, 2), keepdims=True)
    spectra = fft.rfft2(centred * shaded.astype(np.float32))
    cross = spectra[1:] * np.conj(spectra[:-1])
    peaks = fft.irfft2(cross / (np.abs(cross) + 1e-3), (height, width)).reshape(n_frames - 1, -1)
    down, right = np.divmod(peaks.argmax(axis=1), width)
    shifts = np.stack([_wrap(down, height), _wrap(right, width)], axis=1)
    rooted = np.sign(shifts) * np.sqrt(np.abs(shifts))
    per_pair = np.column_stack([rooted, peaks.max(axis=1)])
    windows = _windows(n_frames - 1, options.n_windows)
    return np.stack([per_pair[windows == i].mean(axis=0) for i in range(options.n_windows)]).ravel()


def _wrap(shifts: Codes, size: int) -> Codes:
    """Read a shift of nearly the whole image as a small one the other way."""
    return (shifts + size // 2) % size - size // 2


def _whiteness(frames: Pixels, n_levels: int) -> Codes:
    # The least of red, green and blue: high for white only, whatever the water's colour.
    least = np.minimum(np.minimum(frames[..., 0], frames[..., 1]), frames[..., 2])
    return least.astype(np.intp) * n_levels // 256


def _white_and(strength: Array, frames: Pixels, options: MotionOptions) -> Array:
    """Count whiteness together with a strength, (frames, height, width), of 0 to 1."""
    n_strengths = len(options.contrasts) + 1
    codes = _whiteness(frames, options.n_levels) * n_strengths
    for contrast in options.contrasts:
        codes += strength >= np.float32(contrast)
    return _shares(codes, options.n_levels * n_strengths, options.n_windows)


def _shares(codes: Codes, n_codes: int, n_windows: int) -> Array:
    """Return the square root of each code's share of the pixels, (n_windows * n_codes,)."""
    windows = _windows(len(codes), n_windows)
    placed = codes + windows[:, None, None] * n_codes
    counts = np.bincount(placed.ravel(), minlength=n_windows * n_codes)
    counts = counts.reshape(n_windows, n_codes)
    shares = counts / counts.sum(axis=1, keepdims=True)
    roots: Array = np.sqrt(shares).astype(np.float32).ravel()
    return roots


def _windows(n_frames: int, n_windows: int) -> Codes:
    """Return the window of time in which each frame lies."""
    return np.arange(n_frames, dtype=np.intp) * n_windows // n_frames
