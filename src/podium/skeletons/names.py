"""What programs call joints, and what these are called here."""

import re

BODY_25 = (
    "nose", "neck", "right shoulder", "right elbow", "right wrist", "left shoulder", "left elbow",
    "left wrist", "middle hip", "right hip", "right knee", "right ankle", "left hip", "left knee",
    "left ankle", "right eye", "left eye", "right ear", "left ear", "left big toe",
    "left small toe", "left heel", "right big toe", "right small toe", "right heel",
)  # fmt: skip
"""OpenPose's 25 joints, in its order."""

BODY_18 = (
    "nose", "neck", "right shoulder", "right elbow", "right wrist", "left shoulder", "left elbow",
    "left wrist", "right hip", "right knee", "right ankle", "left hip", "left knee", "left ankle",
    "right eye", "left eye", "right ear", "left ear",
)  # fmt: skip
"""OpenPose's 18 joints (COCO with a neck)."""

_WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")
_SIDES = {"l": "left", "left": "left", "r": "right", "right": "right"}
_SAME = {
    "pinky": "little finger", "index": "index finger", "foot index": "toes", "toe": "toes",
    "mid spine": "spine middle", "spine mid": "spine middle", "eye inner": "inner eye",
    "eye outer": "outer eye", "inner eye": "inner eye", "hand": "hand", "tip hand": "hand tip",
}  # fmt: skip


def joint_called(written: str) -> str:
    """Return what a joint is called here: `left shoulder` for `ShoulderLeft` or `l_shoulder`.

    A name that is not known keeps its own words.
    """
    words = [word.lower() for word in _WORDS.findall(written)]
    side = [_SIDES[word] for word in words if word in _SIDES]
    rest = " ".join(word for word in words if word not in _SIDES)
    return " ".join([*side[:1], _SAME.get(rest, rest)])
