"""Finding an expert by a symptom, the draw, and the check that keeps robots out, in Chromium."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from time import sleep
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import CHINESE, DESK, ENGLISH, PHONE, OpenPage, fits
from tests.browser.demo import Demo
from tests.browser.people import WORDS, Person, enter_as, somebody

Check = Callable[[Page], None]
Picture = Callable[[Page, str], None]

SAID: dict[str, dict[str, Any]] = {
    CHINESE: {
        "symptom": "toutong",
        "why": re.compile("擅长头痛"),
        "score": re.compile(r"\d+ 分：对症"),
        "weighed": "综合",
        "enter": "参加抽签",
        "part": "您已参加抽签",
        "won": "您抽中了",
        "as promised": "抽签与承诺一致",
        "check": "怎样核对抽签",
        "done": re.compile("完成"),
    },
    ENGLISH: {
        "symptom": "headache",
        "why": re.compile("Treats headache; free"),
        "score": re.compile(r"Score \d+: fit"),
        "weighed": "Most fitting",
        "enter": "Enter the draw",
        "part": "You take part in the draw",
        "won": "You have a number",
        "as promised": "Drawn as promised",
        "check": "How the draw can be checked",
        "done": re.compile("Done"),
    },
}
both_languages = pytest.mark.parametrize("locale", [CHINESE, ENGLISH])


def known(open_page: OpenPage, locale: str) -> tuple[Page, Person]:
    """A page of somebody who is signed in and in the list of those to book for."""
    person = somebody()
    return open_page(locale=locale, person=person), person


@both_languages
def test_a_symptom_leads_to_an_expert_with_the_keyboard_alone(
    open_page: OpenPage, accessible: Check, picture: Picture, locale: str
) -> None:
    page, said = open_page(locale=locale), SAID[locale]
    page.goto("/")
    page.get_by_role("searchbox").focus()
    page.keyboard.type(said["symptom"])
    page.keyboard.press("Enter")
    first = page.locator("a.card-box", has=page.locator(".card-why")).first
    expect(first).to_contain_text(said["why"])
    accessible(page)
    picture(page, f"search-{locale[:2]}")
    page.get_by_role("link", name=said["weighed"]).focus()
    page.keyboard.press("Enter")
    expect(page.locator(".card-why").first).to_contain_text(said["score"])
    accessible(page)
    page.locator("a.card-box", has=page.locator(".card-why")).first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/experts/*/")


@both_languages
def test_a_chip_of_the_start_page_finds_doctors(open_page: OpenPage, locale: str) -> None:
    page = open_page(locale=locale)
    page.goto("/")
    page.locator(".chips a").first.click()
    expect(page.locator("a.card-box .card-why").first).to_be_visible()


@contextmanager
def draws_of(demo: Demo, seconds: int) -> Iterator[None]:
    """The policy draws by lot for a while."""

    def change(draw_s: int) -> None:
        with demo.database() as connection:
            connection.execute(
                "INSERT INTO hospital_policyversion (number, values, reason, actor_name, at)"
                " SELECT coalesce(max(number), 0) + 1, coalesce((SELECT values FROM hospital_policyversion"
                " WHERE level = 'hospital' ORDER BY number DESC LIMIT 1), '{}') || %s::jsonb, 'test', 'test', %s"
                " FROM hospital_policyversion",
                [json.dumps({"draw_s": draw_s}), datetime.now(UTC)],
            )

    change(seconds)
    try:
        yield
    finally:
        change(0)


def release_now(demo: Demo) -> tuple[str, str]:
    """Let the worker release a planned session; its code and its expert's."""
    with demo.database() as connection:
        row = connection.execute(
            "UPDATE booking_clinicsession SET release_at = %s WHERE id = (SELECT id FROM booking_clinicsession"
            " WHERE state = 'planned' ORDER BY opens_at, id LIMIT 1)"
            " RETURNING code, (SELECT code FROM booking_expert WHERE id = expert_id)",
            [datetime.now(UTC)],
        ).fetchone()
    assert row, "the demo plans sessions beyond the horizon"
    return row[0], row[1]


