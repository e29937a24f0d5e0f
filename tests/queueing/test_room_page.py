"""The expert's page: five actions, the right one filled, a double press calls once."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from queueing.models import Ticket
from tests.queueing.conftest import Morning

HTMX = {"HX-Request": "true"}


@pytest.fixture
def page(morning: Morning, client: Client, settings) -> Client:
    settings.STAFF_SECOND_FACTOR = False
    client.force_login(morning.cast.dr_zhao)
    return client


def html_of(page: Client, morning: Morning) -> str:
    return page.get(f"/room/{morning.session.code}/").content.decode()


def form_of(html: str, verb: str) -> dict[str, str]:
    """The hidden fields of one action's form."""
    form = re.search(rf"<form[^>]*/{verb}/\"[^>]*hx-post.*?</form>", html, re.DOTALL)
    assert form
    return dict(re.findall(r'name="(ticket|key|sure)" value="([^"]*)"', form[0]))


def press(page: Client, morning: Morning, verb: str, **more: str):
    fields = form_of(html_of(page, morning), verb)
    return page.post(f"/room/{morning.session.code}/{verb}/", {**fields, **more}, headers=HTMX)


def button(html: str, verb: str) -> str:
    found = re.search(rf'<button[^>]*id="room-{verb}"[^>]*>', html)
    assert found
    return found[0]


def test_it_opens_the_session_of_today(page: Client, morning: Morning) -> None:
    assert page.get("/room/")["Location"] == f"/room/{morning.session.code}/"


def test_without_a_session_it_says_so(page: Client, morning: Morning) -> None:
    morning.now.advance(days=2)
    assert "No session today" in page.get("/room/").content.decode()


def test_call_next_is_filled_while_somebody_waits(page: Client, morning: Morning) -> None:
    morning.walk_in("08:00")
    html = html_of(page, morning)
    assert "btn-primary" in button(html, "next")
    assert "disabled" in button(html, "start")
    assert "Walk-in of 08:00" in html


@pytest.mark.parametrize(
    ("language", "in_turn", "nobody_booked"),
    [
        ("en", "Walk-in of 08:10: in turn with booked patients", "no booked patient of this slot waits"),
        ("zh-hans", "现场 08:10 挂号，与预约患者交替", "本时段没有预约患者在等"),
    ],
)
def test_a_walk_in_whose_turn_comes_while_booked_patients_wait_is_next_by_that_rule(
    page: Client, morning: Morning, language: str, in_turn: str, nobody_booked: str
) -> None:
    department = morning.session.expert.department
    department.discipline = "interleave"
    department.save()
    for turn, held in enumerate([morning.book(1) for _turn in range(3)]):
        morning.check_in(held, f"07:5{turn}")
    for turn in range(2):
        morning.walk_in(f"08:1{turn}")
    for turn in range(2):
        morning.do("finish", morning.serve(f"08:2{turn}"))
    page.cookies["django_language"] = language
    html = html_of(page, morning)
    assert in_turn in html
    assert nobody_booked not in html
    assert [morning.serve(f"08:3{turn}").channel for turn in range(2)] == ["walk_in", "appointment"]
    morning.now.at("08:40")
    assert nobody_booked in html_of(page, morning), "now there is none"


def test_calling_shows_the_patient_and_makes_start_the_likely_next(page: Client, morning: Morning) -> None:
    ticket = morning.walk_in("08:00")
    html = press(page, morning, "next").content.decode()
    assert ticket.display in html
    assert "btn-primary" in button(html, "start")
    assert "disabled" in button(html, "next")
    assert "This patient first" in html
    assert "disabled" in button(html, "recall")


def test_a_double_press_calls_once(page: Client, morning: Morning) -> None:
    morning.walk_in("08:00")
    morning.walk_in("08:01")
    fields = form_of(html_of(page, morning), "next")
    for _ in range(2):
        answer = page.post(f"/room/{morning.session.code}/next/", fields, headers=HTMX)
        assert answer.status_code == 200
    assert [t.state for t in Ticket.objects.order_by("number")] == ["called", "waiting"]


def test_with_a_key_of_its_own_a_second_press_would_call_somebody_else(
    page: Client, morning: Morning
) -> None:
    """The control: while somebody is served, nothing but the key tells a double press from two calls."""
    for minute in range(3):
        morning.walk_in(f"08:0{minute}")
    press(page, morning, "next")
    press(page, morning, "start")
    fields = form_of(html_of(page, morning), "next")
    address = f"/room/{morning.session.code}/next/"
    for _twice in range(2):
        page.post(address, fields, headers=HTMX)
    assert [t.state for t in Ticket.objects.order_by("number")] == ["done", "called", "waiting"]
    press(page, morning, "start")
    second = form_of(html_of(page, morning), "next")
    page.post(address, {**second, "key": "another"}, headers=HTMX)
    assert [t.state for t in Ticket.objects.order_by("number")] == ["done", "done", "called"]


