"""A video becomes what the body did in it: measured, beside others, and what it comes to."""

from typing import TYPE_CHECKING

from podium._public import lazily

if TYPE_CHECKING:
    from podium.examination.kept import KeptExpert as KeptExpert
    from podium.examination.kept import read_experts as read_experts
    from podium.examination.kept import write_experts as write_experts
    from podium.examination.run import examine as examine
    from podium.examination.values import Examination as Examination

__getattr__, __dir__, __all__ = lazily(
    __name__,
    {
        "kept": ("KeptExpert", "read_experts", "write_experts"),
        "run": ("examine",),
        "values": ("Examination",),
    },
)
