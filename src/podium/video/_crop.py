"""Cuts a box out of frames without copying them.

It belongs to the child process (`podium.video._decoder_process`): PyAV and the standard library.
"""

from collections.abc import Sequence
from fractions import Fraction

from av.filter import Graph
from av.video.frame import VideoFrame


class Crop:
    """Takes the box (left, top, width, height) of frames of one size; others are left whole."""

    def __init__(self, box: Sequence[int]) -> None:
        self._box = tuple(int(side) for side in box)
        self._graph: Graph | None = None
        self._format = ""

    def __call__(self, frame: VideoFrame) -> VideoFrame:
        """Return what is in the box of a frame."""
        left, top, width, height, *whole = self._box
        if [frame.width, frame.height] != whole:
            return frame
        if self._graph is None or self._format != frame.format.name:
            self._graph, self._format = Graph(), frame.format.name
            source = self._graph.add_buffer(
                width=frame.width, height=frame.height, format=frame.format,
                time_base=Fraction(1, 1000),
            )  # fmt: skip
            crop = self._graph.add("crop", f"{width}:{height}:{left}:{top}:exact=1")
            self._graph.link_nodes(source, crop, self._graph.add("buffersink")).configure()
        self._graph.push(frame)
        cut = self._graph.pull()
        assert isinstance(cut, VideoFrame)
        return cut