def test_while_serving_one_press_finishes_and_calls_the_next(page: Client, morning: Morning) -> None:
    first, second = morning.walk_in("08:00"), morning.walk_in("08:01")
    press(page, morning, "next")
    html = press(page, morning, "start").content.decode()
    assert "Finish and call next" in html
    press(page, morning, "next")
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == ("done", "called")


def test_recall_opens_after_the_gap_and_ends_at_the_limit(page: Client, morning: Morning) -> None:
    morning.walk_in("08:00")
    press(page, morning, "next")
    assert 'data-until="' in button(html_of(page, morning), "recall")
    for recalls in (1, 2):
        morning.now.advance(seconds=60)
        press(page, morning, "recall")
        assert Ticket.objects.get().recalls == recalls
    morning.now.advance(seconds=60)
    assert "Recalled 2 times" in html_of(page, morning)


def test_passing_before_two_recalls_asks_first(page: Client, morning: Morning) -> None:
    ticket = morning.walk_in("08:00")
    press(page, morning, "next")
    asked = press(page, morning, "pass").content.decode()
    assert "A01 has not been recalled yet (rule: 2). Pass anyway?" in asked
    ticket.refresh_from_db()
    assert ticket.state == "called"
    page.post(f"/room/{morning.session.code}/pass/", {**form_of(asked, "pass"), "sure": "on"}, headers=HTMX)
    ticket.refresh_from_db()
    assert ticket.state == "passed"


def test_a_passed_patient_who_is_back_waits_again(page: Client, morning: Morning) -> None:
    ticket = morning.walk_in("08:00")
    press(page, morning, "next")
    press(page, morning, "pass", sure="on")
    press(page, morning, "return")
    ticket.refresh_from_db()
    assert ticket.state == "waiting"


def test_the_last_step_can_be_undone(page: Client, morning: Morning) -> None:
    ticket = morning.walk_in("08:00")
    press(page, morning, "next")
    press(page, morning, "undo")
    ticket.refresh_from_db()
    assert ticket.state == "waiting"


def test_an_old_page_does_not_finish_somebody_else(page: Client, morning: Morning) -> None:
    first, second = morning.walk_in("08:00"), morning.walk_in("08:01")
    old = form_of(html_of(page, morning), "next")
    press(page, morning, "next")
    press(page, morning, "start")
    refused = page.post(f"/room/{morning.session.code}/next/", old | {"key": "fresh"}, headers=HTMX)
    assert refused.status_code == 409
    assert "somebody else is in the room" in refused.content.decode()
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == ("serving", "waiting")


def test_a_ticket_of_another_room_cannot_be_moved_from_here(
    page: Client, morning: Morning, other_session
) -> None:
    mine, morning.session = morning.session, other_session
    foreign = morning.walk_in("08:00")
    morning.session = mine
    refused = page.post(f"/room/{mine.code}/return/", {"ticket": foreign.code, "key": "k"}, headers=HTMX)
    assert refused.status_code == 409
    foreign.refresh_from_db()
    assert foreign.state == "waiting"


def test_a_colleagues_room_does_not_exist(page: Client, morning: Morning, other_session) -> None:
    assert page.get(f"/room/{other_session.code}/").status_code == 404
    assert page.post(f"/room/{other_session.code}/next/", {"key": "k"}).status_code == 404


def test_the_region_answers_304_until_something_changes(page: Client, morning: Morning) -> None:
    morning.walk_in("08:00")
    address = f"/room/{morning.session.code}/live/"
    first = page.get(address)
    assert page.get(address, headers={"If-None-Match": first["ETag"]}).status_code == 304
    morning.walk_in("08:00")
    again = page.get(address, headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 200
    assert int(again["X-Revision"]) > int(first["X-Revision"])


def test_without_scripts_an_action_leads_back_to_the_page(page: Client, morning: Morning) -> None:
    morning.walk_in("08:00")
    fields = form_of(html_of(page, morning), "next")
    answer = page.post(f"/room/{morning.session.code}/next/", fields)
    assert answer["Location"] == f"/room/{morning.session.code}/"
    assert Ticket.objects.get().state == "called"


def test_others_may_not_open_it(page: Client, morning: Morning) -> None:
    page.force_login(morning.cast.desk)
    assert page.get(f"/room/{morning.session.code}/").status_code == 403
