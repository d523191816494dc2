"""Whether a panel of judges is fair and agrees: what its marks say, each number with a range."""

from typing import TYPE_CHECKING

from podium._public import lazily

if TYPE_CHECKING:
    from podium.audit.findings import Audit as Audit
    from podium.audit.findings import audit_marks as audit_marks
    from podium.audit.page import make_audit_report as make_audit_report
    from podium.audit.predicted import Predicted as Predicted
    from podium.audit.predicted import read_predicted as read_predicted
    from podium.audit.reading import read_marks as read_marks
    from podium.audit.simulated import PanelOptions as PanelOptions
    from podium.audit.simulated import simulate_panels as simulate_panels
    from podium.audit.simulated import write_panels as write_panels
    from podium.audit.table import MarkTable as MarkTable

__getattr__, __dir__, __all__ = lazily(
    __name__,
    {
        "findings": ("Audit", "audit_marks"),
        "page": ("make_audit_report",),
        "predicted": ("Predicted", "read_predicted"),
        "reading": ("read_marks",),
        "simulated": ("PanelOptions", "simulate_panels", "write_panels"),
        "table": ("MarkTable",),
    },
)
