"""The child process that reads C3D files (c3d.org describes them): binary, and of anyone.

It writes what the file says of itself, then a line for each frame.
"""

import io
import math
import warnings
from collections.abc import Iterator
from typing import Any

from podium.inputs.confined import Refused, answer
from podium.skeletons.places import MAX_FRAMES

MAX_POINTS = 1_000
"""A file of whole teams has fewer."""


def found_in(content: bytes) -> Iterator[Any]:
    """Yield labels, rate, unit and which axis points up; then the points of each frame.

    Of each point x, y and z, `None` where it was not seen.
    """
    import c3d

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            reader = c3d.Reader(io.BytesIO(content))
            yield _about(reader)
            n_promised, n_found = reader.last_frame - reader.first_frame + 1, 0
            for _, points, _ in reader.read_frames(copy=False):
                yield [_place(point) for point in points.tolist()]
                n_found += 1
            if n_found < n_promised:
                raise Refused(
                    f"promises {n_promised:,} frames and holds {n_found:,}: copy it again"
                )
    except (MemoryError, Refused):
        raise
    except Exception as error:  # a damaged file can raise nearly anything
        raise Refused(f"is not a C3D file ({' '.join(str(error).split())[:200]})") from error


def _about(reader: Any) -> dict[str, Any]:
    labels = [str(label).strip() for label in reader.point_labels]
    if len(labels) > MAX_POINTS or reader.last_frame - reader.first_frame >= MAX_FRAMES:
        raise Refused(
            f"has {reader.last_frame - reader.first_frame + 1:,} frames of {len(labels):,} points: "
            f"at most {MAX_FRAMES:,} of {MAX_POINTS:,} are read"
        )
    return {
        "labels": labels,
        "rate": float(reader.point_rate),
        "units": _text(reader, "POINT:UNITS"),
        "up": _text(reader, "POINT:Y_SCREEN"),
    }


def _text(reader: Any, name: str) -> str:
    found = reader.get(name)
    return str(found.string_value).strip()[:20] if found is not None else ""


def _place(point: list[float]) -> list[float] | None:
    x, y, z, residual, *_ = point
    is_seen = residual >= 0 and all(map(math.isfinite, (x, y, z)))
    return [x, y, z] if is_seen else None


if __name__ == "__main__":
    answer(found_in)
