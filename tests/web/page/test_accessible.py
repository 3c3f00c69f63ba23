"""axe-core finds nothing serious, and the page is as light, dark or still as it is wanted."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

import review_site
from review_acts import face_row, open_picture
from review_axe import serious
from review_site import Site

PLACES = ("wall", "picture", "keep", "publish", "copy", "help")


def go(page: Page, place: str) -> None:
    """Go to one of the places of the page."""
    if place in ("picture", "keep", "copy"):
        open_picture(page, "burst-0.jpg")
    if place == "picture":
        face_row(page, 1).get_by_role("button", name=re.compile("Found")).click()
        expect(page.locator(".bar")).to_be_visible()
    elif place == "keep":
        face_row(page, 2).get_by_role("button", name="Keep…").click()
    elif place == "copy":
        face_row(page, 1).get_by_role("button", name="Hide").click()
        page.get_by_role("button", name="Copy decisions…").click()
    elif place == "publish":
        page.get_by_role("button", name="Publish…").click()
    elif place == "help":
        page.keyboard.press("?")
    if place not in ("wall", "picture"):
        expect(page.get_by_role("dialog")).to_be_visible()
    page.wait_for_timeout(300)


@pytest.fixture
def in_scheme(browser: Any, site: Site) -> Any:
    pages: list[Page] = []

    def open_in(scheme: str) -> Page:
        pages.append(review_site.login(site, browser, color_scheme=scheme))
        return pages[-1]

    yield open_in
    for page in pages:
        page.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_serious(in_scheme: Callable[[str], Page], scheme: str) -> None:
    page = in_scheme(scheme)
    for place in PLACES:
        page.goto(page.url.split("#")[0])
        page.reload()
        page.wait_for_selector(".tile")
        go(page, place)
        assert serious(page) == [], place


def test_the_theme_can_be_chosen(page: Page) -> None:
    page.get_by_role("button", name="Light or dark").click()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.get_by_role("button", name="Light or dark").click()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != dark


def test_nothing_moves_where_that_is_not_wanted(browser: Any, site: Site) -> None:
    page = review_site.login(site, browser, reduced_motion="reduce")
    page.wait_for_selector(".tile img:not([hidden])")
    animation = page.locator(".tile img").first.evaluate("(n) => getComputedStyle(n).animationName")
    assert animation == "none"
    page.context.close()
