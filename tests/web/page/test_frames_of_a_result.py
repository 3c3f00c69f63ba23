"""The result of an animation is that of the frame in sight."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

import review_site
from review_acts import open_picture
from review_site import Site


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    (tmp_path / "march").mkdir()
    first, second = (
        Image.fromarray(review_site.group(seed=seed, width=480, height=360, faces=2))
        for seed in (1, 2)
    )
    first.save(tmp_path / "march" / "two.gif", save_all=True, append_images=[second], duration=500)
    running = Site(tmp_path / "march", tmp_path / "published").start()
    yield running
    running.stop()


def corner(page: Page) -> list[int]:
    """Return a pixel of the result where no face is: its lower right."""
    pixel: list[int] = page.evaluate(
        """async () => {
            const image = document.querySelector("img.result");
            await image.decode();
            const canvas = new OffscreenCanvas(image.naturalWidth, image.naturalHeight);
            const context = canvas.getContext("2d");
            context.drawImage(image, 0, 0);
            const [x, y] = [canvas.width - 9, canvas.height - 9];
            return [...context.getImageData(x, y, 1, 1).data];
        }"""
    )
    return pixel


def test_each_frame_has_its_result(browser: Any, site: Site) -> None:
    page = review_site.login(site, browser)
    open_picture(page, "two.gif")
    page.keyboard.press("Shift+R")
    expect(page.locator(".stage[data-result='real']")).to_be_visible(timeout=30_000)
    before = corner(page)
    with page.expect_response("**/preview?*frame=1") as answer:
        page.locator("input[type=range]").fill("1")
    assert answer.value.status in (200, 202)
    expect(page.locator(".stage[data-result='real']")).to_be_visible(timeout=30_000)
    assert max(abs(a - b) for a, b in zip(before, corner(page), strict=True)) > 20
    page.context.close()
