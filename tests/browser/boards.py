"""Whether a page shows the board that the database has now."""

import time

import requests
from playwright.sync_api import Page

SAME_BOARD = """(html) => {
    const words = (root) => JSON.stringify(
        [...root.querySelectorAll(".board tbody tr, .board .screen-strip")].map((row) => row.textContent.split(/\\s+/)),
    );
    const page = document.querySelector("[data-live-page]");
    const current = ["live", "polling"].includes(page?.dataset.liveState);
    return current && words(document) === words(new DOMParser().parseFromString(html, "text/html"));
}"""
"""Every row and who was passed, of a page that takes what it shows for current; ``html`` is the region as read now."""


def shows_the_board(page: Page, address: str) -> bool:
    """Whether ``page`` shows what a reader of the database gets at the screen's ``address`` at this moment."""
    answer = requests.get(f"{address}live/", timeout=10)
    same: bool = page.evaluate(SAME_BOARD, answer.text)
    return same


def until_it_shows_the_board(page: Page, address: str, *, limit_s: float = 30) -> float:
    """The seconds until the page is right; fails after ``limit_s``."""
    begun = time.monotonic()
    while not shows_the_board(page, address):
        assert time.monotonic() - begun < limit_s, page.locator(".board").inner_text()
        page.wait_for_timeout(50)
    return time.monotonic() - begun
