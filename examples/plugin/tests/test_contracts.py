"""What Podium needs of each class, checked in one call each."""

from pathlib import Path

from podium_colours.colours import Colours
from podium_colours.folder import Folder
from podium_colours.median import Median
from podium_colours.seconds_seen import SecondsSeen

from podium.testing import check_backbone, check_dataset, check_measure, check_scorer


def test_the_backbone() -> None:
    """It describes clips as every backbone must."""
    check_backbone(Colours())


def test_the_scorer() -> None:
    """It learns and scores as every scorer must."""
    check_scorer(Median)


def test_the_measure() -> None:
    """It answers every dive with a value or a reason."""
    check_measure(SecondsSeen())


def test_the_data_set(tmp_path: Path) -> None:
    """It lists performances as every data set must."""
    (tmp_path / "a.mp4").touch()
    check_dataset(Folder(tmp_path))
