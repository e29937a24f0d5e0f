"""A real Chromium against the real demo. One demo serves the whole run; the next run begins with another."""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.browser.demo import Demo, running_demo
from tests.browser.people import Person
from tests.browser.visitors import Visitor

ARGUMENTS = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--force-color-profile=srgb",
    "--lang=en-US",
]
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1366, "height": 768}
CHINESE, ENGLISH = "zh-CN", "en-GB"

OpenPage = Callable[..., Page]
BAD = re.compile("Content Security Policy|a mouse was used")

# A colour on its way to another has a contrast that nobody is left with; what blinks for ever is not waited for.
STILL = """() => Promise.allSettled(
  document.getAnimations()
    .filter((one) => one.effect.getComputedTiming().endTime < Infinity)
    .map((one) => one.finished),
)"""

expect.set_options(timeout=20_000)  # a busy machine is no failure


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One process drives the browser, and tests that move the clock come last: moved time cannot be unlived."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.xdist_group("browser"))
            item.add_marker(pytest.mark.timeout(300))
    items.sort(key=lambda item: "moved_clock" in getattr(item, "fixturenames", ()))


@pytest.fixture(scope="session")
def demo() -> Iterator[Demo]:
    """The demo hospital, served for the whole run; what an earlier run booked and moved the clock to is gone."""
    data_dir = Path(os.environ["DATA_DIR"]) / "browser"
    with running_demo(data_dir, "--reset") as served:
        yield served


@pytest.fixture
def moved_clock(demo: Demo) -> Iterator[Demo]:
    """The demo, with its clock set right again afterwards."""
    yield demo
    demo.clock_reset()


def chromium_options() -> dict[str, Any]:
    """Where Chromium is and how it is started; no browser is an error, not a skip."""
    path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    assert path, "no Chromium found: set CHROMIUM to its path"
    arguments = [*ARGUMENTS, "--no-sandbox"] if os.geteuid() == 0 else ARGUMENTS
    return {"executable_path": path, "args": arguments}


@pytest.fixture(scope="module")  # its event loop must not run on into modules with loops of their own
def browser() -> Iterator[Browser]:
    """One Chromium."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(**chromium_options())
        yield chromium
        chromium.close()


@pytest.fixture
def open_page(browser: Browser, demo: Demo) -> Iterator[OpenPage]:
    """Open pages, each in a browser profile of its own; at the end none may have broken the policy or failed.

    ``person``: who is signed in from the start, and ``known`` when already in the list of those to book for.
    """
    contexts: list[BrowserContext] = []
    wrong: list[str] = []

    def opened(
        *,
        locale: str = CHINESE,
        viewport: dict[str, int] = PHONE,
        person: Person | None = None,
        known: bool = True,
        **options: object,
    ) -> Page:
        context = browser.new_context(
            base_url=demo.url,
            locale=locale,
            viewport=viewport,
            timezone_id="Asia/Shanghai",
            **{"service_workers": "block", **options},
        )
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: wrong.append(f"{page.url}: {error}"))
        page.on("console", lambda said: wrong.append(said.text) if BAD.search(said.text) else None)
        if person is not None:
            visitor = Visitor(demo, locale)
            visitor.sign_in(person)
            if known:
                visitor.add_self(person)
            visitor.take(page)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert wrong == []


@pytest.fixture
def accessible() -> Callable[[Page], None]:
    """Assert that axe finds nothing at all, however minor, and that nothing sticks out sideways."""

    def check(page: Page) -> None:
        page.wait_for_load_state()  # a click waits for the next page to begin, not for its style sheets
        page.evaluate(STILL)
        found = [
            (one["impact"], one["id"], one["help"], [node["html"][:160] for node in one["nodes"][:3]])
            for one in Axe().run(page).response["violations"]
        ]
        assert found == [], page.url
        fits(page)

    return check


def fits(page: Page, viewport: dict[str, int] | None = None) -> None:
    """Assert that nothing sticks out sideways, on a screen of another size if one is given."""
    before = page.viewport_size
    if viewport:
        page.set_viewport_size(viewport)  # type: ignore[arg-type]
    overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert overflow <= 1, f"{page.url} is {overflow} px too wide"
    if viewport and before:
        page.set_viewport_size(before)


@pytest.fixture
def picture(request: pytest.FixtureRequest) -> Callable[[Page, str], None]:
    """Keep a screenshot under the folder that SCREENSHOTS names; without it, none is made."""
    folder = os.environ.get("SCREENSHOTS")

    def take(page: Page, name: str) -> None:
        if folder:
            Path(folder).mkdir(parents=True, exist_ok=True)
            page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)

    return take
