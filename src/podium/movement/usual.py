"""By how much two good performances differ: what is more than that is worth saying."""

USUAL_DEGREES = {
    "elbow": 14.0,
    "shoulder": 19.0,
    "hip": 5.0,
    "knee": 7.0,
    "ankle": 10.0,
    "body line": 7.0,
    "trunk": 8.0,
}
"""The median of what is between two correct push-ups of different recordings, once they are aligned
in time (`benchmarks/comparison.py`). No other movement has been learned from: for it, these stand
in, and say what a camera and two different bodies do to an angle."""


def usual_degrees(angle: str) -> float:
    """Return by how much two good performances usually differ in an angle, in degrees."""
    name = angle.removeprefix("left ").removeprefix("right ")
    return USUAL_DEGREES[name]
