"""1,000 photos: the wall, the next picture, a click's echo."""

from __future__ import annotations

import statistics
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

import review_site
from reviewbench.pictures import write_photos
from reviewbench.watch import ECHO, GO, SCROLL, rows, settle

NEXT = 30
"""Pictures that are gone through."""


def line(name: str, values: Sequence[float]) -> None:
    """Print the median, the 95th percentile and the longest of some milliseconds."""
    ranked = sorted(values)
    high = ranked[min(len(ranked) - 1, int(len(ranked) * 0.95))]
    print(
        f"{name}: median {statistics.median(ranked):.0f} ms, 95 % within {high:.0f} ms, "
        f"longest {ranked[-1]:.0f} ms ({len(ranked)} times)"
    )


def run_wall(place: Path, browser: Any, count: int, width: int) -> None:
    """Print the timings of a folder of so many photos."""
    write_photos(place / "march", count, faces=2, width=width)
    began = time.monotonic()
    site = review_site.Site(folder=place / "march", output=place / "published").start()
    print(f"{count} photos of {width} x {width * 2 // 3}: served after {_since(began):.0f} ms")
    try:
        page = review_site.login(site, browser, viewport={"width": 1280, "height": 800})
        page.wait_for_selector(".tile img:not([hidden])", timeout=60_000)
        mark = "performance.getEntriesByName('first thumbnail')[0].startTime"
        print(f"first thumbnail: {page.evaluate(mark):.0f} ms after the page was asked for")
        page.wait_for_function(_FULL, timeout=60_000)
        print(f"all thumbnails in sight: {page.evaluate('performance.now()'):.0f} ms")
        line("a frame while the wall is scrolled", page.evaluate(SCROLL))
        _pictures(page)
    finally:
        site.kill()


_FULL = """() => [...document.querySelectorAll(".tile")]
    .filter((tile) => tile.getBoundingClientRect().top < innerHeight)
    .every((tile) => tile.querySelector("img:not([hidden])"))"""


def _since(began: float) -> float:
    return (time.monotonic() - began) * 1000


def _pictures(page: Page) -> None:
    while sum(bool(row["detected"]) for row in rows(page)) < NEXT + 2:
        page.wait_for_timeout(500)
    page.wait_for_timeout(2500)
    waiting = sum(not row["detected"] for row in rows(page))
    print(f"meanwhile the detectors work in the background: {waiting} photos to go")
    page.get_by_role("searchbox").fill("")
    page.locator(".tile a").first.click()
    page.wait_for_selector(".face-row")
    steps, echoes, confirmed = [], [], []
    for _ in range(NEXT):
        page.wait_for_timeout(400)
        steps.append(page.evaluate(GO, "n"))
        page.wait_for_selector(".face-row")
        began = time.monotonic()
        echoes.append(page.evaluate(ECHO, "ask"))
        settle(page)
        confirmed.append(_since(began))
    line("next picture, in sight", steps)
    line("a click's echo, in sight", echoes)
    line("a click, on disk and confirmed", confirmed)
