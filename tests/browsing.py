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


def settled(page) -> None:
    """Wait until no video is on its way to another frame."""
    page.evaluate(
        """() => new Promise(resolve => {
          const look = () => [...document.querySelectorAll("video")].some(
            video => video.seeking || video.readyState < 2) ? setTimeout(look, 20)
            : setTimeout(resolve, 60);
          look();
        })"""
    )


def shown(page, name: str) -> np.ndarray:
    settled(page)
    picture = base64.b64decode(page.evaluate(SHOWN, name).partition(",")[2])
    return np.asarray(Image.open(io.BytesIO(picture)).convert("RGB"))


def decoded(path: Path) -> list[np.ndarray]:
    with av.open(io.BytesIO(make_playback(path).content)) as container:
        return [f.to_ndarray(format="rgb24") for f in container.decode(video=0)]
