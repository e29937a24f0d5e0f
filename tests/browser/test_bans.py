"""A parent books for a child; a patient sees a ban and appeals; the manager upholds. In Chromium, both languages."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import CHINESE, DESK, ENGLISH, OpenPage
from tests.browser.people import WORDS, Person, add_self, enter_as, pay, sign_in, somebody

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


def parent(open_page: OpenPage, locale: str) -> tuple[Page, Person, dict[str, Any]]:
    """Somebody who has signed in and added themself."""
    page, person, words = open_page(locale=locale), somebody(), WORDS[locale]
    page.goto("/accounts/login/")
    sign_in(page, person, words)
    page.goto("/patients/")
    add_self(page, person, words)
    expect(page.get_by_text(person.name).first).to_be_visible()
    return page, person, words


def choose_slot(page: Page) -> None:
    """The first time that can be had, from the start page."""
    page.goto("/")
    page.locator("a.card-box", has=page.locator(".card-split")).first.click()


@both_languages
def test_a_parent_books_for_a_child_that_has_a_permit_and_no_phone(
    open_page: OpenPage, accessible: Check, picture: Picture, locale: str
) -> None:
    page, person, words = parent(open_page, locale)
    child = f"{person.name[0]}小宝"
    page.locator("select[name=relation]").select_option("child")
    page.get_by_label(words["name"]).fill(child)
    expect(page.locator("input[name=birth_date]")).to_be_hidden()
    page.locator("select[name=id_type]").select_option("hk_macau")
    page.get_by_label(words["id number"], exact=True).fill(f"H{random.randint(10_000_000, 99_999_999)}")
    page.locator("input[name=birth_date]").fill("2020-02-29")
    picture(page, f"child-{locale[:2]}")
    page.get_by_role("button", name=words["save"], exact=True).click()
    expect(page.get_by_text(child).first).to_be_visible()
    accessible(page)
    choose_slot(page)
    page.locator("details.for-whom summary").click()
    page.locator("label.choice", has_text=child).click()
    page.locator("input[name=slot]").first.check()
    page.get_by_role("button", name=words["hold"]).click()
    expect(page.get_by_role("heading", name=words["held"])).to_be_visible()
    expect(page.get_by_text(child).first).to_be_visible()
    pay(page, words)
    expect(page.get_by_text(child).first).to_be_visible()
    accessible(page)


@both_languages
def test_a_patient_sees_a_ban_appeals_and_a_manager_upholds_it(
    open_page: OpenPage, accessible: Check, picture: Picture, locale: str
) -> None:
    said = SAID[locale]
    page, person, words = parent(open_page, locale)
    manager = open_page(locale=locale, viewport=DESK)
    enter_as(manager, "manager")
    close_booking(manager, person, said)
    accessible(manager)
    picture(manager, f"bans-{locale[:2]}")

    choose_slot(page)
    page.locator("input[name=slot]").first.check()
    page.get_by_role("button", name=words["hold"]).click()
    expect(page.get_by_role("alert")).to_contain_text(said["refused"])
    accessible(page)
    page.goto("/appointments/")
    expect(page.get_by_text(said["closed"])).to_be_visible()
    accessible(page)
    picture(page, f"ban-{locale[:2]}")
    page.get_by_role("link", name=said["appeal"]).click()
    accessible(page)
    page.locator("textarea[name=text]").fill("测试 test: it was not me")
    page.get_by_role("button", name=said["send"]).click()
    expect(page.get_by_text(said["sent"]).first).to_be_visible()
    picture(page, f"appealed-{locale[:2]}")

    manager.goto("/manage/appeals/")
    accessible(manager)
    picture(manager, f"appeals-{locale[:2]}")
    case = manager.locator("section.panel", has_text=person.name)
    case.locator("textarea[name=answer]").fill("测试 test: right")
    case.get_by_role("button", name=said["uphold"]).click()
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
    page, _person, _words = parent(open_page, locale)
    page.get_by_role("link", name=said["data"]).click()
    accessible(page)
    picture(page, f"my-data-{locale[:2]}")
    with page.expect_download() as download:
        page.get_by_role("button", name=said["download"]).click()
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
        picture(manager, f"{name}-{locale[:2]}")
    desk = open_page(locale=locale, viewport=DESK)
    enter_as(desk, "desk")
    desk.goto("/desk/merge/")
    desk.locator("input[name=first]").fill("王")
    desk.keyboard.press("Enter")
    expect(desk.locator("#found")).to_be_visible()
    accessible(desk)
    picture(desk, f"merge-{locale[:2]}")
