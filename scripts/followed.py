"""Followed athletes that are kept, so that no script follows one twice."""

from pathlib import Path

import numpy as np
import numpy.typing as npt

from podium.athlete.follow import follow, frames_of
from podium.athlete.values import Athlete, CameraMotion


def followed(path: Path, kept: Path) -> tuple[Athlete, npt.NDArray[np.int64]]:
    """Follow the athlete of a video, or read what is kept of that; and the numbers of frames."""
    file = kept / f"{path.stem}.npz"
    if not file.is_file():
        frames = frames_of(path)
        seen = follow(frames)
        np.savez_compressed(
            file, numbers=frames.numbers, seconds=seen.start_seconds, middles=seen.middles,
            size=(seen.width, seen.height), reach=seen.reach, masks=seen.masks,
            evidence=seen.evidence, steps=seen.camera.steps, agreement=seen.camera.agreement,
        )  # fmt: skip
    with np.load(file) as of:
        width, height = of["size"].tolist()
        camera = CameraMotion(of["steps"], of["agreement"])
        athlete = Athlete(
            of["seconds"], width, height, of["middles"], float(of["reach"]), of["masks"],
            of["evidence"], camera,
        )  # fmt: skip
        return athlete, of["numbers"]
