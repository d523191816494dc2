"""What is said where a video shows another action than the one that was named."""

from podium.doubts import DoubtKind

UNLIKE_ACTION = DoubtKind("unlike_action", values=("action", "looks_like"))
"""The video does not look like the `action` that was given; it `looks_like` another."""
