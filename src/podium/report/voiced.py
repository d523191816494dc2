"""A report with the voice note of its assessment in it, which plays wherever the file is opened."""

import base64
import re

from markupsafe import escape

from podium.report.words import ENGLISH, Words, languages, load_words

MOST_BYTES = 5_000_000
"""A report does not grow larger than this by a voice note; such a note stays where it was."""

_LANGUAGE = re.compile(rb'<html lang="([\w-]{1,20})"')
_MAIN_ENDS = b"</main>"
_MEDIA, _MEDIA_INSIDE = "media-src blob:", "media-src blob: data:"


def with_voice(report: bytes, sound: bytes, kind: str) -> bytes:
    """Return a report that holds a voice note, `kind` being such as `audio/webm`.

    Where the file would have more than `MOST_BYTES`, it says instead that the note stayed where it
    was. What is no report of Podium's is returned as it is.
    """
    if _MAIN_ENDS not in report:
        return report
    words = _words_of(report)
    address = f"data:{kind};base64,{base64.b64encode(sound).decode('ascii')}"
    heading = escape(words("voice.heading"))
    said = f'<audio controls aria-label="{heading}" src="{address}"></audio>'
    shown = _ended_by(report, heading, said).replace(_MEDIA.encode(), _MEDIA_INSIDE.encode(), 1)
    if len(shown) <= MOST_BYTES:
        return shown
    size = words.number(len(sound) / 1e6)
    left = escape(words("voice.left", size=size, most=words.plain(MOST_BYTES / 1e6)))
    return _ended_by(report, heading, f"<p>{left}</p>")


def with_voices(policy: str) -> str:
    """Return the policy of a report, as it is served, that lets it play what is in it."""
    return policy.replace(_MEDIA, _MEDIA_INSIDE, 1)


def _ended_by(report: bytes, heading: str, said: str) -> bytes:
    section = f'<section id="voice"><h2>{heading}</h2>{said}</section>\n'
    return report.replace(_MAIN_ENDS, section.encode() + _MAIN_ENDS, 1)


def _words_of(report: bytes) -> Words:
    found = _LANGUAGE.search(report)
    language = found[1].decode("ascii") if found else ENGLISH
    return load_words(language if language in languages() else ENGLISH)
