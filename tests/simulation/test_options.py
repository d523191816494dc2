from typing import Any

import pytest

from podium.errors import UsageError
from podium.simulation import SimulationOptions


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"sport": "chess"}, "sport is 'chess': choose one of diving, vault"),
        ({"n_performances": 0}, "n_performances is 0; it must be at least 1"),
        ({"seed": -1}, "seed is -1; it must be at least 0"),
        ({"width": 321}, "width is 321; it must be an even number of pixels, at least 64"),
        ({"height": 10}, "height is 10; it must be an even number of pixels, at least 64"),
        ({"frames_per_second": 5}, "frames_per_second is 5; it must be from 10 to 240"),
        ({"flawless_share": 1.5}, "flawless_share is 1.5; it must be from 0 to 1"),
        ({"sensor_noise": -1}, "sensor_noise is -1; it must be from 0 to 50"),
        ({"camera_jitter_metres": 2}, "camera_jitter_metres is 2; it must be from 0 to 1"),
    ],
)
def test_what_cannot_be_simulated_is_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError) as refusal:
        SimulationOptions(**options)
    assert str(refusal.value) == message
