"""A parent books for a child; a patient sees a ban and appeals; the manager upholds. In Chromium, both languages."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import CHINESE, DESK, ENGLISH, PHONE, OpenPage, fits
from tests.browser.keys import Keys
from tests.browser.people import WORDS, Person, enter_as, pay, somebody

Check = Callable[[Page], None]
Picture = Callable[[Page, str], None]

both_languages = pytest.mark.parametrize("locale", [CHINESE, ENGLISH])

SAID = {
    CHINESE: {
        "closed": "的网上预约暂停至",
        "appeal": "有误？去申诉",
        "send": "提交申诉",
        "sent": "申诉已提交医院",
        "close": "停止网上预约",
        "uphold": "成立，解除限制",
        "refused": "不能网上预约",
        "data": "我的数据：导出、更正、删除",
        "download": "下载我的数据",
        "answered": "已答复，并通知患者。",
    },
    ENGLISH: {
        "closed": "No online booking for",
        "appeal": "Not right? Appeal",
        "send": "Send the appeal",
        "sent": "Your appeal is with the hospital",
        "close": "Close online booking",
        "uphold": "Uphold and lift the ban",
        "refused": "Online booking is closed for this patient until",
        "data": "My data: copy, correct, delete",
        "download": "Download my data",
        "answered": "Answered. The patient is told.",
    },
}


def parent(open_page: OpenPage, locale: str) -> tuple[Page, Keys, Person, dict[str, Any]]:
    """The list of people of somebody who has signed in and added themself; no mouse."""
    person = somebody()
    page = open_page(locale=locale, person=person)
    keys = Keys(page)
    page.goto("/patients/")
    return page, keys, person, WORDS[locale]


def to_times(page: Page, keys: Keys) -> None:
    """The times of the first doctor on the start page."""
    page.goto("/")
    keys.press(page.locator("a.card-box", has=page.locator(".card-split")).first)


def hold(page: Page, keys: Keys, words: dict[str, Any]) -> None:
    """The first time of the open session."""
    keys.choose(page.locator("details[open] input[name=slot]").first)
    keys.press(page.get_by_role("button", name=words["hold"]))


def born(page: Page, keys: Keys, day: date) -> None:
    """Type a date part by part, in the order of the browser's own language, which the tests set."""
    keys.reach(page.locator("input[name=birth_date]"))
    page.keyboard.type(f"{day:%m%d%Y}")
    expect(page.locator("input[name=birth_date]")).to_have_value(day.isoformat())


@both_languages
def test_a_parent_books_for_a_child_with_a_permit_by_keyboard_alone(
    open_page: OpenPage, accessible: Check, picture: Picture, locale: str
) -> None:
    page, keys, person, words = parent(open_page, locale)
    child = f"{person.name[0]}小宝"
    keys.fill(page.get_by_label(words["name"]), child)
    keys.select(page.locator("select[name=relation]"), "child")
    expect(page.locator("input[name=birth_date]")).to_be_hidden()
    keys.select(page.locator("select[name=id_type]"), "hk_macau")
    permit = f"H{random.randint(10_000_000, 99_999_999)}"
    keys.fill(page.get_by_label(words["id number"], exact=True), permit)
    born(page, keys, date(2020, 2, 29))
    picture(page, f"child-{locale[:2]}")
    keys.press(page.get_by_role("button", name=words["save"], exact=True))
    expect(page.get_by_text(child).first).to_be_visible()
    accessible(page)
    to_times(page, keys)
    keys.reach(page.locator("details.for-whom summary"))
    page.keyboard.press("Enter")
    keys.choose(page.locator("label.choice", has_text=child).locator("input"))
    hold(page, keys, words)
    expect(page.get_by_role("heading", name=words["held"])).to_be_visible()
    expect(page.get_by_text(child).first).to_be_visible()
    pay(page, words, keys)
    expect(page.get_by_text(child).first).to_be_visible()
    accessible(page)


@both_languages
def test_a_patient_sees_a_ban_appeals_and_a_manager_upholds_it(
    open_page: OpenPage, accessible: Check, picture: Picture, locale: str
) -> None:
    said = SAID[locale]
    page, keys, person, words = parent(open_page, locale)
    manager = open_page(locale=locale, viewport=DESK)
    enter_as(manager, "manager")
    close_booking(manager, person, said)
    accessible(manager)
    picture(manager, f"bans-{locale[:2]}")

    to_times(page, keys)
    hold(page, keys, words)
    expect(page.get_by_role("alert")).to_contain_text(said["refused"])
    accessible(page)
    page.goto("/appointments/")
    expect(page.get_by_text(said["closed"])).to_be_visible()
    accessible(page)
    picture(page, f"ban-{locale[:2]}")
    keys.press(page.get_by_role("link", name=said["appeal"]))
    accessible(page)
    keys.fill(page.locator("textarea[name=text]"), "测试 test: it was not me")
    keys.press(page.get_by_role("button", name=said["send"]))
    expect(page.get_by_text(said["sent"]).first).to_be_visible()
    picture(page, f"appealed-{locale[:2]}")

    manager.goto("/manage/appeals/")
    accessible(manager)
    picture(manager, f"appeals-{locale[:2]}")
    case = manager.locator("section.panel", has_text=person.name)
    deciding = Keys(manager)
    deciding.fill(case.locator("textarea[name=answer]"), "测试 test: right")
    deciding.press(case.get_by_role("button", name=said["uphold"]))
    expect(manager.get_by_text(said["answered"])).to_be_visible()
    page.goto("/appointments/")
    expect(page.get_by_text(said["closed"])).to_have_count(0)


def close_booking(manager: Page, person: Person, said: dict[str, Any]) -> None:
    """By hand, by keyboard only: the form's fields one after the other."""
    manager.goto("/manage/bans/")
    manager.locator("input[name=patient]").focus()
    for text in (person.id_number, "30", "测试 test"):
        manager.keyboard.type(text)
        manager.keyboard.press("Tab")
    expect(manager.get_by_role("button", name=said["close"], exact=True)).to_be_focused()
    manager.keyboard.press("Enter")
    expect(manager.locator("tr", has_text=person.name)).to_be_visible()


@both_languages
def test_a_patient_takes_a_copy_of_the_data_away(
    open_page: OpenPage, accessible: Check, picture: Picture, locale: str
) -> None:
    said = SAID[locale]
    page, keys, _person, _words = parent(open_page, locale)
    keys.press(page.get_by_role("link", name=said["data"]))
    accessible(page)
    picture(page, f"my-data-{locale[:2]}")
    with page.expect_download() as download:
        keys.reach(page.get_by_role("button", name=said["download"]))
        page.keyboard.press("Enter")
    assert download.value.suggested_filename == "my-data.zip"


@both_languages
def test_the_pages_of_no_shows_requests_and_merging_are_sound(
    open_page: OpenPage, accessible: Check, picture: Picture, locale: str
) -> None:
    manager = open_page(locale=locale, viewport=DESK)
    enter_as(manager, "manager")
    for name in ("no-shows", "requests"):
        manager.goto(f"/manage/{name}/")
        accessible(manager)
        fits(manager, PHONE)
        picture(manager, f"{name}-{locale[:2]}")
    desk = open_page(locale=locale, viewport=DESK)
    enter_as(desk, "desk")
    desk.goto("/desk/merge/")
    desk.locator("input[name=first]").fill("王")
    desk.keyboard.press("Enter")
    expect(desk.locator("#found")).to_be_visible()
    accessible(desk)
    picture(desk, f"merge-{locale[:2]}")
