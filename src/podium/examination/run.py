"""From a video to what the body did: athlete -> measures -> how they stand."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from podium.athlete.follow import frames_of
from podium.athlete.track import Seed
from podium.doubts import Doubt, DoubtKind, Severity
from podium.examination.values import Examination
from podium.measures import Dive, Reading, look, measure
from podium.video.frames import Frames, probe
from podium.video.limits import WHOLE, Part

NOBODY = DoubtKind("nobody_found", severity=Severity.GRAVE)
"""Nothing in the video moves as an athlete does."""

WATER_NOT_FOUND = DoubtKind("water_not_found", severity=Severity.GRAVE)
"""Nobody meets the water in the video."""


def examine(
    video: Path,
    *,
    action: str | None = None,
    part: Part = WHOLE,
    at: tuple[float, float] | None = None,
    height_metres: float | None = None,
    references: Sequence[Path] = (),
) -> Examination:
    """Measure a dive: what the body did, in degrees, seconds and lengths of the body.

    `at` is where the athlete is in the first frame, (right, down) in pixels of the upright video,
    where it is not who moves most. Beside each value stands that of the first of `references`.

    Raises
    ------
    PodiumError
        If a file cannot be used.
    """
    frames = frames_of(video, part)
    dive = look(frames, _seed(video, frames, at), height_metres)
    theirs = _values(references[0], height_metres) if references else {}
    readings = tuple(Reading(one, reference_value=theirs.get(one.name)) for one in measure(dive))
    doubts = (*frames.doubts, *_doubts(dive))
    return Examination(video, frames, dive, readings, references[0] if references else None, doubts)


def _seed(video: Path, frames: Frames, at: tuple[float, float] | None) -> Seed | None:
    if at is None:
        return None
    about = probe(video)
    height, width = frames.pixels.shape[1:3]
    return Seed(0, at[0] * width / about.width, at[1] * height / about.height)


def _values(reference: Path, height_metres: float | None) -> Mapping[str, float | str | None]:
    measured = measure(look(frames_of(reference), height_metres=height_metres))
    return {one.name: one.value for one in measured}


def _doubts(dive: Dive) -> tuple[Doubt, ...]:
    if not dive.outline.is_seen.any():
        return (NOBODY(),)
    return () if dive.moments.water else (WATER_NOT_FOUND(),)
