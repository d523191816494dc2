"""A page that is shared shows its address as a code that a phone's camera reads."""

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product
from pathlib import Path

import cv2
import numpy as np
import pytest

from browsing import breaches, pixels_of, untranslated
from podium.report.words import languages
from podium.web.codes import code_lines, code_picture
from podium.web.guard import Token
from podium.web.listening import where_to_open

from .conftest import HERE, ORIGIN

DRAWN = """() => {
  const image = document.querySelector("#shared img"), canvas = document.createElement("canvas");
  canvas.width = image.naturalWidth; canvas.height = image.naturalHeight;
  canvas.getContext("2d").drawImage(image, 0, 0);
  return canvas.toDataURL("image/png");
}"""


def read(pixels: np.ndarray) -> str:
    """Read a code as a camera would, from nearer and from farther away.

    One in a hundred codes, whose token is drawn anew, is not read by one reader at one size.
    """
    readers = (cv2.QRCodeDetector(), cv2.QRCodeDetectorAruco())
    for size, reader in product((1, 2, 1.5, 3), readers):
        seen = cv2.resize(pixels, None, fx=size, fy=size, interpolation=cv2.INTER_AREA)
        said, _, _ = reader.detectAndDecode(seen)
        if said:
            return str(said)
    return ""


def as_on_a_terminal(lines: tuple[str, ...], size: int = 4) -> np.ndarray:
    """Draw letters that are blocks: light where a letter is, two fields below each other."""
    halves = {" ": (0, 0), "▀": (255, 0), "▄": (0, 255), "█": (255, 255)}
    upper = np.array([[halves[letter][0] for letter in line] for line in lines], np.uint8)
    lower = np.array([[halves[letter][1] for letter in line] for line in lines], np.uint8)
    fields = np.stack([upper, lower], 1).reshape(2 * len(lines), -1)
    return np.pad(fields.repeat(size, 0).repeat(size, 1), 5 * size)


@pytest.mark.parametrize("host", ["192.168.178.55", "fd00::7"])
def test_what_the_terminal_shows_is_the_whole_link(host):
    token = Token()
    _, said, *lines = where_to_open(host, 8017, token)
    address = said.removeprefix("open ").removesuffix(" (Ctrl+C stops it)")
    assert address.endswith(f":8017/?token={token.secret}")
    assert read(as_on_a_terminal(tuple(lines))) == address


def test_where_it_cannot_be_drawn_the_address_stands_alone(monkeypatch, make_client):
    monkeypatch.setitem(sys.modules, "segno", None)
    token = Token("secret")
    assert len(where_to_open("10.0.0.7", 8000, token)) == 2
    assert code_picture("http://10.0.0.7:8000") == ""
    with make_client(host="10.0.0.7", token=token) as client:
        page = client.get("/", headers={"authorization": "Bearer secret"}).text
    assert f'<p class="address">http://10.0.0.7:{ORIGIN.rpartition(":")[2]}/?token=secret' in page
    assert 'id="shared"' in page
    assert "<img src=" not in page


def test_a_terminal_without_such_letters_shows_none(monkeypatch):
    monkeypatch.setattr("podium.web.codes._has_blocks", lambda encoding: encoding is None)
    assert code_lines("http://10.0.0.7:8000") == ()


def test_a_page_that_is_not_shared_shows_no_address(client):
    assert 'id="shared"' not in client.get("/").text
    assert HERE[0] not in client.get("/").text


@contextmanager
def shared(folder: Path, model: str) -> Iterator[str]:
    """Run `podium serve --share` until the end of the block; gives the address that it prints."""
    command = "from podium.cli import main; main()"
    process = subprocess.Popen(
        [sys.executable, "-c", command, "serve", "--share", "--host", "127.0.0.1", "--port", "0",
         "--folder", str(folder), "--model", model],
        stderr=subprocess.PIPE, text=True, encoding="utf-8",
    )  # fmt: skip
    try:
        assert process.stderr is not None
        process.stderr.readline()
        found = re.fullmatch(r"open (http://\S+) \(Ctrl\+C stops it\)\n", process.stderr.readline())
        assert found
        yield found[1]
    finally:
        process.terminate()
        process.communicate(timeout=240)


@pytest.mark.parametrize("width", [1200, 360])
def test_the_page_shows_a_code_that_holds_the_whole_link(visit, small_model, tmp_path, width):
    with shared(tmp_path / "store", str(small_model.folder)) as address:
        page = visit(address).page
        page.set_viewport_size({"width": width, "height": 640})
        assert "token" not in page.url
        page.get_by_text("For the phone beside you").click()
        picture = page.locator("#shared img").screenshot()
        seen = cv2.imdecode(np.frombuffer(picture, np.uint8), cv2.IMREAD_GRAYSCALE)
        assert read(seen) == address
        assert page.locator("#shared .address").inner_text() == address
        assert breaches(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.slow
def test_firefox_shows_it_too(firefox, small_model, tmp_path):
    with shared(tmp_path / "store", str(small_model.folder)) as address:
        firefox.goto(address)
        firefox.wait("document.querySelector('#shared img')?.complete")
        assert read(pixels_of(firefox.evaluate(f"return ({DRAWN})()"))) == address


def test_a_made_up_language_reaches_it(visit, make_client, made_up_language):
    token = Token("secret")
    with make_client(host="10.0.0.7", token=token) as client:
        headers = {"authorization": "Bearer secret"}
        html = client.get(f"/?language={made_up_language}", headers=headers).text
    page = visit("about:blank").page
    shown = html[html.index('<details class="shared"') : html.index("</details>")]
    page.set_content(f"<title></title>{shown}")
    page.get_by_text("⟦For the phone").click()
    address = page.locator(".address").inner_text()
    assert untranslated(page, address, *languages().values()) == set()
