"""What can go wrong, in one tree: every error says what happened, the value, and what to do.

Each class is also a built-in error, so that callers who do not know Podium can catch it. The exit
code of the command line is a property of the class: 2 for wrong usage, 3 for input that cannot be
used; 1 for a bug of Podium's own.
"""

from typing import ClassVar


class PodiumError(Exception):
    """Anything that Podium refuses, with the reason in one line."""

    exit_code: ClassVar[int] = 3


class UsageError(PodiumError, ValueError):
    """A request that makes no sense as it was put; nothing was read or written."""

    exit_code: ClassVar[int] = 2


class UnknownName(UsageError, LookupError):
    """A backbone, scorer, dataset, model or action of that name does not exist."""


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


class WeightsError(PodiumError, ValueError):
    """A file of network weights that is not what the network needs."""


class ModelError(PodiumError, ValueError):
    """A model folder that is incomplete, damaged or from another version."""


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
