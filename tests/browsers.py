"""Pages in a real browser: Chromium and Firefox, where there is one."""

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from browsing import PAINTED
from firefox import Firefox
from firefox import running as running_firefox

H264 = 'video/mp4; codecs="avc1.4d401f"'
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")


@dataclass
class Visit:
    """A page that is open, all it asked for, and all it complained about."""

    page: Any
    requests: list[str]
    complaints: list[str]


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """A Chromium without a window; tests that need it are skipped where there is none."""
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    found = [path for name in CHROMIUM if (path := shutil.which(name))]
    if not found:
        pytest.skip(f"no browser is installed: none of {', '.join(CHROMIUM)} was found")
    as_root = hasattr(os, "geteuid") and os.geteuid() == 0
    with api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=found[0], args=["--no-sandbox"] if as_root else []
        )
        yield chromium
        chromium.close()


@pytest.fixture
def visit(browser: Any) -> Iterator[Callable[..., Visit]]:
    """Open a page: `visit(url)`. At the end it must have asked nobody else, and complained not."""
    visits: list[tuple[Visit, str]] = []

    def open_page(url: str, **how: Any) -> Visit:
        context = browser.new_context(viewport={"width": 1200, "height": 900}, **how)
        context.set_default_timeout(60_000)
        context.add_init_script(PAINTED)
        made = Visit(context.new_page(), [], [])
        made.page.on("request", lambda request: made.requests.append(request.url))
        made.page.on("pageerror", lambda error: made.complaints.append(str(error)))
        made.page.on("console", lambda message: made.complaints.append(message.text))
        made.page.on("dialog", lambda dialog: made.complaints.append(dialog.message))
        made.page.goto(url)
        visits.append((made, url))
        return made

    yield open_page
    for made, url in visits:
        made.page.context.close()
        assert made.complaints == []
        own = "/".join(url.split("/")[:3]) if url.startswith("http") else url.rpartition("/")[0]
        allowed = ("blob:", "data:", f"{own}/")
        assert [request for request in made.requests if not request.startswith(allowed)] == []


@pytest.fixture(scope="session")
def firefox_program() -> str:
    """Where a Firefox is; tests that need it are skipped where there is none."""
    found = [path for name in ("firefox-esr", "firefox") if (path := shutil.which(name))]
    if not found:
        pytest.skip("Firefox is not installed: neither firefox-esr nor firefox was found")
    return found[0]


@pytest.fixture
def firefox(firefox_program: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firefox]:
    """A Firefox that plays H.264, for one test; at the end it must have complained of nothing."""
    with running_firefox(firefox_program, tmp_path_factory.mktemp("firefox")) as made:
        if not made.evaluate(f"return document.createElement('video').canPlayType('{H264}')"):
            pytest.skip("this Firefox plays no H.264: install libavcodec beside it")
        yield made
        assert made.complaints() == []
