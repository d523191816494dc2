"""What every test may ask for: small videos, made-up samples, and the real data where present."""

import csv
import json
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

import av
import numpy as np
import numpy.typing as npt
import pytest
import torch

from browsing import PAINTED
from firefox import Firefox
from firefox import running as running_firefox
from podium.datasets.manifest import Manifest
from podium.evaluation import metrics
from podium.features.extraction import FeatureCache, Features, Sample
from podium.judging.diving import RULE as DIVING
from podium.metric.learning import LearningOptions
from podium.metric.pairs import PairOptions
from podium.performance import Performance
from podium.report import words
from podium.scorers.siamese_lstm import SiameseLSTMOptions
from podium.training import TrainingOptions, train_model
from podium.video.clips import VideoFacts

Pixels = npt.NDArray[np.uint8]
REPOSITORY = Path(__file__).parent.parent


@pytest.fixture(scope="session", autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture(autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PODIUM_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="session")
def data_folder() -> Path:
    """The folder of the real data, which cannot be redistributed."""
    folder = Path(os.environ.get("PODIUM_DATA", REPOSITORY.parent / "shared" / "data")).resolve()
    if not folder.is_dir():
        pytest.skip(f"the real data are not at {folder}: set PODIUM_DATA to their folder")
    return folder


def scene(number: int, width: int = 64, height: int = 48) -> Pixels:
    """A frame that tells its number and which way is up: a red corner, and a bar that moves."""
    frame = np.full((height, width, 3), 60, np.uint8)
    frame[: height // 3, : width // 3] = (250, 10, 10)
    left = number * 2 % (width - 8)
    frame[height // 2 :, left : left + 8] = 230
    return frame


def write_video(
    path: Path,
    frames: Sequence[Pixels],
    *,
    times_ms: Sequence[int] | None = None,
    frames_per_second: int = 25,
    rotation: int | None = None,
    codec: str = "libx264",
    pixel_format: str = "yuv420p",
    container_options: dict[str, str] | None = None,
    **options: str,
) -> Path:
    """Encode RGB frames; `times_ms` makes the frame rate variable, `options` are the codec's."""
    base = Fraction(1, 1000) if times_ms else Fraction(1, frames_per_second)
    with av.open(str(path), "w", options=container_options or {}) as container:
        if codec == "libx264":
            options.setdefault("preset", "superfast")
        stream = container.add_stream(codec, rate=frames_per_second, options=options)
        stream.height, stream.width = frames[0].shape[:2]
        stream.pix_fmt = pixel_format
        stream.codec_context.time_base = base
        # With more threads, or a look-ahead, x264 was seen to give other bytes each time.
        stream.codec_context.thread_count = 1
        if rotation is not None:
            stream.set_display_rotation(rotation)
        for number, pixels in enumerate(frames):
            frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
            frame.pts, frame.time_base = times_ms[number] if times_ms else number, base
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


@pytest.fixture
def make_video(tmp_path: Path) -> Callable[..., Path]:
    """A factory of small videos: `make_video("a.mp4", 20)`, or with frames of one's own."""

    def make(name: str = "video.mp4", frames: int | Sequence[Pixels] = 20, **how: Any) -> Path:
        shown = [scene(i) for i in range(frames)] if isinstance(frames, int) else frames
        return write_video(tmp_path / name, shown, **how)

    return make


@pytest.fixture(scope="session")
def make_sample() -> Callable[..., Sample]:
    """A factory of labelled performances with random features: `make_sample("a", score=60)`."""

    def make(
        id: str,
        values: npt.NDArray[np.float32] | None = None,
        *,
        n_clips: int = 4,
        dim: int = 3,
        **known: Any,
    ) -> Sample:
        if values is None:
            generator = np.random.default_rng(sum(id.encode()))
            values = generator.normal(size=(n_clips, dim)).astype(np.float32)
        starts = np.arange(len(values), dtype=float)
        facts = VideoFacts(16 * len(values), 16 * len(values), 0, float(len(values)))
        features = Features(values, starts, starts + 1, "made-up", facts)
        return Sample(Performance(id, Path(f"{id}.mp4"), **known), features)

    return make


QUICK = SiameseLSTMOptions(
    n_networks=1,
    learning=LearningOptions(n_epochs=4, batch_size=64),
    pairs=PairOptions(threshold=15.0, n_similar=60, n_dissimilar=60),
)
"""Enough to learn from two dozen videos in a second, and no more."""

COLUMNS = ("file_name", "score", "split", "action", "difficulty", "judges", "phases")


@dataclass(frozen=True)
class SmallModel:
    """A model of two actions in `folder`, and the table of the made-up videos behind it.

    `cache` holds the features of the videos, for whoever sets PODIUM_CACHE to it.
    """

    folder: Path
    manifest: Path
    cache: Path
    options: TrainingOptions

    def performances(self) -> tuple[Performance, ...]:
        return Manifest(self.manifest).performances()

    def video(self, split: str = "test", action: str | None = None) -> Path:
        """Give the first video of a split (and an action)."""
        rows = self.performances()
        return next(p.path for p in rows if p.split == split and action in (None, p.action))


def attempt(mark: float, action: str, n_frames: int = 50, seed: int = 0) -> list[Pixels]:
    """A made-up performance: a bar, the steadier and the brighter the better the mark."""
    generator = np.random.default_rng(seed)
    frames = []
    for number in range(n_frames):
        frame = np.full((48, 64, 3), 50, np.uint8)
        shake = int(generator.normal(0, (11 - mark) / 2))
        left = (number if action == "107" else 50 - number) + shake
        left = min(max(left, 0), 54)
        top = 5 if action == "107" else 25
        frame[42:, : number + 1] = 160  # no two frames are the same
        frame[top : top + 18, left : left + 10] = (int(20 * mark) + 40, 120, 200 - int(15 * mark))
        frames.append(frame)
    return frames


def write_table(folder: Path, n_train: int, n_test: int) -> Path:
    """Write made-up videos of two actions and their table; the scores follow the panel's rule."""
    rows = []
    for number in range(n_train + n_test):
        mark = 3.0 + 7.0 * (number * 7 % 12) / 11
        mark = round(mark * 2) / 2
        action = ("107", "407")[number // 12 % 2 if number < 24 else number % 2]
        difficulty = {"107": (1.6, 2.0, 2.4), "407": (2.4, 3.0, 3.2)}[action][number % 3]
        judges = (mark, mark, max(mark - 0.5, 0), mark, min(mark + 0.5, 10))
        name = f"{number:03d}.mp4"
        write_video(folder / name, attempt(mark, action, seed=number), frames_per_second=30)
        rows.append(
            {
                "file_name": name,
                "score": f"{DIVING.score(judges, difficulty):.2f}",
                "split": "train" if number < n_train else "test",
                "action": action,
                "difficulty": difficulty,
                "judges": ";".join(map(str, judges)),
                "phases": "flight:0-25;water_entry:26-49",
            }
        )
    table = folder / "metadata.csv"
    with table.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
    return table


@pytest.fixture
def quick_intervals() -> Iterator[None]:
    """Intervals of 30 resamples: the usual 2000 take seconds, and no test here reads them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(metrics, "bootstrap", partial(metrics.bootstrap, n_resamples=30))
        yield


@pytest.fixture(scope="session")
def small_model(tmp_path_factory: pytest.TempPathFactory) -> SmallModel:
    """A model trained on two dozen made-up videos, with their table; nobody may write there."""
    folder = tmp_path_factory.mktemp("small")
    options = TrainingOptions(scorer_options=QUICK, description="made-up bars")
    made = SmallModel(folder / "bars", write_table(folder, 24, 6), folder / "cache", options)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(metrics, "bootstrap", partial(metrics.bootstrap, n_resamples=30))
        train_model(
            made.performances(), made.folder, options, cache=FeatureCache(made.cache / "features")
        )
    return made


@pytest.fixture
def made_up_language(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A third language: one file more, in which everything said stands in brackets."""
    folder = tmp_path / "words"
    shutil.copytree(words.FOLDER, folder)
    english = json.loads((folder / "en.json").read_text("utf-8"))
    kept = ("language", "decimal")
    marked = {key: text if key in kept else f"⟦{text}⟧" for key, text in english.items()}
    marked["language"] = "Tlhingan"
    (folder / "tlh.json").write_text(json.dumps(marked), "utf-8")
    monkeypatch.setattr(words, "FOLDER", folder)
    yield "tlh"
    words.load_words.cache_clear()


# pages in a real browser

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
