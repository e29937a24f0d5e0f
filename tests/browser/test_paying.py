"""Paying with a phone at the desk, and the managers' page of money: by keys, in both languages."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

import pytest
import requests
from playwright.sync_api import Page, expect

from tests.browser.conftest import CHINESE, DESK, ENGLISH, OpenPage
from tests.browser.demo import Demo
from tests.browser.people import enter_as
from tests.browser.staff import WORDS, Desk, both_languages, known, running_clinic
from tests.browser.test_screens import Clinic

Check = Callable[[Page], None]
Picture = Callable[[Page, str], None]
PATIENCE_MS = 30_000

SAYS = {
    CHINESE: {
        "show": "出示付款码，收 ¥",
        "scan": "请患者扫码付款。",
        "back": "号已退还",
        "accepted": "已按已付处理",
        "other": "商户、应用、交易号或付款人不符",
    },
    ENGLISH: {
        "show": "Show the code to pay ¥",
        "scan": "The patient scans and pays.",
        "back": "Number given back",
        "accepted": "Taken as paid.",
        "other": "merchant, app, transaction or payer do not fit",
    },
}


@pytest.fixture
def clinic(demo: Demo) -> Clinic:
    """The running session."""
    return running_clinic(demo)


class Phone:
    """The patient's phone at the sandbox gateway: it opens what the code says and presses Pay."""

    def __init__(self, demo: Demo) -> None:
        self.demo, self.url = demo, demo.accounts["gateway"]["url"]

    def switch(self, mode: str) -> None:
        answered = requests.post(f"{self.url}/sandbox/mode", json={"mode": mode, "count": 1}, timeout=5)
        assert answered.status_code < 400

    def pay_newest(self) -> None:
        path = self.demo.data_dir / "gateway" / "gateway.sqlite3"
        with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as store:
            token = store.execute("select token from orders order by rowid desc limit 1").fetchone()[0]
        paid = requests.post(
            f"{self.url}/pay/{token}", data={"decision": "pay"}, allow_redirects=False, timeout=5
        )
        assert paid.status_code == 303


def code_to_scan(desk: Desk, clinic: Clinic, words: dict[str, str]) -> str:
    """By keys: scan the person, choose session and payment, show the code; the person's name."""
    person = known(clinic)
    desk.scan(person.id_number)
    expect(desk.page.locator(".desk-person")).to_contain_text(person.name)
    desk.choose_session()
    desk.press("Alt+m")
    expect(desk.page.locator("[data-register]")).to_contain_text(words["show"])
    desk.press("Control+Enter")
    expect(desk.page.locator(".desk-paying-code svg")).to_be_visible()
    expect(desk.page.get_by_text(words["scan"])).to_be_visible()
    return person.name


@both_languages
def test_a_walk_in_pays_with_a_phone_and_the_ticket_comes(
    open_page: OpenPage, demo: Demo, clinic: Clinic, accessible: Check, picture: Picture, locale: str
) -> None:
    desk = Desk(open_page(locale=locale, viewport=DESK), clinic)
    name = code_to_scan(desk, clinic, SAYS[locale])
    accessible(desk.page)
    picture(desk.page, f"desk-paying-{locale[:2]}")
    Phone(demo).pay_newest()
    expect(desk.page.get_by_text(WORDS[locale]["registered"])).to_be_visible(timeout=PATIENCE_MS)
    expect(desk.page.locator(".desk-ticket .desk-name")).to_contain_text(name)
    expect(desk.page.locator("#desk-q")).to_be_focused()


def test_who_does_not_pay_gives_the_number_back(open_page: OpenPage, clinic: Clinic) -> None:
    desk = Desk(open_page(locale=ENGLISH, viewport=DESK), clinic)
    code_to_scan(desk, clinic, SAYS[ENGLISH])
    desk.page.get_by_role("button", name="Does not pay: give the number back").click()
    expect(desk.page.get_by_text(SAYS[ENGLISH]["back"], exact=True)).to_be_visible()


@both_languages
def test_a_manager_takes_money_as_paid_that_did_not_fit_and_the_desk_gets_the_ticket(
    open_page: OpenPage, demo: Demo, clinic: Clinic, accessible: Check, picture: Picture, locale: str
) -> None:
    words = SAYS[locale]
    desk = Desk(open_page(locale=locale, viewport=DESK), clinic)
    code_to_scan(desk, clinic, words)
    phone = Phone(demo)
    phone.switch("wrong_merchant")
    phone.pay_newest()
    manager = open_page(locale=locale, viewport=DESK)
    enter_as(manager, "manager")
    manager.goto("/manage/money/")
    held = manager.locator(".panel-marked").filter(has_text=words["other"])
    for _try in range(60):
        if held.count():
            break
        manager.wait_for_timeout(500)
        manager.reload()
    expect(held.last).to_be_visible()
    accessible(manager)
    picture(manager, f"money-{locale[:2]}")
    held.last.locator("input[name=reason]").fill("the receipt was shown")
    held.last.locator("button[value=accept]").focus()
    manager.keyboard.press("Enter")
    expect(manager.get_by_text(words["accepted"])).to_be_visible()
    expect(desk.page.get_by_text(WORDS[locale]["registered"])).to_be_visible(timeout=PATIENCE_MS)
    manager.goto("/manage/money/2026-11-02/")
    accessible(manager)
    picture(manager, f"money-day-{locale[:2]}")
