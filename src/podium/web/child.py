"""What runs in a process of its own, so that the page stays quick and odd files do no harm.

python -m podium.web.child probe VIDEO | first VIDEO | choices MODEL [ALLOWED PART ...]
    | assess FOLDER | audit TABLE OPTIONS | render FOLDER
"""

import json
import os
import sys
import threading
import traceback
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from podium.errors import Bug, MissingExtra, NoFolder, PodiumError, WeightsError, explain
from podium.machine.files import read_json, write_bytes

if TYPE_CHECKING:
    from podium.assessment.values import Assessment
    from podium.report.page import Report

MAX_TASK_BYTES = 2**20


def main(arguments: list[str]) -> int:
    """Do one task; what is wrong is one line of JSON on standard output."""
    task, argument, *more = arguments
    if hasattr(os, "nice"):
        os.nice(5)  # the page and the rest of the machine come first
    try:
        if task == "probe":
            _probe(Path(argument))
        elif task == "first":
            print(json.dumps(_first(Path(argument))))
        elif task == "choices":
            print(json.dumps(_choices(argument, more)))
        elif task == "audit":
            print(json.dumps(_audit(Path(argument), **json.loads(more[0]))))
        elif task == "render":
            _end_with_the_server()
            _render(Path(argument))
        else:
            _end_with_the_server()
            _assess(Path(argument))
    except Exception as error:
        return _report_refusal(explain(error))
    return 0


def _report_refusal(error: PodiumError) -> int:
    """Say what is wrong as the last line; a bug's traceback goes to standard error, for the log."""
    if isinstance(error, Bug):
        traceback.print_exception(error)
    said = {"error": str(error), "reason": error.reason}
    print(json.dumps({name: " ".join(words.split()) for name, words in said.items()}))
    return error.exit_code


def _probe(path: Path) -> None:
    from podium.video.frames import VideoLimits, each_frame, probe

    limits, video = VideoLimits.allowed(), probe(path)
    if video.seconds > limits.n_seconds:
        raise PodiumError(
            f"lasts {video.seconds:.0f} s, more than the {limits.n_seconds:.0f} s allowed: cut the "
            "performance out of it first, or start the page with --limit minutes=NUMBER"
        )
    next(each_frame(path, width=16, height=16))  # refuses what is too large to decode


def _first(path: Path) -> dict[str, Any]:
    """Return the first frame in which the athlete is looked for, and where in the video it lies."""
    from podium.athlete import frames_of
    from podium.report.key_frames import picture_address
    from podium.video.frames import probe

    frames, about = frames_of(path), probe(path)
    left, top = about.corner(frames.box)
    width, height = about.shape(frames.box)
    picture = picture_address(frames.pixels[0])
    return {"picture": picture, "left": left, "top": top, "width": width, "height": height}


def _choices(model: str, allow_parts: list[str]) -> dict[str, Any]:
    """Return which actions and experts a model knows, and how difficult the actions usually are."""
    from podium.model import load_model

    loaded = load_model(model, allow_parts=allow_parts)
    target, rule = loaded.scorer.target, loaded.rule
    is_limited = rule and target.uses_execution  # as an assessor asks
    return {
        "actions": [
            {"name": name, "difficulty": target.difficulties(name).usual}
            for name in loaded.actions
        ],
        "experts": [
            {
                "id": sample.performance.id,
                "action": sample.performance.action,
                "score": sample.performance.score,
            }
            for sample in getattr(loaded.scorer, "references", ())
        ],
        "rule": rule.name if rule else None,
        "uses_difficulty": target.uses_execution,
        "measures_others": bool(rule and rule.numbers and loaded.actions),
        "difficulties": asdict(target.overall) if is_limited else None,
        "about": loaded.evidence.data,
    }  # fmt: skip


def _audit(
    table: Path, *, name: str, language: str, rule: str | None, year: int | None
) -> dict[str, Any]:
    """Audit a table of marks, and return what is said, the report, and all that was found."""
    from podium.audit import audit_marks, make_audit_report, read_marks
    from podium.audit.sentences import lines
    from podium.judging import find_rule
    from podium.report.words import load_words

    chosen = find_rule(rule) if rule is not None else None
    found = audit_marks(read_marks(table, chosen), chosen, year=year)
    return {
        "said": lines(found, load_words(language)),
        "report": make_audit_report(found, name, language).html,
        "found": json.dumps(found.to_json()),
    }


