"""What was seen -> one physical quantity a file. A new file here is measured everywhere."""

from typing import TYPE_CHECKING

from podium._public import lazily

if TYPE_CHECKING:
    from podium.measures._dive import Dive as Dive
    from podium.measures._dive import Moment as Moment
    from podium.measures._dive import Moments as Moments
    from podium.measures._entry import Entry as Entry
    from podium.measures._entry import entry_of as entry_of
    from podium.measures._entry import settled as settled
    from podium.measures._head import head_directions as head_directions
    from podium.measures._look import look as look
    from podium.measures._measure import Measure as Measure
    from podium.measures._measure import measure as measure
    from podium.measures._measure import measure_movement as measure_movement
    from podium.measures._measure import names_that_read as names_that_read
    from podium.measures._pace import pace as pace
    from podium.measures._values import Measurement as Measurement
    from podium.measures._values import Phase as Phase
    from podium.measures._values import Reading as Reading

__getattr__, __dir__, __all__ = lazily(
    __name__,
    {
        "_dive": ("Dive", "Moment", "Moments"),
        "_entry": ("Entry", "entry_of", "settled"),
        "_head": ("head_directions",),
        "_look": ("look",),
        "_measure": ("Measure", "measure", "measure_movement", "names_that_read"),
        "_pace": ("pace",),
        "_values": ("Measurement", "Phase", "Reading"),
    },
)
