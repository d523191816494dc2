"""Write benchmarks/results/README.md from the JSON files beside it."""

import json
from pathlib import Path
from typing import Any

RESULTS = Path("benchmarks/results")
ROWS = ("best expert", "constant expert", "difficulty", "type_mean")

TEXT = """# Results
Made by `python benchmarks/summary.py` from the JSON files in this folder; `make bench` makes those.

## Rendered dives, where the truth is known
{n} sets of 200 dives, each of a seed rendered for the first time for its row; ten random splits
into 160 to learn from and 40 to test on. Rank correlation (mean over splits) with the scorer's
expert chosen in two ways, beside the floors; then how well faulty clips are found with the best
expert. The second column says what the last layer read, and what the similarity of clips came
from (options of `siamese_lstm`); the model `simulated` ships with those of the last rows.

| seed | head, clips | {names} | precision | recall | share faulty |
|---|---|{rules}---|---|---|
{rows}

The aims were a best expert of .80 and above the constant one, precision .60 and recall .80.
"""


def row_of(result: dict[str, Any]) -> str:
    """Give one seed's row of the table."""
    scores = (f"{result['scores'][name]['spearman']['mean']:.3f}" for name in ROWS)
    clips = result["faulty_clips"]
    found = (f"{clips[key]:.2f}" for key in ("precision", "recall", "share_faulty"))
    method = f"{result.get('head', 'joint_and_query')}, {result.get('clip_metric', 'network')}"
    return f"| {result['seed']} | {method} | {' | '.join((*scores, *found))} |"


def main() -> None:
    """Read every set's JSON and write the table."""
    found = [json.loads(path.read_text()) for path in sorted(RESULTS.glob("simulated_*.json"))]
    text = TEXT.format(
        n=len(found),
        names=" | ".join(ROWS),
        rules="---|" * len(ROWS),
        rows="\n".join(row_of(result) for result in found),
    )
    (RESULTS / "README.md").write_text(text)
    print(text)


if __name__ == "__main__":
    main()
