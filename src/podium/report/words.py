"""What Podium says to a coach, in each language: one plain file a language in `_words`."""

import json
import string
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from podium.doubts import Doubt, Value
from podium.errors import UnknownName

FOLDER = Path(__file__).parent / "_words"
ENGLISH = "en"


@dataclass(frozen=True)
class Words:
    """The strings of one language, by key; `{name}` in a string stands for a value."""

    code: str
    strings: Mapping[str, str]

    def __call__(self, key: str, /, **values: object) -> str:
        """Return what a key stands for, with the values put in."""
        return self.strings[key].format_map(values)

    def either(self, key: str, otherwise: str) -> str:
        """Return what a key stands for, or where there are no words for it, something else."""
        return self.strings.get(key, otherwise)

    def number(self, value: float, n_digits: int = 1, *, signed: bool = False) -> str:
        """Write a number as the language does; one that is not known is `?`."""
        if value != value:
            return "?"
        value = round(value, n_digits) + 0.0  # so that nothing has no sign
        written = f"{value:+.{n_digits}f}" if signed else f"{value:.{n_digits}f}"
        return written.replace(".", self.strings["decimal"])

    def plain(self, value: float) -> str:
        """Write a number with as many digits as it has."""
        return f"{value:g}".replace(".", self.strings["decimal"])

    def moment(self, name: str) -> str:
        """Name a part of a performance, such as `take_off`; an unknown one keeps its name."""
        return self.strings.get(f"moment.{name}", name.replace("_", "-"))

    def of_what(self, label: str, said: str) -> str:
        """Write what is said of something behind its name: `Range: 48.0 to 70.6`."""
        return f"{label}{self.strings['colon']} {said}"

    def then(self, *parts: str) -> str:
        """Write one thing after the other in a sentence, without those that are empty."""
        return f"{self.strings['semicolon']} ".join(part for part in parts if part)

    def doubt(self, doubt: Doubt) -> str:
        """Return a doubt in the words of this language.

        What it is about, or a value that not every doubt of its kind has, chooses other words:
        `doubt.novel+about`, `doubt.no_difficulty+low`. A kind that has no words here, such as a
        plug-in's, is named, and so is a saved one whose values are not those that its words need.
        """
        return self._of_doubt("doubt", doubt) or self._named(doubt.kind.name, _given(doubt))

    def remedy(self, doubt: Doubt) -> str:
        """Return what to do about a doubt, in words chosen as its own are; "" if not known."""
        return self._of_doubt("remedy", doubt)

    def _of_doubt(self, prefix: str, doubt: Doubt) -> str:
        """Fill in the words for a doubt; "" where there are none, or what was saved fits none."""
        given, key = _given(doubt), f"{prefix}.{doubt.kind}"
        if "event" in given:  # it is a moment, which has a name in each language
            given["event"] = self.moment(str(given["event"]))
        chosen = next((k for name in given if (k := f"{key}+{name}") in self.strings), key)
        template = self.strings.get(chosen, "")
        try:
            return _InLanguage(self.strings["decimal"]).vformat(template, (), given)
        except (LookupError, ValueError):  # such as a text in place of a number
            return ""

    def _named(self, name: str, given: Mapping[str, Value]) -> str:
        said = [
            f"{key}: {value if isinstance(value, str) else self.plain(value)}"
            for key, value in given.items()
        ]
        return name.replace("_", " ") + (f" ({', '.join(said)})" if said else "")

    def of(self, prefix: str) -> dict[str, str]:
        """Return the strings whose keys begin with `prefix.`, for a script to say."""
        start = f"{prefix}."
        return {k.removeprefix(start): v for k, v in self.strings.items() if k.startswith(start)}


def languages() -> dict[str, str]:
    """List the languages there are, by code, each called by its own name."""
    return {path.stem: load_words(path.stem).strings["language"] for path in _files()}


@cache
def load_words(code: str = ENGLISH) -> Words:
    """Load the strings of a language.

    Raises
    ------
    UnknownName
        If there is no file of that language.
    """
    known = {path.stem: path for path in _files()}
    if code not in known:
        raise UnknownName(
            f"no language is called {code!r}: choose one of {', '.join(known)}, "
            "or add a file to podium/report/_words"
        )
    return Words(code, json.loads(known[code].read_text("utf-8")))


def _files() -> list[Path]:
    return sorted(FOLDER.glob("*.json"))


def _given(doubt: Doubt) -> dict[str, Value]:
    return {**doubt.values, **({"about": doubt.about} if doubt.about else {})}


class _InLanguage(string.Formatter):
    """Puts values into words, with the decimal sign of a language."""

    def __init__(self, decimal: str) -> None:
        self._decimal = decimal

    def format_field(self, value: Any, format_spec: str) -> str:
        """Return a value as a template asks for it."""
        written: str = super().format_field(value, format_spec)
        return written if isinstance(value, str) else written.replace(".", self._decimal)
