"""What a person does on the page of a review, and what the server knows of it."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page, expect


def row_id(page: Page, name: str) -> str:
    """Return the id of a picture."""
    rows = page.evaluate("fetch('api/session').then((answer) => answer.json())")["pictures"]
    return str(next(row["id"] for row in rows if row["name"] == name))


def truth(page: Page, name: str) -> dict[str, Any]:
    """Return what the server knows of a picture."""
    address = f"api/pictures/{row_id(page, name)}"
    known: dict[str, Any] = page.evaluate(
        "(a) => fetch(a).then((answer) => answer.json())", address
    )
    return known


def detected(page: Page, name: str) -> None:
    """Wait until the detectors have looked at a picture."""
    for _ in range(300):
        rows = page.evaluate("fetch('api/session').then((answer) => answer.json())")["pictures"]
        if next(row["detected"] for row in rows if row["name"] == name):
            return
        page.wait_for_timeout(200)
    raise AssertionError(f"{name} was not looked at")


def open_picture(page: Page, name: str) -> None:
    """Show a picture, with its pixels and its faces."""
    detected(page, name)
    picture = row_id(page, name)
    page.evaluate("(id) => { location.hash = `#picture/${id}`; }", picture)
    page.wait_for_selector(f".stage[data-shown='{picture}']", state="attached")
    expect(page.get_by_role("heading", level=1, name=name)).to_be_visible()
    if truth(page, name)["faces"]:
        page.wait_for_selector(".face-row")


def settled(page: Page) -> None:
    """Wait until the server has confirmed every change: of what was done just before, the page
    may still have to hear."""
    page.wait_for_timeout(150)
    page.wait_for_selector("html:not([data-unsaved])", state="attached")


def middle(page: Page, number: int) -> tuple[float, float]:
    """Return where on the screen the middle of a face lies; they count from 1."""
    box = page.locator(".shapes .face .line").nth(number - 1).bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def empty_place(page: Page, name: str) -> tuple[float, float]:
    """Return a point of the screen where the picture shows no face: its lower middle."""
    box = page.locator(".sheet .whole").bounding_box()
    assert box is not None
    return box["x"] + box["width"] * 0.5, box["y"] + box["height"] * 0.8


def drag(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Press, move in steps, let go."""
    page.mouse.move(*start)
    page.mouse.down()
    for step in range(1, 6):
        page.mouse.move(
            start[0] + (end[0] - start[0]) * step / 5, start[1] + (end[1] - start[1]) * step / 5
        )
    page.mouse.up()


def face_row(page: Page, number: int) -> Any:
    """Return the row of a face in the list."""
    return page.locator(".face-row").nth(number - 1)


def says(page: Page, number: int, words: str) -> None:
    """Wait until the list says so of a face."""
    expect(face_row(page, number).locator(".decided")).to_contain_text(words)
