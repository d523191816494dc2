"""An assessment as a notebook shows it: a line, its doubts, and the clips as a table."""

from podium.assessment.values import Assessment
from podium.report.templates import render
from podium.report.words import load_words


def fragment(assessment: Assessment) -> str:
    """Return an assessment as a piece of HTML, in English; what others wrote is escaped."""
    words, clips = load_words(), assessment.as_shown().clips
    return render(
        "notebook.html",
        words=words,
        name=assessment.shown_name,
        outcome=str(assessment),
        doubts=[words.doubt(doubt) for doubt in assessment.doubts],
        clips=clips,
        has_points=any(clip.contribution is not None for clip in clips),
    )
