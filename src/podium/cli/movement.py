"""Comparing and measuring people who exercise, joint by joint."""

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from podium.cli.given import Outputs
from podium.cli.output import say, say_readings, show, show_json
from podium.errors import MissingExtra, NoFolder, UsageError, WeightsError

if TYPE_CHECKING:
    from podium.examination.people import People
    from podium.joints import Joints
    from podium.movement import Comparison
    from podium.report.words import Words


def compare_joints(
    video: Path,
    reference: Path,
    outputs: Outputs,
    as_json: bool,
    mirrored: bool,
    frames_per_second: float | None,
) -> str | None:
    """Compare two people who exercise; where they are none, return why, "" if that was seen.

    Otherwise joints could not be looked for.

    Raises
    ------
    UsageError
        If they are to be mirrored, or have a rate, and are none.
    PodiumError
        If a file cannot be used.
    """
    people = _people(video, reference, mirrored, frames_per_second)
    if isinstance(people, str):
        return people
    from podium.movement import compare

    comparison = compare(people.ours, people.theirs, mirrored=mirrored, theirs_name=reference.name)
    _write(comparison, people, video, reference, outputs)
    if as_json:
        from podium.report.movement_result import comparison_to_json

        show_json(comparison_to_json(comparison, str(video), str(reference)))
    else:
        _answer(comparison)
    return None


def measure_joints(
    video: Path, outputs: Outputs, as_json: bool, frames_per_second: float | None
) -> bool:
    """Measure somebody who exercises; return whether anybody does in the video.

    Raises
    ------
    UsageError
        If a report is asked for: joints have one beside somebody else's only.
    PodiumError
        If a file of a skeleton cannot be used.
    """
    from podium.examination.people import person_in
    from podium.skeletons import is_skeleton

    try:
        joints = person_in(video, frames_per_second)
    except (MissingExtra, NoFolder, WeightsError) as error:
        if is_skeleton(video):
            raise
        say(f"measured as a dive: {error}")
        return False
    if joints is None:
        return False
    if outputs.report:
        raise UsageError(
            f"{video}: shows an exercise, and a report of one needs another to compare it with: "
            f"leave out --report, or run podium compare {video} EXPERT --report {outputs.report}"
        )
    _say_measured(joints, video, as_json)
    return True


def _say_measured(joints: "Joints", video: Path, as_json: bool) -> None:
    from podium.measures import Reading, measure_movement
    from podium.movement import movement_of
    from podium.report.words import load_words

    movement = movement_of(joints)
    if as_json:
        from podium.report.movement_result import movement_to_json

        show_json(movement_to_json(movement, str(video)))
    else:
        say_readings([Reading(one) for one in measure_movement(movement)], load_words())


def _people(
    video: Path, reference: Path, mirrored: bool, frames_per_second: float | None
) -> "People | str":
    """Find the joints of both; or why not, "" where nobody exercises."""
    from podium.examination.people import people_in
    from podium.inputs.given import FEATURE_SUFFIXES
    from podium.skeletons import is_skeleton

    both = (video, reference)
    if any(one.suffix.lower() in FEATURE_SUFFIXES and not is_skeleton(one) for one in both):
        return ""  # features were made of clips, and hold no joints
    try:
        people = people_in(video, reference, frames_per_second)
    except (MissingExtra, NoFolder, WeightsError) as error:
        if mirrored or is_skeleton(video) or is_skeleton(reference):
            raise
        return str(error)
    if people is None and mirrored:
        raise UsageError(
            "--mirror is for people who exercise, and nobody is seen for long enough in both: "
            "film one person, the whole body"
        )
    return people or ""


def _write(
    comparison: "Comparison", people: "People", video: Path, reference: Path, outputs: Outputs
) -> None:
    if not (outputs.report or outputs.folder):
        return
    from podium.report.movement_page import make_movement_report

    names, are_videos = (video.name, reference.name), people.are_videos
    with ExitStack() as stack:
        paths, notes = (video, reference), list[str]()
        if outputs.blur_faces:
            from podium.cli.sharing import videos_without_faces

            hidden = videos_without_faces(paths, are_videos, outputs.language)
            paths, notes = stack.enter_context(hidden)
        report = make_movement_report(
            comparison, *paths, outputs.language, are_videos=are_videos, names=names, notes=notes
        )
    targets = [outputs.report, outputs.folder and outputs.folder / "report.html"]
    for target in targets:
        if target:
            say(f"report: {report.save(target)}")


def _answer(comparison: "Comparison") -> None:
    from podium.report.words import load_words

    words = load_words()
    if comparison.is_withheld:
        _say_why_not(comparison, words)
        return
    show(
        f"{words('movement.form')} {words.number(comparison.form, 2)} ({_apart(comparison, words)})"
    )
    ours, theirs = comparison.ours.repetitions, comparison.theirs.repetitions
    counted = words("movement.counted", ours=len(ours), theirs=len(theirs))
    show(f"{words('movement.repetitions')}: {counted}")
    for doubt in comparison.doubts:
        show(f"warning: {words.doubt(doubt)}")
    _say_differences(comparison, words)


def _say_why_not(comparison: "Comparison", words: "Words") -> None:
    """Say that nothing is compared, why, and what to do about it."""
    from podium.doubts import Severity

    show(words("withheld.similarity"))
    for doubt in comparison.doubts:
        if doubt.severity is Severity.GRAVE:
            show(f"{words('withheld.why')}: {words.doubt(doubt)}")
            show(f"  {words('withheld.do')}: {words.remedy(doubt)}")
    for doubt in comparison.doubts:
        if doubt.severity is not Severity.GRAVE:
            show(f"warning: {words.doubt(doubt)}")
    outcome = f"{words('movement.form')} {words.number(comparison.form, 2)}"
    show(words("withheld.if_trusted", outcome=outcome))


def _apart(comparison: "Comparison", words: "Words") -> str:
    """Say how alike framing and build are, which are no part of the form."""
    named = (
        ("movement.framing", comparison.framing),
        ("movement.person", comparison.person),
    )
    return ", ".join(
        f"{words(key)} {words('movement.not_known') if value is None else words.number(value, 2)}"
        for key, value in named
    )


def _say_differences(comparison: "Comparison", words: "Words") -> None:
    from podium.report.movement_words import MOST_SAID, said_once, said_with_others

    found = said_once(comparison)
    show(f"{words('movement.differences')}:" if found else words("movement.alike"))
    for one, also in found[:MOST_SAID]:
        at = words.number(one.start_seconds)
        show(f"  {at} s  {said_with_others(one, also, comparison, words)}")
    if len(found) > MOST_SAID:
        show(f"  {words('movement.more', n=len(found) - MOST_SAID)}")
