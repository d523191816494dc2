"""What a table of predictions says of each performance."""

PREDICTED = (
    "file_name", "id", "score", "score_low", "score_high", "warnings", "error", "is_remembered",
    "doubts", "severity", "mark", "mark_low", "mark_high",
    "score_if_trusted", "low_if_trusted", "high_if_trusted",
)  # fmt: skip
"""Its columns, in their order; classes and other scores have more."""
