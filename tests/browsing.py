"""What a video in a browser shows, and what it should show."""

import base64
import io
from pathlib import Path

import av
import numpy as np
from PIL import Image

from podium.playback import make_playback

SHOWN = """name => {
  const video = document.getElementById(name), canvas = document.createElement("canvas");
  canvas.width = video.videoWidth; canvas.height = video.videoHeight;
  canvas.getContext("2d").drawImage(video, 0, 0);
  return canvas.toDataURL("image/png");
}"""


SETTLED = """() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  return ["query", "reference"].every(name => {
    const video = document.getElementById(name), facts = data[name];
    if (!video || !facts) return true;
    const said = document.getElementById(name + "-at").textContent;
    const number = Number(/ (\\d+)\\D+\\d+$/.exec(said)[1]);
    const next = number < facts.starts.length ? facts.starts[number] : facts.end;
    const inside = time => facts.starts[number - 1] <= time + 1e-6 && time < next;
    return !video.seeking && video.readyState >= 2 && inside(video.currentTime)
      && inside(video.painted);
  });
}"""
"""Whether each video shows the frame that the page says it shows: no matter how long it took."""

PAINTED = """addEventListener("DOMContentLoaded", () => {
  for (const video of document.querySelectorAll("video")) {
    const note = (now, frame) => {
      video.painted = frame.mediaTime;
      video.requestVideoFrameCallback(note);
    };
    video.requestVideoFrameCallback(note);
  }
});"""
"""Run before a page: it notes for each video the time of the frame that was painted last."""


NOTE_PAINTED = PAINTED.partition("{")[2].rpartition("}")[0]
"""The same for a page that is open already: what is painted from now on is noted."""


def settled(page) -> None:
    """Wait until every video shows the frame that the page says; one that slipped never does."""
    page.wait_for_function(SETTLED)


def shown(page, name: str) -> np.ndarray:
    settled(page)
    return pixels_of(page.evaluate(SHOWN, name))


def pixels_of(address: str) -> np.ndarray:
    """Give the pixels of a picture in a `data:` address."""
    picture = base64.b64decode(address.partition(",")[2])
    return np.asarray(Image.open(io.BytesIO(picture)).convert("RGB"))


def shown_in_firefox(firefox, name: str) -> np.ndarray:
    firefox.wait(f"({SETTLED})()")
    return pixels_of(firefox.evaluate(f"return ({SHOWN})({name!r})"))


def decoded(path: Path) -> list[np.ndarray]:
    with av.open(io.BytesIO(make_playback(path).content)) as container:
        return [f.to_ndarray(format="rgb24") for f in container.decode(video=0)]
