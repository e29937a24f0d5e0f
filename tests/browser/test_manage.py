"""A manager looks at waits and plans, and takes one back, in Chromium."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import CHINESE, DESK, ENGLISH, PHONE, OpenPage
from tests.browser.people import enter_as

Check = Callable[[Page], None]
Picture = Callable[[Page, str], None]
WORDS = {
    CHINESE: {
        "waits": "现场候诊，中位",
        "why": "为什么：每个时段的依据",
        "back": "回到上一方案",
        "done": "已回退",
    },
    ENGLISH: {
        "waits": "Walk-in wait, median",
        "why": "Why: the evidence for each slot",
        "back": "Roll back",
        "done": "rolled back",
    },
}


@pytest.mark.parametrize(("locale", "viewport"), [(CHINESE, DESK), (ENGLISH, PHONE)])
def test_the_dashboard_draws_its_charts_beside_their_tables(
    open_page: OpenPage, accessible: Check, picture: Picture, locale: str, viewport: dict[str, int]
) -> None:
    page = open_page(locale=locale, viewport=viewport)
    enter_as(page, "manager")
    page.goto("/manage/")
    expect(page.get_by_text(WORDS[locale]["waits"])).to_be_visible()
    expect(page.locator("[data-chart] canvas")).to_have_count(2)
    expect(page.locator("table.data")).to_have_count(2)
    accessible(page)
    picture(page, f"dashboard-{viewport['width']}-{locale[:2]}")


@pytest.mark.parametrize("locale", [CHINESE, ENGLISH])
def test_a_manager_reads_the_evidence_of_a_plan_and_rolls_it_back(
    open_page: OpenPage, accessible: Check, picture: Picture, locale: str
) -> None:
    words = WORDS[locale]
    page = open_page(locale=locale, viewport=DESK)
    enter_as(page, "manager")
    page.goto("/manage/plans/?state=approved")
    accessible(page)
    page.locator("table.data tbody a").first.click()
    expect(page.get_by_role("heading", name=words["why"])).to_be_visible()
    expect(page.locator("[data-chart] canvas")).to_have_count(1)
    accessible(page)
    picture(page, f"plan-{locale[:2]}")
    page.get_by_role("link", name=words["back"]).click()
    page.locator("textarea[name=reason]").fill("测试 test")
    accessible(page)
    page.get_by_role("button", name=words["back"]).click()
    expect(page.locator("h1 .tag").first).to_contain_text(words["done"])
    expect(page.get_by_role("cell", name="测试 test")).to_be_visible()
    accessible(page)
