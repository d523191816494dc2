"""Videos and assessments as files under one folder, each written whole or not at all."""

import json
import os
import re
import secrets
import shutil
import threading
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal

from podium.errors import PodiumError
from podium.files import write_bytes

State = Literal["waiting", "running", "done", "failed", "cancelled"]
ENDED: tuple[State, ...] = ("done", "failed", "cancelled")

UNUSED_SECONDS = 3600.0
"""A video that no assessment asked for is removed after this time."""


class NotThere(PodiumError, LookupError):
    """There is no video, assessment or batch of that name."""


@dataclass(frozen=True)
class StoredVideo:
    """A video that was sent, under a name that was made up here; `name` is what it was called."""

    id: str
    name: str
    n_bytes: int
    created_seconds: float


@dataclass(frozen=True)
class Request:
    """What is to be assessed, and how: the ids of videos, and words of the user.

    `reference` is a video of the user's own, `expert` a reference of the model.
    """

    video: str
    model: str
    action: str | None = None
    difficulty: float | None = None
    reference: str | None = None
    expert: str | None = None
    language: str = "en"

    def videos(self) -> set[str]:
        """Give the ids of the videos that it needs."""
        return {video for video in (self.video, self.reference) if video}


@dataclass(frozen=True)
class Job:
    """One assessment, from the request to the outcome."""

    id: str
    request: Request
    video_name: str
    reference_name: str | None
    created_seconds: float
    state: State = "waiting"
    batch: str | None = None
    started_seconds: float | None = None
    ended_seconds: float | None = None
    error: str | None = None
    summary: dict[str, Any] | None = None


