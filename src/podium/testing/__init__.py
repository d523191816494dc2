"""What every backbone, scorer, measure and data set must do: for the tests of your own package."""

from typing import TYPE_CHECKING

from podium._public import lazily

if TYPE_CHECKING:
    from podium.testing._backbones import check_backbone as check_backbone
    from podium.testing._broken import ContractBroken as ContractBroken
    from podium.testing._datasets import check_dataset as check_dataset
    from podium.testing._measures import check_measure as check_measure
    from podium.testing._scorers import check_scorer as check_scorer

__getattr__, __dir__, __all__ = lazily(
    __name__,
    {
        "_backbones": ("check_backbone",),
        "_broken": ("ContractBroken",),
        "_datasets": ("check_dataset",),
        "_measures": ("check_measure",),
        "_scorers": ("check_scorer",),
    },
)
