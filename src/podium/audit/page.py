"""The report of an audit: one HTML file that opens offline, with pictures people can read."""

import base64
import hashlib

from markupsafe import Markup

from podium.audit import sentences
from podium.audit.findings import Audit
from podium.audit.pictures import WIDTH, pairs, pictures
from podium.report.page import Report
from podium.report.templates import render, source
from podium.report.words import ENGLISH, load_words

MOST_WITHOUT = 30
"""So many judges are in the table of what would have changed without each."""


def make_audit_report(audit: Audit, name: str, language: str = ENGLISH) -> Report:
    """Render an audit as one file; `name` is what the table is called.

    Raises
    ------
    UnknownName
        If there are no words in that language.
    """
    words = load_words(language)
    style = Markup(source("report.css") + source("audit.css"))
    return Report(
        render(
            "audit.html",
            audit=audit,
            words=words,
            name=name,
            style=style,
            policy=Markup(_policy(style)),
            overview=sentences.overview(audit, words),
            sections={one: sentences.told(one, audit, words) for one in sentences.sections(audit)},
            pictures={one.kind: one for one in pictures(audit)},
            after={"own_country": ["premium"], "agreement": ["bias", "units"]},
            span=lambda value, signed: sentences.span(value, words, signed=signed),
            width=WIDTH,
            most_sd=max((level.sd for level in audit.agreement.levels), default=0.0) or 1.0,
            pairs=pairs(audit.second_opinion) if audit.second_opinion else None,
            without=audit.changes.without_judge[:MOST_WITHOUT],
        )
    )


def _policy(style: str) -> str:
    """Allow the style of the page, by its fingerprint, and nothing else."""
    fingerprint = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{fingerprint}'; base-uri 'none'; form-action 'none'"
    )
