"""What happens about the athlete, close up, by the small 3-D network that ships.

The same network as `c3d_mini` looks at a window that follows the athlete and stands still where
the water is met (`podium.features.close_up`): how a camera frames a dive then counts for little.
"""

from podium.backbones import View
from podium.backbones.c3d_mini import C3DMini


class C3DMiniClose(C3DMini):
    """Sees the athlete close up, and the splash in its true size, with a small network that ships.

    `weights` is a safetensors file written by `scripts/train_c3d_mini.py`; without it, the one that
    ships.

    Raises
    ------
    WeightsError
        If the weights are missing, damaged or another network's.
    """

    name = "c3d_mini_close"
    view = View.CLOSE_UP
