"""A video that lies elsewhere comes here, is looked at, and is removed again."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from podium.errors import PodiumError
from podium.machine import addresses
from podium.performance import Performance
from podium.video.limits import VideoLimits

MAX_SUFFIX = 8


class FetchedVideo:
    """The video of a performance that lies elsewhere, in a file here until it is removed.

    Raises
    ------
    NotFetched
        If it cannot be had, or is larger than a video may be.
    """

    def __init__(self, performance: Performance) -> None:
        self.address = addresses.shown(performance.address)
        """Where it lies, as it may be printed."""

        self._folder = TemporaryDirectory(prefix="podium-fetched-", ignore_cleanup_errors=True)
        suffix = performance.path.suffix
        is_plain = len(suffix) <= MAX_SUFFIX and suffix[1:].isalnum() and suffix.isascii()
        path = Path(self._folder.name) / f"video{suffix if is_plain else ''}"
        self.performance = replace(performance, path=path, address="")
        """The performance, whose file is here."""

        try:
            addresses.fetch(performance.address, path, VideoLimits.allowed().n_bytes)
        except BaseException:
            self.remove()
            raise

    def remove(self) -> None:
        """Remove it from here."""
        self._folder.cleanup()

    @contextmanager
    def named(self) -> Iterator[None]:
        """Let errors of the block name where the video lies, not where it is meanwhile."""
        try:
            yield
        except PodiumError as error:
            raise error.of_what_is_called(self.address, self.performance.path) from error


@contextmanager
def at_hand(performance: Performance) -> Iterator[Performance]:
    """Yield a performance whose file is here: one that lies elsewhere is, to the end of the block.

    Raises
    ------
    NotFetched
        If it cannot be had.
    """
    if not performance.address:
        yield performance
        return
    fetched = FetchedVideo(performance)
    try:
        with fetched.named():
            yield fetched.performance
    finally:
        fetched.remove()
