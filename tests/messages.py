"""What a test says of a message: all of it, never a part."""

import re


def whole(message: str) -> str:
    """A pattern for `pytest.raises(match=...)` that matches this message alone."""
    return rf"^{re.escape(message)}$"
