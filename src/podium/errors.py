"""What can go wrong, in one tree: every error says what happened, the value, and what to do.

Each class is also a built-in error, so that callers who do not know Podium can catch it. The exit
code of the command line is a property of the class: 2 for wrong usage, 3 for input that cannot be
used; 1 for a bug of Podium's own.
"""

import errno
from typing import ClassVar, Self

_MAKE_ROOM = "make room or name another disk (for features, PODIUM_CACHE), and run it again"
_ASK_FOR_MORE = "allow larger files (ulimit -f) or name another disk, and run it again"
_MAY_NOT = "name another place, or allow writing to this one, and run it again"
_ADVICE = {
    errno.ENOSPC: _MAKE_ROOM,
    errno.EDQUOT: _MAKE_ROOM,
    errno.EFBIG: _ASK_FOR_MORE,
    errno.EROFS: _MAY_NOT,
    errno.EBADF: "leave it open, or name a file for the answer (>answer.txt), and run it again",
    errno.EACCES: "check its permissions, or name another place, and run it again",
}
"""What to do about an error of the system's. What was finished before it is kept."""

RAN_OUT = "memory ran out: close other programs, and run it again"
"""What is said where there was too little."""

_WORDS = (
    "can't allocate memory",
    "cannot allocate memory",
    "could not create a primitive",
    "out of memory",
    "failed to allocate memory",
    "failed to map segment",
    "std::bad_alloc",
)
"""How libraries say that memory ran out, where they have no error of its own for it."""


class PodiumError(Exception):
    """Anything that Podium refuses, with the reason in one line."""

    exit_code: ClassVar[int] = 3
    unplaced: str | None = None
    place: str = ""
    """The path of the file it is about, where it begins with that."""

    @classmethod
    def of_file(cls, path: object, reason: str) -> Self:
        """Return the error of a file, which begins with its path."""
        error = cls(f"{path}: {reason}")
        error.unplaced, error.place = reason, str(path)
        return error

    def of_what_is_called(self, name: str, path: object) -> Self:
        """Return the error as it is told where the file of that path is known by a name."""
        error = type(self)(str(self).replace(str(path), name))
        error.unplaced, error.place = self.unplaced, self.place and name
        return error

    @property
    def reason(self) -> str:
        """What is wrong, without the path of the file it is about."""
        return str(self) if self.unplaced is None else self.unplaced


class UsageError(PodiumError, ValueError):
    """A request that makes no sense as it was put; nothing was read or written."""

    exit_code: ClassVar[int] = 2


class UnknownName(UsageError, LookupError):
    """A backbone, scorer, dataset, model or action of that name does not exist."""


class NotFitted(UsageError, AttributeError):
    """A scorer was asked for what it can only know once it has learned."""


class VideoError(PodiumError, ValueError):
    """A video that cannot be read as one, or holds too little to be assessed."""


class TooLong(VideoError):
    """A video, or the part of it that is wanted, that goes on beyond the limits."""


class MissingFile(PodiumError, FileNotFoundError):
    """A file that was named is not there."""


class FeatureError(PodiumError, ValueError):
    """Features that are damaged, or do not fit the model that is to read them."""


class ManifestError(PodiumError, ValueError):
    """A table of performances with rows that cannot be used; the message lists all of them."""


class DatasetNotFound(PodiumError, FileNotFoundError):
    """A data set is not where it was looked for."""


class NotFetched(PodiumError, ConnectionError):
    """What does not ship with Podium could not be got, or is not what it should be."""


class WeightsError(PodiumError, ValueError):
    """A file of network weights that is not what the network needs."""


class MissingExtra(PodiumError, ModuleNotFoundError):
    """A package is not installed that only some of Podium needs (`podium.machine.extras`)."""


class ModelError(PodiumError, ValueError):
    """A model folder that is incomplete, damaged or from another version."""


class ForeignPart(ModelError):
    """A model that names a class of someone else's, which the user has not allowed to run."""


class UnusableReference(PodiumError, ValueError):
    """No reference performance can be used for this comparison."""


class TrainingError(PodiumError, ValueError):
    """There is too little to learn from, or learning did not converge."""


class UnusableFile(PodiumError, ValueError):
    """A file that is no regular file, is too large, or is not what its name says."""


class TooLittleMemory(PodiumError, MemoryError):
    """Fewer bytes of memory are allowed than are needed."""


class NoFolder(PodiumError, RuntimeError):
    """A folder of the user's own cannot be told, for there is no home."""


class Bug(PodiumError, RuntimeError):
    """Something that is Podium's own fault, or a library's, and not that of what was given to it.

    What a child process said before its end is kept as a note, which `--debug` shows.
    """

    exit_code: ClassVar[int] = 1

    @classmethod
    def of(cls, cause: str, where: str = "", last_words: str = "") -> "Bug":
        """Return the error for what caused it, where, and what a child process said last."""
        before = f"{where}: " if where else ""
        bug = cls(
            f"{before}this is a bug in Podium ({cause}): "
            "please report it with what podium --debug shows"
        )
        if last_words:
            bug.add_note(f"The child process said:\n{last_words}")
        return bug


def explain(error: Exception) -> PodiumError:
    """Return what to say of any error: of the system's what to do, and of others that it is a bug.

    The command line and the page's child processes say the same of the same error.
    """
    if ran_out(error):
        return TooLittleMemory(RAN_OUT).with_traceback(error.__traceback__)
    if isinstance(error, PodiumError):
        return error
    if isinstance(error, OSError):
        # Of a file that could not take another's place, the second is the one that was named.
        path = error.filename2 or error.filename
        advice = _ADVICE.get(error.errno or 0, "check the path, its permissions and the free space")
        why = f"{error.strerror or error}: {advice}"
        said = PodiumError.of_file(path, why) if path else PodiumError(why)
    else:
        said = Bug.of(f"{type(error).__name__}: {error}")
    return said.with_traceback(error.__traceback__)


def ran_out(error: BaseException | None) -> bool:
    """Return whether memory ran out; some libraries say so in words only, or it is the cause."""
    while isinstance(error, PodiumError):  # which says what it means
        error = error.__cause__
    if error is None or isinstance(error, MemoryError):
        return error is not None
    said = str(error).lower()
    return any(words in said for words in _WORDS)
