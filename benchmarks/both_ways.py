"""Are scores the same with and without PyTorch? Every performance is scored by both installations.

    python benchmarks/both_ways.py --other PYTHON [--source FOLDER]

`PYTHON` is the interpreter of another environment, such as `.venv-light/bin/python`; `--source` is
the `src` of another version of Podium, to be imported there in place of its own. The training dives
are scored by `diving`, dives that are rendered for it by `simulated`; neither finds anything in a
cache. Writes benchmarks/results/both_ways.json.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from podium.datasets.manifest import Manifest
from podium.datasets.simulated import Simulated
from podium.performance import Performance
from podium.simulation import SimulationOptions

RESULTS = Path(__file__).parent / "results"
N_RENDERED = 100
SEED = 60_077
N_ANSWERS = 5
"""Score, its range, clips, doubts; what is refused has one answer, the error's name."""

# Only what every version of Podium has: it runs in the other one, too.
ANSWERS = """
import json, sys
import podium
assessor = podium.load(sys.argv[1])
for line in sys.stdin:
    path, action, difficulty = json.loads(line)
    try:
        made = assessor.assess(path, action=action, difficulty=difficulty)
    except podium.PodiumError as error:
        print(json.dumps([type(error).__name__]), flush=True)
        continue
    clips = [clip.similarity for clip in made.clips]
    doubts = sorted(str(doubt.kind) for doubt in made.doubts)
    score = made.score
    print(json.dumps([score.value, score.low, score.high, clips, doubts]), flush=True)
print(json.dumps("torch" in sys.modules))
"""


def answers(
    python: str, source: Path | None, model: str, performances: Sequence[Performance]
) -> list[Any]:
    """Return what an installation answers about each performance; at last, if it used PyTorch."""
    asked = [[str(p.path.resolve()), p.action, p.difficulty] for p in performances]
    with tempfile.TemporaryDirectory() as cache:
        own = {"PYTHONPATH": str(source)} if source else {}
        done = subprocess.run(
            [python, "-c", ANSWERS, model],
            input="\n".join(map(json.dumps, asked)),
            env={**os.environ, "PODIUM_CACHE": cache, **own},
            capture_output=True,
            text=True,
            check=True,
        )
    return [json.loads(line) for line in done.stdout.splitlines()]


def compared(ours: Sequence[Any], theirs: Sequence[Any]) -> dict[str, Any]:
    """Return by how much answers differ: scores and ranges, similarities of clips, doubts."""
    both = list(zip(ours[:-1], theirs[:-1], strict=True))
    pairs = [(a, b) for a, b in both if len(a) == len(b) == N_ANSWERS]
    points = [abs(x - y) for a, b in pairs for x, y in zip(a[:3], b[:3], strict=True)]
    clips = [abs(x - y) for a, b in pairs for x, y in zip(a[3], b[3], strict=True)]
    return {
        "n": len(both),
        "n_scored_by_both": len(pairs),
        "n_refused_otherwise": sum(a != b for a, b in both if min(len(a), len(b)) < N_ANSWERS),
        "largest_difference_of_score_or_range": max(points, default=0.0),
        "largest_difference_of_clip_similarity": max(clips, default=0.0),
        "n_of_other_doubts": sum(a[4] != b[4] for a, b in pairs),
        "pytorch_was_used": [ours[-1], theirs[-1]],
    }


def main() -> None:
    """Score everything twice, print how far apart the answers are, and write it down."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--other", required=True, help="the Python of the other installation")
    parser.add_argument("--source", type=Path, help="the src folder of another version of Podium")
    parser.add_argument("--name", default="both_ways", help="the result's file, without .json")
    arguments = parser.parse_args()
    data = Path(os.environ.get("PODIUM_DATA", "../shared/data"))
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        rendered = Simulated(Path(folder), SimulationOptions(n_performances=N_RENDERED, seed=SEED))
        rendered.render(workers=os.cpu_count() or 1)
        dives = Manifest(data / "unlv-dive" / "metadata.csv").performances()
        for model, performances in (
            ("diving", [dive for dive in dives if dive.split == "train"]),
            ("simulated", list(rendered.performances())),
        ):
            ours = answers(sys.executable, None, model, performances)
            theirs = answers(arguments.other, arguments.source, model, performances)
            found[model] = compared(ours, theirs)
            print(model, json.dumps(found[model], indent=1))
    (RESULTS / f"{arguments.name}.json").write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
