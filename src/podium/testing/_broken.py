"""How it is said that a part does not do what it must."""

from typing import Any


class ContractBroken(AssertionError):
    """A part that does not do what every part of its kind must; the message says what."""


def hold(fits: object, part: Any, what: str) -> None:
    """Refuse a part that does not fit, by its name.

    Raises
    ------
    ContractBroken
        If it does not.
    """
    if not fits:
        raise ContractBroken(f"{getattr(part, 'name', type(part).__name__)}: {what}")
