"""Each learned system on the score and on execution: what a target is worth, as text."""

from podium.benchmark.markdown import measure_cells, table
from podium.benchmark.results import Results

SUFFIX = "_execution"
OWN = {"podium_score": "podium", "ridge_score": "ridge"}
"""Podium's own systems learn execution by default: those on the score have the longer name."""


def targets_table(results: Results) -> str:
    """Return the systems that were measured with both targets, side by side; or nothing."""
    summary = results.tables.summary
    pairs = [(name, f"{name}{SUFFIX}") for name in summary if f"{name}{SUFFIX}" in summary]
    pairs += [(name, own) for name, own in OWN.items() if {name, own} <= {*summary}]
    if not pairs:
        return ""
    rows = []
    for on_score, on_execution in pairs:
        title = results.systems[OWN.get(on_score, on_score)].title.removesuffix(" on execution")
        cells = [*measure_cells(summary[on_score]), *measure_cells(summary[on_execution])]
        rows.append([title.removesuffix(","), *cells])
    header = ["system", "rho, on the score", "MSE, on the score", "rho, on execution",
              "MSE, on execution"]  # fmt: skip
    note = (
        "The same systems learned from the score, as in the paper, and from execution (score / "
        "difficulty, which is multiplied back; the difficulty is given to all alike). Only "
        "systems in the same two columns can be compared: what lies between the columns is the "
        "target, and no merit of a system."
    )
    return f"### On the score and on execution\n\n{table(header, rows)}\n\n{note}"
