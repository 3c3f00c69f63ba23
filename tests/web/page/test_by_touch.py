from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from review_acts import empty_place, middle, open_picture, says, settled, truth

Points = list[tuple[float, float]]


def fingers(page: Page, *ways: Points) -> None:
    """Put one finger down for each way, move them together, lift them."""
    session = page.context.new_cdp_session(page)

    def send(kind: str, at: int | None) -> None:
        points: list[dict[str, Any]] = []
        if at is not None:
            points = [{"x": way[at][0], "y": way[at][1], "id": i} for i, way in enumerate(ways)]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    send("touchStart", 0)
    for step in range(1, len(ways[0])):
        send("touchMove", step)
    send("touchEnd", None)


def way(start: tuple[float, float], end: tuple[float, float]) -> Points:
    steps = [n / 6 for n in range(7)]
    return [(start[0] + (end[0] - start[0]) * t, start[1] + (end[1] - start[1]) * t) for t in steps]


def test_a_tap_chooses_and_the_buttons_decide(touch: Page) -> None:
    open_picture(touch, "group-0.jpg")
    touch.touchscreen.tap(*middle(touch, 3))
    touch.locator(".bar").get_by_role("button", name="Keep…").tap()
    touch.get_by_role("dialog").get_by_label("Not a face").tap()
    touch.get_by_role("button", name="Keep visible").tap()
    says(touch, 3, "stays visible: Not a face")
    touch.get_by_role("button", name="Undo").tap()
    settled(touch)
    assert truth(touch, "group-0.jpg")["faces"][2]["action"] == "hide"


def test_a_finger_draws_and_moves(touch: Page) -> None:
    open_picture(touch, "street.jpg")
    x, y = empty_place(touch, "street.jpg")
    touch.get_by_role("button", name="Draw an ellipse").tap()
    fingers(touch, way((x - 40, y - 60), (x + 30, y)))
    settled(touch)
    drawn = truth(touch, "street.jpg")["faces"][-1]
    assert drawn["shape"] == "ellipse"
    fingers(touch, way((x - 5, y - 30), (x + 35, y - 40)))
    settled(touch)
    assert truth(touch, "street.jpg")["faces"][-1]["box"][0] > drawn["box"][0] + 20
    touch.locator(".bar").get_by_role("button", name="Remove the region").tap()
    expect(touch.locator(".shapes .face")).to_have_count(0)
    settled(touch)
    assert truth(touch, "street.jpg")["faces"] == []


def test_two_fingers_zoom_and_one_pans(touch: Page) -> None:
    open_picture(touch, "large.jpg")
    before = touch.locator(".sheet .whole").bounding_box()
    box = touch.locator(".stage").bounding_box()
    assert before is not None
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    fingers(touch, way((x - 20, y), (x - 120, y)), way((x + 20, y), (x + 120, y)))
    after = touch.locator(".sheet .whole").bounding_box()
    assert after is not None
    assert after["width"] > 3 * before["width"]
    fingers(touch, way((x, y), (x - 80, y)))
    panned = touch.locator(".sheet .whole").bounding_box()
    assert panned is not None
    assert panned["x"] < after["x"] - 40


def test_a_swipe_goes_on_and_a_finger_on_the_button_shows_the_result(touch: Page) -> None:
    open_picture(touch, "group-2.jpg")
    button = touch.get_by_role("button", name="Result")
    button.scroll_into_view_if_needed()
    box = button.bounding_box()
    assert box is not None
    session = touch.context.new_cdp_session(touch)
    point = [{"x": box["x"] + 20, "y": box["y"] + 20}]
    session.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": point})
    expect(touch.locator(".result-words")).to_be_visible()
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    expect(touch.locator(".result-words")).to_be_hidden()
    title = touch.get_by_role("heading", level=1)
    first = title.inner_text()
    x, y = empty_place(touch, "group-2.jpg")
    fingers(touch, way((x + 60, y), (x - 80, y)))
    expect(title).not_to_have_text(first)


@pytest.mark.parametrize("place", ["wall", "picture", "keep", "publish", "help"])
def test_all_fits_in_360_pixels_with_room_for_fingers(touch: Page, place: str) -> None:
    if place in ("picture", "keep"):
        open_picture(touch, "group-1.jpg")
    if place == "keep":
        touch.locator(".face-row").first.get_by_role("button", name="Keep…").tap()
    if place == "publish":
        touch.get_by_role("button", name="Publish…").tap()
    if place == "help":
        touch.get_by_role("button", name="Keys").first.tap()
    assert touch.evaluate("document.documentElement.scrollWidth") <= 360
    small = touch.evaluate(
        """() => [...document.querySelectorAll("button, a, select, label.check, input")]
            .filter((node) => node.checkVisibility() && !node.matches(".skip, label.check input"))
            .filter((node) => !document.querySelector("dialog[open]") || node.closest("dialog"))
            .map((node) => [node.getBoundingClientRect(), node.textContent || node.ariaLabel])
            .filter(([box]) => box.width > 0 && (box.height < 44 || box.width < 44))
            .map(([box, name]) => `${name} ${box.width} x ${box.height}`)"""
    )
    assert small == []
