"""What came of looking at a performance, as values only."""

from typing import TYPE_CHECKING

from podium._public import lazily

if TYPE_CHECKING:
    from podium.assessment.feedback import ClipFeedback as ClipFeedback
    from podium.assessment.feedback import PhasePoints as PhasePoints
    from podium.assessment.feedback import Remark as Remark
    from podium.assessment.feedback import clip_feedback as clip_feedback
    from podium.assessment.feedback import remarks as remarks
    from podium.assessment.values import Assessment as Assessment
    from podium.assessment.values import Reference as Reference
    from podium.assessment.values import Score as Score
    from podium.assessment.worth import Worth as Worth

__getattr__, __dir__, __all__ = lazily(
    __name__,
    {
        "feedback": ("ClipFeedback", "PhasePoints", "Remark", "clip_feedback", "remarks"),
        "values": ("Assessment", "Reference", "Score"),
        "worth": ("Worth",),
    },
)
