"""G11: sixteen consoles call from one queue. Real threads, real commits, with controls."""

from __future__ import annotations

import os
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from time import perf_counter

import pytest
from django.db import connection, transaction

from booking import services as booking
from booking.locks import lock_appointment
from booking.models import Appointment, ClinicSession
from hospital.common import clock
from hospital.common.actor import Actor
from hospital.common.transactions import Busy
from queueing import services
from queueing.domain import errors
from queueing.locks import queue_of_session
from queueing.models import Call, Queue, Ticket
from tests import factories
from tests.figures import Figures

CONSOLES = 16
BOOKED_PER_SESSION = 4
PATIENTS = 1500 if "CHAOS_SECONDS" in os.environ else 96
WALK_INS = PATIENTS - CONSOLES * BOOKED_PER_SESSION
EVENING = datetime(2026, 11, 1, 22, tzinfo=UTC)
MORNING = EVENING + timedelta(hours=2, minutes=30)
DESK = Actor.device("desk", "test")

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _morning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: EVENING)


def at_once(work: Callable[[int], object], workers: int = CONSOLES) -> list[object]:
    """Run ``work`` in so many threads that start together; return what each gave back or raised."""
    gate = threading.Barrier(workers)

    def one(number: int) -> object:
        gate.wait()
        try:
            return work(number)
        except Exception as error:  # noqa: BLE001 - handed back to be judged
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(workers) as pool:
        return list(pool.map(one, range(workers)))


def clinic(
    number_of_sessions: int, *, quota: int = BOOKED_PER_SESSION, capacity: int = 100
) -> list[ClinicSession]:
    """So many experts, all on the same morning."""
    day = clock.local(EVENING).date()
    return [
        factories.session(
            day,
            now=EVENING,
            doctor=factories.expert(f"dr{n}", department=f"ward{n}"),
            quotas=[quota, 0, 0, 0],
            capacity=capacity,
        )
        for n in range(number_of_sessions)
    ]


def serials() -> Iterator[int]:
    yield from range(1, 10_000)


def book_and_check_in(session: ClinicSession, serial: int) -> Ticket:
    held = factories.hold(factories.slots(session)[0], factories.person(serial, EVENING), None, EVENING)
    with transaction.atomic():
        booking.appointment_confirm(locked=lock_appointment(held.pk), actor=DESK, now=EVENING)
    return services.ticket_check_in(appointment_id=held.pk, actor=DESK, now=MORNING)


def walk_in(session: ClinicSession, serial: int) -> Ticket:
    return services.walk_in_register_and_ticket(
        session_code=session.code,
        patient_id=factories.person(serial, EVENING).pk,
        payment="free",
        actor=DESK,
        now=MORNING,
        chosen=False,
    )


@pytest.mark.timeout(1200)
def test_sixteen_consoles_call_each_patient_once_and_skip_none(figures: Figures) -> None:
    sessions = clinic(CONSOLES)
    queue = services.queue_shared(session_ids=[s.pk for s in sessions], letter="G", now=EVENING)
    serial = serials()
    for session in sessions:
        for _turn in range(BOOKED_PER_SESSION):
            book_and_check_in(session, next(serial))
    for turn in range(WALK_INS):
        walk_in(sessions[turn % CONSOLES], next(serial))
    expected = set(Ticket.objects.values_list("code", flat=True))
    assert len(expected) == PATIENTS

    def console(number: int) -> list[str]:
        mine: list[str] = []
        for minute in range(10_000):
            moment = MORNING + timedelta(minutes=minute)
            try:
                ticket = services.ticket_call_next(
                    session_code=sessions[number].code, actor=Actor.device("expert", str(number)), now=moment
                )
            except errors.NobodyWaiting:
                return mine
            except Busy:  # the page says so and the expert presses again
                continue
            mine.append(ticket.code)
            services.ticket_start(code=ticket.code, actor=DESK, now=moment)
        raise AssertionError("never ended")

    begun = perf_counter()
    results = at_once(console)
    took = perf_counter() - begun
    assert [r for r in results if isinstance(r, Exception)] == []
    called = Counter(code for mine in results for code in mine)  # type: ignore[attr-defined]
    assert set(called) == expected
    assert max(called.values()) == 1
    assert Call.objects.filter(queue=queue).count() == len(expected)
    still_there = Ticket.objects.filter(state="serving")
    assert still_there.values("called_session").distinct().count() == still_there.count()
    seen = Appointment.objects.filter(state="seen").count()
    booked_served = still_there.filter(channel="appointment").count()
    assert seen == CONSOLES * BOOKED_PER_SESSION - booked_served
    figures.shown("G11", f"{len(called)} of {PATIENTS} called once, {CONSOLES} consoles, {took:.0f} s")


