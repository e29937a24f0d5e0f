"""Numbers that come back, waiters and changes of time, all at the same moment. Real threads, real commits.

The controls are replicas of the pattern without its lock: look, then write. They must fail, or the race is none.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction
from django.db.models import F, Sum

from booking import services
from booking.domain import errors
from booking.models import Appointment, ClinicSession, Patient, ReturnedNumber, Slot, WaitlistEntry
from booking.services.returns import number_publish_if_due
from booking.services.waitlist import offer_lapse_if_due
from hospital.common import clock
from hospital.common.actor import Actor
from hospital.common.errors import IllegalTransition
from tests import factories
from tests.booking.conftest import check_invariants
from tests.concurrency.test_booking import outcomes
from tests.servers.conftest import until
from tests.threads import LIMIT_S, at_once, backend_pid, beside, waits_for_a_lock

pytestmark = pytest.mark.django_db(transaction=True)

EVENING = datetime(2026, 11, 1, 12, tzinfo=UTC)
TOMORROW = datetime(2026, 11, 2, tzinfo=UTC).date()
NEXT_WEEK = datetime(2026, 11, 7, tzinfo=UTC).date()
PATIENT = Actor(kind="patient")
JOB = Actor.job("test")
ROUNDS = 4
TABS = 16


@pytest.fixture(autouse=True)
def _evening(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: EVENING)


def people(count: int, first: int = 1) -> list[Patient]:
    return [factories.person(serial, EVENING) for serial in range(first, first + count)]


def sessions(count: int, *quotas: int, day=TOMORROW) -> list[ClinicSession]:
    """So many sessions of different doctors in different departments."""
    return [
        factories.session(
            day, now=EVENING, doctor=factories.expert(f"dr{n}", department=f"ward{n}"), quotas=list(quotas)
        )
        for n in range(count)
    ]


def one_booked(session: ClinicSession, patient: Patient) -> Appointment:
    return factories.book(factories.slots(session)[0], patient, None, EVENING)


def join(session: ClinicSession, patient: Patient, now: datetime = EVENING) -> WaitlistEntry:
    return factories.join(session, patient, None, now)


def cancel(appointment: Appointment, now: datetime = EVENING) -> Appointment:
    return services.appointment_cancel(appointment_id=appointment.pk, actor=PATIENT, now=now)


def accept(entry: WaitlistEntry, now: datetime = EVENING) -> Appointment:
    return services.waitlist_accept(entry_id=entry.pk, actor=PATIENT, now=now)


def unexpected(results: list[object], *allowed: type[Exception]) -> list[object]:
    return [one for one in results if isinstance(one, Exception) and not isinstance(one, allowed)]


def assert_nobody_waits_beside_a_free_number(session: ClinicSession) -> None:
    free = sum(slot.left for slot in factories.slots(session))
    waiting = WaitlistEntry.objects.filter(session=session, state="waiting").count()
    assert not (free and waiting), f"{free} numbers are free while {waiting} wait"


def test_a_patient_who_joins_while_the_number_comes_back_has_the_offer_or_books() -> None:
    patients = people(2 * ROUNDS)
    for turn, session in enumerate(sessions(ROUNDS, 1, 0, 0, 0)):
        booked, waiter = one_booked(session, patients[2 * turn]), patients[2 * turn + 1]
        work: list[Callable[[], object]] = [
            lambda b=booked: cancel(b),
            lambda s=session, w=waiter: join(s, w),
        ]
        results = at_once(lambda number, work=work: work[number](), 2)
        assert unexpected(results, errors.NotSoldOut) == []
        assert_nobody_waits_beside_a_free_number(session)
    check_invariants()


def test_control_without_the_sessions_lock_a_patient_waits_beside_a_free_number() -> None:
    [session] = sessions(1, 1, 0, 0, 0)
    patients = people(2)
    booked, looked, cancelled = one_booked(session, patients[0]), threading.Event(), threading.Event()

    def unguarded() -> None:
        assert not any(slot.left for slot in factories.slots(session))
        looked.set()
        assert cancelled.wait(LIMIT_S)
        WaitlistEntry.objects.create(session=session, patient=patients[1], joined_at=EVENING)

    with beside(unguarded) as joining:
        assert looked.wait(LIMIT_S)
        cancel(booked)
        cancelled.set()
    joining.result()
    with pytest.raises(AssertionError, match="1 numbers are free while 1 wait"):
        assert_nobody_waits_beside_a_free_number(session)


def test_an_offer_taken_in_many_tabs_is_one_number() -> None:
    [session] = sessions(1, 1, 0, 0, 0)
    patients = people(2)
    booked = one_booked(session, patients[0])
    entry = join(session, patients[1])
    cancel(booked)
    results = at_once(lambda _number: accept(entry), TABS)
    assert outcomes(results) == {"Appointment": 1, "IllegalTransition": TABS - 1}
    check_invariants()


def test_control_look_then_take_gives_one_offer_out_twice() -> None:
    [session] = sessions(1, 1, 0, 0, 0)
    patients = people(3)
    booked = one_booked(session, patients[0])
    entry = join(session, patients[1])
    cancel(booked)
    looked = threading.Barrier(2)

    def unguarded(number: int) -> Appointment:
        assert WaitlistEntry.objects.get(pk=entry.pk).state == "offered"
        looked.wait(LIMIT_S)
        return Appointment.objects.create(
            slot_id=booked.slot_id,
            session=session,
            patient=patients[1 + number],  # another patient, else the index on the session would stop it
            fee_fen=0,
            held_at=EVENING,
            pay_by=EVENING,
        )

    assert outcomes(at_once(unguarded, 2)) == {"Appointment": 2}


def test_an_offer_is_taken_or_lapses_at_its_last_second_never_both() -> None:
    patients = people(3 * ROUNDS)
    seen: Counter[str] = Counter()
    for turn, session in enumerate(sessions(ROUNDS, 1, 0, 0, 0)):
        booked = one_booked(session, patients[3 * turn])
        first, second = (join(session, patients[3 * turn + n]) for n in (1, 2))
        cancel(booked)
        first.refresh_from_db()
        deadline = first.accept_by
        assert deadline is not None
        work: list[Callable[[], object]] = [
            lambda e=first, d=deadline: accept(e, d - timedelta(seconds=1)),
            lambda e=first, d=deadline: offer_lapse_if_due(entry_id=e.pk, now=d),
        ]
        results = at_once(lambda number, work=work: work[number](), 2)
        assert unexpected(results, IllegalTransition) == []
        first.refresh_from_db()
        second.refresh_from_db()
        assert (first.state, second.state) in {("accepted", "waiting"), ("lapsed", "offered")}
        seen[first.state] += 1
    check_invariants()


def test_an_offer_that_is_ended_elsewhere_is_waited_for() -> None:
    """The lapse is under way on another connection when the patient accepts: accepting must see its end."""
    [session] = sessions(1, 1, 0, 0, 0)
    patients = people(3)
    booked = one_booked(session, patients[0])
    first, _second = join(session, patients[1]), join(session, patients[2])
    cancel(booked)
    may_accept, accepter = threading.Event(), list[int]()

    def take() -> object:
        accepter.append(backend_pid())
        assert may_accept.wait(LIMIT_S)
        try:
            return accept(first, EVENING + timedelta(minutes=29))
        except IllegalTransition as refused:
            return refused

    with beside(take) as taking, transaction.atomic():
        assert offer_lapse_if_due(entry_id=first.pk, now=EVENING + timedelta(minutes=30))
        may_accept.set()
        until(lambda: bool(accepter) and waits_for_a_lock(accepter[0]))
    assert isinstance(taking.result(), IllegalTransition)
    check_invariants()


def test_a_number_that_is_published_while_somebody_joins_is_offered_or_public() -> None:
    patients = people(2 * ROUNDS)
    for turn, session in enumerate(sessions(ROUNDS, 1, 0, 0, 0, day=NEXT_WEEK)):
        cancel(one_booked(session, patients[2 * turn]))
        kept = ReturnedNumber.objects.get(slot__session=session)
        moment, waiter = kept.public_at, patients[2 * turn + 1]
        work: list[Callable[[], object]] = [
            lambda k=kept, m=moment: number_publish_if_due(returned_id=k.pk, now=m),
            lambda k=kept, m=moment: number_publish_if_due(returned_id=k.pk, now=m),
            lambda s=session, w=waiter, m=moment: join(s, w, m),
        ]
        results = at_once(lambda number, work=work: work[number](), 3)
        assert unexpected(results, errors.NotSoldOut) == []
        kept.refresh_from_db()
        assert kept.state in {"public", "offered"}
        assert_nobody_waits_beside_a_free_number(session)
    check_invariants()


WAITERS, RETURNS = 40, 5


def forty_wait_for_five() -> tuple[ClinicSession, list[Appointment], list[WaitlistEntry]]:
    [session] = sessions(1, RETURNS, 0, 0, 0)
    patients = people(RETURNS + WAITERS)
    booked = [one_booked(session, patient) for patient in patients[:RETURNS]]
    entries = [
        join(session, patient, EVENING + timedelta(milliseconds=place))
        for place, patient in enumerate(patients[RETURNS:])
    ]
    return session, booked, entries


def test_forty_wait_five_numbers_come_back_at_once_and_the_first_five_have_them() -> None:
    session, booked, entries = forty_wait_for_five()
    assert unexpected(at_once(lambda number: cancel(booked[number]), RETURNS)) == []
    offered = WaitlistEntry.objects.filter(state="offered").order_by("joined_at")
    assert list(offered.values_list("pk", flat=True)) == [entry.pk for entry in entries[:RETURNS]]
    results = at_once(lambda number: accept(entries[number]), WAITERS)
    assert outcomes(results) == {"Appointment": RETURNS, "IllegalTransition": WAITERS - RETURNS}
    held = Appointment.objects.filter(state="held").order_by("waitlist_entry__joined_at")
    assert [one.patient_id for one in held] == [entry.patient_id for entry in entries[:RETURNS]]
    assert [slot.booked for slot in factories.slots(session)] == [RETURNS, 0, 0, 0]
    check_invariants()


def test_control_look_then_offer_asks_one_patient_for_all_five_numbers() -> None:
    _session, _booked, entries = forty_wait_for_five()
    looked = threading.Barrier(RETURNS)

    def unguarded(_number: int) -> int:
        first = WaitlistEntry.objects.filter(state="waiting").order_by("joined_at").first()
        looked.wait(LIMIT_S)
        assert first is not None
        return first.pk

    assert at_once(unguarded, RETURNS) == [entries[0].pk] * RETURNS


def test_the_opening_ends_the_list_whoever_cancels_accepts_or_leaves_in_that_second() -> None:
    patients = people(8 * ROUNDS)
    for turn, session in enumerate(sessions(ROUNDS, 4, 0, 0, 0)):
        mine = patients[8 * turn : 8 * turn + 8]
        booked = [one_booked(session, patient) for patient in mine[:4]]
        entries = [join(session, patient) for patient in mine[4:]]
        opening = session.walk_in_opens_at
        last = opening - timedelta(seconds=1)
        cancel(booked[0], last - timedelta(minutes=1))
        cancel(booked[1], last - timedelta(minutes=1))
        work: list[Callable[[], object]] = [
            lambda s=session, o=opening: services.session_open_if_due(session_id=s.pk, now=o),
            lambda b=booked[2], m=last: cancel(b, m),
            lambda e=entries[0], m=last: accept(e, m),
            lambda e=entries[1], m=last: services.waitlist_leave(entry_id=e.pk, actor=PATIENT, now=m),
        ]
        results = at_once(lambda number, work=work: work[number](), 4)
        assert unexpected(results, IllegalTransition, errors.OfferOver, errors.BookingClosed) == []
        session.refresh_from_db()
        taken = Slot.objects.filter(session=session).aggregate(taken=Sum("booked"))["taken"]
        assert (session.state, session.appointments_taken) == ("open", taken)
    check_invariants()


def move(appointment: Appointment, slot: Slot) -> Appointment:
    return services.appointment_move(
        appointment_id=appointment.pk, slot_code=slot.code, actor=PATIENT, now=EVENING
    )


def test_ten_who_want_to_change_to_the_last_number_leave_nine_where_they_were() -> None:
    [session] = sessions(1, 10, 1, 0, 0)
    booked = [one_booked(session, patient) for patient in people(10)]
    target = factories.slots(session)[1]
    results = at_once(lambda number: move(booked[number], target), 10)
    assert outcomes(results) == {"Appointment": 1, "SoldOut": 9}
    assert [slot.booked for slot in factories.slots(session)] == [9, 1, 0, 0]
    check_invariants()


def test_control_look_then_move_puts_all_ten_into_one_number() -> None:
    [session] = sessions(1, 10, 1, 0, 0)
    booked = [one_booked(session, patient) for patient in people(10)]
    target, looked = factories.slots(session)[1], threading.Barrier(10)

    def unguarded(number: int) -> int:
        assert Appointment.objects.filter(slot=target).count() < target.quota
        looked.wait(LIMIT_S)
        return Appointment.objects.filter(pk=booked[number].pk).update(slot=target)

    at_once(unguarded, 10)
    assert Appointment.objects.filter(slot=target).count() == 10 > target.quota


def test_changing_back_and_forth_between_two_sessions_locks_nobody_out() -> None:
    """Opposite directions at once: the locks are taken by id, so that they cannot wait in a circle."""
    doctor = factories.expert("dr0")
    here = factories.session(TOMORROW, now=EVENING, doctor=doctor, quotas=[8, 0, 0, 0])
    there = factories.session(NEXT_WEEK, now=EVENING, doctor=doctor, quotas=[8, 0, 0, 0])
    patients = people(8)
    booked = [one_booked(here if n % 2 else there, patient) for n, patient in enumerate(patients)]
    slots = [factories.slots(here)[0], factories.slots(there)[0]]
    results = at_once(lambda number: move(booked[number], slots[1 if number % 2 else 0]), 8)
    assert outcomes(results) == {"Appointment": 8}
    check_invariants()


def test_a_number_cancelled_while_it_changes_its_time_comes_back_where_it_is() -> None:
    """The change is under way on this connection when the other cancels: it must follow to the new slot."""
    [session] = sessions(1, 1, 1, 0, 0)
    booked = one_booked(session, people(1)[0])
    may_cancel, canceller = threading.Event(), list[int]()

    def give_back() -> Appointment:
        canceller.append(backend_pid())
        assert may_cancel.wait(LIMIT_S)
        return cancel(booked)

    with beside(give_back) as cancelling, transaction.atomic():
        move(booked, factories.slots(session)[1])
        may_cancel.set()
        until(lambda: bool(canceller) and waits_for_a_lock(canceller[0]))
    assert cancelling.result().state == "cancelled"
    assert [(slot.booked, slot.withheld) for slot in factories.slots(session)] == [(0, 0)] * 4
    check_invariants()


def test_control_without_reading_again_the_number_comes_back_to_the_wrong_slot() -> None:
    [session] = sessions(1, 2, 1, 0, 0)
    booked, _other = [one_booked(session, patient) for patient in people(2)]
    read_slot = Appointment.objects.values_list("slot_id", flat=True).get(pk=booked.pk)
    move(booked, factories.slots(session)[1])
    with connection.cursor() as cursor:
        cursor.execute("UPDATE booking_appointment SET state = 'cancelled' WHERE id = %s", [booked.pk])
    Slot.objects.filter(pk=read_slot).update(booked=F("booked") - 1)
    assert [slot.booked for slot in factories.slots(session)] == [0, 1, 0, 0]
    with pytest.raises(AssertionError, match="a slot counts exactly"):
        check_invariants()
