"""What to simulate: the sport, how many performances, and the size of the picture."""

from dataclasses import dataclass
from typing import Literal

from podium.checks import check_options
from podium.errors import UsageError

Sport = Literal["diving", "vault"]


@dataclass(frozen=True)
class SimulationOptions:
    """How many performances of which sport are simulated, and how they are filmed.

    The same options always give the same performances and, to the pixel, the same frames.
    Raises `UsageError` for a value that cannot be simulated.
    """

    sport: Sport = "diving"
    n_performances: int = 200
    seed: int = 0
    width: int = 320
    height: int = 240
    frames_per_second: int = 30
    numbers: tuple[str, ...] = ()
    """Which actions, each in its position, such as 107B; () is four dives, or all vaults."""
    flawless_share: float = 0.2
    sensor_noise: float = 3.0
    """Standard deviation of the camera's noise, in grey levels out of 255."""
    camera_jitter_metres: float = 0.03
    """How far an unsteady hand moves the picture."""

    def __post_init__(self) -> None:
        """Refuse what cannot be simulated."""
        check_options(self)
        _require_at_least("n_performances", self.n_performances, 1)
        _require_at_least("seed", self.seed, 0)
        _require_picture_side("width", self.width)
        _require_picture_side("height", self.height)
        _require_between("frames_per_second", self.frames_per_second, 10, 240)
        _require_between("flawless_share", self.flawless_share, 0, 1)
        _require_between("sensor_noise", self.sensor_noise, 0, 50)
        _require_between("camera_jitter_metres", self.camera_jitter_metres, 0, 1)


def _require_at_least(name: str, value: int, least: int) -> None:
    if value < least:
        raise UsageError(f"{name} is {value}; it must be at least {least}")


def _require_between(name: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        raise UsageError(f"{name} is {value}; it must be from {low} to {high}")


def _require_picture_side(name: str, pixels: int) -> None:
    # H.264 in yuv420p stores colour for blocks of two by two pixels.
    if pixels < 64 or pixels % 2:
        raise UsageError(f"{name} is {pixels}; it must be an even number of pixels, at least 64")