def test_control_without_the_lock_the_same_patient_is_called_several_times(figures: Figures) -> None:
    sessions = clinic(1)
    walk_in(sessions[0], 1)
    looked = threading.Barrier(CONSOLES)

    def unguarded(_number: int) -> str:
        ticket = Ticket.objects.filter(state="waiting").order_by("number").first()
        assert ticket is not None
        looked.wait()
        Ticket.objects.filter(pk=ticket.pk).update(
            state="called", called_at=MORNING, called_session=sessions[0]
        )
        return ticket.code

    called = Counter(at_once(unguarded))
    assert max(called.values()) == CONSOLES
    figures.control("G11", f"one patient called {max(called.values())} times by {CONSOLES} consoles")


def test_one_room_pressed_sixteen_times_calls_one_patient() -> None:
    [session] = clinic(1)
    for serial in range(1, 6):
        walk_in(session, serial)

    def press(_number: int) -> Ticket:
        return services.ticket_call_next(session_code=session.code, actor=DESK, now=MORNING)

    results = at_once(press)
    assert len([r for r in results if isinstance(r, Ticket)]) == 1
    assert len([r for r in results if isinstance(r, errors.PendingCall)]) == CONSOLES - 1
    assert Call.objects.count() == 1
    assert Ticket.objects.filter(state="called").count() == 1


def test_one_room_pressed_twice_while_serving_finishes_once_and_calls_once() -> None:
    [session] = clinic(1)
    book_and_check_in(session, 1)
    for serial in range(2, 6):
        walk_in(session, serial)
    first = services.ticket_call_next(session_code=session.code, actor=DESK, now=MORNING)
    services.ticket_start(code=first.code, actor=DESK, now=MORNING)

    def press(_number: int) -> Ticket:
        return services.ticket_call_next(session_code=session.code, actor=DESK, now=MORNING)

    results = at_once(press, workers=4)
    assert len([r for r in results if isinstance(r, Ticket)]) == 1
    assert all(isinstance(r, Ticket | errors.PendingCall) for r in results)
    assert Ticket.objects.filter(state="done").count() == 1
    assert Appointment.objects.get().state == "seen"


def test_the_queue_of_a_session_is_made_once() -> None:
    [session] = clinic(1)

    def ask(_number: int) -> int:
        return queue_of_session(session.pk, session.letter, MORNING).pk

    assert len(set(at_once(ask))) == 1
    assert Queue.objects.count() == 1


def test_one_appointment_checked_in_at_sixteen_desks_gets_one_ticket() -> None:
    [session] = clinic(1)
    held = factories.hold(factories.slots(session)[0], factories.person(1, EVENING), None, EVENING)
    with transaction.atomic():
        booking.appointment_confirm(locked=lock_appointment(held.pk), actor=DESK, now=EVENING)

    def desk(_number: int) -> Ticket:
        return services.ticket_check_in(appointment_id=held.pk, actor=DESK, now=MORNING)

    results = at_once(desk)
    assert len([r for r in results if isinstance(r, Ticket)]) == 1
    assert len([r for r in results if isinstance(r, errors.AlreadyCheckedIn)]) == CONSOLES - 1
    assert Ticket.objects.count() == 1
