"""A patient goes to another queue; a difference of the fees is settled at the desk."""

from datetime import datetime
from typing import TYPE_CHECKING

from booking import selectors as booking_selectors
from booking import services as booking
from booking.domain.states import SESSION_OPEN
from hospital.common import history
from hospital.common.actor import Actor
from hospital.common.errors import IllegalTransition, next_state
from hospital.common.transactions import transactional
from queueing.domain.errors import FeeChanged, SameQueue, TransferNotAllowed
from queueing.domain.states import TICKET
from queueing.domain.transfers import may_transfer
from queueing.locks import lock_queues, lock_ticket, queue_of_session
from queueing.models import Ticket
from queueing.selectors.fees import SETTLED, fee_due_fen
from queueing.selectors.loads import specialty_kept
from queueing.selectors.tickets import ticket_by_code
from queueing.selectors.transfers import department_targets
from queueing.services.moves import move, queue_changed
from queueing.services.tickets import check_not_waiting, ticket_create

if TYPE_CHECKING:
    from booking.models import ClinicSession


@transactional
def ticket_transfer(
    *, code: str, target_session_code: str, actor: Actor, now: datetime, reason: str = ""
) -> Ticket:
    """A waiting or served patient goes to another queue with a new ticket; slot and original arrival stay.

    No capacity of the target is used.

    Raises
    ------
    IllegalTransition
        When the ticket is neither waiting nor served, or the target is not open.
    SameQueue
        When the target calls from the same queue.
    TransferNotAllowed (``transfer_not_allowed``)
        When an expert sends somebody to a colleague who takes nobody from colleagues.
    AlreadyWaiting (``already_in_queue``)
        When the patient has a number there already.
    """
    target = booking_selectors.session_by_code(code=target_session_code)
    target = booking.session_open_if_due(session_id=target.pk, now=now)
    if target.state not in SESSION_OPEN:
        raise IllegalTransition(state=target.state, verb="transfer")
    rules = booking_selectors.policy_of_session(target)
    if not may_transfer(role=actor.kind, target_takes=rules.takes_transfers):
        raise TransferNotAllowed
    target_queue = queue_of_session(target.pk, target.letter, now)
    found = ticket_by_code(code)
    if found.queue_id == target_queue.pk:
        raise SameQueue
    queues = lock_queues([found.queue_id, target_queue.pk])
    ticket = lock_ticket(code)
    next_state(TICKET, ticket.state, "transfer")
    check_not_waiting(queues[target_queue.pk], ticket.patient_id)
    move(ticket, "transfer", actor=actor, now=now, reason=reason, ended_at=now)
    queue_changed(ticket.queue, ticket=ticket)
    kept = {name: getattr(ticket, name) for name in _KEPT} | {"specialty": _specialty(ticket, target, now)}
    new = Ticket(session=target, transferred_from=ticket, **kept)
    return ticket_create(queues[target_queue.pk], new, actor=actor, now=now)


_KEPT = (
    "patient_id",
    "appointment_id",
    "walk_in_id",
    "channel",
    "priority",
    "priority_reason",
    "slot_index",
    "slot_starts_at",
    "slot_ends_at",
    "late",
    "registered_at",
    "returned_at",
    "misses",
)
"""What a transferred patient takes along, so that the place rules hold."""


def _specialty(ticket: Ticket, target: "ClinicSession", now: datetime) -> str:
    """What the patient came for, where somebody of the target's department has it; else the order would wait for it."""
    code = target.expert.department.code
    wanted = ticket.specialty
    return (specialty_kept(specialty=wanted, department_code=code, now=now) or "") if wanted else ""


@transactional
def ticket_transfer_to_department(
    *, code: str, department_code: str, actor: Actor, now: datetime, reason: str = ""
) -> Ticket:
    """Whoever is sent to a department goes to the doctor with the least expected work who may be sent somebody.

    Raises
    ------
    TransferNotAllowed (``transfer_not_allowed``)
        When no other session of the department calls now, or none takes patients from colleagues.
    IllegalTransition
        When the ticket is neither waiting nor served.
    """
    queue_id = ticket_by_code(code).queue_id
    targets = department_targets(department_code=department_code, role=actor.kind, now=now)
    for target in targets:
        if target.queue_id != queue_id:
            return ticket_transfer(
                code=code, target_session_code=target.code, actor=actor, now=now, reason=reason
            )
    raise TransferNotAllowed


@transactional
def ticket_settle_fee(*, code: str, fen: int, actor: Actor, now: datetime) -> Ticket:
    """The desk took, or handed back, the difference of the fees after a transfer; it counts in its till.

    Raises
    ------
    FeeChanged (``fee_changed``)
        When ``fen`` is not what is due now: it was settled already, or the patient was sent on.
    """
    ticket = lock_ticket(code)
    if fen == 0 or fen != fee_due_fen(ticket=ticket):
        raise FeeChanged
    fee_settle(ticket, fen=fen, actor=actor, now=now)
    history.note(ticket, SETTLED, actor=actor, at=now, data={"fen": fen})
    queue_changed(ticket.queue, ticket=ticket)
    return ticket


def fee_settle(ticket: Ticket, *, fen: int, actor: Actor, now: datetime) -> None:
    """Book the money of a locked ticket's difference."""
    booking.fee_difference_settle(
        appointment_id=ticket.appointment_id, walk_in_id=ticket.walk_in_id, fen=fen, actor=actor, now=now
    )