def _assess(folder: Path) -> None:
    """Read `task.json`, and write the folder `result` in one step."""
    task = read_json(folder / "task.json", MAX_TASK_BYTES)
    _tell(folder, "loading")
    if _compare_people(folder, task):
        return
    from podium.assessor import load
    from podium.report.page import make_report
    from podium.report.result import clips_csv, result_json, timeline_vtt
    from podium.report.words import load_words

    assessor = load(task["model"], allow_parts=task["allow_parts"])
    _tell(folder, "looking")
    references = [task["reference_path"] or task["expert"]]
    assessment = _rename_videos(
        assessor.assess(
            task["video_path"], action=task["action"], difficulty=task["difficulty"],
            references=[reference for reference in references if reference],
            at=tuple(task["athlete"]) if task["athlete"] else None,
        ),
        task,
    )  # fmt: skip
    _tell(folder, "writing")
    words = load_words(task["language"])
    with ExitStack() as stack:
        shown, notes = assessment, list[str]()
        if task["blur_faces"]:
            from podium.report.faceless import without_faces

            shown, hidden = without_faces(assessment, stack.enter_context(_copies(folder)))
            notes = [one.sentence(words) for one in hidden]
        report = make_report(shown, task["language"], notes=notes)
    data = {
        "result.json": result_json(assessment),
        "clips.csv": clips_csv(assessment),
        "timeline.vtt": timeline_vtt(assessment, words),
    }
    _keep(folder, report, data)


def _compare_people(folder: Path, task: dict[str, Any]) -> bool:
    """Compare joint by joint where both videos show people who exercise; return whether they do.

    Where an action or a difficulty was named, or what finds joints is not there, they are assessed.
    """
    if not task["reference_path"] or task["action"] or task["difficulty"] is not None:
        return False
    from podium.examination.people import people_in

    video, reference = Path(task["video_path"]), Path(task["reference_path"])
    _tell(folder, "looking")
    try:
        people = people_in(video, reference)
    except (MissingExtra, NoFolder, WeightsError):
        return False
    if people is None:
        return False
    from podium.movement import compare
    from podium.report.movement_page import make_movement_report
    from podium.report.movement_result import movement_files

    names, both, language = (
        (task["video_name"], task["reference_name"]),
        (video, reference),
        task["language"],
    )
    comparison = compare(people.ours, people.theirs, theirs_name=names[1])
    _tell(folder, "writing")
    with ExitStack() as stack:
        shown, notes = both, list[str]()
        if task["blur_faces"]:
            from podium.report.faceless import copies_without_faces
            from podium.report.words import load_words

            copies = stack.enter_context(_copies(folder))
            shown, hidden = copies_without_faces(both, names, people.are_videos, copies)
            notes = [one.sentence(load_words(language)) for one in hidden]
        report = make_movement_report(comparison, *shown, language, names=names, notes=notes)
    _keep(folder, report, movement_files(comparison, *names, language))
    return True


def _render(folder: Path) -> None:
    """Make of a report what `task.json` asks for; how far it is goes to standard output."""
    task = read_json(folder / "task.json", MAX_TASK_BYTES)
    report = Path(task["report"])
    if task["what"] == "page":
        from podium.report.one_page import make_pdf, read_printed

        write_bytes(folder / task["file"], make_pdf(read_printed(report)))
        return
    from podium.report.kept import unpacked

    kept = unpacked(report, folder)
    if task["what"] == "picture":
        from podium.report.redrawn import picture_of

        write_bytes(folder / task["file"], picture_of(kept.query, kept.query))
        return
    from podium.report.film import FilmOptions, make_film
    from podium.report.words import load_words
    from podium.web.records import read_notes

    kept = replace(kept, notes=read_notes(Path(task["notes"])))
    options = FilmOptions(task["what"], task["plain"])
    film = make_film(kept, load_words(task["language"]), options, _tell_share)
    write_bytes(folder / task["file"], film.content)


def _tell_share(done: int, total: int) -> None:
    """Say how much of a film is made, in hundredths."""
    if 100 * done // total > 100 * (done - 1) // total:
        print(json.dumps({"share": done / total}), flush=True)


@contextmanager
def _copies(folder: Path) -> Iterator[Path]:
    """Return where copies of videos without faces lie until the end of the block.

    Should this process be killed, they go with the half-done result.
    """
    half_done = folder / "result.partial"
    half_done.mkdir(exist_ok=True)
    yield half_done
    for copy in half_done.glob("?.mp4"):
        copy.unlink()


def _keep(folder: Path, report: "Report", files: dict[str, str]) -> None:
    """Write the folder `result` in one step."""
    half_done = folder / "result.partial"
    report.save(half_done / "report.html")
    for name, content in files.items():
        write_bytes(half_done / name, content.encode("utf-8", "backslashreplace"))
    os.replace(half_done, folder / "result")


def _rename_videos(assessment: "Assessment", task: dict[str, Any]) -> "Assessment":
    """Call the videos what the user called them: here they lie under made-up names."""
    references = tuple(
        replace(r, id=f"reference {task['reference_name']}", name=task["reference_name"])
        if r.path
        else r
        for r in assessment.references
    )
    return replace(assessment, name=task["video_name"], references=references)


def _tell(folder: Path, stage: str) -> None:
    write_bytes(folder / "progress.json", json.dumps({"stage": stage}).encode())


def _end_with_the_server() -> None:
    """Leave when standard input ends: the server holds its other end, however it dies."""

    def watch() -> None:
        while os.read(0, 1):  # not sys.stdin's: Python waits for its lock when it ends
            pass
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
