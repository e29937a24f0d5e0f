"""The pages of a stopped clinic: step by step, for each role, with a constant number of queries."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from booking import services
from booking.models import Appointment, Refund, Stop, StopCase
from booking.services.erasures import patient_erase
from hospital.common.actor import Actor
from hospital.common.policy import forget, policy
from tests import factories
from tests.booking.stopped import StoppedClinic, text
from tests.clock import VirtualClock

pytestmark = pytest.mark.django_db


def browser(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def proposed(manager: Client, clinic: StoppedClinic) -> str:
    answer = manager.post("/manage/stops/new/", {"session": clinic.session.code, "reason": "ill"})
    assert answer.status_code == 302
    return str(answer.url)


def test_a_manager_goes_through_the_four_steps_and_only_the_last_changes_anything(
    manager: Client, clinic: StoppedClinic
) -> None:
    for _turn in range(3):
        clinic.book()
    page = proposed(manager, clinic)
    preview = manager.get(page)
    assert "Nothing has changed and nobody has been told." in text(preview)
    deadline = preview.context["deadlines"][-1].isoformat()
    to_notice = manager.post(f"{page}prepare/", {"step": "preview", "choose_by": deadline})
    assert to_notice.url == f"{page}?step=notice"
    assert "ill" in text(manager.get(to_notice.url))
    to_apply = manager.post(f"{page}prepare/", {"step": "notice", "reason": "meeting"})
    assert to_apply.url == f"{page}?step=apply"
    clinic.session.refresh_from_db()
    assert clinic.session.state == "released"
    assert manager.post(f"{page}apply/").url == page
    stop = Stop.objects.get()
    assert (stop.state, stop.reason, stop.choose_by.isoformat()) == (
        "applying",
        "meeting",
        preview.context["deadlines"][-1].astimezone(stop.choose_by.tzinfo).isoformat(),
    )
    assert "0 / 3 told" in text(manager.get(page))
    services.stops_go_on(clinic.now())
    assert "0 / 3 settled" in text(manager.get(f"{page}progress/"))


def test_without_a_reason_or_with_a_deadline_that_is_too_soon_the_step_stays(
    manager: Client, clinic: StoppedClinic
) -> None:
    refused = manager.post("/manage/stops/new/", {"session": clinic.session.code, "reason": " "})
    assert refused.status_code == 400
    page = proposed(manager, clinic)
    soon = (clinic.now() + timedelta(minutes=5)).isoformat()
    for value in (soon, "tomorrow"):
        answer = manager.post(f"{page}prepare/", {"step": "preview", "choose_by": value})
        assert answer.status_code == 400
        assert "at least an hour" in text(answer)


def freshly_read() -> None:
    """The policy is read again once a second: not within what is counted."""
    forget()
    policy()


def test_the_preview_asks_as_many_questions_for_thirty_as_for_two(
    manager: Client, clinic: StoppedClinic
) -> None:
    clinic.book(slot=0)
    clinic.book(slot=1)
    page = proposed(manager, clinic)
    manager.get(page)
    freshly_read()
    with CaptureQueriesContext(connection) as few:
        manager.get(page)
    for number in range(28):
        clinic.book(slot=number % 4, phone="" if number % 9 == 4 else "13700137000")
    freshly_read()
    with CaptureQueriesContext(connection) as many:
        seen = manager.get(page).context["seen"]
    assert len(seen.people) == 30
    assert len(many) == len(few) <= 24


def test_the_list_of_people_turns_pages_and_shows_whom_to_phone(
    manager: Client, clinic: StoppedClinic
) -> None:
    for number in range(8):
        clinic.book(slot=number % 4, phone="" if number == 3 else "13700137000")
    page = proposed(manager, clinic)
    assert len(manager.get(page).context["rows"]) == 6
    assert len(manager.get(f"{page}?page=2").context["rows"]) == 2
    assert len(manager.get(f"{page}?show=phone").context["rows"]) == 1


def test_a_patient_takes_another_number_by_pressing_twice_once(
    cast: factories.Cast, clinic: StoppedClinic
) -> None:
    booked = clinic.book(account=cast.lin)
    clinic.stop()
    lin, address = browser(cast.lin), f"/stopped/{clinic.case(booked).code}/"
    page = lin.get(address)
    assert page.context["groups"]
    target = factories.slots(clinic.colleague)[0]
    choice = {"choice": "slot", "slot": target.code, "key": "k1"}
    assert [lin.post(address, choice).status_code for _turn in range(2)] == [302, 302]
    target.refresh_from_db()
    assert target.booked == 1
    assert "You have a new number" in text(lin.get(address))


def test_a_number_taken_meanwhile_is_said_and_the_others_are_shown(
    cast: factories.Cast, clinic: StoppedClinic
) -> None:
    booked = clinic.book(account=cast.lin)
    clinic.stop()
    target = factories.slots(clinic.colleague)[0]
    for _turn in range(2):
        factories.hold(target, clinic.person(), None, clinic.now())
    address = f"/stopped/{clinic.case(booked).code}/"
    answer = browser(cast.lin).post(address, {"choice": "slot", "slot": target.code, "key": "k1"})
    assert answer.status_code == 409
    assert "Just taken" in text(answer)
    assert target.code not in text(answer)
    assert clinic.case(booked).state == "asked"


def test_a_patient_asks_for_the_money_back(cast: factories.Cast, clinic: StoppedClinic) -> None:
    booked = clinic.book(account=cast.lin)
    clinic.stop()
    address = f"/stopped/{clinic.case(booked).code}/"
    browser(cast.lin).post(address, {"choice": "refund", "key": "k1"})
    assert Refund.objects.get().amount_fen == 5000
    assert "on its way back" in text(browser(cast.lin).get(address))


def test_somebody_elses_choice_is_not_there(cast: factories.Cast, clinic: StoppedClinic) -> None:
    booked = clinic.book(account=cast.lin)
    clinic.stop()
    address = f"/stopped/{clinic.case(booked).code}/"
    stranger = browser(cast.chen)
    assert stranger.get(address).status_code == 404
    assert stranger.post(address, {"choice": "refund", "key": "k"}).status_code == 404
    assert Client().get(address).status_code == 302


def test_looking_at_the_choice_changes_nothing(cast: factories.Cast, clinic: StoppedClinic) -> None:
    booked = clinic.book(account=cast.lin)
    clinic.stop()
    address = f"/stopped/{clinic.case(booked).code}/"
    for query in ("", "?choice=refund", "?choice=slot&key=1"):
        browser(cast.lin).get(address + query)
    assert Appointment.objects.get(pk=booked.pk).state == "booked"


def test_the_own_appointment_leads_to_the_choice(cast: factories.Cast, clinic: StoppedClinic) -> None:
    booked = clinic.book(account=cast.lin)
    clinic.stop()
    lin, case = browser(cast.lin), clinic.case(booked)
    page = text(lin.get(f"/appointments/{booked.code}/"))
    assert f"/stopped/{case.code}/" in page
    assert f'own words: <span lang="">{case.stop.reason}</span>' in page
    assert "Choose by" in page
    card = text(lin.get("/appointments/"))
    assert "Clinic cancelled" in card
    assert "Choose by" in card


def test_a_pay_link_of_a_stopped_clinic_gives_no_code_and_leads_to_the_new_number(
    clinic: StoppedClinic,
) -> None:
    booked = clinic.book()
    code, link = f"{booked.checkin_code[:4]} {booked.checkin_code[4:]}", f"/pay/{booked.code}/done/"
    assert code in text(Client().get(link))
    clinic.stop()
    page = text(Client().get(link))
    assert "Clinic cancelled" in page
    assert code not in page
    new = clinic.choose(booked, factories.slots(clinic.colleague)[0]).replacement
    assert new is not None
    page = text(Client().get(link))
    assert f"/pay/{new.code}/done/" in page
    assert "Nothing was charged" not in page
    assert Client().get(f"/pay/{new.code}/done/").status_code == 200


def test_a_number_of_an_erased_person_has_no_public_page(
    cast: factories.Cast, clinic: StoppedClinic, now: VirtualClock
) -> None:
    booked = clinic.book(account=cast.lin)
    patient_erase(patient_id=booked.patient_id, reason="asked", actor=Actor.of(cast.manager), now=now())
    for page in ("", "done/"):
        assert Client().get(f"/pay/{booked.code}/{page}").status_code == 404


def test_an_appointment_that_was_replaced_leads_to_the_new_one(
    cast: factories.Cast, clinic: StoppedClinic
) -> None:
    booked = clinic.book(account=cast.lin)
    clinic.stop()
    new = clinic.choose(booked, factories.slots(clinic.colleague)[0]).replacement
    assert new is not None
    page = text(browser(cast.lin).get(f"/appointments/{booked.code}/"))
    assert f"/appointments/{new.code}/" in page
    assert "Nothing was charged" not in page


def test_the_desk_chooses_on_the_phone_and_notes_the_call(
    cast: factories.Cast, clinic: StoppedClinic
) -> None:
    first, second = clinic.book(phone=""), clinic.book()
    stop = clinic.stop()
    desk = browser(cast.desk)
    listed = desk.get(f"/desk/stops/{stop.code}/?show=phone").context["cases"]
    assert [case.appointment_id for case in listed] == [first.pk]
    case = clinic.case(second)
    assert "137 0013 7000" in text(desk.get(f"/desk/stop-cases/{case.code}/"))
    desk.post(f"/desk/stop-cases/{case.code}/phoned/", {"note": "calls back"})
    target = factories.slots(clinic.next_week)[0]
    desk.post(f"/desk/stop-cases/{case.code}/", {"choice": "slot", "slot": target.code, "key": "k"})
    case.refresh_from_db()
    assert (case.choice, case.chosen_by, case.phone_note) == ("other_day", "desk", "calls back")


def test_the_csv_of_the_follow_up_has_no_full_phone_and_no_formula(
    cast: factories.Cast, clinic: StoppedClinic
) -> None:
    booked = clinic.book()
    stop = clinic.stop()
    services.stop_case_phoned(
        case_id=clinic.case(booked).pk, note="=HYPERLINK(1)", actor=clinic.manager, now=clinic.now()
    )
    answer = text(browser(cast.desk).get(f"/desk/stops/{stop.code}/people.csv"))
    assert "7000" in answer
    assert "13700137000" not in answer
    assert "'=HYPERLINK(1)" in answer


def test_the_follow_up_asks_as_many_questions_for_many_as_for_one(
    cast: factories.Cast, clinic: StoppedClinic
) -> None:
    clinic.book()
    stop = clinic.stop()
    desk = browser(cast.desk)
    desk.get(f"/desk/stops/{stop.code}/")
    with CaptureQueriesContext(connection) as few:
        desk.get(f"/desk/stops/{stop.code}/")
    other = stopped_many(clinic, stop, 10)
    with CaptureQueriesContext(connection) as many:
        assert len(desk.get(f"/desk/stops/{stop.code}/").context["cases"]) == other + 1
    assert len(many) == len(few)


def stopped_many(clinic: StoppedClinic, stop: Stop, count: int) -> int:
    """As if so many more had been booked."""
    for _turn in range(count):
        extra = Appointment.objects.create(
            slot=factories.slots(clinic.session)[0],
            session=clinic.session,
            patient=clinic.person(),
            fee_fen=5000,
            state="booked",
            held_at=clinic.now(),
            pay_by=clinic.now(),
        )
        StopCase.objects.create(stop=stop, appointment=extra, state="asked")
    return count


def test_over_the_api_a_patient_sees_what_can_be_had_and_takes_it_once(
    cast: factories.Cast, clinic: StoppedClinic
) -> None:
    booked = clinic.book(account=cast.lin)
    clinic.stop()
    lin, address = browser(cast.lin), f"/api/v1/stop-cases/{clinic.case(booked).code}/"
    seen = lin.get(address).json()
    assert (seen["state"], seen["appointment"], seen["reason"]) == ("asked", booked.code, "meeting outside")
    choice = {"choice": "slot", "slot": seen["slots"][0]["slot"]}
    answers = [
        lin.post(f"{address}choice/", choice, "application/json", headers={"Idempotency-Key": "k1"})
        for _turn in range(2)
    ]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json() == answers[1].json()
    assert answers[0].json()["choice"] == "expert"
    assert Appointment.objects.get(code=answers[0].json()["replacement"]).state == "booked"
    again = lin.post(
        f"{address}choice/", {"choice": "refund"}, "application/json", headers={"Idempotency-Key": "k2"}
    )
    assert (again.status_code, again.json()["code"]) == (409, "chosen_already")
    assert browser(cast.chen).get(address).status_code == 404
