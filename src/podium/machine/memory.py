"""How much memory there is to work with."""

from contextlib import suppress

from podium import errors
from podium.errors import TooLittleMemory

MIN_BYTES = 400_000_000
"""How much address space any command needs: with less, libraries end the program, each in its own
way, or wait for ever (tests/hostile/test_streams_and_signals.py)."""


def allowed_bytes() -> int | None:
    """Return how many bytes of address space a process may use (`ulimit -v`); `None` for any."""
    with suppress(ImportError, AttributeError, OSError):
        import resource

        most = resource.getrlimit(resource.RLIMIT_AS)[0]
        return None if most == resource.RLIM_INFINITY else most
    return None


def require(n_bytes: int) -> None:
    """Refuse to begin what libraries would break off in ways of their own.

    Raises
    ------
    TooLittleMemory
        If less address space is allowed.
    """
    most = allowed_bytes()
    if most is not None and most < n_bytes:
        raise TooLittleMemory(
            f"only {most:,} bytes of address space are allowed (ulimit -v), and about "
            f"{n_bytes:,} are needed: allow more, and run it again"
        )


def ran_out(error: BaseException) -> bool:
    """Return whether memory ran out: as libraries say it, or as Python does within an import.

    Where address space is limited and ends within an import, Python at times has no words for it.
    """
    return errors.ran_out(error) or (isinstance(error, SystemError) and allowed_bytes() is not None)
