"""From the work card: priority, transfer and an added number; and the sessions' digits, which never move."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from django.test import Client

from booking import selectors as booking_selectors
from booking import services as booking
from booking.models import Appointment, ClinicSession, Expert, Payment
from hospital.common import clock, history
from hospital.common.actor import Actor
from hospital.common.policy import policy_change
from hospital.models import User
from queueing import selectors, services
from queueing.models import Ticket
from queueing.views.desk.sessions import session_lines
from queueing.views.desk.ticket_cards import ticket_card
from tests import factories
from tests.queueing.conftest import Morning

HTMX = {"HX-Request": "true"}


@pytest.fixture
def page(morning: Morning, client: Client, settings) -> Client:
    settings.STAFF_SECOND_FACTOR = False
    morning.now.at("08:10")
    booking.sessions_advance(morning.now())
    client.force_login(morning.cast.desk)
    return client


def test_a_priority_is_given_with_a_reason_and_taken_back(page: Client, morning: Morning) -> None:
    ticket = morning.walk_in()
    asked = {"ticket": ticket.code, "priority": "priority", "key": "p1"}
    refused = page.post("/desk/priority/", {**asked, "reason": ""}, headers=HTMX)
    assert refused.status_code == 400
    assert "Priority not changed" in refused.content.decode()
    ticket.refresh_from_db()
    assert ticket.priority == "normal"
    given = page.post("/desk/priority/", {**asked, "reason": "80 or older", "key": "p2"}, headers=HTMX)
    assert "Priority changed" in given.content.decode()
    ticket.refresh_from_db()
    assert (ticket.priority, ticket.priority_reason, ticket.state) == ("priority", "80 or older", "waiting")
    undone = page.post("/desk/undo/", {"ticket": ticket.code, "key": "p3"}, headers=HTMX)
    assert undone.status_code == 200
    ticket.refresh_from_db()
    assert (ticket.priority, ticket.priority_reason, ticket.state) == ("normal", "", "waiting")
    assert [row.verb for row in history.of(ticket)] == ["register", "prioritise", "undo"]


def test_the_card_says_who_did_what_and_who_took_it_back(page: Client, morning: Morning) -> None:
    ticket = morning.walk_in()
    page.post("/desk/priority/", {"ticket": ticket.code, "priority": "priority", "reason": "80", "key": "s1"})
    page.post("/desk/undo/", {"ticket": ticket.code, "key": "s2"})
    html = page.get(f"/desk/tickets/{ticket.code}/", headers=HTMX).content.decode()
    steps = [
        " ".join(re.sub(r"<[^>]+>", " ", one).split())
        for one in re.findall(r"<li>(.*?)</li>", html, re.DOTALL)
    ]
    who = morning.cast.desk.shown_name
    assert [one.split(" ", 1)[1] for one in steps] == [
        f"Registered {who}",
        f"Priority changed {who}: 80",
        f"Undone: Priority changed {who}",
    ]


def test_who_left_by_the_phone_is_named_as_the_patient(page: Client, morning: Morning) -> None:
    ticket = morning.walk_in()
    Client().post(f"/t/{ticket.code}/leave/")
    [*_steps, last] = ticket_card(ticket.code).context["steps"]
    assert (last.who, last.reason) == ("Patient", "")


def test_who_wants_any_doctor_of_the_department_goes_where_least_work_waits(
    page: Client, morning: Morning
) -> None:
    colleague = factories.session(
        clock.local(morning.now()).date(),
        now=morning.now(),
        doctor=factories.expert("wu", department=morning.session.expert.department.code),
        quotas=[5, 0, 0, 0],
    )
    booking.sessions_advance(morning.now())
    morning.walk_in()
    asked = {"session": morning.session.code, "payment": "cash", "any_doctor": "1"}
    lin = morning.cast.patients["lin"]
    done = page.post("/desk/register/", {**asked, "patient": lin.code, "key": "a1"}, headers=HTMX)
    assert done.status_code == 200
    ticket = Ticket.objects.get(patient=lin)
    assert (ticket.session_id, ticket.chosen) == (colleague.pk, False)
    assert "in cash" in done.content.decode()


@pytest.fixture
def two_doctors(morning: Morning) -> ClinicSession:
    """A colleague of the department who is known for two things; whoever sits in the first room for none."""
    colleague = factories.expert("wu", department=morning.session.expert.department.code)
    colleague.specialty, colleague.specialty_en = "头痛、眩晕", "headache, vertigo"
    colleague.save()
    day = clock.local(morning.now()).date()
    return factories.session(day, now=morning.now(), doctor=colleague, quotas=[5, 0, 0, 0])


def offers(page: Client) -> dict[str, tuple[str, bool]]:
    """What each session offers to come for, and whether also to who chooses its doctor."""
    html = page.get("/desk/sessions/").content.decode()
    found = re.findall(
        r'value="(\w+)" id="session-.*?data-specialties="([^"]*)"\s*(data-any-expert)?', html, re.DOTALL
    )
    return {code: (words, bool(whoever)) for code, words, whoever in found}


def test_the_desk_offers_what_the_departments_doctors_are_known_for(
    two_doctors: ClinicSession, page: Client, morning: Morning
) -> None:
    known, unknown = two_doctors.code, morning.session.code
    assert offers(page) == {known: ("headache、vertigo", False), unknown: ("", False)}
    page.cookies["django_language"] = "zh-hans"
    assert offers(page)[known] == ("头痛、眩晕", False)
    ClinicSession.objects.filter(pk=two_doctors.pk).update(number_limit=0)
    assert offers(page)[known] == ("", False), "a doctor without numbers gets nobody for it"


@pytest.mark.parametrize("any_expert", [False, True])
def test_in_a_queue_that_all_call_from_the_chosen_doctor_does_not_matter_but_what_for(
    two_doctors: ClinicSession, page: Client, morning: Morning, any_expert: bool
) -> None:
    scope = booking_selectors.scope_of(level="department", code="neuro")
    policy_change(
        actor=Actor.job("test"),
        now=morning.now(),
        reason="test",
        scope=scope,
        shared_queue=True,
        any_expert=any_expert,
    )
    services.queues_prepare(morning.now())
    ClinicSession.objects.filter(pk=two_doctors.pk).update(number_limit=0)
    assert offers(page)[two_doctors.code] == ("headache、vertigo", any_expert), "who is sold out calls, too"


@pytest.mark.parametrize(
    ("language", "asked", "said", "refused"),
    [
        ("en", "vertigo", "for vertigo", "No doctor of this department is known for “gout” today."),
        ("zh-hans", "眩晕", "因眩晕就诊", "本科室今天没有擅长“gout”的医生。"),
    ],
)
def test_what_a_walk_in_comes_for_stands_on_the_card_and_in_the_rooms_row(
    two_doctors: ClinicSession,
    page: Client,
    morning: Morning,
    language: str,
    asked: str,
    said: str,
    refused: str,
) -> None:
    booking.sessions_advance(morning.now())
    page.cookies["django_language"] = language
    lin = morning.cast.patients["lin"]
    form = {"session": morning.session.code, "payment": "cash", "any_doctor": "1", "patient": lin.code}
    no = page.post("/desk/register/", {**form, "specialty": "gout", "key": "s1"}, headers=HTMX)
    assert (no.status_code, refused in no.content.decode()) == (400, True)
    assert not Ticket.objects.exists()
    done = page.post("/desk/register/", {**form, "specialty": asked, "key": "s2"}, headers=HTMX)
    assert said in " ".join(done.content.decode().split())
    ticket = Ticket.objects.get()
    assert (ticket.specialty, ticket.session_id, ticket.chosen) == ("眩晕", two_doctors.pk, False)
    second = {**form, "specialty": asked, "key": "s3", "patient": morning.patient().code}
    page.post("/desk/register/", second, headers=HTMX)
    doctor = factories.user("wu", "expert")
    Expert.objects.filter(code="wu").update(user=doctor)
    page.force_login(doctor)
    page.cookies["django_language"] = language
    room = " ".join(page.get(f"/room/{two_doctors.code}/").content.decode().split())
    assert room.count(said) == 2, "of the next one, and in the list of the others"


def test_nobody_is_put_first_after_the_visit(page: Client, morning: Morning) -> None:
    ticket = morning.walk_in()
    morning.do("leave", ticket, actor=morning.desk)
    asked = {"ticket": ticket.code, "priority": "priority", "reason": "late", "key": "p1"}
    assert page.post("/desk/priority/", asked, headers=HTMX).status_code == 409
    ticket.refresh_from_db()
    assert ticket.priority == "normal"


def test_a_transfer_is_asked_about_and_prints_the_new_ticket(
    page: Client, morning: Morning, other_session: ClinicSession
) -> None:
    booking.sessions_advance(morning.now())
    services.queues_prepare(morning.now())
    ticket = morning.walk_in()
    question = page.get(f"/desk/tickets/{ticket.code}/transfer/", headers=HTMX).content.decode()
    assert f'value="{other_session.code}"' in question
    assert f'value="{morning.session.code}"' not in question, "not to where the patient waits already"
    asked = {"ticket": ticket.code, "session": other_session.code, "reason": "wrong department", "key": "t1"}
    for _press in range(2):
        done = page.post("/desk/transfer/", asked, headers=HTMX)
        assert done.status_code == 200
    new = Ticket.objects.get(transferred_from=ticket)
    html = done.content.decode()
    assert "Transferred, new ticket printed" in html
    assert "data-print" in html
    assert new.display in html
    assert "Transfer back instead" in page.get("/desk/").content.decode()


def test_a_transfer_to_nowhere_is_asked_about_again(page: Client, morning: Morning) -> None:
    ticket = morning.walk_in()
    refused = page.post("/desk/transfer/", {"ticket": ticket.code, "session": "", "key": "t1"}, headers=HTMX)
    assert refused.status_code == 400
    assert "Choose where the patient shall go." in refused.content.decode()
    ticket.refresh_from_db()
    assert ticket.state == "waiting"


def add_on(morning: Morning, **more: str) -> dict[str, str]:
    lin = morning.cast.patients["lin"]
    given = {"session": morning.session.code, "payment": "cash", "reason": "from afar", "key": "a1"}
    return {"patient": lin.code, **given, **more}


def sold_out(morning: Morning) -> None:
    ClinicSession.objects.filter(pk=morning.session.pk).update(number_limit=0)


def test_a_number_is_added_paid_and_checked_in_at_once(page: Client, morning: Morning) -> None:
    User.objects.filter(pk=morning.cast.desk.pk).update(may_add_on=True)
    sold_out(morning)
    for _press in range(2):
        done = page.post("/desk/add-on/", add_on(morning), headers=HTMX)
        assert done.status_code == 200, done.content.decode()
    assert "Number added, checked in, ticket printed" in done.content.decode()
    ticket = Ticket.objects.get()
    assert ticket.appointment is not None
    assert (ticket.appointment.add_on, ticket.appointment.state) == (True, "arrived")
    assert Payment.objects.get().amount_fen == 5000


def test_without_the_permission_no_number_is_added(page: Client, morning: Morning) -> None:
    refused = page.post("/desk/add-on/", add_on(morning), headers=HTMX)
    assert refused.status_code == 403
    assert "Nothing was charged or printed." in refused.content.decode()
    assert not Ticket.objects.exists()
    assert not Appointment.objects.exists()
    found = page.post("/desk/patient/", {"patient": add_on(morning)["patient"]}, headers=HTMX)
    assert "Adding numbers needs a permission" in found.content.decode()


def test_an_added_number_needs_a_reason(page: Client, morning: Morning) -> None:
    User.objects.filter(pk=morning.cast.desk.pk).update(may_add_on=True)
    refused = page.post("/desk/add-on/", add_on(morning, reason=""), headers=HTMX)
    assert refused.status_code == 400
    assert "An added number needs a reason." in refused.content.decode()
    assert not Appointment.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_who_waits_already_gets_no_number_added_beside(page: Client, morning: Morning) -> None:
    User.objects.filter(pk=morning.cast.desk.pk).update(may_add_on=True)
    lin = morning.cast.patients["lin"]
    services.walk_in_register_and_ticket(
        session_code=morning.session.code,
        patient_id=lin.pk,
        payment="cash",
        actor=morning.desk,
        now=morning.now(),
    )
    refused = page.post("/desk/add-on/", add_on(morning), headers=HTMX)
    assert refused.status_code == 409
    assert (Ticket.objects.count(), Payment.objects.count(), Appointment.objects.count()) == (1, 1, 0)


def digits(page: Client) -> dict[str, str]:
    html = page.get("/desk/sessions/").content.decode()
    found = re.findall(r'value="(\w+)" id="session-\w+"\s+aria-keyshortcuts="Alt\+(\d)"', html)
    return dict(found)


def test_a_sessions_digit_stays_when_another_ends_is_stopped_or_added(
    page: Client, morning: Morning, other_session: ClinicSession
) -> None:
    day = clock.local(morning.now()).date()
    third = factories.session(
        day, now=morning.now(), doctor=factories.expert("wu", department="ortho"), quotas=[5, 0, 0, 0]
    )
    booking.sessions_advance(morning.now())
    before = digits(page)
    assert sorted(before.values()) == ["1", "2", "3"]
    ClinicSession.objects.filter(pk=morning.session.pk).update(state="running")
    ClinicSession.objects.filter(pk=morning.session.pk).update(state="closed")
    ClinicSession.objects.filter(pk=other_session.pk).update(state="stopped")
    after = digits(page)
    assert after == before
    html = page.get("/desk/sessions/").content.decode()
    assert html.count("disabled") == 2
    assert ">Over<" in html
    assert third.code in after


def test_a_digit_that_two_sessions_share_is_the_later_ones_once_it_has_begun(morning: Morning) -> None:
    early = selectors.desk_sessions(now=morning.now())[0]
    noon = replace(early, code="noon", state="released")
    over = replace(early, state="closed")
    assert [line.digit for line in session_lines([over, noon], morning.now())] == [1]
    begun = session_lines([over, replace(noon, state="open")], morning.now())
    assert [(line.row.code, line.digit) for line in begun] == [(early.code, None), ("noon", 1)]


def test_a_session_past_its_hours_registers_nobody_and_says_so(page: Client, morning: Morning) -> None:
    morning.now.at("12:00")
    row = next(one for one in selectors.desk_sessions(now=morning.now()) if one.code == morning.session.code)
    assert (row.late, row.pool_left) == (True, 0)
    assert "Registration over" in page.get("/desk/sessions/").content.decode()
