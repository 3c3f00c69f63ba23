"""What a person does while something else is under way."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page, Route, expect

import review_site
from review_acts import face_row, open_picture, settled, truth
from review_site import Site


def hold_back(page: Page) -> list[Route]:
    """Hold back the changes that the page sends; return them, as they come."""
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/changes", hold)
    return held


def let_go(page: Page, held: list[Route]) -> None:
    """Send what was held back, and hold back no more."""
    for route in held:
        route.continue_()
    page.unroute("**/changes")


def test_a_face_is_kept_in_the_picture_that_was_asked_about(page: Page) -> None:
    open_picture(page, "group-0.jpg")
    open_picture(page, "group-1.jpg")
    face_row(page, 1).get_by_role("button", name="Keep…").click()
    page.get_by_role("dialog").get_by_label("A speaker in public").check()
    page.go_back()
    expect(page.locator("#picture-title")).to_have_text("group-0.jpg")
    page.get_by_role("button", name="Keep visible").click()
    settled(page)
    assert truth(page, "group-0.jpg")["faces"][0]["action"] == "hide"
    assert truth(page, "group-1.jpg")["faces"][0]["action"] == "keep"


def test_publishing_waits_for_what_is_not_saved(page: Page) -> None:
    open_picture(page, "group-2.jpg")
    held = hold_back(page)
    orders: list[str] = []
    page.on("request", lambda one: orders.append(one.url) if "api/publish" in one.url else None)
    face_row(page, 1).get_by_role("button", name="Ask").click()
    page.keyboard.press("Shift+P")
    dialog = page.get_by_role("dialog", name="Publish")
    dialog.get_by_role("button", name="Publish 1 picture").click()
    expect(dialog.get_by_role("button", name="Saving")).to_be_disabled()
    page.wait_for_timeout(500)
    assert orders == []
    let_go(page, held)
    expect(page.get_by_role("dialog", name="Published")).to_be_visible(timeout=60_000)
    assert truth(page, "group-2.jpg")["faces"][0]["action"] == "ask"
    assert truth(page, "group-2.jpg")["output"]["state"] == "published"


def test_two_conflicts_at_once_are_asked_about_one_after_the_other(
    browser: Any, site: Site
) -> None:
    names = ("group-3.jpg", "caption.jpg")
    first = review_site.login(site, browser)
    second = review_site.login(site, browser)
    for name in names:
        open_picture(second, name)
        expect(second.locator(".room-head .badge")).not_to_have_text("Unseen")
        settled(second)
    held = hold_back(second)
    for name in names:
        open_picture(second, name)
        face_row(second, 1).get_by_role("button", name="Keep…").click()
        second.get_by_role("dialog").get_by_label("A speaker in public").check()
        second.get_by_role("button", name="Keep visible").click()
        open_picture(first, name)
        face_row(first, 1).get_by_role("button", name="Ask").click()
        settled(first)
    let_go(second, held)
    dialog = second.get_by_role("dialog", name="This was decided elsewhere")
    for _ in names:
        expect(dialog).to_be_visible()
        asked = next(name for name in names if name in dialog.inner_text())
        dialog.get_by_role("button", name="Take mine").click()
        expect(dialog.get_by_text(asked)).to_be_hidden()
    settled(second)
    for name in names:
        assert truth(second, name)["faces"][0]["action"] == "keep"
    first.context.close()
    second.context.close()


def test_fields_that_another_tab_took_away_do_not_come_back_untold(
    browser: Any, site: Site
) -> None:
    first = review_site.login(site, browser)
    second = review_site.login(site, browser)
    for page in (first, second):
        open_picture(page, "caption.jpg")
    first.get_by_role("checkbox", name="Caption").check()
    settled(first)
    expect(second.get_by_role("checkbox", name="Caption")).to_be_checked()
    second.wait_for_timeout(700)
    held = hold_back(second)
    second.get_by_role("checkbox", name="Copyright").check()
    first.get_by_role("checkbox", name="Caption").uncheck()
    settled(first)
    let_go(second, held)
    dialog = second.get_by_role("dialog", name="This was decided elsewhere")
    expect(dialog).to_contain_text("none")
    dialog.get_by_role("button", name="Leave theirs").click()
    settled(second)
    assert truth(second, "caption.jpg")["keep_fields"] == []
    first.context.close()
    second.context.close()


def test_what_waits_behind_a_change_is_asked_about_as_well(browser: Any, site: Site) -> None:
    first = review_site.login(site, browser)
    second = review_site.login(site, browser)
    open_picture(second, "group-0.jpg")
    expect(second.locator(".room-head .badge")).not_to_have_text("Unseen")
    settled(second)
    held = hold_back(second)
    # The first in the queue speaks of a face that nobody else touches, the second does not.
    face_row(second, 2).get_by_role("button", name="Ask").click()
    face_row(second, 1).get_by_role("button", name="Keep…").click()
    second.get_by_role("dialog").get_by_label("A speaker in public").check()
    second.get_by_role("button", name="Keep visible").click()
    while not held:
        second.wait_for_timeout(50)
    open_picture(first, "group-0.jpg")
    face_row(first, 1).get_by_role("button", name="Ask").click()
    settled(first)
    let_go(second, held)
    dialog = second.get_by_role("dialog")
    expect(dialog).to_be_visible()
    assert truth(second, "group-0.jpg")["faces"][0]["action"] == "ask"
    assert truth(second, "group-0.jpg")["faces"][1]["action"] == "ask"
    first.context.close()
    second.context.close()
