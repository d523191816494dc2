"""Clips become features: one row of numbers a clip, and where in time they stand."""
