"""How long the page takes with thousands of assessments, and a season of hundreds, in a browser.

python benchmarks/lists.py [--assessments 5000] [--season 500] [--times 5] [--out lists.json]

Assessments are made up and put into a folder of the page; nothing is scored. A time is by the
browser's clock, from asking for the address to the frame in which what it shows is on screen; the
browser keeps nothing of a page. Each begins at a page with next to nothing in it, once all of the
one before is done; `blank` is that page itself. A search is from the last key to its rows. A season
is there once its curve and the newest rows are. Where
others use the machine, times say little: `..._cpu_ms` is how long the page's process and the
browser's main thread worked meanwhile, one after the other, and `load` how many processes were
running or waiting to; `..._p90_ms` is what nine in ten stayed under.
"""

import argparse
import json
import math
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from subprocess import PIPE, Popen

from playwright.sync_api import sync_playwright

from podium.web.records import LISTED, About, Job, Request, as_bytes, new_id

UNITS = {"flight_seconds": "seconds", "opening_seconds": "seconds"}


WATCH = """(() => {
  const wanted = sessionStorage.wanted;
  const look = () => {
    if (!document.querySelector(wanted)) return requestAnimationFrame(look);
    return requestAnimationFrame(() => { window.shownAt = performance.now(); });
  };
  if (wanted) look();
})();"""
"""Notes when something was on screen: in the frame after the one in which it was first there."""

SEARCH = """([words, range]) => new Promise((resolve) => {
  const begun = performance.now(), field = document.getElementById("search");
  const look = () => {
    const said = document.getElementById("range").textContent;
    if (!said.endsWith(range)) return requestAnimationFrame(look);
    return requestAnimationFrame(() => resolve(performance.now() - begun));
  };
  field.value = words;
  field.dispatchEvent(new Event("input"));
  look();
})"""


SEASON_SEARCH = """wanted => new Promise((resolve) => {
  const begun = performance.now(), field = document.getElementById("search");
  field.value = "tag3";
  field.dispatchEvent(new Event("input"));
  requestAnimationFrame(() => requestAnimationFrame(() => {
    const said = document.getElementById("found").textContent;
    if (said !== wanted) throw new Error(`${said} is not ${wanted}`);
    resolve(performance.now() - begun);
  }));
})"""


