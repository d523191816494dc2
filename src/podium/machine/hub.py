"""Folders of a model hub, `hub:user/name`: the files that are asked for come here, nothing else.

A hub answers `GET /user/name/resolve/REVISION/FILE`, as that of Hugging Face does. Files are kept
as they first came: a later run asks nobody.
"""

import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from podium.errors import ForeignPart, ModelError, NotFetched, UnknownName, UsageError
from podium.machine import extras
from podium.machine.addresses import fetch, scheme_of
from podium.machine.files import cache_folder

PREFIX = "hub:"
REVISION = "main"

_NAME = re.compile(r"[A-Za-z0-9][\w.-]{0,95}/[A-Za-z0-9][\w.-]{0,95}", re.ASCII)
_REVISION = re.compile(r"[A-Za-z0-9][\w.-]{0,95}", re.ASCII)
_NOT_FOUND = 404


@dataclass(frozen=True)
class HubFolder:
    """A folder of a hub, at one of its revisions."""

    name: str
    """Whose it is and what it is called, `user/name`."""

    revision: str = REVISION
    """A branch, a tag or a commit."""

    @classmethod
    def of(cls, text: str) -> "HubFolder":
        """Read `hub:user/name`, or `hub:user/name@revision`.

        Raises
        ------
        UnknownName
            If it is none of these.
        """
        name, sign, revision = text.removeprefix(PREFIX).partition("@")
        fits = _NAME.fullmatch(name) and (not sign or _REVISION.fullmatch(revision))
        if not fits or ".." in text or not text.startswith(PREFIX):
            raise UnknownName(
                f"{text!r:.300} names no folder of a hub: write hub:user/name, or "
                "hub:user/name@revision"
            )
        return cls(name, revision or REVISION)

    def kept(self) -> Path:
        """Return where its files are kept."""
        owner, _, name = self.name.partition("/")
        return cache_folder() / "hub" / owner / f"{name}@{self.revision}"

    def fetched(self, needed: Mapping[str, int], more: Mapping[str, int]) -> Path:
        """Return the folder here, after its files have come, if they had not.

        `needed` and `more`, which need not be there, say how large each may be, in bytes.

        Raises
        ------
        NotFetched
            If one cannot be had, is larger, or is needed and not there.
        """
        folder = self.kept()
        if not all((folder / name).is_file() for name in needed):
            self._fetch(folder, {**more, **needed}, optional=more)
        return folder

    def _fetch(self, folder: Path, files: Mapping[str, int], optional: Mapping[str, int]) -> None:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".fetching-") as made:
            come = Path(made)
            for name, max_bytes in files.items():
                (come / name).parent.mkdir(parents=True, exist_ok=True)
                try:
                    fetch(self._address(name), come / name, max_bytes, _secret(), "use another")
                except NotFetched as error:
                    (come / name).unlink(missing_ok=True)
                    if name not in optional or _code_of(error) != _NOT_FOUND:
                        raise
            for name in files:  # what is needed comes last
                if (come / name).exists():
                    (folder / name).parent.mkdir(parents=True, exist_ok=True)
                    os.replace(come / name, folder / name)

    def _address(self, file: str) -> str:
        return f"{endpoint()}/{self.name}/resolve/{self.revision}/{file}"

    def push(self, folder: Path, files: Sequence[str], private: bool) -> str:
        """Send files of a folder to the hub; return the address where they are.

        Raises
        ------
        MissingExtra
            If what sends them is not installed.
        NotFetched
            If the hub does not take them.
        """
        extras.require("hub", "podium push")
        os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"  # nothing is said to anyone but what is sent
        from huggingface_hub import HfApi

        hub: Any = HfApi(endpoint=endpoint(), token=os.environ.get("HF_TOKEN") or False)
        try:
            hub.create_repo(self.name, private=private, exist_ok=True)
            hub.upload_folder(
                repo_id=self.name, folder_path=folder, revision=self.revision,
                allow_patterns=[*files], commit_message="A model of Podium's",
            )  # fmt: skip
        except Exception as error:  # it has dozens of kinds, and its connections have more
            raise NotFetched(
                f"{endpoint()}: does not take {self.name} ({type(error).__name__}: "
                f"{error!s:.300}): check the name, the connection, and that HF_TOKEN may write "
                "there"
            ) from error
        return f"{endpoint()}/{self.name}"


@contextmanager
def kept_if_usable(name: str) -> Iterator[None]:
    """Keep no model that comes from a hub in the block and cannot be used; say so.

    What was kept before stays, for it may be all that there is where no hub can be reached.
    """
    if not name.startswith(PREFIX):
        yield
        return
    folder = HubFolder.of(name).kept()
    was_here = folder.exists()
    try:
        yield
    except ForeignPart:
        raise
    except ModelError as error:
        if was_here:
            what = f"it came from a hub: to have it fetched anew, remove {folder}"
        else:
            shutil.rmtree(folder, ignore_errors=True)
            what = "it came from a hub just now, and was not kept: try again, or ask who pushed it"
        raise ModelError(f"{error}; {what}") from error


def endpoint() -> str:
    """Return the address of the hub: `HF_ENDPOINT`, or that of Hugging Face.

    Raises
    ------
    UsageError
        If that is no address.
    """
    named = os.environ.get("HF_ENDPOINT") or "https://huggingface.co"
    if scheme_of(named) not in ("https", "http"):
        raise UsageError(f"HF_ENDPOINT is {named!r:.300}: it must begin with https:// or http://")
    return named.rstrip("/")


def _secret() -> dict[str, str]:
    token = os.environ.get("HF_TOKEN", "")
    return {"Authorization": f"Bearer {token}"} if token.isprintable() and token else {}


def _code_of(error: NotFetched) -> int | None:
    return getattr(error.__cause__, "code", None)
