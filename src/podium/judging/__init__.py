"""The rules of sports: what judges' marks make of a performance."""

from typing import TYPE_CHECKING

from podium._public import lazily

if TYPE_CHECKING:
    from podium.judging.panel import Marks as Marks
    from podium.judging.panel import as_marks as as_marks
    from podium.judging.panel import is_judged_by_panel as is_judged_by_panel
    from podium.judging.panel import panel_score as panel_score

__getattr__, __dir__, __all__ = lazily(
    __name__,
    {
        "panel": ("Marks", "as_marks", "is_judged_by_panel", "panel_score"),
    },
)
