"""A file becomes frames, and frames become clips."""

from typing import TYPE_CHECKING

from podium._public import lazily

if TYPE_CHECKING:
    from podium.video.clips import ClipOptions as ClipOptions
    from podium.video.clips import Clips as Clips
    from podium.video.clips import VideoFacts as VideoFacts
    from podium.video.clips import cut as cut
    from podium.video.clips import read_clips as read_clips
    from podium.video.frames import Frame as Frame
    from podium.video.frames import Frames as Frames
    from podium.video.frames import Part as Part
    from podium.video.frames import Video as Video
    from podium.video.frames import decode as decode
    from podium.video.frames import each_frame as each_frame
    from podium.video.frames import probe as probe
    from podium.video.limits import VideoLimits as VideoLimits
    from podium.video.playback import Playback as Playback
    from podium.video.playback import PlaybackOptions as PlaybackOptions
    from podium.video.playback import make_playback as make_playback

__getattr__, __dir__, __all__ = lazily(
    __name__,
    {
        "clips": ("ClipOptions", "Clips", "VideoFacts", "cut", "read_clips"),
        "decoder": ("VideoLimits",),
        "frames": ("Frame", "Frames", "Part", "Video", "decode", "each_frame", "probe"),
        "playback": ("Playback", "PlaybackOptions", "make_playback"),
    },
)
