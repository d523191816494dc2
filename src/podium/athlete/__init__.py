"""Frames become the athlete: where the body is in each of them, and which pixels are it."""
