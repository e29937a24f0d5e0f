"""A manager brings a history in, has the plans computed, and asks what models and the week say, in Chromium."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import CHINESE, DESK, ENGLISH, PHONE, OpenPage
from tests.browser.people import enter_as

Check = Callable[[Page], None]
Picture = Callable[[Page, str], None]
either = pytest.mark.parametrize(
    ("locale", "viewport"), [(CHINESE, DESK), (ENGLISH, PHONE)], ids=["zh-desk", "en-phone"]
)
BY_WORKER = 120_000  # ms
ROWS = """医生工号,就诊日期,来源,接诊,分钟
{code},2018/11/5,现场,上午9:00,6
{code},2018/11/5,微信,上午9:05,{minutes}
"""
MEANINGS = {
    "column_expert_code": "医生工号",
    "column_session_date": "就诊日期",
    "column_channel": "来源",
    "column_started_at": "接诊",
    "duration_column": "分钟",
}
ALWAYS = {"constant_opens_at": "08:00", "constant_closes_at": "12:00"}


def managing(open_page: OpenPage, locale: str, viewport: dict[str, int]) -> Page:
    page = open_page(locale=locale, viewport=viewport)
    enter_as(page, "manager")
    return page


def bring(page: Page, **filled: Any) -> None:
    """From the page of the history to what the worker found in a file, its columns said in the form."""
    page.goto("/manage/history/")
    content = ROWS.format(**filled).encode("gb18030")
    page.locator("input[type=file]").set_input_files(
        {"name": "his.csv", "mimeType": "text/csv", "buffer": content}
    )
    page.locator("main form button.btn-primary").click()
    for name, column in MEANINGS.items():
        page.locator(f"select[name={name}]").select_option(column)
    for name, value in ALWAYS.items():
        page.locator(f"[name={name}]").fill(value)
    page.locator("textarea[name=words_channel]").fill("现场 = walk_in\n微信 = appointment")


@either
def test_a_manager_brings_a_history_mends_what_is_wrong_and_takes_it_in(
    open_page: OpenPage, accessible: Check, picture: Picture, locale: str, viewport: dict[str, int]
) -> None:
    page, code = managing(open_page, locale, viewport), f"Z-{locale[:2]}"
    page.goto("/manage/history/")
    accessible(page)
    bring(page, code=code, minutes="-3")
    accessible(page)
    picture(page, f"history-columns-{viewport['width']}-{locale[:2]}")
    page.locator("form[action$='/check/'] button.btn").click()
    expect(page.locator("#faults-title")).to_contain_text("1", timeout=BY_WORKER)
    expect(page.locator("table.data tbody tr").first).to_contain_text("-3")
    accessible(page)
    with page.expect_download() as download:
        page.locator("a[href$='errors.csv']").click()
    assert "-3" in download.value.path().read_text("utf-8-sig")
    picture(page, f"history-errors-{viewport['width']}-{locale[:2]}")
    bring(page, code=code, minutes="3")
    page.locator("form[action$='/check/'] button.btn").click()
    take = page.locator("form[action$='/take/'] button")
    expect(take).to_contain_text("2", timeout=BY_WORKER)
    accessible(page)
    picture(page, f"history-report-{viewport['width']}-{locale[:2]}")
    take.click()
    expect(page.locator("#report-title")).to_have_text(
        re.compile("全部|All of it is taken in"), timeout=BY_WORKER
    )
    accessible(page)


@either
def test_a_manager_has_all_plans_computed_and_sees_how_far_it_is(
    open_page: OpenPage, accessible: Check, picture: Picture, locale: str, viewport: dict[str, int]
) -> None:
    page = managing(open_page, locale, viewport)
    page.goto("/manage/night/")
    accessible(page)
    page.locator("form[action$='/night/begin/'] button").click()
    expect(page.locator(".page-head .tag")).to_have_class(re.compile("tag-night-complete"), timeout=BY_WORKER)
    expect(page.locator(".tag-expert-done").first).to_be_visible()
    accessible(page)
    picture(page, f"night-{viewport['width']}-{locale[:2]}")


@either
def test_a_manager_asks_whether_the_week_fits_and_what_queueing_models_say(
    open_page: OpenPage, accessible: Check, picture: Picture, locale: str, viewport: dict[str, int]
) -> None:
    page = managing(open_page, locale, viewport)
    page.goto("/manage/week/")
    page.locator("form[action$='/week/ask/'] button").click()
    expect(page.locator(".cards .panel").first).to_be_visible(timeout=BY_WORKER)
    accessible(page)
    picture(page, f"week-{viewport['width']}-{locale[:2]}")
    page.goto("/manage/models/")
    accessible(page)
    page.locator("table.data tbody a").first.click()
    accessible(page)
    picture(page, f"model-{viewport['width']}-{locale[:2]}")


@either
def test_the_lists_and_reports_of_managers_fit_a_desk_and_a_phone(
    open_page: OpenPage, accessible: Check, locale: str, viewport: dict[str, int]
) -> None:
    page = managing(open_page, locale, viewport)
    for address in ("plans/", "report/", "estimates/", "printers/", "policy/", "schedule/"):
        answer = page.goto(f"/manage/{address}")
        assert answer, address
        assert answer.ok, address
        accessible(page)
