"""A browser, and a review of a small folder, for the tests of the page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect, sync_playwright

import people
import review_site
from requirements import require
from review_site import Site

CHROMIUM = Path("/usr/bin/chromium")
expect.set_options(timeout=20_000)


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    require(CHROMIUM.exists(), "needs Debian's chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM))
        yield browser
        browser.close()


def fill(folder: Path) -> None:
    """Write the pictures: several groups, a burst, a large one, one with a caption."""
    folder.mkdir()
    for number in range(4):
        review_site.save(folder, f"group-{number}.jpg", review_site.group(seed=number))
    for second in range(2):
        taken = f"2026:05:01 10:00:0{second}"
        pixels = review_site.group(seed=20 + second, faces=3)
        review_site.save(folder, f"burst-{second}.jpg", pixels, taken=taken)
    large = review_site.group(seed=30, width=3000, height=2000, faces=4)
    review_site.save(folder, "large.jpg", large)
    caption = "<img src=x onerror=alert(1)> Rally"
    review_site.save(folder, "caption.jpg", review_site.group(seed=40, faces=2), caption=caption)
    review_site.save(folder, "<b>bold.jpg", review_site.group(seed=50, faces=1))
    review_site.save(folder, "faint.jpg", people.crowd(2400, 1350, 12, 120, seed=3))
    review_site.save(folder, "street.jpg", people.backdrop(640, 420, 3))


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    place = tmp_path_factory.mktemp("review")
    fill(place / "march")
    running = Site(folder=place / "march", output=place / "published").start()
    yield running
    running.stop()


@pytest.fixture
def problems() -> Iterator[list[str]]:
    """What the page complained of; nothing may."""
    seen: list[str] = []
    yield seen
    assert seen == []


def watched(page: Page, problems: list[str]) -> Page:
    """Collect errors of scripts and violations of the policy."""
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on(
        "console",
        lambda line: (
            problems.append(line.text)
            if line.type == "error" and "Failed to load resource" not in line.text
            else None
        ),
    )
    return page


@pytest.fixture
def page(browser: Any, site: Site, problems: list[str]) -> Iterator[Page]:
    page = watched(
        review_site.login(site, browser, viewport={"width": 1280, "height": 800}), problems
    )
    yield page
    page.context.close()


@pytest.fixture
def touch(browser: Any, site: Site, problems: list[str]) -> Iterator[Page]:
    options = {"has_touch": True, "is_mobile": True, "viewport": {"width": 360, "height": 740}}
    page = watched(review_site.login(site, browser, **options), problems)
    yield page
    page.context.close()
