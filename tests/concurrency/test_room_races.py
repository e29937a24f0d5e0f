"""What the desk, the room and the end of a session do to one patient at the same moment: one of them, never both."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from booking.models import ClinicSession
from hospital.common.actor import Actor
from hospital.common.errors import DomainError
from hospital.common.invariants import broken
from queueing import services
from queueing.models import Screen, Ticket
from queueing.selectors.invariants import INVARIANTS
from queueing.selectors.slips import ticket_link
from tests import factories
from tests.concurrency.test_calls import EVENING, MORNING, at_once, clinic
from tests.hospital.clinic_day import execute, unguarded
from tests.queueing.receipt_printer import receipt_printer

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 8
DESK, ROOM = Actor.device("desk", "test"), Actor.device("expert", "test")
Step = Callable[[Ticket, datetime], object]


def walk_in(session: ClinicSession, serial: int, now: datetime) -> Ticket:
    return services.walk_in_register_and_ticket(
        session_code=session.code,
        patient_id=factories.person(serial, EVENING).pk,
        payment="cash",
        actor=DESK,
        now=now,
    )


def played(session: ClinicSession, *steps: Step) -> list[tuple[Ticket, list[object]]]:
    """Each round: a patient waits, all steps are done at once; what came of the patient and of each step."""
    rounds = []
    for number in range(ROUNDS):
        now = MORNING + timedelta(minutes=number)
        ticket = walk_in(session, 300 + number, now)
        results = at_once(lambda who, t=ticket, at=now: steps[who](t, at), workers=len(steps))  # type: ignore[misc]
        unexpected = [
            one for one in results if isinstance(one, Exception) and not isinstance(one, DomainError)
        ]
        assert not unexpected, unexpected
        ticket.refresh_from_db()
        rounds.append((ticket, results))
        for left in Ticket.objects.filter(state__in=["waiting", "called"]):
            services.ticket_leave(code=left.code, actor=DESK, now=now)
    return rounds


def call(session: ClinicSession) -> Step:
    return lambda _ticket, now: services.ticket_call_next(session_code=session.code, actor=ROOM, now=now)


def done(result: object) -> bool:
    return not isinstance(result, Exception)


def test_a_patient_is_called_or_sent_on_never_both() -> None:
    here, there = clinic(2)
    walk_in(there, 1, MORNING)

    def send(ticket: Ticket, now: datetime) -> Ticket:
        return services.ticket_transfer(code=ticket.code, target_session_code=there.code, actor=DESK, now=now)

    for ticket, (called, sent) in played(here, call(here), send):
        assert done(called) != done(sent), (called, sent)
        assert ticket.state == ("called" if done(called) else "transferred")
    assert list(broken(INVARIANTS)) == []


def test_control_a_transfer_that_looked_before_it_locked_sends_on_whom_the_room_called() -> None:
    """The guards off, in a replica: the state was read, the call came, the state is written past the trigger."""
    here, _there = clinic(2)
    ticket = walk_in(here, 1, MORNING)
    assert Ticket.objects.get(pk=ticket.pk).state == "waiting"
    assert done(at_once(lambda _who: call(here)(ticket, MORNING), workers=1)[0])
    with pytest.raises(IntegrityError, match="illegal move of a ticket"):
        Ticket.objects.filter(pk=ticket.pk).update(state="transferred")
    with transaction.atomic():
        execute(unguarded("queueing_ticket"))
        Ticket.objects.filter(pk=ticket.pk).update(state="transferred")
        assert list(broken(INVARIANTS)) != []
        transaction.set_rollback(True)


def test_three_workers_print_each_slip_once_and_in_order() -> None:
    (session,) = clinic(1)
    with receipt_printer() as paper:
        values = {"name": "Desk 1", "host": "127.0.0.1", "port": paper.port}
        printer = services.printer_add(values=values, actor=DESK, now=MORNING)
        tickets = [walk_in(session, serial, MORNING) for serial in range(1, 7)]
        for ticket in tickets:
            services.slip_ask(ticket=ticket, printer_code=printer.code, actor=DESK, now=MORNING)
        sent = at_once(
            lambda _who: services.printer_work_off(printer_id=printer.pk, moment=lambda: MORNING), workers=3
        )
        slips = paper.wait(len(tickets))
    assert sum(sent) == len(tickets)  # type: ignore[arg-type]
    assert [slip.codes for slip in slips] == [[ticket_link(ticket.code)] for ticket in tickets]


def test_two_managers_who_type_one_code_add_one_screen() -> None:
    (session,) = clinic(1)
    pairing, _secret = services.pairing_begin(now=MORNING)

    def typed(number: int) -> object:
        return services.screen_add(
            name=f"{number}", pairing=pairing.code, room_codes=[session.room.code], actor=DESK, now=MORNING
        )

    results = at_once(typed, workers=4)
    assert sum(done(one) for one in results) == Screen.objects.count() == 1
    assert {one.code for one in results if isinstance(one, DomainError)} == {"pairing_unknown"}
