"""Score a dive and read the result: the range, what cost points, and what is not to be trusted.

python examples/score_a_video.py my_dive.mp4 407 3.2
"""

import sys
from pathlib import Path

import podium


def main(video: Path, action: str, difficulty: float, model: str = "diving") -> podium.Assessment:
    """Print what came of it, and write a report beside the video."""
    judge = podium.load(model)
    result = judge.assess(video, action=action, difficulty=difficulty)
    print(result)  # 78.4 of 96.0 (66.1 to 90.7), difficulty 3.2; or why there is none: no score ...
    for warning in result.warnings:
        print("do not trust:", warning)
    for clip in result.as_shown().clips:  # without points where the score is withheld
        cost = "" if clip.contribution is None else f"{clip.contribution:+.1f} points"
        print(f"{clip.start_seconds:.1f}-{clip.end_seconds:.1f} s  {clip.similarity:.2f}  {cost}")
    print("report:", result.report().save(video.with_suffix(".html")))
    return result


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], float(sys.argv[3]))
