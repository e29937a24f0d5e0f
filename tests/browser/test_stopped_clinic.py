"""A manager stops a clinic with thirty patients, one of them takes another number, the desk helps by phone."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import CHINESE, DESK, ENGLISH, PHONE, OpenPage, fits
from tests.browser.demo import Demo
from tests.browser.keys import Keys
from tests.browser.people import enter_as, somebody

Check = Callable[[Page], None]
Picture = Callable[[Page, str], None]
WORDS = {
    CHINESE: {
        "nothing": "现在什么都没改，也没通知任何人。",
        "affected": "受影响患者",
        "told": re.compile("已处理 2 / 30"),
        "choose": "请换一个号或选退款",
        "take": "换到这个号",
        "new": "您有新的号码",
        "phone": "要打电话",
        "refund": "退款 ¥50.00",
    },
    ENGLISH: {
        "nothing": "Nothing has changed and nobody has been told.",
        "affected": "Patients affected",
        "told": re.compile("2 / 30 settled"),
        "choose": "Choose another number or a refund",
        "take": "Take this number",
        "new": "You have a new number",
        "phone": "To phone",
        "refund": "Refund ¥50.00",
    },
}


@pytest.mark.parametrize("locale", [CHINESE, ENGLISH])
def test_a_manager_stops_a_clinic_with_thirty_booked_patients_by_keyboard_alone(
    demo: Demo, open_page: OpenPage, accessible: Check, picture: Picture, locale: str
) -> None:
    words, person = WORDS[locale], somebody()
    phone = open_page(locale=locale, person=person)
    made = demo.filled(f"thirty('{person.id_number}')")
    page = open_page(locale=locale, viewport=DESK)
    enter_as(page, "manager")
    keys = Keys(page)
    page.goto(f"/manage/schedule/sessions/{made['session']}/")
    accessible(page)
    keys.press(page.locator(f"a[href*='session={made['session']}']"))
    keys.fill(page.locator("input[name=reason]"), "外出会诊")
    accessible(page)
    keys.press(page.locator(".stop-foot button.btn-primary"))
    expect(page.get_by_text(words["nothing"])).to_be_visible()
    expect(page.locator(".tile").first).to_contain_text(words["affected"])
    expect(page.locator(".tile-figure").first).to_have_text("30")
    accessible(page)
    picture(page, f"stop-preview-1366-{locale[:2]}")
    keys.press(page.locator(".stop-foot button.btn-primary"))
    expect(page.locator(".stop-text")).to_have_count(2)
    accessible(page)
    keys.press(page.locator(".stop-foot button.btn-primary"))
    expect(page.get_by_text(words["nothing"])).to_be_visible()
    accessible(page)
    keys.press(page.locator(".stop-foot button.btn-danger"))
    expect(page.locator(".stop-now")).to_have_text(words["told"], timeout=40_000)
    accessible(page)
    picture(page, f"stop-progress-1366-{locale[:2]}")
    patient_takes_another(phone, accessible, picture, made["appointment"], locale)
    desk_helps(page, keys, accessible, picture, locale)


def patient_takes_another(
    phone: Page, accessible: Check, picture: Picture, appointment: str, locale: str
) -> None:
    words, keys = WORDS[locale], Keys(phone)
    phone.goto(f"/appointments/{appointment}/")
    accessible(phone)
    keys.press(phone.get_by_role("link", name=words["choose"]))
    accessible(phone)
    picture(phone, f"stopped-390-{locale[:2]}")
    keys.choose(phone.locator("input[name=slot]").first)
    keys.press(phone.get_by_role("button", name=words["take"]))
    expect(phone.get_by_text(words["new"])).to_be_visible()
    accessible(phone)
    picture(phone, f"stopped-done-390-{locale[:2]}")


def desk_helps(page: Page, keys: Keys, accessible: Check, picture: Picture, locale: str) -> None:
    words = WORDS[locale]
    keys.press(page.locator("#stop-progress a.btn"))
    keys.press(page.get_by_role("link", name=re.compile(words["phone"])))
    accessible(page)
    picture(page, f"stop-follow-1366-{locale[:2]}")
    keys.press(page.locator("table a.btn").first)
    accessible(page)
    keys.press(page.get_by_role("button", name=words["refund"]))
    expect(page.get_by_role("button", name=words["refund"])).to_have_count(0)


@pytest.mark.parametrize("locale", [CHINESE, ENGLISH])
def test_the_schedule_pages_are_clean_for_everybody(
    open_page: OpenPage, accessible: Check, picture: Picture, locale: str
) -> None:
    page = open_page(locale=locale, viewport=DESK)
    enter_as(page, "manager")
    for name in ("", "templates/", "templates/new/", "templates/import/", "absences/", "extra/"):
        page.goto(f"/manage/schedule/{name}")
        accessible(page)
        fits(page, PHONE)
        picture(page, f"schedule-{name.strip('/').replace('/', '-') or 'week'}-1366-{locale[:2]}")
