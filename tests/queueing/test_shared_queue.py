"""The experts of a department share one queue: prepared by itself, work-conserving, fair to who chose a doctor."""

from __future__ import annotations

import pytest

from booking.domain.errors import PoolEmpty
from booking.models import ClinicSession
from hospital.common import clock
from queueing import selectors, services
from queueing.domain import errors
from queueing.models import Call, Queue, QueueSession, SharedQueue, Ticket
from tests import factories
from tests.queueing.conftest import Morning


@pytest.fixture
def colleague(morning: Morning) -> ClinicSession:
    """Dr Qian's session of the same department and hours."""
    morning.set_rules(shared_queue=True)
    made = factories.session(
        clock.local(morning.now()).date(),
        now=morning.now(),
        doctor=factories.expert("qian", department="neuro"),
        quotas=[5, 5, 5, 5],
    )
    services.queues_prepare(morning.now())
    return made


def any_doctor(morning: Morning, **more: object) -> Ticket:
    return services.walk_in_register_any(
        department_code="neuro",
        patient_id=morning.patient().pk,
        payment="free",
        actor=morning.desk,
        now=morning.now(),
        **more,
    )


def call(session: ClinicSession, morning: Morning, wall: str) -> Ticket:
    called = services.ticket_call_next(
        session_code=session.code, actor=morning.doctor, now=morning.now.at(wall)
    )
    return services.ticket_start(code=called.code, actor=morning.doctor, now=morning.now())


def test_sessions_of_the_same_hours_get_one_queue_with_one_letter(
    morning: Morning, colleague: ClinicSession
) -> None:
    elsewhere = factories.expert("sun", department="derma")
    factories.session(clock.local(morning.now()).date(), now=morning.now(), doctor=elsewhere)
    services.queues_prepare(morning.now())
    [shared] = SharedQueue.objects.all()
    assert shared.queue.letter == morning.session.letter
    links = QueueSession.objects.filter(queue=shared.queue).values_list("session_id", flat=True)
    assert set(links) == {morning.session.pk, colleague.pk}
    assert Queue.objects.count() == 2, "the other department has its own"


def test_without_the_rule_every_session_has_its_own(morning: Morning, other_session: ClinicSession) -> None:
    services.queues_prepare(morning.now.at("07:00"))
    assert (Queue.objects.count(), SharedQueue.objects.count()) == (2, 0)


def test_whoever_is_free_calls_the_next_of_those_who_want_anybody(
    morning: Morning, colleague: ClinicSession
) -> None:
    morning.now.at("07:00")
    first, second = any_doctor(morning), any_doctor(morning)
    assert [first.display, second.display] == ["A01", "A02"]
    assert {first.session_id, second.session_id} == {morning.session.pk, colleague.pk}, "each in turn"
    assert (call(colleague, morning, "08:00"), call(morning.session, morning, "08:01")) == (first, second)


def test_who_booked_a_doctor_waits_for_that_one_unless_the_rule_says_any(
    morning: Morning, colleague: ClinicSession
) -> None:
    booked = morning.check_in(morning.book(1), "07:30")
    with pytest.raises(errors.NobodyForYou):
        call(colleague, morning, "08:00")
    assert Ticket.objects.get().state == "waiting"
    page = selectors.room_state(session_code=colleague.code, now=morning.now())
    assert (page.next, page.can_call, page.waiting, page.elsewhere) == (None, False, (), 1)
    morning.set_rules(any_expert=True)
    assert call(colleague, morning, "08:01") == booked


def test_once_the_chosen_doctors_session_is_over_whoever_is_free_calls(
    morning: Morning, colleague: ClinicSession
) -> None:
    booked = morning.check_in(morning.book(1), "07:30")
    ClinicSession.objects.filter(pk=morning.session.pk).update(state="stopped")
    assert call(colleague, morning, "08:00") == booked


def test_an_emergency_goes_to_whoever_is_free(morning: Morning, colleague: ClinicSession) -> None:
    emergency = morning.walk_in("07:30", priority="emergency", priority_reason="chest pain")
    assert emergency.chosen
    assert call(colleague, morning, "08:00") == emergency


@pytest.mark.parametrize("limit", [0, 1, 2])
def test_who_should_see_a_certain_doctor_is_gone_past_so_often_and_the_call_says_whom(
    morning: Morning, colleague: ClinicSession, limit: int
) -> None:
    morning.set_rules(overtake_limit=limit)
    doctor = morning.session.expert
    doctor.specialty, doctor.specialty_en = "头痛、眩晕", "headache; dizziness"
    doctor.save()
    morning.now.at("07:00")
    picky = any_doctor(morning, specialty="眩晕")
    others = [any_doctor(morning) for _turn in range(3)]
    called = [call(colleague, morning, f"08:0{minute}") for minute in range(limit + 1)]
    assert called == [*others[:limit], picky]
    assert [call.overtook for call in Call.objects.order_by("pk")] == [[picky.pk]] * limit + [[]]


def test_an_undone_call_went_past_nobody(morning: Morning, colleague: ClinicSession) -> None:
    morning.set_rules(overtake_limit=1)
    doctor = morning.session.expert
    doctor.specialty = "眩晕"
    doctor.save()
    morning.now.at("07:00")
    picky, other = any_doctor(morning, specialty="眩晕"), any_doctor(morning)
    services.ticket_call_next(session_code=colleague.code, actor=morning.doctor, now=morning.now.at("08:00"))
    morning.do("undo", other, "08:01")
    assert call(colleague, morning, "08:02") == other
    assert call(colleague, morning, "08:03") == picky


