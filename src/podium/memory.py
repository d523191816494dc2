"""How much memory there is to work with, and how a lack of it is told from other errors."""

from contextlib import suppress

from podium.errors import PodiumError, TooLittleMemory

RAN_OUT = "memory ran out: close other programs, and run it again"
"""What is said where there was too little."""

_WORDS = (
    "can't allocate memory",
    "cannot allocate memory",
    "could not create a primitive",
    "failed to map segment",
    "std::bad_alloc",
)
"""How libraries say that memory ran out, where they have no error of its own for it."""


def allowed() -> int | None:
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
    most = allowed()
    if most is not None and most < n_bytes:
        raise TooLittleMemory(
            f"only {most:,} bytes of address space are allowed (ulimit -v), and about "
            f"{n_bytes:,} are needed: allow more, and run it again"
        )


def ran_out(error: BaseException | None) -> bool:
    """Say whether memory ran out; some libraries say so in words only, or it is the cause."""
    while isinstance(error, PodiumError):  # which says what it means
        error = error.__cause__
    if error is None or isinstance(error, MemoryError):
        return error is not None
    said = str(error).lower()
    return any(words in said for words in _WORDS)
