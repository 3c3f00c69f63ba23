"""A face stays visible by a consent on record: unlocked, chosen, and recorded in the page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

import review_site
from passerby.consent.register import Register
from passerby.store import Passphrase
from review_acts import face_row, open_picture, says, settled, truth
from review_axe import serious
from review_site import Site

WORDS = "a passphrase for the tests"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    (tmp_path / "march").mkdir()
    review_site.save(tmp_path / "march", "group.jpg", review_site.group(faces=2))
    register, _ = Register.create(tmp_path / "register", Passphrase(WORDS))
    register.close()
    options = ("--consents", str(tmp_path / "register"))
    running = Site(tmp_path / "march", tmp_path / "published", options).start()
    yield running
    running.stop()


def test_unlock_record_and_keep(browser: Any, site: Site) -> None:
    page = review_site.login(site, browser)
    open_picture(page, "group.jpg")
    face_row(page, 1).get_by_role("button", name="Keep…").click()
    keep = page.get_by_role("dialog", name="Keep face 1 visible")
    keep.get_by_label("Passphrase of the register").fill("wrong")
    keep.get_by_role("button", name="Unlock").click()
    expect(keep.get_by_role("alert")).not_to_be_empty()
    keep.get_by_label("Passphrase of the register").fill(WORDS)
    keep.get_by_role("button", name="Unlock").click()
    keep.get_by_role("button", name="Record a consent…").click()

    record = page.get_by_role("dialog", name="Record a consent")
    assert serious(page) == []
    record.get_by_label("Purpose").fill("<i>portrait</i>")
    form = {"name": "form.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4 signed"}
    record.get_by_label("The signed form").set_input_files([form])
    record.get_by_label("How to reach the person").fill("person@example.org")
    record.get_by_label("Keep the form until").fill("2036-01-01")
    record.get_by_label("this picture").uncheck()
    record.get_by_role("button", name="Record", exact=True).click()
    expect(record.get_by_role("alert")).to_contain_text("an event or an outlet")
    expect(record.get_by_role("alert")).to_be_in_viewport()
    record.get_by_label("this picture").check()
    record.get_by_role("button", name="Record", exact=True).click()

    expect(keep.get_by_label("<i>portrait</i>")).to_be_checked()
    keep.get_by_role("button", name="Keep visible").click()
    says(page, 1, "stays visible: consent on record")
    settled(page)
    face = truth(page, "group.jpg")["faces"][0]
    assert face["action"] == "keep"
    assert face["consent"]
    assert "person@example.org" not in page.content()

    face_row(page, 2).get_by_role("button", name="Keep…").click()
    keep = page.get_by_role("dialog", name="Keep face 2 visible")
    expect(keep.get_by_label("<i>portrait</i>")).not_to_be_checked()
    keep.get_by_role("button", name="Cancel").click()
    face_row(page, 1).get_by_role("button", name="Keep…").click()
    keep = page.get_by_role("dialog", name="Keep face 1 visible")
    expect(keep.get_by_label("<i>portrait</i>")).to_be_checked()
    page.context.close()
