"""A sold-out session: one waits, another gives the number back, the first takes it, pays and changes the time."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import CHINESE, ENGLISH, OpenPage
from tests.browser.demo import Demo
from tests.browser.keys import Keys
from tests.browser.people import WORDS, pay, somebody

MORE_WORDS = {
    CHINESE: {
        "join": "登记候补",
        "joined": "已登记候补",
        "place": "候补第 1 位",
        "offer": "有号了",
        "take": "要这个号，去支付",
        "change": "改约",
        "change to": "改到这个时段",
        "leave": "退出候补",
        "yes leave": "确认退出候补",
        "left": "已退出候补",
    },
    ENGLISH: {
        "join": "Join waitlist",
        "joined": "You are on the waitlist",
        "place": "Waitlist, place 1",
        "offer": "A number for you",
        "take": "Take this number and pay",
        "change": "Change the time",
        "change to": "Change to this time",
        "leave": "Leave the waitlist",
        "yes leave": "Yes, leave the waitlist",
        "left": "You left the waitlist",
    },
}
ONE_LEFT = """
    WITH chosen AS (
        SELECT session.id, session.code, session.expert_id, expert.code AS expert
        FROM booking_clinicsession session JOIN booking_expert expert ON expert.id = session.expert_id
        WHERE session.state = 'released' AND session.release_at <= %(now)s
          AND session.walk_in_opens_at > %(now)s::timestamptz + interval '30 hours'
          AND NOT EXISTS (SELECT FROM booking_waitlistentry entry WHERE entry.session_id = session.id)
          AND EXISTS (SELECT FROM booking_slot slot WHERE slot.session_id = session.id AND slot.quota > 0)
          AND (SELECT count(*) FROM booking_clinicsession other WHERE other.expert_id = session.expert_id
               AND other.state = 'released' AND other.fee_fen = session.fee_fen) > 1
        ORDER BY session.opens_at DESC, session.id LIMIT 1
    ), last AS (
        SELECT min(slot.id) AS id FROM booking_slot slot JOIN chosen ON slot.session_id = chosen.id
        WHERE slot.quota > 0
    ), sold AS (
        UPDATE booking_slot slot SET quota = slot.booked + slot.withheld + (slot.id = last.id)::int
        FROM chosen, last WHERE slot.session_id = chosen.id RETURNING slot.id
    )
    SELECT chosen.code, chosen.expert, slot.code
    FROM chosen, last JOIN booking_slot slot ON slot.id = last.id, (SELECT count(*) FROM sold) AS done
"""


def one_left(demo: Demo) -> tuple[str, str, str]:
    """A session of next week with a single number left: its code, the doctor's, the slot's."""
    with demo.database() as connection:
        now = connection.execute("SELECT clock_timestamp()").fetchone()
        assert now
        found = connection.execute(ONE_LEFT, {"now": now[0]}).fetchone()
    assert found
    return found


def known(open_page: OpenPage, locale: str) -> tuple[Page, Keys, dict[str, Any]]:
    """A signed-in patient whom the hospital knows, without a mouse."""
    page = open_page(locale=locale, person=somebody())
    return page, Keys(page), WORDS[locale]


def take_the_last(open_page: OpenPage, locale: str, doctor: str, slot: str) -> tuple[Page, Keys]:
    """Somebody else holds the session's only number."""
    page, keys, words = known(open_page, locale)
    page.goto(f"/experts/{doctor}/?slot={slot}")
    keys.choose(page.locator(f"input[name=slot][value='{slot}']"))
    keys.press(page.get_by_role("button", name=words["hold"]))
    expect(page.get_by_role("heading", name=words["held"])).to_be_visible()
    return page, keys


@pytest.mark.parametrize("locale", [CHINESE, ENGLISH])
def test_a_patient_waits_takes_the_offer_pays_and_changes_the_time_by_keyboard_alone(
    open_page: OpenPage,
    demo: Demo,
    accessible: Callable[[Page], None],
    picture: Callable[[Page, str], None],
    locale: str,
) -> None:
    more, language = MORE_WORDS[locale], locale[:2]
    session, doctor, slot = one_left(demo)
    seller, its = take_the_last(open_page, locale, doctor, slot)
    page, keys, words = known(open_page, locale)
    pay(seller, words, its)

    page.goto(f"/experts/{doctor}/")
    accessible(page)
    picture(page, f"expert-full-{language}")
    keys.press(page.locator(f"a[href='/sessions/{session}/waitlist/']"))
    accessible(page)
    picture(page, f"waitlist-join-{language}")
    keys.press(page.get_by_role("button", name=more["join"]))
    expect(page.get_by_role("heading", name=more["joined"])).to_be_visible()
    accessible(page)
    picture(page, f"waitlist-place-{language}")
    page.goto("/appointments/")
    expect(page.get_by_text(more["place"])).to_be_visible()
    accessible(page)
    picture(page, f"appointments-waiting-{language}")

    its.press(seller.get_by_role("link", name=words["cancel"]))
    its.press(seller.get_by_role("button", name=words["yes cancel"]))
    expect(seller.get_by_role("heading", name=words["cancelled"])).to_be_visible()

    page.reload()
    picture(page, f"appointments-offer-{language}")
    keys.press(page.get_by_role("link", name=more["offer"]))
    expect(page.locator("[data-countdown]")).to_be_visible()
    accessible(page)
    picture(page, f"waitlist-offer-{language}")
    keys.press(page.get_by_role("button", name=more["take"]))
    expect(page.get_by_role("heading", name=words["held"])).to_be_visible()
    pay(page, words, keys)
    accessible(page)
    picture(page, f"ticket-movable-{language}")

    code = page.url.rstrip("/").split("/")[-1]
    keys.press(page.get_by_role("link", name=more["change"]))
    accessible(page)
    picture(page, f"move-{language}")
    first = page.locator("details[open] input[name=slot]").first
    before = first.get_attribute("value")
    keys.choose(first)
    picture(page, f"move-chosen-{language}")
    keys.press(page.get_by_role("button", name=more["change to"]))
    expect(page.get_by_role("heading", name=words["booked"], exact=True)).to_be_visible()
    with demo.database() as connection:
        now_at = connection.execute(
            "SELECT slot.code, appointment.moves FROM booking_appointment appointment"
            " JOIN booking_slot slot ON slot.id = appointment.slot_id WHERE appointment.code = %s",
            [code],
        ).fetchone()
    assert now_at == (before, 1)


def test_a_patient_leaves_a_waitlist_with_the_keyboard_alone(
    open_page: OpenPage, demo: Demo, accessible: Callable[[Page], None]
) -> None:
    session, doctor, slot = one_left(demo)
    take_the_last(open_page, ENGLISH, doctor, slot)
    page, keys, _words = known(open_page, ENGLISH)
    more = MORE_WORDS[ENGLISH]
    page.goto(f"/sessions/{session}/waitlist/")
    keys.press(page.get_by_role("button", name=more["join"]))
    expect(page.get_by_role("heading", name=more["joined"])).to_be_visible()
    keys.press(page.get_by_role("link", name=more["leave"]))
    expect(page.get_by_role("button", name=more["yes leave"])).to_be_visible()
    accessible(page)
    keys.press(page.get_by_role("button", name=more["yes leave"]))
    expect(page.get_by_role("heading", name=more["left"])).to_be_visible()
    accessible(page)
