import os
import subprocess
import sys

import numpy as np
import pytest

from messages import whole
from podium.errors import WeightsError
from podium.joints.weights import DETECTOR
from podium.networks.lite import LiteNetwork

WANTED = [(1, 2254, 1), (1, 2254, 12)]


def test_outputs_come_in_the_order_wanted(joint_networks):
    network = LiteNetwork(joint_networks / DETECTOR.name, (1, 224, 224, 3), WANTED, "-")
    made = network(np.zeros((1, 224, 224, 3), np.float32))
    assert [values.shape for values in made] == WANTED


@pytest.mark.parametrize(
    ("taken", "wanted"), [((1, 192, 192, 3), WANTED), ((1, 224, 224, 3), [(1, 17)])]
)
def test_another_network_is_refused(taken, wanted, joint_networks):
    path = joint_networks / DETECTOR.name
    message = f"{path}: is another network, and was not loaded: get the right one"
    with pytest.raises(WeightsError, match=whole(message)):
        LiteNetwork(path, taken, wanted, "get the right one")


def test_the_library_says_nothing_and_standard_error_stays(joint_networks):
    code = (
        "import sys; from pathlib import Path; from podium.joints.blazepose import BlazePose\n"
        "BlazePose(Path(sys.argv[1])); print('said', file=sys.stderr)"
    )
    command = [sys.executable, "-c", code, str(joint_networks)]
    done = subprocess.run(
        command, capture_output=True, text=True, check=True, env=dict(os.environ), timeout=240
    )
    assert (done.stdout, done.stderr) == ("", "said\n")
