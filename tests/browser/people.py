"""What people do at the screen, step by step, in either language."""

import random
import re
from dataclasses import dataclass

from playwright.sync_api import Page, expect
from stdnum.cn import ric

from tests.browser.demo import Demo
from tests.browser.keys import Keys

WORDS = {
    "zh-CN": {
        "sign in": "现在登录",
        "phone": "手机号",
        "send code": "获取验证码",
        "code": "短信验证码",
        "add": "添加就诊人",
        "name": "证件上的姓名",
        "id number": "证件号",
        "save": "保存",
        "hold": "占号，去支付",
        "held": "号已留给您",
        "pay": re.compile("^支付 ¥"),
        "booked": "约好了",
        "cancel": "取消预约",
        "yes cancel": "确认取消并退款",
        "cancelled": "已取消",
        "refunded": re.compile("¥.* (已退回|正按原路退回)"),
        "too late": "已过取消时间",
        "refused": "已过取消截止时间，不能自己取消了，请找导诊台。",
        "expired": "时间到，号已退回",
        "again": "再占这个时段",
        "wrong id": "这个证件号不对，请逐位核对。",
        "other language": "English",
        "question": "看什么科，找哪位医生？",
        "large": "大字",
        "nothing": "没有找到",
    },
    "en-GB": {
        "sign in": "Sign in now",
        "phone": "Phone number",
        "send code": "Send me a code",
        "code": "Code from the message",
        "add": "Add a person",
        "name": "Name as on the ID",
        "id number": "ID number",
        "save": "Save",
        "hold": "Hold and pay",
        "held": "Held for you",
        "pay": re.compile("^Pay ¥"),
        "booked": "Booked",
        "cancel": "Cancel appointment",
        "yes cancel": "Yes, cancel and refund",
        "cancelled": "Cancelled",
        "refunded": re.compile("¥.* (has been refunded|is on its way back)"),
        "too late": "Too late to cancel here",
        "refused": "The time to cancel is over. This number can no longer be cancelled here: ask the desk.",
        "expired": "Time is up. Number released",
        "again": "Hold this time again",
        "wrong id": "This ID number cannot be right. Please check every digit.",
        "other language": "中文",
        "question": "Which department or doctor?",
        "large": "A+",
        "nothing": "Nothing found for",
    },
}


@dataclass(frozen=True)
class Person:
    """Somebody whom the hospital does not know yet."""

    name: str
    phone: str
    id_number: str


def somebody() -> Person:
    """A new person with a possible identity number and phone."""
    start = f"110105{random.randint(1950, 2005)}{random.randint(1, 12):02}{random.randint(1, 28):02}"
    digits = f"{start}{random.randint(0, 999):03}"
    name = (
        random.choice("林陈赵孙李周吴郑") + chr(random.randrange(0x4E00, 0x9FA0)) + random.choice("云芳宁华")
    )
    return Person(name, f"13{random.randint(0, 999_999_999):09}", digits + ric.calc_check_digit(digits + "0"))


def last_code(page: Page, person: Person) -> str:
    """The newest sign-in code that the demo's outbox shows for the person."""
    outbox = page.context.new_page()
    outbox.goto("/demo/outbox/")
    message = outbox.locator("li", has_text=person.phone[-4:]).first.inner_text()
    outbox.close()
    found = re.findall(r"\b\d{6}\b", message)
    assert found, message
    return found[-1]


def sign_in(page: Page, person: Person, words: dict[str, str]) -> None:
    """From the sign-in page: phone number, then the code of the message."""
    page.get_by_label(words["phone"], exact=True).fill(person.phone)
    page.get_by_role("button", name=words["send code"]).click()
    page.get_by_label(words["code"]).fill(last_code(page, person))
    page.locator("main form").first.locator("button.btn-primary").click()


def add_self(page: Page, person: Person, words: dict[str, str]) -> None:
    """Fill the family form with the person."""
    page.get_by_label(words["name"]).fill(person.name)
    page.get_by_label(words["id number"], exact=True).fill(person.id_number)
    page.locator("input[name=phone]").fill(person.phone)
    page.get_by_role("button", name=words["save"], exact=True).click()


def hold(page: Page, person: Person, words: dict[str, str], *, day: str = "", expert: str = "") -> str:
    """From the start page of a signed-in person to a held number, of a ``day``; the code of the appointment.

    ``expert``: whose number, when it may not be that of the first with one left.
    """
    if expert:
        page.goto(f"/experts/{expert}/")
    else:
        page.goto("/")
        page.locator("a.card-box", has=page.locator(".card-split"), has_text=day or None).first.click()
        page.wait_for_url("**/experts/*/")
    if page.locator("input[name=patient]").count() == 0:
        page.get_by_role("link", name=words["add"]).click()
        add_self(page, person, words)
    page.locator("input[name=slot]").first.check()
    page.get_by_role("button", name=words["hold"]).click()
    expect(page.get_by_role("heading", name=words["held"])).to_be_visible()
    return page.url.rstrip("/").split("/")[-2]


def pay(page: Page, words: dict[str, str], keys: Keys | None = None) -> None:
    """Pay a held number at the sandbox gateway and come back to the ticket; with ``keys``, by keyboard alone."""
    for button in (page.get_by_role("button", name=words["pay"]), page.locator("button[value=pay]")):
        if keys:
            keys.press(button)
        else:
            button.click()
    expect(page.get_by_role("heading", name=words["booked"], exact=True)).to_be_visible(timeout=15_000)


def walk_in_opens_at(demo: Demo, code: str) -> object:
    """When walk-in registration of an appointment's session opens."""
    with demo.database() as connection:
        row = connection.execute(
            "SELECT walk_in_opens_at FROM booking_clinicsession s JOIN booking_appointment a ON a.session_id = s.id"
            " WHERE a.code = %s",
            [code],
        ).fetchone()
    assert row
    return row[0]


def enter_as(page: Page, role: str) -> None:
    """Sign in as one of the demo's people with the button of the demo page."""
    page.goto("/demo/")
    page.locator(f"form[action$='sign-in/{role}/'] button").first.click()
    page.wait_for_load_state()
