"""A screen from the code it shows to the day it is taken down, and every layout on every panel."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.boards import until_it_shows_the_board
from tests.browser.conftest import DESK, ENGLISH, OpenPage
from tests.browser.demo import Demo
from tests.browser.people import enter_as
from tests.browser.staff import running_clinic
from tests.browser.test_screens import SCREEN, STATE, Clinic

Check = Callable[[Page], None]
Picture = Callable[[Page, str], None]
PANELS = [SCREEN, {"width": 1080, "height": 1920}, {"width": 3840, "height": 2160}]
WAY = {"zh": "过护士台左转，第二个走廊到底再上二楼", "en": "past the nurse desk, 2nd hall, on floor 2"}

UNREADABLE = """(rows) => {
    const table = document.querySelector(".screen-table:not(.one-room-queue)");
    const body = table?.tBodies[0];
    while (body && body.rows.length < rows) body.append(body.rows[0].cloneNode(true));
    if (table) table.className = table.className.replace(/has-\\d+/, `has-${rows}`);
    document.querySelector("[data-live]").dispatchEvent(new CustomEvent("live:update"));
    const unit = Math.min(innerWidth, innerHeight) / 1080;
    const strip = document.querySelector(".board .screen-strip").getBoundingClientRect();
    const card = document.querySelector(".board .screen-call:not([hidden])").getBoundingClientRect();
    const found = card.height < 239 * unit ? [`card ${card.height / unit}`] : [];
    const walker = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        const [text, parent] = [walker.currentNode.textContent.trim(), walker.currentNode.parentElement];
        const range = document.createRange();
        range.selectNodeContents(walker.currentNode);
        const box = range.getBoundingClientRect();
        if (!text || !box.height || parent.closest(".visually-hidden, [data-unlock]")) continue;
        const cell = parent.closest("td")?.getBoundingClientRect();
        const wrong = [
            parseFloat(getComputedStyle(parent).fontSize) < 35.9 * unit && "small",
            (box.right > innerWidth + 1 || box.bottom > innerHeight + 1 || box.left < -1) && "outside",
            cell && box.bottom > strip.top + 1 && "covered",
            cell && box.right > cell.right + 1 && "cut",
        ].filter(Boolean);
        if (wrong.length) found.push(`${wrong}: ${text}`);
    }
    return found;
}"""
"""What nobody could read with so many rows: under 36 px of a 1080p panel, outside, covered, cut off."""


@pytest.fixture
def clinic(demo: Demo) -> Clinic:
    return running_clinic(demo)


@pytest.fixture
def manager(open_page: OpenPage) -> Page:
    page = open_page(locale=ENGLISH, viewport=DESK)
    enter_as(page, "manager")
    return page


def join(screen: Page, manager: Page, clinic: Clinic, name: str) -> str:
    """The screen shows its code, the manager types it; the screen's address once it is on."""
    screen.goto("/screens/")
    expect(screen.locator("[data-pair-code]")).not_to_contain_text("·")
    manager.goto("/manage/screens/")
    manager.get_by_label("Code on the screen").fill(screen.locator("[data-pair-code]").inner_text().lower())
    manager.get_by_label("Name", exact=True).fill(name)
    room = clinic.rows(
        "SELECT r.name FROM booking_room r JOIN booking_clinicsession s ON s.room_id = r.id WHERE s.code = %s",
        clinic.session,
    )[0][0]
    manager.locator("#add").get_by_label(room).first.check()
    manager.get_by_role("button", name="Add the screen").click()
    expect(manager.get_by_role("heading", name=name)).to_be_visible()
    expect(screen.locator(STATE)).to_have_attribute("data-live-state", "live")
    return screen.url


@pytest.fixture
def hung_up(open_page: OpenPage, manager: Page, clinic: Clinic) -> Iterator[Page]:
    """A screen that has just joined; it is taken down afterwards, from the managers' page, and says so."""
    screen = open_page(viewport=SCREEN)
    screen.clock.install()
    join(screen, manager, clinic, "Browser test")
    setup = manager.url
    yield screen
    manager.goto(setup)
    manager.get_by_role("link", name="All screens").click()
    manager.get_by_text("Retire this screen").click()
    manager.get_by_role("button", name="Retire “Browser test”").click()
    expect(screen.locator(STATE)).to_have_attribute("data-live-state", "gone")
    expect(screen.locator(".when-gone")).to_be_visible()


def test_a_screen_joins_by_its_code_loads_again_at_a_word_shows_a_line_and_is_retired(
    hung_up: Page, manager: Page, clinic: Clinic, accessible: Check, picture: Picture
) -> None:
    setup = manager.url
    accessible(manager)
    manager.goto("/manage/screens/notices/")
    manager.get_by_label("Line in Chinese").fill("今天三楼停水")
    manager.get_by_label("Line in English").fill("No water on floor 3 today")
    manager.get_by_label("Where").select_option(label="Browser test")
    manager.get_by_role("button", name="Show it").click()
    expect(hung_up.locator("[data-notice]").first).to_have_text("今天三楼停水")
    accessible(manager)
    manager.goto(setup)
    manager.get_by_role("link", name="All screens").click()
    accessible(manager)
    picture(manager, "fleet-en")
    hung_up.clock.fast_forward("00:11")
    with hung_up.expect_navigation():
        manager.get_by_role("button", name="Load again").click()
    until_it_shows_the_board(hung_up, hung_up.url, limit_s=10)


def test_everything_on_a_full_screen_can_be_read_in_every_layout_on_every_panel_in_both_languages(
    open_page: OpenPage, clinic: Clinic, picture: Picture
) -> None:
    clinic.waiting()
    clinic.call()
    screen = open_page(viewport=SCREEN)
    wrong = {}
    with clinic.demo.database() as connection:
        connection.execute(
            "UPDATE queueing_screenroom SET arrow = 'left', way = %s, way_en = %s", [*WAY.values()]
        )
        for layout in ("room", "corridor", "department", "rooms"):  # as the demo has it, in the end
            connection.execute("UPDATE queueing_screen SET layout = %s", [layout])
            for language in ("zh-hans", "en"):
                screen.goto(f"{clinic.screen}?lang={language}")
                for panel in PANELS:
                    screen.set_viewport_size(panel)  # type: ignore[arg-type]
                    wrong[layout, language, panel["width"]] = screen.evaluate(UNREADABLE, 9)
                    picture(screen, f"screen-{layout}-{language}-{panel['width']}")
    assert {where: found for where, found in wrong.items() if found} == {}