def main() -> None:
    """Fill a folder, open the page, and print the medians in milliseconds."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--assessments", type=int, default=5000)
    asked.add_argument("--season", type=int, default=500)
    asked.add_argument("--times", type=int, default=5)
    asked.add_argument("--out", type=Path, help="write it to this file, too")
    wanted = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        fill(Path(folder) / "store", wanted.assessments, wanted.season)
        measured = measure(Path(folder) / "store", wanted.season, wanted.times)
    size = {"assessments": wanted.assessments, "season": wanted.season}
    load = {"load": os.getloadavg()[0], "processors": os.cpu_count()}
    said = json.dumps({**size, **measured, **load}, indent=2)
    print(said)
    if wanted.out:
        wanted.out.write_text(said + "\n", encoding="utf-8")


def fill(store: Path, n: int, n_of_one: int) -> None:
    """Make up assessments: the first `n_of_one` are of one athlete, twice a week."""
    begin = date(2020, 1, 1)
    for number in range(n):
        athlete = "Ada" if number < n_of_one else f"Athlete {number % 40}"
        day = (begin + timedelta(days=3.5 * (number % n_of_one))).isoformat()
        score = 60 + 15 * (number * 7919 % 101) / 101
        measures = [
            {"name": name, "unit": UNITS.get(name, "bodies"), "phase": "flight",
             "value": 1 + number % 9 / 10, "low": 0.8, "high": 2.2}
            for name in LISTED
        ]  # fmt: skip
        summary = {
            "score": score, "score_low": score - 10, "score_high": score + 10, "difficulty": 3.2,
            "action": "407", "warnings": [], "measures": measures,
        }  # fmt: skip
        job = Job(new_id(), Request(new_id(), "diving", language="en"), f"dive {number}.mp4", None,
                  1.6e9 + number, "done", summary=summary)  # fmt: skip
        job = replace(job, about=About(athlete, day, f"Event {number % 13}", (f"tag{number % 5}",)))
        (store / "assessments" / job.id).mkdir(parents=True)
        (store / "assessments" / job.id / "job.json").write_bytes(as_bytes(job))


def measure(store: Path, n_of_one: int, times: int) -> dict[str, float]:
    """Return how long it took to start the page, and medians of what it shows."""
    begun = time.perf_counter()
    command = "from podium.cli import main; main()"
    server = Popen([sys.executable, "-c", command, "serve", "--port", "0", "--folder", str(store)],
                   stderr=PIPE, text=True, env={**os.environ, "OMP_NUM_THREADS": "1"})  # fmt: skip
    try:
        assert server.stderr is not None
        url = server.stderr.readline().split()[1]
        started = time.perf_counter() - begun
        measured = in_browser(url, server.pid, n_of_one, times)
        return {"start_ms": round(1000 * started, 1), **measured}
    finally:
        server.terminate()
        server.wait()


def in_browser(url: str, pid: int, n_of_one: int, times: int) -> dict[str, float]:
    """Return the medians of the list, a search in it, and a season, in milliseconds."""
    programs = ("chromium", "chromium-browser", "google-chrome")
    program = next(filter(None, map(shutil.which, programs)))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        page = browser.new_context().new_page()
        line = page.context.new_cdp_session(page)

        def worked_ms(*, afresh: bool) -> float:
            if afresh:
                line.send("Performance.disable")
                line.send("Performance.enable", {"timeDomain": "threadTicks"})
            found = line.send("Performance.getMetrics")["metrics"]
            own = next(one["value"] for one in found if one["name"] == "TaskDuration")
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            ticks = int(fields[11]) + int(fields[12])
            return 1000 * (float(own) + ticks / os.sysconf("SC_CLK_TCK"))

        def opened(address: str, selector: str) -> float:
            page.evaluate("address => { sessionStorage.wanted = address; }", selector)
            page.goto(f"{url}{address}", wait_until="commit")
            page.wait_for_function("() => window.shownAt")
            return float(page.evaluate("() => window.shownAt"))

        def leave() -> None:
            page.wait_for_load_state("networkidle")
            page.evaluate("() => { sessionStorage.wanted = ''; }")
            page.goto(f"{url}/page.css")
            page.wait_for_load_state("networkidle")

        def search() -> float:
            page.goto(url)
            page.locator("#rows tr").nth(49).wait_for()
            return float(page.evaluate(SEARCH, ["ada tag3", f"of {n}"]))

        def season_search() -> float:
            page.goto(f"{url}/athletes?athlete=Ada")
            page.locator("#search:enabled").wait_for()
            return float(page.evaluate(SEASON_SEARCH, f"{n} of {n_of_one}"))

        n = len([number for number in range(n_of_one) if number % 5 == 3])
        page.goto(f"{url}/page.css")
        page.add_init_script(WATCH)
        kinds: dict[str, Callable[[], float]] = {
            "blank": lambda: opened("/page.css", "body"),
            "list": lambda: opened("/", "#rows tr:nth-child(50)"),
            "search": search,
            "season": lambda: opened("/athletes?athlete=Ada", "#main-curve svg"),
            "season_search": season_search,
        }
        found: dict[str, float] = {}
        for name, how in kinds.items():
            of_it = times_of(leave, how, worked_ms, times)
            found |= {f"{name}_{of}": ms for of, ms in of_it.items()}
        return found


def times_of(
    leave: Callable[[], None],
    how: Callable[[], float],
    worked_ms: Callable[..., float],
    times: int,
) -> dict[str, float]:
    """Return how long something takes and how long was worked; the first time does not count."""
    how()
    taken, worked = [], []
    for _ in range(times):
        leave()
        before = worked_ms(afresh=True)
        taken.append(how())
        worked.append(worked_ms(afresh=False) - before)
    return {
        "ms": round(statistics.median(taken), 1),
        "p90_ms": round(sorted(taken)[math.ceil(0.9 * len(taken)) - 1], 1),
        "least_ms": round(min(taken), 1),
        "cpu_ms": round(statistics.median(worked), 1),
    }


if __name__ == "__main__":
    main()
