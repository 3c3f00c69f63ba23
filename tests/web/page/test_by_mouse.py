from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from review_acts import (
    detected,
    drag,
    empty_place,
    face_row,
    middle,
    open_picture,
    says,
    settled,
    truth,
)


def test_the_wall_shows_filters_and_searches(page: Page) -> None:
    expect(page.locator(".tile")).to_have_count(11)
    page.get_by_role("searchbox").fill("burst")
    expect(page.locator(".tile")).to_have_count(2)
    page.get_by_role("searchbox").fill("<b>")
    expect(page.get_by_role("link", name=re.compile(r"^<b>bold\.jpg\. "))).to_be_visible()
    page.get_by_role("searchbox").fill("no such")
    expect(page.get_by_text("No picture matches.")).to_be_visible()
    page.get_by_role("searchbox").fill("")
    page.get_by_label("Order").select_option("name")
    expect(page.locator(".tile .name").first).to_have_text("<b>bold.jpg")


def test_a_click_opens_and_the_button_goes_on(page: Page) -> None:
    page.get_by_label("Order").select_option("name")
    page.locator(".tile a").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("<b>bold.jpg")
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("burst-0.jpg")
    page.get_by_role("button", name="Picture before").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("<b>bold.jpg")
    page.get_by_role("link", name="Back to the wall").click()
    expect(page.locator(".tile a:focus")).to_have_count(1)


def test_keep_takes_a_ground_and_hide_takes_it_back(page: Page) -> None:
    open_picture(page, "group-0.jpg")
    page.mouse.click(*middle(page, 1))
    page.locator(".bar").get_by_role("button", name="Keep…").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("A speaker in public").check()
    dialog.get_by_role("button", name="Keep visible").click()
    says(page, 1, "stays visible: A speaker in public")
    settled(page)
    face = truth(page, "group-0.jpg")["faces"][0]
    assert (face["action"], face["reason"], face["by"]) == ("keep", "A speaker in public", "Ada")
    page.locator(".bar").get_by_role("button", name="Hide").click()
    says(page, 1, "hidden")
    page.locator(".bar").get_by_role("button", name="Ask").click()
    says(page, 1, "to be decided")
    settled(page)
    assert truth(page, "group-0.jpg")["state"] == "needs-look"
    for _ in range(3):
        page.get_by_role("button", name="Undo").click()
    settled(page)
    assert truth(page, "group-0.jpg")["faces"][0]["action"] == "hide"
    page.get_by_role("button", name="Redo").click()
    says(page, 1, "stays visible: A speaker in public")


def test_keeping_without_a_ground_is_refused_on_the_page(page: Page) -> None:
    open_picture(page, "group-0.jpg")
    face_row(page, 2).get_by_role("button", name="Keep…").click()
    dialog = page.get_by_role("dialog")
    for radio in dialog.get_by_role("radio").all():
        radio.evaluate("(node) => { node.checked = false; }")
    dialog.get_by_role("button", name="Keep visible").click()
    expect(dialog.get_by_text("Choose a consent or a ground, or write one.")).to_be_visible()
    dialog.get_by_role("button", name="Cancel").click()
    assert truth(page, "group-0.jpg")["faces"][1]["action"] == "hide"


def test_a_missed_face_is_drawn_moved_resized_and_removed(page: Page) -> None:
    open_picture(page, "group-1.jpg")
    before = len(truth(page, "group-1.jpg")["faces"])
    x, y = empty_place(page, "group-1.jpg")
    page.get_by_role("button", name="Draw a box").click()
    drag(page, (x, y), (x + 80, y + 60))
    settled(page)
    drawn = truth(page, "group-1.jpg")["faces"][-1]
    assert (drawn["shape"], drawn["origin"], drawn["action"]) == ("box", "drawn", "hide")

    drag(page, (x + 40, y + 30), (x + 90, y + 40))
    settled(page)
    moved = truth(page, "group-1.jpg")["faces"][-1]
    assert moved["box"][0] > drawn["box"][0] + 30
    width = moved["box"][2] - moved["box"][0]
    assert abs(width - (drawn["box"][2] - drawn["box"][0])) <= 1

    knob = page.locator(".handle.se").bounding_box()
    assert knob is not None
    corner = knob["x"] + knob["width"] / 2, knob["y"] + knob["height"] / 2
    drag(page, corner, (corner[0] + 40, corner[1] + 20))
    settled(page)
    assert truth(page, "group-1.jpg")["faces"][-1]["box"][2] > moved["box"][2] + 20

    page.locator(".bar").get_by_role("button", name="Remove the region").click()
    settled(page)
    assert len(truth(page, "group-1.jpg")["faces"]) == before


def test_shift_and_drag_draws_an_ellipse(page: Page) -> None:
    open_picture(page, "street.jpg")
    x, y = empty_place(page, "street.jpg")
    page.keyboard.down("Shift")
    drag(page, (x - 60, y - 80), (x, y))
    page.keyboard.up("Shift")
    settled(page)
    assert truth(page, "street.jpg")["faces"][-1]["shape"] == "ellipse"
    page.keyboard.press("Control+z")
    settled(page)
    assert truth(page, "street.jpg")["faces"] == []


