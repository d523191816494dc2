"""Takes a file that is the body of a request onto the disk as it comes, and no more than may be."""

from dataclasses import dataclass
from pathlib import Path

from fastapi import HTTPException, Request
from starlette.concurrency import run_in_threadpool

from podium.web.bodies import promised_bytes

WRITTEN_AT_ONCE_BYTES = 2**20

OCTETS = {
    "requestBody": {
        "required": True,
        "content": {
            "application/octet-stream": {"schema": {"type": "string", "format": "binary"}}
        },
    }
}  # fmt: skip
"""How the description of the interface says that a request is a file and no more."""


@dataclass(frozen=True)
class Allowed:
    """How large a file may be, what it is called, and what to do with a larger one."""

    most_bytes: int
    """The largest that is taken."""

    what: str
    """Such as `video`."""

    otherwise: str
    """What whoever has a larger one is told to do."""

    def refusal(self) -> HTTPException:
        """Return the answer to a larger one."""
        return HTTPException(
            413,
            f"the {self.what} has more than the {self.most_bytes:,} bytes allowed: "
            f"{self.otherwise}",
        )

    def cut_short(self) -> HTTPException:
        """Return the answer to one that did not come whole."""
        return HTTPException(400, f"the {self.what} did not arrive whole: send it again")


async def receive(request: Request, partial: Path, allowed: Allowed) -> None:
    """Write a body to disk as it comes, and stop where it grows too large."""
    promised = promised_bytes(request.headers)
    if promised is not None and promised > allowed.most_bytes:
        raise allowed.refusal()
    n_bytes, waiting = 0, bytearray()
    with partial.open("xb") as file:
        async for chunk in request.stream():
            n_bytes += len(chunk)
            if n_bytes > allowed.most_bytes:
                raise allowed.refusal()
            waiting += chunk
            if len(waiting) >= WRITTEN_AT_ONCE_BYTES:  # a slow disk keeps nobody else waiting
                await run_in_threadpool(file.write, waiting)
                waiting = bytearray()
        await run_in_threadpool(file.write, waiting)
    if promised is not None and n_bytes != promised:
        raise allowed.cut_short()


def last_part(name: str, otherwise: str) -> str:
    """Keep the last part of a path, as one line of text; it names no file here."""
    last = name.replace("\\", "/").rstrip("/").rpartition("/")[2]
    return " ".join("".join(c if c.isprintable() else " " for c in last).split()) or otherwise
