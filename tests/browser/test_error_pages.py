"""Error pages say in words what happened, in the look of where they happen."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import CHINESE, ENGLISH, OpenPage
from tests.browser.people import enter_as

Check = Callable[[Page], None]


@pytest.mark.parametrize("role", ["patient", "desk"])
def test_a_page_for_others_is_refused_in_words(open_page: OpenPage, accessible: Check, role: str) -> None:
    page = open_page(locale=ENGLISH)
    enter_as(page, role)
    answer = page.goto("/manage/")
    assert answer
    assert answer.status == 403
    expect(page.get_by_role("heading", name="No access")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("data-audience", "staff")
    accessible(page)


@pytest.mark.parametrize(
    ("locale", "title"), [(CHINESE, "没有这个页面"), (ENGLISH, "Page not found")], ids=["zh", "en"]
)
def test_an_unknown_address_leads_back_to_the_start_page(
    open_page: OpenPage, locale: str, title: str
) -> None:
    page = open_page(locale=locale)
    answer = page.goto("/experts/nobody/here/")
    assert answer
    assert answer.status == 404
    expect(page.get_by_role("heading", name=title)).to_be_visible()
    page.locator("main a.btn").click()
    expect(page).to_have_url(re.compile(r"/$"))


def test_a_form_without_its_token_is_refused_in_words(open_page: OpenPage) -> None:
    page = open_page(locale=ENGLISH)
    page.goto("/")
    page.context.clear_cookies()
    page.get_by_role("button", name="A+").click()
    expect(page.get_by_role("heading", name="This page has expired")).to_be_visible()
