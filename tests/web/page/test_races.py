"""What a person does while something else is under way."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from review_acts import face_row, open_picture, settled, truth


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
