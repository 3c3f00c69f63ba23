"""One editor's session by script, from start to published, and where the software's time went."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

import review_site
from reviewbench.pictures import write_photos
from reviewbench.wall import line
from reviewbench.watch import ECHO, GO, rows, settle

GROUND = "A speaker in public"


def run_session(place: Path, browser: Any, count: int, faces: int, width: int) -> None:
    """Keep one face in each photo, look at all, publish; print the time of each part."""
    write_photos(place / "march", count, faces, width)
    began = time.monotonic()
    site = review_site.Site(folder=place / "march", output=place / "published").start()
    try:
        page = review_site.login(site, browser, viewport={"width": 1280, "height": 800})
        opened = time.monotonic()
        _wait_for_all(page)
        looked = time.monotonic()
        found = sum(int(str(row["hide"])) for row in rows(page))
        waits = _decide(page, count)
        decided = time.monotonic()
        _publish(page, count)
        ended = time.monotonic()
    finally:
        site.stop()
    print(f"{count} photos of {width} x {width * 2 // 3}, {faces} faces each; {found} found")
    print(f"start to first page: {opened - began:.1f} s")
    print(f"detection (a person can work meanwhile): {looked - opened:.1f} s")
    print(f"deciding, by script: {decided - looked:.1f} s, of which the page made one wait")
    for name, values in waits.items():
        print(f"  {name}: {sum(values) / 1000:.1f} s in all")
        line(f"  {name}", values)
    print(f"publishing and checking: {ended - decided:.1f} s")
    print(f"all of it: {ended - began:.1f} s")


def _wait_for_all(page: Page) -> None:
    while not all(row["detected"] for row in rows(page)):
        page.wait_for_timeout(1000)


def _decide(page: Page, count: int) -> dict[str, list[float]]:
    waits: dict[str, list[float]] = {"next picture": [], "echo of a click": [], "confirmation": []}
    page.reload()
    page.locator(".tile a").first.click()
    page.wait_for_selector(".face-row")
    page.locator(".face-row").first.get_by_role("button", name="Keep…").click()
    page.get_by_role("dialog").get_by_label(GROUND).check()
    page.get_by_role("button", name="Keep visible").click()
    settle(page)
    for _ in range(count - 1):
        waits["next picture"].append(page.evaluate(GO, "n"))
        page.wait_for_selector(".face-row")
        waits["echo of a click"].append(page.evaluate(ECHO, "hide"))
        page.keyboard.press("Shift+K")
        began = time.monotonic()
        settle(page)
        waits["confirmation"].append((time.monotonic() - began) * 1000)
    return waits


def _publish(page: Page, count: int) -> None:
    page.keyboard.press("Shift+P")
    dialog = page.get_by_role("dialog")
    dialog.get_by_label(re.compile("^All that are not published")).check()
    dialog.get_by_role("button", name=f"Publish {count} pictures").click()
    done = dialog.get_by_text(re.compile(r"files? published and checked"))
    expect(done).to_be_visible(timeout=7_200_000)
    print(done.inner_text())
