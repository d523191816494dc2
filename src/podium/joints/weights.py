"""The files of BlazePose, and one that finds faces: which they are, and where they are kept."""

import os
from pathlib import Path
from typing import NamedTuple

from podium.errors import WeightsError
from podium.machine.files import digest, user_folder

ADVICE = "run podium fetch pose, which gets it"
"""What to do about files that are missing or others."""


class Pinned(NamedTuple):
    """One file of a known content."""

    name: str
    """What it is called where it is kept."""

    inside: str
    """Where it lies in the package that it comes in."""

    n_bytes: int
    """How long it is."""

    sha256: str
    """The digest of its bytes."""


DETECTOR = Pinned(
    "pose_detection.tflite",
    "mediapipe/modules/pose_detection/pose_detection.tflite",
    2_959_046,
    "9ba9dd3d42efaaba86b4ff0122b06f29c4122e756b329d89dca1e297fd8f866c",
)
LANDMARKS = Pinned(
    "pose_landmark_full.tflite",
    "mediapipe/modules/pose_landmark/pose_landmark_full.tflite",
    6_440_512,
    "e9a5c5cb17f736fafd4c2ec1da3b3d331d6edbe8a0d32395855aeb2cdfd64b9f",
)
FACES = Pinned(
    "face_detection_full_range_sparse.tflite",
    "mediapipe/modules/face_detection/face_detection_full_range_sparse.tflite",
    676_746,
    "2c3728e6da56f21e21a320433396fb06d40d9088f2247c05e5635a688d45dfe1",
)
"""What finds faces (`podium.faces`); joints are found without it."""

FINGERPRINT = f"blazepose-{DETECTOR.sha256[:8]}-{LANDMARKS.sha256[:8]}"
"""What has changed where either file of BlazePose has."""

LICENCE = "LICENSE"
"""The licence of all (Apache-2.0), which is kept beside them."""


def kept_folder() -> Path:
    """Return where the files are kept: `PODIUM_POSE_WEIGHTS`, or a folder of the user's own.

    Raises
    ------
    NoFolder
        If the user has no home.
    """
    if chosen := os.environ.get("PODIUM_POSE_WEIGHTS"):
        return Path(chosen)
    advice = "set PODIUM_POSE_WEIGHTS to a folder"
    return user_folder("XDG_DATA_HOME", ".local/share", advice) / "podium-networks" / "pose"


def is_kept(folder: Path) -> bool:
    """Return whether what finds joints is in a folder, with the content that was tested."""
    return all(_problem(folder / file.name, file) is None for file in (DETECTOR, LANDMARKS))


def finds_faces(folder: Path) -> bool:
    """Return whether what finds faces is in a folder, with the content that was tested."""
    return _problem(folder / FACES.name, FACES) is None


def require_files(folder: Path) -> None:
    """Refuse a folder in which one of the files is not, or is another, before anything is loaded.

    Raises
    ------
    WeightsError
        If so.
    """
    for file in (DETECTOR, LANDMARKS):
        if problem := _problem(path := folder / file.name, file):
            raise WeightsError(f"{path}: {problem}: {ADVICE}")


def _problem(path: Path, file: Pinned) -> str | None:
    if not path.is_file():
        return "what finds joints does not ship with Podium"
    if path.stat().st_size != file.n_bytes or digest(path) != file.sha256:
        return "is another file than was tested, and was not loaded"
    return None
