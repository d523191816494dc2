"""Gives an assessment what puts it into words: an assessor hands it on."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from podium.assessment.values import Assessment
    from podium.doubts import Doubt


class Rendering:
    """Puts assessments into words; what it needs is imported only then."""

    def report(self, assessment: "Assessment", language: str) -> Any:
        """Return the report that a coach keeps: one HTML file that opens offline."""
        from podium.report.page import make_report

        return make_report(assessment, language)

    def to_json(self, assessment: "Assessment") -> dict[str, Any]:
        """Return plain JSON; the names are part of the command line's contract."""
        from podium.report.result import to_json

        return to_json(assessment)

    def fragment(self, assessment: "Assessment") -> str:
        """Return a piece of HTML that a notebook shows."""
        from podium.report.notebook import fragment

        return fragment(assessment)

    def to_pandas(self, assessment: "Assessment") -> Any:
        """Return the clips as a data frame of pandas."""
        from podium.machine.data_frames import data_frame
        from podium.report.result import COLUMNS, clip_rows

        return data_frame(clip_rows(assessment), COLUMNS)

    def sentences(self, doubts: Sequence["Doubt"]) -> tuple[str, ...]:
        """Return what doubts say, in English."""
        from podium.report.words import load_words

        return tuple(map(load_words().doubt, doubts))


RENDERER = Rendering()
"""What an assessor gives to each assessment."""
