"""Videos and assessments as files under one folder, each written whole or not at all."""

import json
import logging
import os
import threading
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import repeat
from pathlib import Path
from typing import Any

from podium.errors import PodiumError, UnusableFile
from podium.machine.files import remove_half_written, user_folder, write_bytes
from podium.report.notes import Notes
from podium.web import records
from podium.web.home import PASSING, UPLOAD, Home, clear
from podium.web.records import ENDED, About, Job, Request, StoredVideo, is_id, new_id

UNUSED_SECONDS = 24 * 3600.0
"""A video that no assessment ever asked for is removed after this time."""

_log = logging.getLogger("podium.web")


class NotThere(PodiumError, LookupError):
    """There is no video, assessment or batch of that name."""


class Changed(PodiumError):
    """What was to be replaced is not what whoever replaces it has seen."""


class Store:
    """All there is, in memory and on disk; safe to use from several threads.

    Whoever changes something takes the lock and may wait for the disk; whoever only looks reads a
    dictionary in one step and never waits, so that the page answers while a batch is written down.
    """

    def __init__(self, folder: Path) -> None:
        self._home = Home(folder)
        self.folder = self._home.folder
        self._lock = threading.RLock()
        self._videos: dict[str, StoredVideo] = {}
        self._jobs: dict[str, Job] = {}
        self._damaged_job: set[str] = set()
        try:
            self._load()
            self._resume(self.jobs())
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Let another server have the folder."""
        self._home.close()

    # videos

    def new_partial(self, ending: str = UPLOAD) -> Path:
        """Name a file for what is being received; it is nobody's until it is kept."""
        return self._home.part("partial") / f"{new_id()}{ending}"

    def keep_video(self, partial: Path, name: str) -> StoredVideo:
        """Take over a video that was received whole."""
        name = records.make_storable(name)
        video = StoredVideo(new_id(), name, partial.stat().st_size, time.time())
        waiting = partial.with_name(f"{partial.name}.kept")
        with self._lock:
            try:
                waiting.mkdir()
                os.replace(partial, waiting / "video")
                write_bytes(waiting / "about.json", records.as_bytes(video))
                os.replace(waiting, self._home.part("videos") / video.id)
            except OSError:  # such as a full disk: what did arrive takes no room
                clear(waiting)
                raise
            self._videos[video.id] = video
        return video

    def video(self, id_: str) -> StoredVideo:
        """Find a video.

        Raises
        ------
        NotThere
            If there is none of that id.
        """
        if (video := self._videos.get(id_)) is None:
            raise NotThere(f"there is no video {id_[:40]!r}: send it again")
        return video

    def video_path(self, id_: str) -> Path:
        """Return where a video lies."""
        return self.folder / "videos" / self.video(id_).id / "video"

    def remove_video(self, id_: str) -> None:
        """Remove a video from the disk."""
        with self._lock:
            self.video(id_)
            self._remove("videos", id_)
            del self._videos[id_]

    def remove_unneeded_videos(self) -> None:
        """Remove the videos that were assessed: a report has copies of its own.

        One whose assessment failed or was cancelled stays for another try, until the person deletes
        that or an assessment of it is done. One that nobody asked for is kept for a day, for its
        assessment may be yet to come.
        """
        with self._lock:
            needed, old = self._needed_videos(), time.time() - UNUSED_SECONDS
            asked_for = set().union(*(job.request.videos() for job in self._jobs.values()))
            for video in list(self._videos.values()):
                # A damaged assessment may have asked for any of them.
                is_fresh = self._damaged_job or video.created_seconds > old
                if video.id not in needed and (video.id in asked_for or not is_fresh):
                    self.remove_video(video.id)

    def _needed_videos(self) -> set[str]:
        jobs = list(self._jobs.values())
        done = {job.request.video for job in jobs if job.state == "done"}
        return set().union(
            *(
                job.request.videos()
                for job in jobs
                if job.state not in ENDED or (job.state != "done" and job.request.video not in done)
            )
        )

    # assessments

    def add(
        self,
        requests: Iterable[Request],
        batch: str | None = None,
        abouts: Sequence[About] = (),
    ) -> list[Job]:
        """Put assessments into the line, all or none; `abouts` are what is said of each.

        Raises
        ------
        NotThere
            If a video of theirs is not there.
        """
        with self._lock:
            latest = max((job.created_seconds for job in self._jobs.values()), default=0.0)
            now = max(time.time(), latest + 1e-6)  # those of one moment keep their order
            jobs = [
                self._new_job(request, batch, now + number * 1e-6, about)
                for number, (request, about) in enumerate(
                    zip(requests, abouts or repeat(About()), strict=False)
                )
            ]
            try:
                for job in jobs:
                    self.write(job)
            except OSError:
                for job in jobs:
                    self._jobs.pop(job.id, None)
                    clear(self.job_folder(job.id))
                raise
            return jobs

    def job(self, id_: str) -> Job:
        """Find an assessment.

        Raises
        ------
        NotThere
            If there is none of that id.
        """
        if (job := self._jobs.get(id_)) is None:
            raise NotThere(f"there is no assessment {id_[:40]!r}: it may have been deleted")
        return job

    def jobs(self, batch: str | None = None) -> list[Job]:
        """List the assessments, the newest first; those of a batch in the order they were sent."""
        everything = sorted(self._jobs.values(), key=lambda job: job.created_seconds)
        if batch is not None:
            return [job for job in everything if job.batch == batch]
        return everything[::-1]

    def unordered(self) -> list[Job]:
        """List the assessments in no order: thousands are put into one in a while only."""
        return list(self._jobs.values())

    def has_job(self, id_: str) -> bool:
        """Return whether an assessment is there."""
        return id_ in self._jobs

    def next_waiting(self) -> Job | None:
        """Return the assessment that has waited longest."""
        waiting = [job for job in list(self._jobs.values()) if job.state == "waiting"]
        return min(waiting, key=lambda job: job.created_seconds, default=None)

    def write(self, job: Job) -> Job:
        """Keep what is known of an assessment."""
        with self._lock:
            write_bytes(self.job_folder(job.id) / "job.json", records.as_bytes(job))
            self._jobs[job.id] = job
            return job

    def change(self, id_: str, **changes: Any) -> Job:
        """Keep a change of an assessment, such as its state."""
        with self._lock:
            return self.write(replace(self.job(id_), **changes))

    def settle(self, id_: str, **changes: Any) -> Job:
        """Keep a change; on a disk that takes no more it is known until the server ends."""
        with self._lock:
            try:
                return self.change(id_, **changes)
            except OSError as error:
                _log.warning("the assessment %s cannot be saved: %s", id_, error)
                self._jobs[id_] = replace(self.job(id_), **changes)
                return self._jobs[id_]

    def remove_job(self, id_: str) -> None:
        """Remove an assessment, its report, and the videos that were sent for it alone."""
        self.job(id_)
        self.remove_jobs([id_])

    def remove_jobs(self, ids: Iterable[str]) -> int:
        """Remove assessments and all that was sent for them alone; return how many there were."""
        with self._lock:
            jobs = [self._jobs[id_] for id_ in ids if id_ in self._jobs]
            for job in jobs:
                self._remove("assessments", job.id)
                self._remove(PASSING, job.id)
                del self._jobs[job.id]
                self._damaged_job.discard(job.id)
            asked_for = set().union(*(other.request.videos() for other in self._jobs.values()))
            sent = set().union(*(job.request.videos() for job in jobs))
            for video in sent - asked_for:
                if video in self._videos:
                    self.remove_video(video)
            self.remove_unneeded_videos()
            return len(jobs)

    def job_folder(self, id_: str) -> Path:
        """Return where the files of an assessment lie; its id was made up here."""
        return self.folder / "assessments" / id_

    def passing_folder(self, id_: str) -> Path:
        """Return where what is made of a report to be sent lies, until the page is stopped."""
        return self._home.part(PASSING) / id_

    def outcome(self, id_: str, name: str) -> Path:
        """Find a file of a finished assessment.

        Raises
        ------
        NotThere
            If the assessment is not done, or the file has been moved or made a link.
        """
        path = self.job_folder(self.job(id_).id) / "result" / name
        if path.is_symlink() or not path.is_file() or not _is_inside(path, self.folder):
            raise NotThere(f"assessment {id_} has no {name}: wait until it is done")
        return path

    def notes(self, id_: str) -> Notes:
        """Return what was added to the report of an assessment."""
        return records.read_notes(self.job_folder(self.job(id_).id))

    def keep_notes(self, id_: str, notes: Notes, seen: str) -> None:
        """Keep what was added to the report of an assessment, in place of what was `seen` of it.

        Raises
        ------
        Changed
            If what is kept now has another tag than `seen`: nothing that somebody else added is
            replaced unseen.
        """
        with self._lock:
            if self.notes(id_).tag != seen:
                raise Changed(
                    "what was added to this report was changed in another window: load it anew, or "
                    f"ask for /api/assessments/{id_}/notes and send its ETag as If-Match"
                )
            path = self.job_folder(self.job(id_).id) / records.NOTES
            write_bytes(path, json.dumps(notes.to_json()).encode("ascii"))

    def voice(self, id_: str) -> Path | None:
        """Return where the voice note of an assessment lies; `None` where there is none."""
        path = self.job_folder(self.job(id_).id) / records.VOICE
        return path if path.is_file() and not path.is_symlink() else None

    def keep_voice(self, id_: str, partial: Path) -> None:
        """Keep a voice note that was received, in place of the one before."""
        with self._lock:
            os.replace(partial, self.job_folder(self.job(id_).id) / records.VOICE)

    def remove_voice(self, id_: str) -> None:
        """Remove the voice note of an assessment, if there is one."""
        with self._lock:
            (self.job_folder(self.job(id_).id) / records.VOICE).unlink(missing_ok=True)

    def take_in(self, folder: Path) -> int:
        """Take over what was unpacked: `videos` and `assessments` in a folder, by their ids.

        What is here already stays as it is. Returns how many assessments are new.
        """
        with self._lock:
            for one in _folders_in(folder / "videos"):
                if one.name not in self._videos:
                    os.replace(one, self._home.part("videos") / one.name)
                    self._videos[one.name] = records.read_video(self.folder / "videos" / one.name)
            new = [one for one in _folders_in(folder / "assessments") if not self.has_job(one.name)]
            for one in new:
                os.replace(one, self._home.part("assessments") / one.name)
                self._jobs[one.name] = records.read_job(self.job_folder(one.name))
            self._resume([self._jobs[one.name] for one in new])
            return len(new)

    def new_batch(self) -> str:
        """Invent a name for a batch."""
        return new_id()

    def _new_job(
        self, request: Request, batch: str | None, created_seconds: float, about: About
    ) -> Job:
        reference = self.video(request.reference).name if request.reference else request.expert
        name = self.video(request.video).name
        return Job(new_id(), request, name, reference, created_seconds, batch=batch, about=about)

    def _load(self) -> None:
        for folder in _folders_in(self._home.part("videos")):
            if video := _video_in(folder):
                self._videos[video.id] = video
        for folder in _folders_in(self._home.part("assessments")):
            try:
                self._jobs[folder.name] = records.read_job(folder)
            except (OSError, UnusableFile) as error:
                if job := _damaged_job(folder, error):
                    self._jobs[job.id] = job
                    self._damaged_job.add(job.id)

    def _resume(self, jobs: Sequence[Job]) -> None:
        """Put what was going on when the server stopped back into the line."""
        for job in jobs:
            if job.state in ENDED:
                continue
            if summary := self._summary_of(job):  # the end of it could not be written down
                self.settle(job.id, state="done", summary=summary, ended_seconds=time.time())
            elif not job.request.videos() <= self._videos.keys():
                error = "its video is gone: send it again"
                self.settle(job.id, state="failed", error=error, ended_seconds=time.time())
            elif job.state == "running":
                self.settle(job.id, state="waiting", started_seconds=None)
        self.remove_unneeded_videos()

    def _summary_of(self, job: Job) -> dict[str, Any] | None:
        try:
            return records.read_summary(self.outcome(job.id, "result.json"))
        except (OSError, PodiumError):
            return None

    def _remove(self, kind: str, id_: str) -> None:
        """Take a folder away in one step, then clear it up; what others put there stays there."""
        there = self.folder / kind / id_
        gone = self._home.part("partial") / f"{id_}.gone"
        with suppress(FileNotFoundError):  # it may have been taken away by hand
            os.replace(there, gone)
        clear(gone)
        if gone.exists():
            os.replace(gone, there)