class Store:
    """All there is, in memory and on disk; safe to use from several threads.

    Whoever changes something takes the lock and may wait for the disk; whoever only looks reads a
    dictionary in one step and never waits, so that the page answers while a batch is written down.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = threading.RLock()
        for name in ("videos", "assessments"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        shutil.rmtree(folder / "partial", ignore_errors=True)
        (folder / "partial").mkdir()
        os.chmod(folder, 0o700)  # videos of people are nobody else's business
        videos = (_read(path / "about.json", StoredVideo) for path in self._folders("videos"))
        self._videos = {video.id: video for video in videos if video}
        jobs = (_read_job(path) for path in self._folders("assessments"))
        self._jobs = {job.id: job for job in jobs if job}
        self._forget_damaged()
        self._resume()

    # videos

    def new_partial(self) -> Path:
        """Name a file for a video that is being received; it is nobody's until it is kept."""
        return self.folder / "partial" / _new_id()

    def keep_video(self, partial: Path, name: str) -> StoredVideo:
        """Take over a video that was received whole."""
        video = StoredVideo(_new_id(), name, partial.stat().st_size, time.time())
        with self._lock:
            waiting = partial.with_name(f"{partial.name}.kept")
            waiting.mkdir()
            os.replace(partial, waiting / "video")
            write_bytes(waiting / "about.json", _as_bytes(asdict(video)))
            os.replace(waiting, self.folder / "videos" / video.id)
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
        """Say where a video lies."""
        return self.folder / "videos" / self.video(id_).id / "video"

    def remove_video(self, id_: str) -> None:
        """Remove a video from the disk."""
        with self._lock:
            self.video(id_)
            self._remove("videos", id_)
            del self._videos[id_]

    def remove_unneeded_videos(self) -> None:
        """Remove the videos that no waiting assessment needs: a report has copies of its own.

        One that was just sent is kept for an hour, for its assessment may be yet to come.
        """
        with self._lock:
            jobs = self._jobs.values()
            needed = set().union(*(j.request.videos() for j in jobs if j.state not in ENDED))
            asked_for = set().union(*(j.request.videos() for j in jobs))
            old = time.time() - UNUSED_SECONDS
            for video in list(self._videos.values()):
                is_fresh = video.id not in asked_for and video.created_seconds > old
                if video.id not in needed and not is_fresh:
                    self.remove_video(video.id)

    # assessments

    def add(self, requests: Iterable[Request], batch: str | None = None) -> list[Job]:
        """Put assessments into the line, all or none.

        Raises
        ------
        NotThere
            If a video of theirs is not there.
        """
        with self._lock:
            latest = max((job.created_seconds for job in self._jobs.values()), default=0.0)
            now = max(time.time(), latest + 1e-6)  # those of one moment keep their order
            jobs = [
                self._new_job(request, batch, now + number * 1e-6)
                for number, request in enumerate(requests)
            ]
            for job in jobs:
                self.write(job)
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

    def has_job(self, id_: str) -> bool:
        """Say whether an assessment is there."""
        return id_ in self._jobs

    def next_waiting(self) -> Job | None:
        """Give the assessment that has waited longest."""
        waiting = [job for job in list(self._jobs.values()) if job.state == "waiting"]
        return min(waiting, key=lambda job: job.created_seconds, default=None)

    def write(self, job: Job) -> Job:
        """Keep what is known of an assessment."""
        with self._lock:
            write_bytes(self.job_folder(job.id) / "job.json", _as_bytes(asdict(job)))
            self._jobs[job.id] = job
            return job

    def change(self, id_: str, **changes: Any) -> Job:
        """Keep a change of an assessment, such as its state."""
        with self._lock:
            return self.write(replace(self.job(id_), **changes))

    def remove_job(self, id_: str) -> None:
        """Remove an assessment and its report from the disk."""
        with self._lock:
            self.job(id_)
            self._remove("assessments", id_)
            del self._jobs[id_]
            self.remove_unneeded_videos()

    def job_folder(self, id_: str) -> Path:
        """Say where the files of an assessment lie; its id was made up here."""
        return self.folder / "assessments" / id_

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

    def new_batch(self) -> str:
        """Make up a name for a batch."""
        return _new_id()

    def _new_job(self, request: Request, batch: str | None, created_seconds: float) -> Job:
        reference = self.video(request.reference).name if request.reference else request.expert
        name = self.video(request.video).name
        return Job(_new_id(), request, name, reference, created_seconds, batch=batch)

    def _folders(self, kind: str) -> list[Path]:
        found = (self.folder / kind).iterdir()
        return [p for p in found if _is_id(p.name) and p.is_dir() and not p.is_symlink()]

    def _forget_damaged(self) -> None:
        """Remove what a crash left half done: a folder without a readable description."""
        for kind, known in (("videos", self._videos), ("assessments", self._jobs)):
            for path in self._folders(kind):
                if path.name not in known:
                    shutil.rmtree(path, ignore_errors=True)

    def _resume(self) -> None:
        """Put what was going on when the server stopped back into the line."""
        for job in self.jobs():
            if job.state == "running":
                self.change(job.id, state="waiting", started_seconds=None)
            elif job.state == "waiting" and not job.request.videos() <= set(self._videos):
                error = "its video is gone: send it again"
                self.change(job.id, state="failed", error=error, ended_seconds=time.time())
        self.remove_unneeded_videos()

    def _remove(self, kind: str, id_: str) -> None:
        """Take a folder away in one step, then clear it up."""
        gone = self.folder / "partial" / f"{id_}.gone"
        os.replace(self.folder / kind / id_, gone)
        shutil.rmtree(gone, ignore_errors=True)


def default_folder() -> Path:
    """Say where the page keeps its files: the user's folder for data of programs."""
    home = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(home) / "podium"


def _new_id() -> str:
    return secrets.token_hex(16)


def _is_id(name: str) -> bool:
    return re.fullmatch(r"[0-9a-f]{32}", name) is not None


def _is_inside(path: Path, folder: Path) -> bool:
    return path.resolve().is_relative_to(folder.resolve())


def _as_bytes(value: dict[str, Any]) -> bytes:
    # A file name may hold what is no character: JSON's own escapes can.
    return json.dumps(value).encode("ascii")


def _read(path: Path, kind: type[StoredVideo]) -> StoredVideo | None:
    try:
        return kind(**json.loads(path.read_bytes()))
    except (OSError, ValueError, TypeError):
        return None


def _read_job(folder: Path) -> Job | None:
    try:
        plain = json.loads((folder / "job.json").read_bytes())
        return Job(**{**plain, "request": Request(**plain["request"])})
    except (OSError, ValueError, TypeError, KeyError):
        return None
