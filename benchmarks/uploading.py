"""What it costs to send a large video whose connection is killed again and again.

python benchmarks/uploading.py [--megabytes 1000] [--kill-every 10]

The file is a small video that ends in zeros. Every so many parts, the connection is killed in the
midst of one. Prints how much was sent, how long it took, and how much memory the page took at most.
"""

import argparse
import json
import os
import socket
import sys
import tempfile
import time
from pathlib import Path
from subprocess import PIPE, Popen

import httpx
import numpy as np

from podium.simulation import write_video


def main() -> None:
    """Send it, and print what it took."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--megabytes", type=int, default=1000)
    asked.add_argument("--kill-every", type=int, default=10)
    wanted = asked.parse_args()
    with tempfile.TemporaryDirectory() as made:
        video = Path(made) / "dive.mp4"
        write_video(video, (np.full((96, 128, 3), 10 * i, np.uint8) for i in range(20)), 25)
        with video.open("r+b") as file:
            file.truncate(wanted.megabytes * 10**6)
        print(json.dumps(sent(Path(made) / "store", video, wanted.kill_every)))


def sent(store: Path, video: Path, kill_every: int) -> dict[str, float]:
    """Send a video in parts to a page of its own, and kill every so manieth."""
    command = "from podium.cli import main; main()"
    server = Popen([sys.executable, "-c", command, "serve", "--port", "0", "--folder", str(store)],
                   stderr=PIPE, text=True)  # fmt: skip
    try:
        assert server.stderr is not None
        url = server.stderr.readline().split()[1]
        begun = time.perf_counter()
        n_sent, n_killed = send(url, video, kill_every)
        status = Path(f"/proc/{server.pid}/status").read_text()
        peak = int(status.partition("VmHWM:")[2].split()[0]) / 1000
        return {
            "megabytes": video.stat().st_size / 1e6, "sent_megabytes": round(n_sent / 1e6, 1),
            "killed": n_killed, "seconds": round(time.perf_counter() - begun, 1),
            "peak_memory_megabytes": round(peak), "load": os.getloadavg()[0],
        }  # fmt: skip
    finally:
        server.terminate()
        server.wait()


def send(url: str, video: Path, kill_every: int) -> tuple[int, int]:
    """Return how many bytes were sent, and how often the connection was killed."""
    size, n_sent, n_killed, number = video.stat().st_size, 0, 0, 0
    with (
        httpx.Client(base_url=url, timeout=600, trust_env=False) as client,
        video.open("rb") as file,
    ):
        way = client.post("/api/uploads", params={"name": "dive.mp4", "n_bytes": size}).json()
        while not way["video"]:
            number += 1
            file.seek(way["received"])
            part = file.read(way["part_bytes"])
            path = f"/api/uploads/{way['id']}"
            if number % kill_every == 0:
                n_sent += kill(url, f"{path}?offset={way['received']}", part)
                n_killed += 1
            else:
                client.put(path, params={"offset": way["received"]}, content=part)
                n_sent += len(part)
            way = client.get(path).json()
    return n_sent, n_killed


def kill(url: str, path: str, part: bytes) -> int:
    """Send half a part, and break the line; return how much was sent."""
    host, port = url.removeprefix("http://").split(":")
    head = f"PUT {path} HTTP/1.1\r\nHost: {host}:{port}\r\nContent-Length: {len(part)}\r\n\r\n"
    with socket.create_connection((host, int(port))) as line:
        line.sendall(head.encode() + part[: len(part) // 2])
    return len(part) // 2


if __name__ == "__main__":
    main()