def test_the_wheel_zooms_to_pixels_and_a_drag_pans(page: Page) -> None:
    open_picture(page, "large.jpg")
    box = page.locator(".stage").bounding_box()
    assert box is not None
    centre = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(*centre)
    with page.expect_response(re.compile("/region")) as answer:
        for _ in range(5):
            page.mouse.wheel(0, -240)
    assert answer.value.status == 200
    page.wait_for_selector(".sheet .part", state="visible")
    before = page.locator(".sheet .whole").bounding_box()
    drag(page, centre, (centre[0] - 60, centre[1] - 40))
    after = page.locator(".sheet .whole").bounding_box()
    assert before is not None
    assert after is not None
    assert after["x"] < before["x"] - 40
    page.get_by_role("button", name="Pixel for pixel").click()
    expect(page.locator(".tool.scale")).to_have_text("100 %")
    page.locator(".tool.scale").click()
    assert page.locator(".sheet .whole").bounding_box() is not None


def test_the_result_is_seen_while_the_button_is_held(page: Page) -> None:
    open_picture(page, "group-2.jpg")
    button = page.get_by_role("button", name="Result")
    box = button.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 10, box["y"] + 10)
    page.mouse.down()
    expect(page.get_by_text("Result, as it would be published")).to_be_visible(timeout=30_000)
    expect(page.locator("img.result")).to_be_visible()
    page.mouse.up()
    expect(page.locator("img.result")).to_be_hidden()


def test_a_change_makes_the_result_a_sketch_until_the_real_one_comes(page: Page) -> None:
    open_picture(page, "group-2.jpg")
    page.keyboard.down("r")
    expect(page.get_by_text("Result, as it would be published")).to_be_visible(timeout=30_000)
    page.keyboard.up("r")
    x, y = empty_place(page, "group-2.jpg")
    page.keyboard.press("b")
    drag(page, (x, y), (x + 60, y + 50))
    page.keyboard.down("r")
    expect(page.locator(".stage[data-result='sketch']")).to_be_visible()
    expect(page.locator(".result-words.stale")).to_be_visible()
    expect(page.locator(".stage[data-result='real']")).to_be_visible(timeout=30_000)
    page.keyboard.up("r")


def test_fields_are_kept_one_by_one_and_shown_as_text(page: Page) -> None:
    open_picture(page, "caption.jpg")
    expect(page.get_by_text("<img src=x onerror=alert(1)> Rally")).to_be_visible()
    caption = page.get_by_role("checkbox", name="Caption")
    caption.check()
    settled(page)
    assert truth(page, "caption.jpg")["keep_fields"] == ["caption"]
    page.get_by_role("checkbox", name="Copyright").check()
    caption.uncheck()
    settled(page)
    assert truth(page, "caption.jpg")["keep_fields"] == ["copyright"]


def test_a_second_reviewer_signs_off_and_a_change_takes_it_back(page: Page) -> None:
    open_picture(page, "caption.jpg")
    page.get_by_label("Second reviewer").fill("Grace")
    page.get_by_role("button", name="Sign off").click()
    expect(page.locator(".signoffs")).to_contain_text("Grace agreed")
    face_row(page, 1).get_by_role("button", name="Ask").click()
    expect(page.locator(".signoffs")).to_be_hidden()
    settled(page)
    assert truth(page, "caption.jpg")["signoffs"] == []


def test_decisions_are_copied_to_a_burst_and_confirmed_there(page: Page) -> None:
    detected(page, "burst-1.jpg")
    open_picture(page, "burst-0.jpg")
    face_row(page, 1).get_by_role("button", name="Keep…").click()
    page.get_by_role("dialog").get_by_label("Public office, on duty").check()
    page.keyboard.press("Enter")
    settled(page)
    assert "null" not in page.locator(".side").inner_text()
    page.get_by_role("button", name="Copy decisions…").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("Public office, on duty")).to_be_visible()
    dialog.get_by_role("button", name="Copy to 1 picture").click()
    page.get_by_role("button", name="Go there").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("burst-1.jpg")
    proposed = page.locator(".face-row.ask")
    expect(proposed).to_contain_text("proposed: stays visible (Public office, on duty)")
    proposed.get_by_role("button", name="Confirm").click()
    expect(page.locator(".face-row.keep")).to_contain_text("stays visible: Public office, on duty")
    settled(page)
    actions = [face["action"] for face in truth(page, "burst-1.jpg")["faces"]]
    assert sorted(actions) == ["hide", "hide", "keep"]


def test_a_suggestion_is_accepted_with_one_click(page: Page) -> None:
    open_picture(page, "faint.jpg")
    expect(page.locator(".face-row.faint")).to_contain_text("stays visible unless accepted")
    box = page.locator(".shapes .faint .line").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(page.locator(".face-row.faint")).to_have_count(0)
    settled(page)
    suggested = [f for f in truth(page, "faint.jpg")["faces"] if f["origin"] == "suggested"]
    assert [face["action"] for face in suggested] == ["hide"]
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".face-row.faint")).to_have_count(1)