def collecting(demo: Demo) -> tuple[str, str]:
    """A session released for a draw: the worker may not know the new policy at once. Its code and its expert's."""
    while True:
        session, expert = release_now(demo)
        with demo.database() as connection:
            state, ends_at = "planned", None
            while state == "planned":
                sleep(0.1)
                state, ends_at = connection.execute(
                    "SELECT state, draw_ends_at FROM booking_clinicsession WHERE code = %s", [session]
                ).fetchone() or ("gone", None)
        if ends_at is not None:
            return session, expert


def draw_now(demo: Demo, session: str) -> None:
    """End the collecting of requests, for which an hour was given."""
    with demo.database() as connection:
        connection.execute(
            "UPDATE booking_clinicsession SET draw_ends_at = %s WHERE code = %s", [datetime.now(UTC), session]
        )


@both_languages
def test_a_patient_enters_a_draw_wins_and_checks_it(
    open_page: OpenPage, demo: Demo, accessible: Check, picture: Picture, locale: str
) -> None:
    page, _person = known(open_page, locale)
    said, language = SAID[locale], locale[:2]
    with draws_of(demo, 3600):
        session, expert = collecting(demo)
    page.goto(f"/experts/{expert}/")
    enter = page.locator(f"a[href='/sessions/{session}/draw/enter/']")
    while not enter.count():  # pages may be kept for a moment
        page.wait_for_timeout(200)
        page.reload()
    picture(page, f"expert-draw-{language}")
    enter.click()
    accessible(page)
    picture(page, f"draw-enter-{language}")
    page.locator("input[name=slot]").first.check()
    page.get_by_role("button", name=said["enter"]).click()
    expect(page.get_by_role("heading", name=said["part"])).to_be_visible()
    accessible(page)
    picture(page, f"draw-request-{language}")
    draw_now(demo, session)
    won = page.get_by_role("heading", name=said["won"])
    while not won.count():
        page.wait_for_timeout(200)
        page.reload()
    accessible(page)
    picture(page, f"draw-won-{language}")
    page.get_by_role("link", name=said["check"]).click()
    expect(page.get_by_text(said["as promised"])).to_be_visible()
    accessible(page)
    picture(page, f"draw-audit-{language}")


@both_languages
def test_a_suspicious_account_books_after_its_browser_solved_the_challenge(
    open_page: OpenPage, demo: Demo, accessible: Check, picture: Picture, locale: str
) -> None:
    page, person = known(open_page, locale)
    with demo.database() as connection:
        connection.execute(
            "INSERT INTO booking_risksignal (account_id, kind, weight, at, data)"
            " SELECT id, 'unpaid', 60, %s, '{\"count\": 7}' FROM hospital_user WHERE phone_tail = %s"
            " ORDER BY id DESC LIMIT 1",
            [datetime.now(UTC), person.phone[-4:]],
        )
    page.goto("/")
    page.locator("a.card-box", has=page.locator(".card-split")).first.click()
    expect(page.locator("[data-solved]")).to_contain_text(SAID[locale]["done"], timeout=60_000)
    accessible(page)
    picture(page, f"challenge-{locale[:2]}")
    page.locator("input[name=slot]").first.check()
    page.get_by_role("button", name=WORDS[locale]["hold"]).click()
    expect(page.get_by_role("heading", name=WORDS[locale]["held"])).to_be_visible()


@both_languages
def test_managers_keep_the_words_and_look_at_suspicious_accounts(
    open_page: OpenPage, accessible: Check, picture: Picture, locale: str
) -> None:
    page = open_page(locale=locale, viewport=DESK)
    enter_as(page, "manager")
    for address, name in (("/manage/symptoms/", "symptoms"), ("/manage/suspicious/", "suspicious")):
        page.goto(address)
        accessible(page)
        fits(page, PHONE)
        picture(page, f"{name}-{locale[:2]}")
