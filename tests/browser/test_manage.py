"""A manager looks at waits and plans, asks what if, decides and takes a decision back, in Chromium."""

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
        "approve": "批准",
        "what if": "如果改一改",
        "walk-ins": "现场人数增加",
        "simulate": "模拟",
        "export": "导出",
        "report": "月报",
        "findings": "要点",
    },
    ENGLISH: {
        "waits": "Walk-in wait, median",
        "why": "Why: the evidence for each slot",
        "back": "Roll back",
        "done": "rolled back",
        "approve": "Approve",
        "what if": "What if",
        "walk-ins": "More walk-ins",
        "simulate": "Simulate",
        "export": "Export",
        "report": "Monthly report",
        "findings": "What stood out",
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
    charts = page.locator("[data-chart]").count()
    assert charts >= 7
    expect(page.locator("[data-chart] canvas")).to_have_count(charts)
    expect(page.locator(".panel:has([data-chart]) table.data")).to_have_count(charts)
    accessible(page)
    picture(page, f"dashboard-{viewport['width']}-{locale[:2]}")


@pytest.mark.parametrize("locale", [CHINESE, ENGLISH])
def test_a_manager_asks_why_and_what_if_approves_rolls_back_and_exports(
    open_page: OpenPage, accessible: Check, picture: Picture, locale: str
) -> None:
    words = WORDS[locale]
    page = open_page(locale=locale, viewport=DESK)
    enter_as(page, "manager")
    page.goto("/manage/plans/?state=proposed")
    accessible(page)
    page.locator("table.data tbody a").first.click()
    expect(page.get_by_role("heading", name=words["why"])).to_be_visible()
    accessible(page)
    picture(page, f"plan-{locale[:2]}")
    plan = page.url
    page.get_by_role("link", name=words["what if"]).click()
    page.get_by_label(words["walk-ins"]).fill("30")
    accessible(page)
    page.get_by_role("button", name=words["simulate"], exact=True).click()
    expect(page.locator("[data-chart] canvas")).to_have_count(4, timeout=120_000)  # the worker compiles first
    accessible(page)
    picture(page, f"what-if-{locale[:2]}")
    page.goto(plan)
    page.get_by_role("link", name=words["approve"], exact=True).click()
    page.get_by_role("button", name=words["approve"], exact=True).click()
    page.get_by_role("link", name=words["back"]).click()
    page.locator("textarea[name=reason]").fill("测试 test")
    accessible(page)
    page.get_by_role("button", name=words["back"]).click()
    expect(page.locator("h1 .tag").first).to_contain_text(words["done"])
    expect(page.get_by_role("cell", name="测试 test")).to_be_visible()
    accessible(page)
    page.goto("/manage/")
    with page.expect_download() as download:
        page.get_by_role("link", name=words["export"]).click()
    assert download.value.suggested_filename.endswith(".xlsx")
    page.get_by_role("link", name=words["report"]).click()
    expect(page.get_by_role("heading", name=words["findings"])).to_be_visible()
    accessible(page)