def test_the_patient_with_the_doctor_who_suits_is_called_by_that_one_first(
    morning: Morning, colleague: ClinicSession
) -> None:
    doctor = morning.session.expert
    doctor.specialty = "眩晕"
    doctor.save()
    morning.now.at("07:00")
    picky = any_doctor(morning, specialty="眩晕")
    assert call(morning.session, morning, "08:00") == picky


def test_page_and_screen_of_each_room_show_whom_that_room_may_call(
    morning: Morning, colleague: ClinicSession
) -> None:
    booked = morning.check_in(morning.book(1), "07:30")
    waits = any_doctor(morning)
    rooms = [
        selectors.room_state(session_code=one.code, now=morning.now()) for one in (morning.session, colleague)
    ]
    assert [[ticket.number for ticket in room.waiting] for room in rooms] == [
        [booked.display, waits.display],
        [waits.display],
    ]
    assert [room.elsewhere for room in rooms] == [0, 1]
    boards = [selectors.session_board(session_code=room.session, now=morning.now()) for room in rooms]
    assert [[ticket.number for ticket in board.waiting] for board in boards] == [
        [ticket.number for ticket in room.waiting] for room in rooms
    ]
    assert [board.waiting_count for board in boards] == [2, 1]


def test_the_rooms_page_puts_the_one_who_is_next_first_also_when_somebody_is_gone_past(
    morning: Morning, colleague: ClinicSession
) -> None:
    doctor = morning.session.expert
    doctor.specialty = "眩晕"
    doctor.save()
    morning.now.at("07:00")
    picky, other, last = any_doctor(morning, specialty="眩晕"), any_doctor(morning), any_doctor(morning)
    page = selectors.room_state(session_code=colleague.code, now=morning.now())
    assert [ticket.code for ticket in page.waiting] == [other.code, picky.code, last.code]
    assert page.next == page.waiting[0]


# -- any doctor, each with a queue of their own ----------------------------------------------------------------------


@pytest.fixture
def apart(morning: Morning) -> ClinicSession:
    """Dr Qian's session of the same department, with a queue of its own."""
    return factories.session(
        clock.local(morning.now()).date(),
        now=morning.now(),
        doctor=factories.expert("qian", department="neuro"),
        quotas=[5, 5, 5, 5],
    )


def test_any_doctor_is_the_one_with_the_least_expected_work(morning: Morning, apart: ClinicSession) -> None:
    for _turn in range(2):
        morning.walk_in("07:10")
    assert [any_doctor(morning).session_id for _turn in range(4)].count(apart.pk) == 3
    assert (
        Ticket.objects.filter(session=apart).count() == Ticket.objects.filter(session=morning.session).count()
    )


def test_who_comes_for_something_goes_to_a_doctor_who_is_known_for_it_while_there_is_a_number(
    morning: Morning, apart: ClinicSession
) -> None:
    doctor = apart.expert
    doctor.specialty, doctor.specialty_en = "头痛、眩晕", "headache; vertigo"
    doctor.save()
    morning.now.at("07:10")
    asked = [any_doctor(morning, specialty=words) for words in ("vertigo", "眩晕", "头痛")]
    assert [ticket.session_id for ticket in asked] == [apart.pk] * 3
    assert [ticket.specialty for ticket in asked] == ["眩晕", "眩晕", "头痛"], "kept in Chinese"
    assert {any_doctor(morning).session_id for _turn in range(2)} == {morning.session.pk}, "less work waits"
    ClinicSession.objects.filter(pk=apart.pk).update(number_limit=0)
    assert any_doctor(morning, specialty="vertigo").session_id == morning.session.pk


def test_for_what_no_doctor_of_the_department_is_known_nobody_is_registered(
    morning: Morning, apart: ClinicSession
) -> None:
    elsewhere = factories.expert("sun", department="derma")
    elsewhere.specialty = "湿疹"
    elsewhere.save()
    factories.session(clock.local(morning.now()).date(), now=morning.now(), doctor=elsewhere)
    morning.now.at("07:10")
    with pytest.raises(errors.UnknownSpecialty):
        any_doctor(morning, specialty="湿疹")
    with pytest.raises(errors.UnknownSpecialty):
        morning.walk_in(specialty="湿疹")
    assert not Ticket.objects.exists()


def test_who_waits_in_the_department_gets_no_second_number_for_any_doctor(
    morning: Morning, apart: ClinicSession
) -> None:
    person = morning.patient()
    asked = {"department_code": "neuro", "patient_id": person.pk, "payment": "free", "actor": morning.desk}
    services.walk_in_register_any(now=morning.now.at("07:10"), **asked)
    with pytest.raises(errors.AlreadyWaiting):
        services.walk_in_register_any(now=morning.now(), **asked)
    assert Ticket.objects.count() == 1


def test_when_no_doctor_has_a_number_left_nothing_is_registered(
    morning: Morning, apart: ClinicSession
) -> None:
    ClinicSession.objects.update(number_limit=0)
    morning.now.at("07:10")
    with pytest.raises(PoolEmpty):
        any_doctor(morning)
    assert not Ticket.objects.exists()


def test_somebody_new_who_wants_any_doctor_is_registered_in_one_step(
    morning: Morning, apart: ClinicSession
) -> None:
    ticket = services.walk_in_of_new(
        services.walk_in_register_any,
        name="新来",
        id_type="resident",
        id_number=factories.resident_id(321),
        phone="",
        department_code="neuro",
        payment="cash",
        actor=morning.desk,
        now=morning.now.at("07:10"),
    )
    assert not ticket.chosen
