"""From the first decision to what is published; through a crash; and files that are added."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import expect

import people
import review_site
from review_acts import detected, face_row, open_picture, says, settled, truth
from review_site import Site


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    folder = tmp_path / "march"
    folder.mkdir()
    for number in range(3):
        review_site.save(folder, f"group-{number}.jpg", review_site.group(seed=number, faces=3))
    running = Site(folder=folder, output=tmp_path / "published").start()
    yield running
    running.stop()


def test_decide_crash_go_on_publish(browser: Any, site: Site) -> None:
    page = review_site.login(site, browser)
    open_picture(page, "group-0.jpg")
    face_row(page, 1).get_by_role("button", name="Keep…").click()
    page.get_by_role("dialog").get_by_label("A speaker in public").check()
    page.get_by_role("button", name="Keep visible").click()
    settled(page)
    kept = truth(page, "group-0.jpg")["faces"][0]["box"]
    site.kill()
    face_row(page, 2).get_by_role("button", name="Ask").click()
    expect(page.locator("#banner")).to_contain_text("Passerby does not answer.")
    page.context.close()

    site.start()
    page = review_site.login(site, browser)
    for number in range(3):
        detected(page, f"group-{number}.jpg")
    open_picture(page, "group-0.jpg")
    says(page, 1, "stays visible: A speaker in public")
    page.keyboard.press("Shift+P")
    dialog = page.get_by_role("dialog")
    dialog.get_by_label(re.compile("^All that are not published")).check()
    dialog.get_by_role("button", name="Publish 3 pictures").click()
    expect(dialog.get_by_text("3 files published and checked.")).to_be_visible(timeout=90_000)
    expect(dialog.locator(".outcomes li.fine")).to_have_count(3)
    report = dialog.get_by_role("link", name="Open the report")
    with page.context.expect_page() as opened:
        report.click()
    expect(opened.value.get_by_role("heading", level=1)).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".room-head .badge")).to_have_text("Published")
    page.context.close()

    written = sorted(path.name for path in site.output.iterdir())
    assert written == ["group-0.jpg", "group-1.jpg", "group-2.jpg"]
    with Image.open(site.output / "group-0.jpg") as image:
        x, y = (kept[0] + kept[2]) // 2, (kept[1] + kept[3]) // 2
        assert image.convert("RGB").getpixel((x, y)) != (0, 0, 0)


def test_publishing_stops(browser: Any, site: Site) -> None:
    for number in range(3, 12):
        review_site.save(site.folder, f"more-{number}.jpg", review_site.group(seed=number))
    site.stop()
    site.start()
    page = review_site.login(site, browser)
    for path in site.folder.iterdir():
        detected(page, path.name)
    page.get_by_role("button", name="Publish…").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label(re.compile("^All that are not published")).check()
    dialog.get_by_role("button", name=re.compile("^Publish 12")).click()
    expect(dialog.locator(".outcomes li").first).to_be_visible(timeout=90_000)
    dialog.get_by_role("button", name="Stop").click()
    expect(dialog.get_by_text(re.compile(r"Stopped with \d+ not begun"))).to_be_visible(
        timeout=60_000
    )
    page.context.close()
    assert len(list(site.output.glob("*.jpg"))) < 12


def test_files_are_dropped_and_chosen(browser: Any, site: Site) -> None:
    page = review_site.login(site, browser)
    data = io.BytesIO()
    Image.fromarray(people.crowd(400, 300, 2, 80)).save(data, "JPEG")
    page.locator("input[type=file]").first.set_input_files(
        [{"name": "new.jpg", "mimeType": "image/jpeg", "buffer": data.getvalue()}]
    )
    expect(page.locator(".tile", has_text="new.jpg")).to_be_visible()
    handle = page.evaluate_handle(
        """(bytes) => {
            const transfer = new DataTransfer();
            transfer.items.add(new File([new Uint8Array(bytes)], "dropped.jpg"));
            return transfer;
        }""",
        list(data.getvalue() + b" "),
    )
    page.dispatch_event("body", "dragenter", {"dataTransfer": handle})
    expect(page.get_by_text("Drop to add to the folder")).to_be_visible()
    page.dispatch_event("body", "drop", {"dataTransfer": handle})
    expect(page.locator(".tile", has_text="dropped.jpg")).to_be_visible()
    page.locator("input[type=file]").first.set_input_files(
        [{"name": "not.jpg", "mimeType": "image/jpeg", "buffer": b"no picture"}]
    )
    expect(page.locator(".uploads .problems")).to_contain_text("not.jpg")
    page.context.close()
    assert (site.folder / "new.jpg").exists()
