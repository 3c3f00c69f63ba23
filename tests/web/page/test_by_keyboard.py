from __future__ import annotations

from playwright.sync_api import Page, expect

from review_acts import face_row, open_picture, says, settled, truth


def test_arrows_go_through_the_wall_and_back(page: Page) -> None:
    page.locator(".tile a[tabindex='0']").focus()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    second = page.locator(".tile").nth(1).locator("a")
    expect(second).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    expect(second).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".room")).to_be_visible()
    page.keyboard.press("Escape")
    expect(second).to_be_focused()
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()


def test_faces_are_chosen_and_decided(page: Page) -> None:
    open_picture(page, "group-0.jpg")
    page.keyboard.press(".")
    expect(face_row(page, 1)).to_have_class("face-row hide chosen")
    page.keyboard.press("k")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    says(page, 1, "stays visible: A speaker in public")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Shift+K")
    says(page, 2, "stays visible: A speaker in public")
    page.keyboard.press(",")
    page.keyboard.press("a")
    says(page, 1, "to be decided")
    page.keyboard.press("h")
    says(page, 1, "hidden")
    page.keyboard.press("Control+z")
    says(page, 1, "to be decided")
    page.keyboard.press("Control+Shift+z")
    says(page, 1, "hidden")
    settled(page)
    assert [face["action"] for face in truth(page, "group-0.jpg")["faces"][:2]] == ["hide", "keep"]


def test_a_region_is_placed_moved_resized_and_removed(page: Page) -> None:
    open_picture(page, "street.jpg")
    page.keyboard.press("b")
    page.keyboard.press("Enter")
    for key in ("ArrowRight", "ArrowRight", "ArrowDown", "Shift+ArrowRight", "Shift+ArrowDown"):
        page.keyboard.press(key)
    page.keyboard.press("Enter")
    settled(page)
    picture = truth(page, "street.jpg")
    placed, now = picture["undo"], picture["faces"][0]["box"]
    assert placed >= 2
    page.keyboard.press("m")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Escape")
    page.keyboard.press("m")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")
    settled(page)
    moved = truth(page, "street.jpg")["faces"][0]["box"]
    assert moved[0] < now[0]
    assert moved[2] - moved[0] == now[2] - now[0]
    page.keyboard.press("Delete")
    settled(page)
    assert truth(page, "street.jpg")["faces"] == []
    assert page.evaluate("document.activeElement !== document.body")


def test_the_view_zooms_pans_and_shows_the_result(page: Page) -> None:
    open_picture(page, "large.jpg")
    scale = page.locator(".tool.scale")
    fitted = scale.inner_text()
    for _ in range(4):
        page.keyboard.press("+")
    assert scale.inner_text() != fitted
    before = page.locator(".sheet .whole").bounding_box()
    page.keyboard.press("ArrowRight")
    after = page.locator(".sheet .whole").bounding_box()
    assert before is not None
    assert after is not None
    assert after["x"] < before["x"]
    page.keyboard.press("1")
    expect(scale).to_have_text("100 %")
    page.keyboard.press("0")
    expect(scale).to_have_text(fitted)
    page.keyboard.down("r")
    expect(page.locator(".result-words")).to_be_visible()
    page.keyboard.up("r")
    expect(page.locator(".result-words")).to_be_hidden()
    page.keyboard.press("Shift+R")
    expect(page.locator(".result-words")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".result-words")).to_be_hidden()


def test_everything_is_in_the_list_for_those_who_do_not_see_the_picture(page: Page) -> None:
    open_picture(page, "group-3.jpg")
    faces = page.get_by_role("list", name="Faces")
    count = faces.get_by_role("listitem").count()
    assert count == len(truth(page, "group-3.jpg")["faces"]) > 2
    group = faces.get_by_role("group", name="Face 2")
    expect(group.get_by_role("button", name="Hide")).to_have_attribute("aria-pressed", "true")
    ask = group.get_by_role("button", name="Ask")
    ask.focus()
    page.keyboard.press("Enter")
    expect(ask).to_have_attribute("aria-pressed", "true")
    expect(ask).to_be_focused()
    expect(page.locator("#live")).to_have_text("Face 2: to be decided")
    move = faces.get_by_role("button", name="Move or resize")
    move.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".stage")).to_be_focused()
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Enter")
    settled(page)
    assert truth(page, "group-3.jpg")["undo"] == 2


def test_next_previous_and_the_help(page: Page) -> None:
    page.get_by_label("Order").select_option("name")
    page.locator(".tile a").first.focus()
    page.keyboard.press("Enter")
    title = page.get_by_role("heading", level=1)
    expect(title).to_have_text("<b>bold.jpg")
    page.keyboard.press("n")
    expect(title).to_have_text("burst-0.jpg")
    page.keyboard.press("Enter")
    expect(title).to_have_text("burst-1.jpg")
    page.keyboard.press("p")
    expect(title).to_have_text("burst-0.jpg")
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keys")
    expect(dialog).to_be_visible()
    dialog.get_by_label("Single letters are shortcuts").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("n")
    expect(title).to_have_text("burst-0.jpg")
    page.keyboard.press("PageDown")
    expect(title).to_have_text("burst-1.jpg")
