"""The desk takes back a registration while the expert calls that very patient: one of the two, never both."""

from datetime import timedelta

import pytest

from hospital.common.actor import Actor
from queueing import services
from queueing.models import Ticket
from queueing.services import undo
from tests.concurrency.test_calls import EVENING, MORNING, at_once, clinic
from tests.factories import person, user

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 12


def rounds() -> list[tuple[bool, bool]]:
    """For each round: whether the call and whether the undo went through."""
    (session,) = clinic(1)
    desk = Actor.of(user("nurse", "desk"))
    expert = Actor.device("expert", "test")
    outcomes = []
    for number in range(ROUNDS):
        now = MORNING + timedelta(minutes=number)
        patient = person(500 + number, EVENING)
        ticket = services.walk_in_register_and_ticket(
            session_code=session.code, patient_id=patient.pk, payment="cash", actor=desk, now=now
        )

        def act(who: int, code: str = ticket.code, moment: object = now) -> Ticket:
            if who == 0:
                return services.ticket_call_next(session_code=session.code, actor=expert, now=moment)  # type: ignore[arg-type]
            return services.ticket_undo(code=code, actor=desk, now=moment)  # type: ignore[arg-type]

        called, undone = (isinstance(result, Ticket) for result in at_once(act, workers=2))
        outcomes.append((called, undone))
        if called:
            services.ticket_finish(code=ticket.code, actor=expert, now=now)
    return outcomes


def test_a_registration_is_taken_back_or_the_patient_is_called_never_both() -> None:
    outcomes = rounds()
    assert all(called != undone for called, undone in outcomes)


def test_control_without_the_second_look_both_can_happen(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same race with the call already committed between the check and the cancel."""
    (session,) = clinic(1)
    desk = Actor.of(user("nurse", "desk"))
    expert = Actor.device("expert", "test")
    ticket = services.walk_in_register_and_ticket(
        session_code=session.code,
        patient_id=person(499, EVENING).pk,
        payment="cash",
        actor=desk,
        now=MORNING,
    )
    cancel = undo.ticket_cancel

    def called_meanwhile(**arguments: object) -> Ticket:
        at_once(
            lambda _who: services.ticket_call_next(session_code=session.code, actor=expert, now=MORNING), 1
        )
        return cancel(**arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(undo, "ticket_cancel", called_meanwhile)
    with pytest.raises(undo.UndoNotYours):
        services.ticket_undo(code=ticket.code, actor=desk, now=MORNING)
    assert Ticket.objects.get(pk=ticket.pk).state == "called"

    assert cancel(code=ticket.code, reason="no second look", actor=desk, now=MORNING).state == "cancelled"
