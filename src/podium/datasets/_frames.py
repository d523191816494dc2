"""Videos that are published as folders of pictures, one a frame: each is joined to a file, once.

JPEG pictures are put into it as they are, and are opened only by what decodes videos, in its own
process; PNG pictures are compressed without loss.
"""

import hashlib
import io
import os
import re
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import IO, Any

import numpy as np
import numpy.typing as npt

from podium.errors import ManifestError
from podium.machine.files import cache_folder, read_bytes, replacing

JPEG = (".jpg", ".jpeg")
PICTURES = (*JPEG, ".png")

FRAMES_PER_SECOND = 25
"""How fast pictures are taken to follow one another: such sets were cut out of television."""

MAX_PICTURES = 5_000
MAX_PICTURE_BYTES = 64 * 2**20
MAX_PIXELS = 8192 * 4320

JPEG_START = b"\xff\xd8\xff"

_NUMBER = re.compile(r"[0-9]{1,18}", re.ASCII)


def pictures_of(folder: Path) -> list[Path]:
    """List the pictures of a folder, by the last number in their names."""
    with os.scandir(folder) as entries:
        names = [entry.name for entry in entries if entry.name.lower().endswith(PICTURES)]
    return [folder / name for name in sorted(names, key=_place)]


def pictures_in(folder: Path) -> list[Path]:
    """List the pictures of a folder that must hold some, as `pictures_of` does.

    Raises
    ------
    ManifestError
        If it holds none.
    """
    if not (found := pictures_of(folder)):
        raise ManifestError(
            f"{folder}: holds no pictures ({', '.join(PICTURES)}): put the frames of the "
            "performance there"
        )
    return found


def _place(name: str) -> tuple[int, str]:
    numbers = _NUMBER.findall(name)
    return int(numbers[-1]) if numbers else -1, name


def joined(pictures: Sequence[Path], name: str, dataset: str) -> Path:
    """Return a video of pictures, in their order: a file of that name in the cache.

    What was joined before is not joined again, as long as each picture has its size and time.

    Raises
    ------
    ManifestError
        If there are more pictures than one performance has, or one cannot be read, is larger than
        allowed or not of the size of the first.
    """
    if len(pictures) > MAX_PICTURES:
        raise ManifestError(
            f"{pictures[0].parent}: holds {len(pictures):,} pictures, more than the "
            f"{MAX_PICTURES:,} allowed: is it one performance?"
        )
    video = cache_folder() / dataset / _made_from(pictures) / f"{name}.mkv"
    if not video.is_file():
        with replacing(video) as file:
            _join(pictures, file)
    return video


def _made_from(pictures: Sequence[Path]) -> str:
    """Name pictures by what they are: of every copy of the data, the first is called 001."""
    folder = str(pictures[0].parent.resolve())
    known = [
        (p.name, status.st_size, status.st_mtime_ns) for p in pictures for status in [p.stat()]
    ]
    made_from = repr((folder, known)).encode("utf-8", "surrogateescape")
    return hashlib.sha256(made_from).hexdigest()[:16]


def _join(pictures: Sequence[Path], file: IO[bytes]) -> None:
    import av

    are_jpeg = all(path.suffix.lower() in JPEG for path in pictures)
    width, height = _size(pictures[0])
    with av.open(file, "w", format="matroska") as container:
        stream = container.add_stream("mjpeg" if are_jpeg else "ffv1", rate=FRAMES_PER_SECOND)
        stream.width, stream.height = width, height
        stream.pix_fmt = "yuvj420p" if are_jpeg else "bgr0"
        make = _as_they_are if are_jpeg else _compressed
        for packet in make(pictures, (width, height), stream):
            container.mux(packet)


def _as_they_are(pictures: Sequence[Path], size: tuple[int, int], stream: Any) -> Iterator[Any]:
    import av

    for number, path in enumerate(pictures):
        _require_size(path, _size(path), size)
        content = read_bytes(path, MAX_PICTURE_BYTES)
        if not content.startswith(JPEG_START):
            raise ManifestError(f"{path}: is called a JPEG picture and is none: check the file")
        packet = av.Packet(content)
        packet.stream, packet.time_base = stream, Fraction(1, FRAMES_PER_SECOND)
        packet.pts = packet.dts = number
        packet.duration, packet.is_keyframe = 1, True
        yield packet


def _compressed(pictures: Sequence[Path], size: tuple[int, int], stream: Any) -> Iterator[Any]:
    import av

    for path in pictures:
        pixels = pixels_of(path)
        _require_size(path, (pixels.shape[1], pixels.shape[0]), size)
        yield from stream.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24"))
    yield from stream.encode()


def _require_size(path: Path, found: tuple[int, int], wanted: tuple[int, int]) -> None:
    if found != wanted:
        raise ManifestError(
            f"{path}: is {found[0]} x {found[1]} pixels and the first of its folder "
            f"{wanted[0]} x {wanted[1]}: all pictures of a performance must be of one size"
        )


def _size(path: Path) -> tuple[int, int]:
    """Return (width, height) of a picture, of no more pixels than a video may have."""
    with _opened(path) as picture:
        width, height = picture.size
    return int(width), int(height)


def pixels_of(path: Path) -> npt.NDArray[np.uint8]:
    """Read a picture, (height, width, 3), of no more pixels than a video may have.

    Raises
    ------
    ManifestError
        If it is none of a kind that is known, damaged, or larger.
    """
    with _opened(path) as picture:
        try:
            return np.asarray(picture.convert("RGB"))
        except Exception as error:  # a damaged picture can raise nearly anything
            raise _unreadable(path, error) from error


def _opened(path: Path) -> Any:
    """Open a picture, and read no more than what it is."""
    from PIL import Image

    content = io.BytesIO(read_bytes(path, MAX_PICTURE_BYTES))
    try:
        picture = Image.open(content, formats=("JPEG", "PNG"))
    except Exception as error:
        raise _unreadable(path, error) from error
    n_pixels = picture.width * picture.height
    if n_pixels > MAX_PIXELS:
        raise ManifestError(
            f"{path}: has {n_pixels:,} pixels, more than the {MAX_PIXELS:,} allowed: make it "
            "smaller"
        )
    return picture


def _unreadable(path: Path, error: Exception) -> ManifestError:
    return ManifestError(f"{path}: is not a picture that can be read ({error!s:.200})")
