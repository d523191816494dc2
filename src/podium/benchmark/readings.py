"""What "as printed" is, line by line, and other readings of what the paper leaves open, as text."""

from podium.benchmark.markdown import measure_cells, table
from podium.benchmark.results import Results

ROWS = (
    ("siamese_best", "**as printed**: linear, one order"),
    ("siamese_linear_both", "linear, the mean of both orders"),
    ("siamese_relu", "ReLU, one order"),
    ("siamese_relu_both", "ReLU, the mean of both orders"),
)

LINES = (
    ("after D1 and D2 (equations 1 to 3)", "nothing", "nothing; ReLU is a row below"),
    (
        "the two sides of D1",
        "expert and query with weights of their own, in one order",
        "the same; the mean of both orders is a row below",
    ),
    ("the size M of O", "not given", "64"),
    ("what is read of a clip's features", "all", "their first 128 principal components"),
    ("pairs", "3,200, 14,000 and 26,000, of the three most frequent types", "the same, distinct"),
    ("alike", "scores no more than 5 points apart", "the same"),
    ("loss", "cross-entropy of pairs", "the same, and nothing beside it"),
    (
        "when learning stops",
        "not given",
        "where the loss of pairs of held-out dives of these types is least, looked at every 4 "
        "steps; 20 looks without a lesser one end it",
    ),
    ("the last layer", "linear, on D2", "the same, by least squares with a penalty"),
    ("the constant expert", "that of type 1", "the same; all of type 3 is a row of table I"),
    ("target", "the score", "the same; execution is a table below"),
)


def as_printed(results: Results) -> str:
    """Return what is read into the paper, and what other readings come to; or nothing."""
    summary = results.tables.summary
    rows = [[words, *measure_cells(summary[name])] for name, words in ROWS if name in summary]
    if len(rows) < 2:
        return ""
    note = (
        "All four were tried after the page's earlier test results were known (then read with "
        "ReLU and both orders), so that the choice of the first is the paper's own text and not "
        "the numbers. A linear logit is a(expert) + b(query): by itself it cannot say that two "
        "are alike, and what it says of clips is no feedback (table VII)."
    )
    lines = table(["", "the paper", "here"], LINES)
    header = ["reading, best performer's bias, 26,000 pairs", "rho (95 %)", "MSE (95 %)"]
    return f'### What "as printed" is\n\n{lines}\n\n{table(header, rows)}\n\n{note}'
