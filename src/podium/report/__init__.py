"""What people read: a page that plays, a folder, data beside it, in their language."""

from typing import TYPE_CHECKING

from podium._public import lazily

if TYPE_CHECKING:
    from podium.report.measured_page import make_measured_report as make_measured_report
    from podium.report.page import Report as Report
    from podium.report.page import make_report as make_report
    from podium.report.page import make_report_folder as make_report_folder
    from podium.report.result import clips_csv as clips_csv
    from podium.report.result import result_json as result_json
    from podium.report.result import timeline_vtt as timeline_vtt
    from podium.report.words import languages as languages

__getattr__, __dir__, __all__ = lazily(
    __name__,
    {
        "measured_page": ("make_measured_report",),
        "page": ("Report", "make_report", "make_report_folder"),
        "result": ("clips_csv", "result_json", "timeline_vtt"),
        "words": ("languages",),
    },
)
