"""Take the pictures of the report and the page in docs: rendered dives, in a real Chromium.

python scripts/picture_page.py [--chromium /usr/bin/chromium]
"""

import argparse
import io
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from podium.simulation import SimulationOptions, stage, write_video

DOCS = Path(__file__).parent.parent / "docs"
FAULTS = {"entry": 0.6, "splash": 0.7}
MAX_HEIGHT = 1790
"""Below it the report goes on with the table, which needs no picture."""

COLOURS = 128
"""So few make a picture small enough for a repository."""


def main() -> None:
    """Render two dives, assess one beside the other on the page, and take both pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--chromium", default=shutil.which("chromium"))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for file, faults, seed in (("dive.mp4", FAULTS, 12), ("expert.mp4", {}, 13)):
            options = SimulationOptions()
            frames = stage("407", faults, seed, options).frames()
            write_video(folder / file, frames, options.frames_per_second)
        take_pictures(folder, parser.parse_args().chromium)


def take_pictures(folder: Path, chromium: str) -> None:
    """Run the page in `folder` and take the pictures there."""
    command = [sys.executable, "-c", "from podium.cli import main; main()", "serve", "--port", "0"]
    server = subprocess.Popen(
        [*command, "--folder", str(folder / "store"), "--model", "simulated"],
        stderr=subprocess.PIPE,
        text=True,
    )
    assert server.stderr is not None
    url = server.stderr.readline().split()[1]
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=chromium, args=["--no-sandbox", "--force-color-profile=srgb"]
            )
            page = browser.new_page(viewport={"width": 1100, "height": 800})
            picture_page(page, url, folder)
            picture_report(page)
    finally:
        server.terminate()
        server.wait()


def picture_page(page: Page, url: str, folder: Path) -> None:
    """Fill in the form, wait for the outcome, and take the picture of the page."""
    page.goto(url)
    page.set_input_files("#videos", folder / "dive.mp4")
    page.fill("#action", "407C")
    page.fill("#difficulty", "3.2")
    page.select_option("#beside", "own")
    page.set_input_files("#own", folder / "expert.mp4")
    page.click("#assess")
    page.wait_for_selector("tr[data-state=done]", timeout=600_000)
    save(page, "page.png")


def picture_report(page: Page) -> None:
    """Open the report, go to the costliest moment, and take its picture."""
    page.get_by_text("Open report").click()
    page.locator("#playing").wait_for(state="visible")
    page.locator(".remarks button").first.click()
    for _ in range(6):
        page.keyboard.press("ArrowRight")
    time.sleep(2)  # the videos are to show what was asked for
    save(page, "report.png")


def save(page: Page, name: str) -> None:
    """Keep a picture of the whole page, with few colours."""
    picture = Image.open(io.BytesIO(page.screenshot(full_page=True))).convert("RGB")
    picture = picture.crop((0, 0, picture.width, min(picture.height, MAX_HEIGHT)))
    path = DOCS / name
    picture.quantize(COLOURS).save(path, optimize=True)
    print(f"{path.name}: {picture.size[0]}x{picture.size[1]}, {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
