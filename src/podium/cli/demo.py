"""The main job on what ships: render a dive with known faults and an expert's, and judge it."""

from collections.abc import Callable
from pathlib import Path

from podium.assessment.values import Assessment
from podium.assessor import load
from podium.simulation import SimulatedPerformance, SimulationOptions, stage, write_video

ACTION = "407"
FAULTS = {"entry": 0.75, "splash": 0.7}
MODEL = "simulated"


def run_demo(
    folder: Path, seed: int = 7, progress: Callable[[str, int, int], None] | None = None
) -> list[str]:
    """Render two dives into `folder`, score one beside the other, and write a report.

    Gives the lines to show: the score, the clips that cost points, and where the report is.
    """
    tell = progress or (lambda stage, done, total: None)
    options = SimulationOptions()
    dive, expert = stage(ACTION, FAULTS, seed, options), stage(ACTION, {}, seed + 1, options)
    paths = folder / "dive.mp4", folder / "expert.mp4"
    for number, (path, performance) in enumerate(zip(paths, (dive, expert), strict=True)):
        tell("rendering two dives", number, 2)
        _write(path, performance)
    tell("rendering two dives", 2, 2)
    assessment = load(MODEL).assess(
        paths[0], action=ACTION, difficulty=dive.difficulty, references=[paths[1]]
    )
    report = assessment.report().save(folder / "report.html")
    return _lines(dive, assessment, paths[0], report)


def _write(path: Path, performance: SimulatedPerformance) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    write_video(path, performance.frames(), performance.options.frames_per_second)


def _lines(
    dive: SimulatedPerformance, assessment: Assessment, video: Path, report: Path
) -> list[str]:
    known = "; ".join(fault.words for fault in dive.faults)
    shown = assessment.as_shown().clips
    costly = [c for c in shown if (c.contribution or 0) < (0 if c.faulty else -1)]
    return [
        f"video    {video} (a rendered {dive.dive_number}; its faults: {known})",
        f"score    {assessment}",
        f"panel    {dive.score:.1f} (what the simulated judges gave it)",
        *(f"warning  {warning}" for warning in assessment.warnings),
        "clips that cost points:" if costly else "no clip cost points",
        *(
            f"  {clip.start_seconds:.1f}-{clip.end_seconds:.1f} s  {clip.contribution:+.1f} points"
            f"  similarity {clip.similarity:.2f}  {clip.moment.replace('_', '-')}"
            for clip in costly
        ),
        f"report   {report.resolve()}",
    ]
