"""The patients' pages without a browser: who sees what, and that only a POST changes anything."""

import re
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from booking import services
from booking.models import Appointment, ClinicSession, Payment, Slot
from hospital.common import clock
from hospital.common.actor import Actor
from hospital.common.policy import policy_change
from hospital.models import User
from tests import factories
from tests.clock import VirtualClock
from tests.factories import Cast, slots

pytestmark = pytest.mark.django_db


def browser(user: User | None) -> Client:
    client = Client(headers={"accept-language": "en"})
    if user is not None:
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


@pytest.fixture
def lin(cast: Cast) -> Client:
    return browser(cast.lin)


def hold_form(slot: Slot, cast: Cast, key: str = "") -> dict[str, str]:
    return {"slot": slot.code, "patient": cast.patients["lin"].code, "key": key or str(uuid.uuid4())}


def held(lin: Client, slot: Slot, cast: Cast) -> Appointment:
    answer = lin.post("/experts/zhao/hold/", hold_form(slot, cast))
    return Appointment.objects.get(code=answer["Location"].split("/")[2])


def text(answer: Any) -> str:
    return str(answer.content.decode())


def test_the_start_page_says_each_experts_next_number(
    lin: Client, tomorrow: ClinicSession, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(12):
        answer = lin.get("/")
    assert "Zhao Ming" in text(answer)
    assert "6 numbers left" in text(answer)


def test_a_doctor_who_draws_or_sits_at_the_desk_only_is_not_called_full(
    lin: Client, tomorrow: ClinicSession, now: VirtualClock
) -> None:
    session = ClinicSession.objects.filter(pk=tomorrow.pk)
    Slot.objects.filter(session=tomorrow).update(bookable=False)
    session.update(draw_ends_at=now() + timedelta(hours=1))
    shown = text(lin.get("/"))
    assert shown.count("Drawn by lot, you can enter") == 2, "on the department and on the doctor"
    assert "Full for" not in shown
    assert "No number of this doctor can be booked now" not in text(lin.get("/experts/zhao/"))
    session.update(drawn_at=now())
    assert "Full for" in text(lin.get("/"))
    now.set(tomorrow.walk_in_opens_at)
    shown = text(lin.get("/"))
    assert "Today at the desk only" in shown
    assert "Full for" not in shown


def test_what_waits_for_payment_stands_first(lin: Client, cast: Cast, tomorrow: ClinicSession) -> None:
    earlier = factories.book(slots(tomorrow)[0], cast.patients["lin"], cast.lin, clock.now())
    Appointment.objects.filter(pk=earlier.pk).update(patient=cast.patients["chen"])
    waiting = held(lin, slots(tomorrow)[1], cast)
    assert [one.pk for one in lin.get("/appointments/").context["coming"]] == [waiting.pk, earlier.pk]


def test_a_search_without_a_result_says_where_to_go_next(lin: Client, tomorrow: ClinicSession) -> None:
    shown = text(lin.get("/", {"q": "膝盖响"}))
    assert "Nothing found for “膝盖响”" in shown
    assert "call 120" in shown


def test_slots_that_cannot_be_booked_stay_on_the_page_with_the_reason(
    lin: Client, tomorrow: ClinicSession
) -> None:
    shown = text(lin.get("/experts/zhao/"))
    assert "Kept for walk-ins" in shown
    assert shown.count('name="slot"') == 3


def test_whoever_is_not_signed_in_comes_back_to_the_chosen_slot(cast: Cast, tomorrow: ClinicSession) -> None:
    slot = slots(tomorrow)[0]
    answer = browser(None).post("/experts/zhao/hold/", hold_form(slot, cast))
    assert answer.status_code == 302
    assert f"slot%3D{slot.code}" in answer["Location"]
    assert not Appointment.objects.exists()


def test_sending_the_form_twice_holds_one_number(lin: Client, cast: Cast, tomorrow: ClinicSession) -> None:
    form = hold_form(slots(tomorrow)[0], cast)
    first, second = (lin.post("/experts/zhao/hold/", form) for _ in range(2))
    assert first["Location"] == second["Location"]
    assert Appointment.objects.count() == 1


def test_a_session_with_a_fee_of_its_own_says_so_before_anybody_holds(
    lin: Client, tomorrow: ClinicSession
) -> None:
    tomorrow.fee_fen = tomorrow.expert.fee_fen + 3000
    tomorrow.save(update_fields=["fee_fen"])
    shown = text(lin.get("/experts/zhao/"))
    assert f"<strong>¥{tomorrow.fee_fen // 100}</strong>" in shown, "at the session"
    assert f"<span data-choice-fee>¥{tomorrow.fee_fen // 100}</span>" in shown, "in the bar with the button"


def test_a_slot_sold_meanwhile_is_refused_and_the_page_shows_what_is_left(
    lin: Client, cast: Cast, tomorrow: ClinicSession
) -> None:
    slot = slots(tomorrow)[1]
    Slot.objects.filter(pk=slot.pk).update(booked=slot.quota)
    answer = lin.post("/experts/zhao/hold/", hold_form(slot, cast))
    assert answer.status_code == 409
    assert "Just taken. Choose another time." in text(answer)
    assert text(answer).count('name="slot"') == 2
    assert not Appointment.objects.exists()


def test_a_form_without_a_slot_is_refused_in_words(lin: Client, cast: Cast, tomorrow: ClinicSession) -> None:
    answer = lin.post("/experts/zhao/hold/", {"patient": cast.patients["lin"].code, "key": "k"})
    assert answer.status_code == 400
    assert "Choose a time first." in text(answer)


def test_adding_a_person_comes_back_to_the_chosen_time(
    lin: Client, cast: Cast, tomorrow: ClinicSession
) -> None:
    slot = slots(tomorrow)[0]
    shown = text(lin.get("/experts/zhao/", {"slot": slot.code}))
    assert f'href="/patients/?next=/experts/zhao/%3Fslot%3D{slot.code}"' in shown


def test_nobody_books_for_another_accounts_patient(lin: Client, cast: Cast, tomorrow: ClinicSession) -> None:
    form = hold_form(slots(tomorrow)[0], cast) | {"patient": cast.patients["chen"].code}
    assert lin.post("/experts/zhao/hold/", form).status_code == 404
    assert not Appointment.objects.exists()


@pytest.mark.parametrize("page", ["", "pay/", "cancel/", "calendar.ics"])
def test_a_strangers_appointment_does_not_exist(
    lin: Client, cast: Cast, tomorrow: ClinicSession, page: str
) -> None:
    appointment = held(lin, slots(tomorrow)[0], cast)
    assert browser(cast.chen).get(f"/appointments/{appointment.code}/{page}").status_code == 404


@pytest.mark.parametrize("page", ["release/", "cancel/"])
def test_a_stranger_cannot_give_a_number_back(
    lin: Client, cast: Cast, tomorrow: ClinicSession, page: str
) -> None:
    appointment = held(lin, slots(tomorrow)[0], cast)
    assert browser(cast.chen).post(f"/appointments/{appointment.code}/{page}").status_code == 404
    appointment.refresh_from_db()
    assert appointment.state == "held"


def test_opening_the_cancel_page_changes_nothing(lin: Client, cast: Cast, tomorrow: ClinicSession) -> None:
    appointment = held(lin, slots(tomorrow)[0], cast)
    assert lin.get(f"/appointments/{appointment.code}/cancel/").status_code == 200
    appointment.refresh_from_db()
    assert appointment.state == "held"


@pytest.mark.parametrize(
    ("way", "said", "button"),
    [
        ("nothing", "Nothing was charged.", "Yes, cancel"),
        ("sandbox", "¥50.00 goes back the way it was paid", "Yes, cancel and refund"),
        ("cash", "Fetch ¥50.00 in cash at the front desk.", "Yes, cancel and refund"),
    ],
)
def test_the_cancel_page_promises_only_money_that_was_paid(
    lin: Client, cast: Cast, tomorrow: ClinicSession, now: VirtualClock, way: str, said: str, button: str
) -> None:
    appointment = held(lin, slots(tomorrow)[0], cast)
    if way == "sandbox":
        factories.pay(appointment, now())
    elif way == "cash":
        services.appointment_confirm_at_desk(
            appointment_id=appointment.pk, payment="cash", actor=Actor.of(cast.desk), now=now()
        )
    address = f"/appointments/{appointment.code}/cancel/"
    shown = text(lin.get(address))
    assert said in shown
    assert re.search(rf">\s*{button}\s*</button>", shown)
    assert lin.post(address).status_code == 400
    assert lin.post(address, {"key": "k"})["Location"] == f"/appointments/{appointment.code}/"
    after = text(lin.get(f"/appointments/{appointment.code}/"))
    assert ("waits for you in cash at the front desk" in after) == (way == "cash")


def test_a_held_number_is_let_go_only_after_the_question(
    lin: Client, cast: Cast, tomorrow: ClinicSession
) -> None:
    appointment = held(lin, slots(tomorrow)[0], cast)
    asks = f"/appointments/{appointment.code}/cancel/"
    pay_page = text(lin.get(f"/appointments/{appointment.code}/pay/"))
    assert f'href="{asks}"' in pay_page
    assert f'action="{asks}"' not in pay_page
    assert "Nothing was charged." in text(lin.get(asks))
    assert "Nothing was charged." in text(lin.post(asks, {"key": "k"}, follow=True))
    appointment.refresh_from_db()
    assert appointment.state == "cancelled"
    assert slots(tomorrow)[0].booked == 0


def test_cancelling_is_refused_once_walk_in_registration_opens(
    lin: Client, cast: Cast, tomorrow: ClinicSession, now: VirtualClock
) -> None:
    appointment = held(lin, slots(tomorrow)[0], cast)
    Appointment.objects.filter(pk=appointment.pk).update(state="booked", booked_at=now())
    now.set(tomorrow.walk_in_opens_at)
    answer = lin.post(f"/appointments/{appointment.code}/cancel/", {"key": "k"})
    assert answer.status_code == 409
    appointment.refresh_from_db()
    assert appointment.state == "booked"


def test_the_ticket_shows_the_code_in_groups_and_a_scannable_picture(
    lin: Client, cast: Cast, tomorrow: ClinicSession, now: VirtualClock
) -> None:
    appointment = held(lin, slots(tomorrow)[0], cast)
    Appointment.objects.filter(pk=appointment.pk).update(state="booked", booked_at=now())
    shown = text(lin.get(f"/appointments/{appointment.code}/"))
    assert f"{appointment.checkin_code[:4]} {appointment.checkin_code[4:]}" in shown
    assert "<svg" in shown
    assert "style=" not in shown


def test_a_refused_payment_says_that_nothing_was_charged_and_how_to_go_on(
    lin: Client, cast: Cast, tomorrow: ClinicSession, now: VirtualClock
) -> None:
    appointment = held(lin, slots(tomorrow)[0], cast)
    Payment.objects.create(
        appointment=appointment, provider="sandbox", amount_fen=5000, state="failed", created_at=now()
    )
    shown = text(lin.get(f"/appointments/{appointment.code}/"))
    assert "Not paid, nothing was charged" in shown
    assert f"Your number is kept until {clock.local(appointment.pay_by):%H:%M}." in shown
    assert "data-poll" not in shown
    assert "Pay again" in shown
    Payment.objects.create(appointment=appointment, provider="sandbox", amount_fen=5000, created_at=now())
    assert "data-poll" in text(lin.get(f"/appointments/{appointment.code}/"))


def test_no_page_sends_anybody_to_a_kiosk(
    lin: Client, cast: Cast, tomorrow: ClinicSession, now: VirtualClock
) -> None:
    appointment = held(lin, slots(tomorrow)[0], cast)
    Appointment.objects.filter(pk=appointment.pk).update(state="booked", booked_at=now())
    now.set(tomorrow.walk_in_opens_at)
    for page in (f"/appointments/{appointment.code}/", "/experts/zhao/", "/"):
        assert "kiosk" not in text(lin.get(page))


def test_the_calendar_file_names_time_and_place(lin: Client, cast: Cast, tomorrow: ClinicSession) -> None:
    appointment = held(lin, slots(tomorrow)[0], cast)
    answer = lin.get(f"/appointments/{appointment.code}/calendar.ics")
    assert answer["Content-Type"].startswith("text/calendar")
    assert "DTSTART;TZID=Asia/Shanghai:20261103T080000" in text(answer)
    assert "SUMMARY:Qinghe Hospital: doctor" in text(answer)
    assert [line for line in text(answer).split() if "TRIGGER" in line] == ["TRIGGER:-P1D", "TRIGGER:-PT2H"]
    services.appointment_cancel(appointment_id=appointment.pk, actor=Actor.of(cast.lin), now=clock.now())
    assert "VALARM" not in text(lin.get(f"/appointments/{appointment.code}/calendar.ics")), (
        "nothing to come to"
    )


def test_a_hold_that_ran_out_offers_the_slot_again(
    lin: Client, cast: Cast, tomorrow: ClinicSession, now: VirtualClock
) -> None:
    appointment = held(lin, slots(tomorrow)[0], cast)
    now.advance(minutes=16)
    shown = text(lin.get(f"/appointments/{appointment.code}/pay/"))
    assert "Time is up. Number released" in shown
    assert "Already paid? Do not pay again." in shown
    assert "This time still has 2 numbers" in shown


def test_a_slot_whose_hold_ran_out_can_be_held_again_before_any_job_has_run(
    lin: Client, cast: Cast, tomorrow: ClinicSession, now: VirtualClock
) -> None:
    slot = slots(tomorrow)[0]
    first = held(lin, slot, cast)
    now.advance(minutes=16)
    second = held(lin, slot, cast)
    first.refresh_from_db()
    assert (first.state, second.state) == ("expired", "held")
    assert slots(tomorrow)[0].booked == 1


@pytest.mark.parametrize("elsewhere", ["https://example.org/", "//example.org/", "javascript:alert(1)"])
def test_the_text_switch_never_leads_to_another_site(elsewhere: str) -> None:
    answer = browser(None).post("/text-size/", {"large_text": "1", "next": elsewhere})
    assert answer["Location"] == "/"
    assert answer.cookies["large_text"].value == "1"


def test_saving_a_patient_never_leads_to_another_site(lin: Client, cast: Cast) -> None:
    form = {
        "name": "王小明",
        "relation": "grandchild",
        "id_type": "passport",
        "id_number": "E12345678",
        "phone": "",
    }
    answer = lin.post("/patients/", form | {"next": "https://example.org/"})
    assert answer["Location"] == "/patients/"
    other = form | {"name": "林小二", "id_number": "E12345679", "next": "/experts/zhao/?slot=S1&patient=old"}
    back = lin.post("/patients/", other)["Location"]
    added = cast.lin.account_patients.latest("pk").patient
    assert back == f"/experts/zhao/?slot=S1&patient={added.code}", "the new person is chosen there"


def test_only_one_person_of_an_account_is_myself_and_the_form_asks_in_plain_words(lin: Client) -> None:
    assert '<option value="self"' not in text(lin.get("/patients/"))
    form = {"name": "", "relation": "self", "id_type": "resident", "id_number": "", "phone": ""}
    answer = lin.post("/patients/", form)
    shown = text(answer)
    assert answer.status_code == 400
    assert "You are in the list already. Choose who this person is to you." in shown
    assert "Enter the name as on the ID." in shown
    assert "Enter the ID number." in shown
    assert "This field is required" not in shown
    assert "Phone (optional)" in shown


def test_an_unpaid_number_is_offered_for_payment_wherever_the_patient_comes_back(
    lin: Client, cast: Cast, tomorrow: ClinicSession
) -> None:
    appointment = held(lin, slots(tomorrow)[0], cast)
    until = f"Pay by {clock.local(appointment.pay_by):%H:%M}"
    for page in ("/", "/experts/zhao/", "/appointments/"):
        shown = text(lin.get(page))
        assert until in shown
        assert "15 min left" in shown
        assert f"/appointments/{appointment.code}/pay/" in shown
    assert until not in text(browser(cast.chen).get("/experts/zhao/"))


def test_until_when_one_can_cancel_is_said_before_a_number_is_held(
    lin: Client, cast: Cast, tomorrow: ClinicSession, now: VirtualClock
) -> None:
    opening, rule = tomorrow.walk_in_opens_at, "Cancel before 3 Nov 06:00, full refund"
    policy_change(actor=Actor.job("test"), now=now(), reason="early", cancel_deadline_min=60)
    assert text(lin.get("/experts/zhao/")).count(f'data-choice-cancel="{rule}"') == 3
    now.set(opening - timedelta(minutes=60))
    assert "Once paid, you cannot cancel this number yourself" in text(lin.get("/experts/zhao/"))


@pytest.mark.parametrize("how", ["released", "run out"])
def test_a_number_that_was_not_paid_is_listed_as_released(
    lin: Client, cast: Cast, tomorrow: ClinicSession, now: VirtualClock, how: str
) -> None:
    appointment = held(lin, slots(tomorrow)[0], cast)
    if how == "released":
        lin.post(f"/appointments/{appointment.code}/cancel/", {"key": "k"})
    else:
        now.advance(minutes=16)
    assert "<dt>Check-in</dt>" not in text(lin.get(f"/appointments/{appointment.code}/"))
    shown = text(lin.get("/appointments/"))
    assert "Earlier and cancelled" in shown
    assert "Not paid, released" in shown
    assert "To come" not in shown


def test_todays_paid_booking_comes_first_on_the_start_page(
    lin: Client, cast: Cast, tomorrow: ClinicSession, now: VirtualClock
) -> None:
    appointment = held(lin, slots(tomorrow)[0], cast)
    Appointment.objects.filter(pk=appointment.pk).update(state="booked", booked_at=now())
    assert f"/appointments/{appointment.code}/" not in text(lin.get("/"))
    now.set(tomorrow.walk_in_opens_at)
    assert f"/appointments/{appointment.code}/" in text(lin.get("/"))


def test_staff_have_no_business_on_patients_pages(cast: Cast) -> None:
    answer = browser(cast.desk).get("/appointments/")
    assert answer.status_code == 403
    assert "No access" in text(answer)