def _folders_in(part: Path) -> list[Path]:
    found = part.iterdir() if part.is_dir() else ()
    return [p for p in found if is_id(p.name) and p.is_dir() and not p.is_symlink()]


def default_folder() -> Path:
    """Return where the page keeps its files: the user's folder for data of programs."""
    return user_folder("XDG_DATA_HOME", ".local/share", "name one with --folder") / "podium"


def _is_inside(path: Path, folder: Path) -> bool:
    return path.resolve().is_relative_to(folder.resolve())


def _video_in(folder: Path) -> StoredVideo | None:
    """Find a video in its folder; one whose description is damaged is still a video."""
    video = folder / "video"
    if video.is_symlink() or not video.is_file():
        _log.warning("%s: holds no video: it is left alone", folder)
        return None
    try:
        return records.read_video(folder)
    except (OSError, UnusableFile) as error:
        _log.warning("%s", error)
        found = video.stat()
        return StoredVideo(folder.name, "video", found.st_size, found.st_mtime)


def _damaged_job(folder: Path, error: Exception) -> Job | None:
    """Return an unreadable assessment as a failed one; of one never written nothing is left."""
    if isinstance(error, FileNotFoundError):
        remove_half_written(folder / "job.json")
        with suppress(OSError):
            folder.rmdir()
        if not any((folder / "result" / name).is_file() for name in ("report.html", "result.json")):
            return None
    why = error.strerror if isinstance(error, OSError) else None
    said = records.make_storable(f"{folder / 'job.json'}: {why}" if why else str(error))
    reason = (
        f"this assessment is damaged: {said}: what is left of it stays in that folder until you "
        "delete it here"
    )
    _log.warning("%s", reason)
    changed = min(max(folder.stat().st_mtime, 0.0), records.MAX_SECONDS)
    return Job(
        folder.name, Request("", ""), "?", None, changed, state="failed",
        error=reason[: records.MAX_ERROR_LETTERS], ended_seconds=changed,
    )  # fmt: skip
