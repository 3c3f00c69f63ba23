"""Two tabs at once never lose a decision."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

import review_site
from review_acts import face_row, open_picture, says, settled, truth
from review_site import Site


@pytest.fixture
def tabs(browser: Any, site: Site) -> Iterator[tuple[Page, Page]]:
    first = review_site.login(site, browser)
    second = first.context.new_page()
    second.goto(site.page)
    second.wait_for_selector(".tile")
    yield first, second
    first.context.close()


@pytest.fixture
def deaf(browser: Any, site: Site) -> Iterator[tuple[Page, Page]]:
    """Two tabs, the second of which hears of nothing."""
    first = review_site.login(site, browser)
    second = first.context.new_page()
    second.route("**/api/events", lambda route: route.abort())
    second.goto(site.page)
    second.wait_for_selector(".tile")
    yield first, second
    first.context.close()


def decide(page: Page, number: int, action: str) -> None:
    face_row(page, number).locator(".choices").get_by_role("button", name=action).click()


def test_the_other_tab_sees_a_decision(tabs: tuple[Page, Page]) -> None:
    first, second = tabs
    open_picture(first, "group-0.jpg")
    open_picture(second, "group-0.jpg")
    decide(first, 1, "Ask")
    says(second, 1, "to be decided")
    expect(second.locator("#toasts")).to_contain_text("group-0.jpg: 1 face changed in another tab")
    second.get_by_role("link", name="Back to the wall").click()
    tile = second.locator(".tile", has_text="group-0.jpg")
    expect(tile).to_contain_text("Needs a look")


def test_decisions_on_two_faces_both_hold(deaf: tuple[Page, Page]) -> None:
    first, second = deaf
    open_picture(first, "group-1.jpg")
    open_picture(second, "group-1.jpg")
    decide(first, 1, "Ask")
    settled(first)
    decide(second, 2, "Ask")
    settled(second)
    says(second, 1, "to be decided")
    faces = truth(second, "group-1.jpg")["faces"]
    assert [face["action"] for face in faces[:3]] == ["ask", "ask", "hide"]


@pytest.mark.parametrize("mine", [True, False])
def test_of_decisions_on_one_face_the_person_says_which_holds(
    deaf: tuple[Page, Page], mine: bool
) -> None:
    first, second = deaf
    name = "group-2.jpg" if mine else "group-3.jpg"
    open_picture(first, name)
    open_picture(second, name)
    face_row(first, 1).get_by_role("button", name="Keep…").click()
    first.get_by_role("dialog").get_by_label("A speaker in public").check()
    first.get_by_role("button", name="Keep visible").click()
    settled(first)
    decide(second, 1, "Ask")
    dialog = second.get_by_role("dialog", name="This was decided elsewhere")
    expect(dialog).to_contain_text("stays visible: A speaker in public")
    dialog.get_by_role("button", name="Take mine" if mine else "Leave theirs").click()
    settled(second)
    assert truth(second, name)["faces"][0]["action"] == ("ask" if mine else "keep")
    says(second, 1, "to be decided" if mine else "stays visible: A speaker in public")
