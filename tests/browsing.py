"""What a video in a browser shows, and what it should show."""

import base64
import io
import re
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from podium.features.alignment import Alignment
from podium.video.playback import make_playback


def reference_at(alignment: Alignment, query_seconds: float) -> float:
    """Where the reference is when the query is at a time; the ends go on at equal pace."""
    ours, theirs = alignment.query_seconds, alignment.reference_seconds
    inside = min(max(query_seconds, ours[0]), ours[-1])
    return float(np.interp(inside, ours, theirs)) + query_seconds - inside


SHOWN = """name => {
  const video = document.getElementById(name), canvas = document.createElement("canvas");
  canvas.width = video.videoWidth; canvas.height = video.videoHeight;
  canvas.getContext("2d").drawImage(video, 0, 0);
  return canvas.toDataURL("image/png");
}"""


WCAG = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"],
    },
    "rules": {"target-size": {"enabled": True}},  # axe leaves it out unless asked
}
"""All of WCAG 2.2 AA that axe knows, however serious."""

FOCUSED = """() => {
  const one = document.activeElement, box = one.getBoundingClientRect();
  if (one === document.body) return null;
  const shown = one.matches(".file input") ? one.previousElementSibling : one;
  const style = getComputedStyle(shown);
  const x = Math.min(Math.max(box.left + box.width / 2, 1), innerWidth - 1);
  const y = Math.min(Math.max(box.top + box.height / 2, 1), innerHeight - 1);
  const there = document.elementFromPoint(x, y);
  const isInText = one.matches("p a, li a");
  return {
    name: one.getAttribute("aria-label") || one.textContent.trim()
      || one.labels?.[0]?.textContent.trim() || one.getAttribute("aria-labelledby"),
    outline: style.outlineStyle, thick: parseFloat(style.outlineWidth),
    covered: !(one.contains(there) || there?.contains(one)),
    small: !isInText && Math.min(box.width, box.height) < 24,
    html: one.outerHTML.slice(0, 120),
  };
}"""
"""What WCAG 2.2 asks of whatever has the focus: a name, an outline, in sight, 24 pixels wide."""

SAID = """() => {
  const all = document.createTreeWalker(document.body, NodeFilter.SHOW_ALL);
  const said = [document.title];
  for (let one = all.currentNode; one; one = all.nextNode()) {
    if (one.nodeType === Node.TEXT_NODE) {
      if (!one.parentElement.closest("script, style, noscript")) said.push(one.textContent);
    } else if (one.getAttribute) {
      for (const name of ["aria-label", "aria-valuetext", "title", "alt", "placeholder"]) {
        if (one.hasAttribute(name)) said.push(one.getAttribute(name));
      }
    }
  }
  return said;
}"""
"""All that a page says: its text, and what it says to those who cannot see it."""

SETTLED = """() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  return ["query", "reference"].every(name => {
    const video = document.getElementById(name), facts = data[name];
    if (!video || !facts) return true;
    const said = document.getElementById(name + "-at").textContent;
    const number = Number(/ (\\d+)\\D+\\d+$/.exec(said)[1]);
    const next = number < facts.starts.length ? facts.starts[number] : facts.end;
    const inside = time => facts.starts[number - 1] <= time + facts.offset + 1e-6
      && time + facts.offset < next;
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
    """Return the pixels of a picture in a `data:` address."""
    picture = base64.b64decode(address.partition(",")[2])
    return np.asarray(Image.open(io.BytesIO(picture)).convert("RGB"))


def shown_in_firefox(firefox, name: str) -> np.ndarray:
    firefox.wait(f"({SETTLED})()")
    return pixels_of(firefox.evaluate(f"return ({SHOWN})({name!r})"))


def _axe():
    return pytest.importorskip(
        "axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed"
    ).Axe()


def _named(violations) -> list[tuple[str, list[str]]]:
    return [(one["id"], [node["html"] for node in one["nodes"]]) for one in violations]


def breaches(page) -> list[tuple[str, list[str]]]:
    """List what axe finds against WCAG 2.2 AA."""
    return _named(_axe().run(page, options=WCAG).response["violations"])


def breaches_in_firefox(firefox) -> list[tuple[str, list[str]]]:
    """List the same in a Firefox."""
    firefox.evaluate(_axe().axe_script)
    return _named(firefox.evaluate("return axe.run(arguments[0])", WCAG)["violations"])


def tab_through(page, most: int = 200) -> list[dict]:
    """Go through a page by the Tab key, and say what each stop looks like."""
    stops = []
    page.evaluate("() => { document.body.tabIndex = -1; document.body.focus(); }")
    for _ in range(most):
        page.keyboard.press("Tab")
        if (stop := page.evaluate(FOCUSED)) is None:
            return stops
        stops.append(stop)
    raise AssertionError(f"after {most} stops the page has no end")


def untranslated(page, *data: str) -> set[str]:
    """List what a page says, to anybody, that is neither marked words nor data."""
    rest = set()
    for text in page.evaluate(SAID):
        for known in data:
            text = text.replace(known, "")
        while (shorter := re.sub("⟦[^⟦⟧]*⟧", "", text)) != text:
            text = shorter
        if re.search("[^\\W\\d_]{2,}", text):
            rest.add(text.strip())
    return rest


def decoded(path: Path) -> list[np.ndarray]:
    with av.open(io.BytesIO(make_playback(path).content)) as container:
        return [f.to_ndarray(format="rgb24") for f in container.decode(video=0)]
