"""The desk books for a caller who pays by link, changes the time and cancels; an expert adds a number. By keyboard."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import CHINESE, DESK, ENGLISH, PHONE, OpenPage, fits
from tests.browser.demo import Demo
from tests.browser.keys import Keys
from tests.browser.people import WORDS, enter_as, pay, somebody
from tests.browser.staff import known, running_clinic

Check = Callable[[Page], None]
Picture = Callable[[Page, str], None]

both_languages = pytest.mark.parametrize("locale", [CHINESE, ENGLISH])

SAID = {
    CHINESE: {
        "held": "待付款",
        "texted": "付款链接已短信发到尾号",
        "booked": "已预约",
        "cancelled": "已取消",
        "cancel": "取消这个号",
    },
    ENGLISH: {
        "held": "held, to be paid",
        "texted": "the same link went by text message to the number ending",
        "booked": "booked",
        "cancelled": "cancelled",
        "cancel": "Cancel this number",
    },
}


@both_languages
def test_the_desk_books_for_a_caller_who_pays_by_link_and_changes_the_time(
    open_page: OpenPage, accessible: Check, picture: Picture, locale: str
) -> None:
    said, person = SAID[locale], somebody()
    desk = open_page(locale=locale, viewport=DESK)
    enter_as(desk, "desk")
    keys = Keys(desk)
    desk.goto("/desk/book/")
    keys.fill(desk.locator("#q"), person.id_number)
    keys.go("Enter")
    keys.fill(desk.locator("input[name=name]"), person.name)
    keys.fill(desk.locator("input[name=phone]"), person.phone)
    accessible(desk)
    picture(desk, f"counter-new-{locale[:2]}")
    keys.go("Control+Enter")
    for department in desk.locator("#department option:not([value=''])").all():  # the first that has a number
        keys.select(desk.locator("#department"), department.get_attribute("value") or "")
        keys.go("Enter")
        if desk.locator("#slot").count():
            break
    keys.choose(desk.locator("input[name=payment][value=provider]"))
    accessible(desk)
    fits(desk, PHONE)
    picture(desk, f"counter-times-{locale[:2]}")
    keys.go("Control+Enter")
    heading = desk.get_by_role("heading", level=1)
    expect(heading).to_contain_text(said["held"])
    expect(desk.get_by_text(said["texted"])).to_contain_text(person.phone[-4:])
    accessible(desk)
    fits(desk, PHONE)
    picture(desk, f"counter-held-{locale[:2]}")

    pays_by_link(
        open_page, accessible, picture, desk.locator(".counter-link a").get_attribute("href") or "", locale
    )
    expect(heading).to_contain_text(said["booked"])
    changes_and_cancels(desk, keys, accessible, picture, locale)


def pays_by_link(open_page: OpenPage, accessible: Check, picture: Picture, link: str, locale: str) -> None:
    """On the caller's own phone, without signing in."""
    phone = open_page(locale=locale)
    phone.goto(link)
    accessible(phone)
    picture(phone, f"link-{locale[:2]}")
    pay(phone, WORDS[locale], Keys(phone))
    accessible(phone)
    picture(phone, f"link-paid-{locale[:2]}")


def changes_and_cancels(desk: Page, keys: Keys, accessible: Check, picture: Picture, locale: str) -> None:
    said, heading = SAID[locale], desk.get_by_role("heading", level=1)
    before = desk.locator(".counter-time").inner_text()
    keys.go("Alt+c")
    expect(desk.locator("#slot")).to_be_focused()
    accessible(desk)
    fits(desk, PHONE)
    picture(desk, f"counter-move-{locale[:2]}")
    keys.fill(desk.locator("#reason"), "来电改期 call")
    keys.go("Control+Enter")
    expect(desk.locator(".counter-time")).not_to_have_text(before)
    expect(heading).to_contain_text(said["booked"])
    accessible(desk)
    picture(desk, f"counter-booked-{locale[:2]}")
    keys.choose(desk.locator("input[name=wish][value=patient]"))
    keys.fill(desk.locator("#reason"), "来电取消 call")
    keys.press(desk.get_by_role("button", name=said["cancel"]))
    expect(heading).to_contain_text(said["cancelled"])
    accessible(desk)


@both_languages
def test_an_expert_adds_a_number_by_keyboard_alone(
    open_page: OpenPage, demo: Demo, accessible: Check, picture: Picture, locale: str
) -> None:
    clinic = running_clinic(demo)
    person = known(clinic)
    page = open_page(locale=locale, viewport=DESK)
    enter_as(page, "expert")
    keys = Keys(page)
    page.goto(f"/add-ons/{clinic.session}/")
    accessible(page)
    keys.fill(page.locator("#q"), person.id_number)
    keys.go("Enter")
    keys.fill(page.locator("#reason"), "检查结果 results")
    accessible(page)
    fits(page, PHONE)
    picture(page, f"add-on-{locale[:2]}")
    keys.choose(page.locator("input[name=payment][value=provider]"))
    keys.go("Control+Enter")
    expect(page.get_by_role("status")).to_contain_text(person.name)
    expect(page.locator(".counter-link svg")).to_be_visible()
    accessible(page)
    fits(page, PHONE)
    picture(page, f"add-on-given-{locale[:2]}")
