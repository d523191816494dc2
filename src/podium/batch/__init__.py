"""Many performances on many machines: shards, a record of each video, and tables put together."""

from typing import TYPE_CHECKING

from podium._public import lazily

if TYPE_CHECKING:
    from podium.batch.merging import merge as merge
    from podium.batch.parts import Parts as Parts
    from podium.batch.parts import Plan as Plan
    from podium.batch.scoring import Record as Record
    from podium.batch.scoring import score_one as score_one
    from podium.batch.shards import Shard as Shard
    from podium.batch.shards import find_shard as find_shard

__getattr__, __dir__, __all__ = lazily(
    __name__,
    {
        "merging": ("merge",),
        "parts": ("Parts", "Plan"),
        "scoring": ("Record", "score_one"),
        "shards": ("Shard", "find_shard"),
    },
)
