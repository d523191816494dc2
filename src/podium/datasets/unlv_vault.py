"""UNLV-Vault: 176 gymnastic vaults (Parmar and Morris, 2017), read from its published layout.

Beside one `*overall_scores.mat` (one score a vault, in order) lie the vaults themselves: `001.avi`
and so on, or a folder of pictures for each, anywhere below `root`. Tested on a made-up copy only:
the data themselves were not at hand.
"""

import hashlib
import io
import math
import os
from collections.abc import Sequence
from pathlib import Path
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from podium.datasets._folder import not_found, root_of
from podium.errors import ManifestError
from podium.inputs import confined
from podium.inputs.confined import Limits
from podium.machine.files import cache_folder, read_bytes
from podium.performance import Performance

PICTURES = (".jpg", ".jpeg", ".png")
FRAMES_PER_SECOND = 25

MAT_LIMITS = Limits(16 * 2**20, seconds=5, memory_bytes=256 * 2**20)

MAX_PICTURES = 5_000
MAX_PICTURE_BYTES = 64 * 2**20
MAX_PIXELS = 8192 * 4320


class UnlvVault:
    """Gymnastic vaults with the judges' scores, as avi files or folders of frames and mat files.

    `root` holds them; without it, `unlv-vault` in the folder that `PODIUM_DATA` names. Folders of
    frames are joined to videos in the cache, once.
    """

    def __init__(self, root: Path | None = None) -> None:
        self.root = root_of("unlv-vault", root)

    def performances(self) -> tuple[Performance, ...]:
        """List every vault; `difficulty` where a `*difficulty*.mat` gives it.

        Raises
        ------
        DatasetNotFound
            If the data are not at `root`.
        ManifestError
            If there are not as many vaults as scores.
        """
        tables = sorted(self.root.rglob("*overall_scores.mat"))
        if not tables:
            raise not_found("UNLV-Vault", self.root / "*overall_scores.mat", "unlv-vault")
        scores = _column(tables[0])
        vaults = _vaults(self.root)
        if len(vaults) != len(scores):
            raise ManifestError(
                f"{tables[0]}: has {len(scores)} scores and there are {len(vaults)} vaults below "
                f"{self.root}: there must be one score for each"
            )
        difficulties = _difficulties(self.root, len(scores))
        return tuple(
            Performance(
                id=path.stem,
                path=_video(path),
                score=score,
                difficulty=difficulty,
                action="vault",
                extra=MappingProxyType({"source": path.name}),
            )
            for path, score, difficulty in zip(vaults, scores, difficulties, strict=True)
        )


def _column(path: Path) -> list[float]:
    """Read the one array of numbers of a mat file, as a row."""
    numbers = list(confined.values("podium.datasets._matfile", path, MAT_LIMITS))
    if not all(isinstance(number, float) and math.isfinite(number) for number in numbers):
        raise ManifestError(f"{path}: holds numbers that are not finite: each must be known")
    return numbers


def _vaults(root: Path) -> list[Path]:
    """List the vaults by number: avi files, or folders that hold pictures."""
    videos = [path for path in root.rglob("*.avi") if path.stem.isdecimal()]
    folders = {
        path.parent
        for path in root.rglob("*")
        if path.suffix.lower() in PICTURES and path.parent.name.isdecimal()
    }
    return sorted(videos or folders, key=lambda path: int(path.stem))


def _difficulties(root: Path, n: int) -> Sequence[float | None]:
    tables = sorted(root.rglob("*difficulty*.mat"))
    if not tables:
        return [None] * n
    values = _column(tables[0])
    if len(values) != n:
        raise ManifestError(f"{tables[0]}: has {len(values)} difficulties for {n} vaults")
    return values


def _video(path: Path) -> Path:
    """Return a vault's video; a folder of frames is joined to one first."""
    if path.is_file():
        return path
    pictures = sorted(p for p in path.iterdir() if p.suffix.lower() in PICTURES)
    video = cache_folder() / "unlv-vault" / _made_from(pictures) / f"{path.name}.mkv"
    if not video.is_file():
        _join(pictures, video)
    return video


def _made_from(pictures: Sequence[Path]) -> str:
    """Name pictures by what they are: of every copy of the data, the first vault is called 001."""
    known = [(str(p.resolve()), p.stat().st_size, p.stat().st_mtime_ns) for p in pictures]
    return hashlib.sha256(repr(known).encode("utf-8", "surrogateescape")).hexdigest()[:16]


def _join(paths: Sequence[Path], video: Path) -> None:
    """Write pictures as a video without loss, in the order of their names."""
    import av

    if len(paths) > MAX_PICTURES:
        raise ManifestError(
            f"{paths[0].parent}: holds {len(paths):,} pictures, more than the {MAX_PICTURES:,} "
            "allowed: is it one vault?"
        )
    video.parent.mkdir(parents=True, exist_ok=True)
    unfinished = video.with_name(f".{video.name}.{os.getpid()}")
    height, width = _pixels(paths[0]).shape[:2]
    with av.open(str(unfinished), "w", format="matroska") as container:
        stream = container.add_stream("ffv1", rate=FRAMES_PER_SECOND)
        stream.width, stream.height = width, height
        stream.pix_fmt = "bgr0"
        for path in paths:
            frame = av.VideoFrame.from_ndarray(_pixels(path), format="rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    unfinished.replace(video)


def _pixels(path: Path) -> npt.NDArray[np.uint8]:
    """Read a picture, (height, width, 3), of no more pixels than a video may have."""
    from PIL import Image

    content = io.BytesIO(read_bytes(path, MAX_PICTURE_BYTES))
    try:
        with Image.open(content, formats=("JPEG", "PNG")) as picture:
            n_pixels = picture.width * picture.height
            if n_pixels <= MAX_PIXELS:
                return np.asarray(picture.convert("RGB"))
    except Exception as error:  # a damaged picture can raise nearly anything
        raise ManifestError(
            f"{path}: is not a picture that can be read ({error!s:.200})"
        ) from error
    raise ManifestError(
        f"{path}: has {n_pixels:,} pixels, more than the {MAX_PIXELS:,} allowed: make it smaller"
    )
