"""What is measured inside of the page."""

from __future__ import annotations

from playwright.sync_api import Page

ECHO = """(act) => new Promise((resolve) => {
    let began = 0;
    const list = document.querySelector(".faces");
    const watch = new MutationObserver(() => {
        watch.disconnect();
        requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - began)));
    });
    watch.observe(list, { subtree: true, attributes: true, childList: true, characterData: true });
    const button = document.querySelectorAll(".face-row")[0].querySelector(`.choice.${act}`);
    began = performance.now();
    button.click();
})"""
"""Milliseconds from a click to the frame after the one that shows it."""

SCROLL = """async () => {
    const frames = [];
    let last = performance.now();
    for (let top = 0; top < document.documentElement.scrollHeight - innerHeight; top += 240) {
        scrollTo(0, top);
        await new Promise(requestAnimationFrame);
        const now = performance.now();
        frames.push(now - last);
        last = now;
    }
    scrollTo(0, 0);
    return frames;
}"""
"""Milliseconds of each frame while all of the wall is scrolled through."""

GO = """(key) => new Promise((resolve) => {
    const stage = document.querySelector(".stage");
    const began = performance.now();
    const watch = new MutationObserver(() => {
        watch.disconnect();
        requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - began)));
    });
    watch.observe(stage, { attributes: true, attributeFilter: ["data-shown"] });
    document.body.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
})"""
"""Milliseconds from a key to the frame with the pixels of another picture."""


def settle(page: Page) -> None:
    """Wait until the server has confirmed every change."""
    page.wait_for_selector("html:not([data-unsaved])", state="attached")


def rows(page: Page) -> list[dict[str, object]]:
    """Return the rows of the pictures."""
    known = page.evaluate("fetch('api/session').then((answer) => answer.json())")
    return list(known["pictures"])
