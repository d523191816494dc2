"""Score features with ONNX Runtime alone: what `podium export` wrote, where no Podium is installed.

podium export diving --out exported
python examples/score_without_podium.py exported features.npy 407 3.2
"""

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnxruntime

Features = npt.NDArray[np.float32]


class Exported:
    """A scorer and the references that were exported with it, out of a folder."""

    def __init__(self, folder: Path) -> None:
        self.about: dict[str, Any] = json.loads((folder / "export.json").read_text("utf-8"))
        self.session = onnxruntime.InferenceSession(folder / self.about["scorer"]["file"])
        self.all_clips = np.load(folder / self.about["references"]["file"])

    def references(self, action: str) -> list[Features]:
        """Return the features of all references of an action, (clips, dim) each."""
        rows = [r for r in self.about["references"]["references"] if r["action"] == action]
        if not rows:
            raise SystemExit(f"no reference of {action!r}: export.json lists those there are")
        return [self.all_clips[r["first_clip"] : r["first_clip"] + r["n_clips"]] for r in rows]

    def score(self, features: Features, action: str, difficulty: float) -> tuple[float, ...]:
        """Return the score and the ends of its range, in points: the means beside each reference.

        `features` is (clips, dim), as the exported backbone gives it.
        """
        scores = [self._beside(features, expert, difficulty) for expert in self.references(action)]
        return tuple(np.mean(scores, axis=0).tolist())

    def _beside(self, features: Features, expert: Features, difficulty: float) -> list[float]:
        given = {"query": features[None], "reference": expert[None]}
        if any(one["name"] == "difficulty" for one in self.about["scorer"]["inputs"]):
            given["difficulty"] = np.array([difficulty], np.float32)
        return [float(answer[0]) for answer in self.session.run(None, given)]


def main(folder: Path, features: Path, action: str, difficulty: float) -> tuple[float, ...]:
    """Print the score of a file of features."""
    score, low, high = Exported(folder).score(np.load(features), action, difficulty)
    print(f"{score:.1f} ({low:.1f} to {high:.1f})")
    return score, low, high


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], float(sys.argv[4]))
