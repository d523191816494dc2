"""Measures -> how likely there is a fault in each phase, how they stand, and what is remarked."""

from typing import TYPE_CHECKING

from podium._public import lazily

if TYPE_CHECKING:
    from podium.remarks.faults import fault_probabilities as fault_probabilities
    from podium.remarks.faults import looks_of as looks_of
    from podium.remarks.judging import Judged as Judged
    from podium.remarks.judging import judge as judge
    from podium.remarks.standing import better_percent as better_percent
    from podium.remarks.standing import like as like
    from podium.remarks.standing import n_known as n_known
    from podium.remarks.standing import percentile_of as percentile_of
    from podium.remarks.standing import times_usual as times_usual
    from podium.remarks.values import Kind as Kind
    from podium.remarks.values import Remark as Remark

__getattr__, __dir__, __all__ = lazily(
    __name__,
    {
        "faults": ("fault_probabilities", "looks_of"),
        "judging": ("Judged", "judge"),
        "standing": ("better_percent", "like", "n_known", "percentile_of", "times_usual"),
        "values": ("Kind", "Remark"),
    },
)
