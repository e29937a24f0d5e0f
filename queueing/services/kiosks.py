"""Kiosks: pairing with a device token, checking in there, and nothing else."""

from datetime import datetime
from typing import TYPE_CHECKING

from hospital.accounts.selectors import token_find
from hospital.common import history
from hospital.common.actor import Actor
from hospital.common.errors import NotFound
from hospital.common.policy import policy
from hospital.common.transactions import transactional
from queueing.domain.errors import AppointmentUnknown, NumberOver, TooManyTries
from queueing.domain.states import LIVE, PASSED
from queueing.models import CheckInTry, Kiosk, Ticket
from queueing.selectors.check_in import appointment_to_check_in
from queueing.selectors.kiosks import TOKEN_MAX, TRIES_COUNTED, document_index, tries_of
from queueing.selectors.printers import printer_chosen
from queueing.selectors.tickets import ticket_by_code
from queueing.services.departures import ticket_return
from queueing.services.prints import slip_ask
from queueing.services.tickets import ticket_report

if TYPE_CHECKING:
    from booking.models import Appointment

CHECKED_IN, RETURNED, KNOWN = "checked_in", "returned", "known"
"""What a visit to the kiosk came to; ``known``: the patient has a number already."""


@transactional
def kiosk_pair(*, token: str, now: datetime) -> Kiosk:
    """A machine shows the token of a kiosk and is that kiosk from now on; a second machine with it is the same one.

    Raises
    ------
    NotFound
        When no valid token of a kiosk is this one.
    """
    found = token_find(token) if len(token) <= TOKEN_MAX else None
    if found is None or found.device != "kiosk":
        raise NotFound(field="token")
    kiosk, made = Kiosk.objects.get_or_create(token_id=found.pk, defaults={"paired_at": now})
    if made:
        history.begin(kiosk, "pair", state="on", actor=Actor.device("kiosk", found.name), at=now)
    return kiosk


@transactional
def kiosk_set(*, kiosk_id: int, place: str, printer_code: str, actor: Actor, now: datetime) -> Kiosk:
    """Managers say where a kiosk stands and where it prints."""
    kiosk = Kiosk.objects.select_for_update(no_key=True).get(pk=kiosk_id)
    kiosk.place, kiosk.printer = place, printer_chosen(code=printer_code)
    kiosk.save(update_fields=["place", "printer"])
    data = {"place": place, "printer": printer_code}
    history.note(kiosk, "set", state="on", actor=actor, at=now, data=data)
    return kiosk


@transactional
def kiosk_seen(*, kiosk_id: int, now: datetime) -> None:
    """A sign of life."""
    Kiosk.objects.filter(pk=kiosk_id).update(last_seen_at=now)


def check_in_try(*, id_number: str, phone_tail: str, actor: Actor, now: datetime) -> "Appointment":
    """Whose appointment a document and the phone's last digits name, at most so often an hour for one document.

    The try is committed before anything is looked up, so that tries side by side are counted, too; it is taken back
    when something was found. Not to be called inside a transaction.

    Raises
    ------
    TooManyTries
        When the document was tried too often.
    As ``appointment_to_check_in``
        A document that fits nothing counts; one with several appointments, or one on another day, does not.
    """
    index = document_index(id_number)
    tried = _try_note(index, actor, now)
    if tries_of(id_index=index, now=now) > policy().kiosk_tries:
        _try_forget(tried)  # nothing was guessed: who asks again and again waits no longer
        raise TooManyTries
    try:
        found = appointment_to_check_in(id_number=id_number, phone_tail=phone_tail, now=now)
    except AppointmentUnknown:
        raise
    except Exception:
        _try_forget(tried)
        raise
    _try_forget(tried)
    return found


@transactional
def _try_note(index: bytes, actor: Actor, now: datetime) -> int:
    return CheckInTry.objects.create(id_index=index, kiosk=actor.name[:80], at=now).pk


@transactional
def _try_forget(pk: int) -> None:
    CheckInTry.objects.filter(pk=pk).delete()


@transactional
def tries_forget(*, now: datetime) -> int:
    """Tries that count no more are deleted; returns how many."""
    return CheckInTry.objects.filter(at__lt=now - TRIES_COUNTED).delete()[0]


@transactional
def kiosk_visit(
    *,
    kiosk: Kiosk,
    language: str,
    actor: Actor,
    now: datetime,
    qr: str = "",
    ticket: str = "",
    id_number: str = "",
    phone_tail: str = "",
) -> dict[str, str]:
    """Somebody shows a booking's code, the slip of a ticket, or a document: the ticket, and what was done.

    Raises
    ------
    As ``appointment_to_check_in``, :func:`kiosk_check_in` and :func:`kiosk_report`
        Nothing was done.
    """
    if ticket:
        found, done = kiosk_report(code=ticket, actor=actor, now=now)
        return {"ticket": found.code, "done": done}
    asked = {"qr": qr} if qr else {"id_number": id_number, "phone_tail": phone_tail}
    found, done = kiosk_check_in(
        appointment_id=appointment_to_check_in(**asked, now=now).pk,
        printer_code=kiosk.printer.code if kiosk.printer else "",
        language=language,
        actor=actor,
        now=now,
    )
    return {"ticket": found.code, "done": done}


@transactional
def kiosk_check_in(
    *, appointment_id: int, printer_code: str, language: str, actor: Actor, now: datetime
) -> tuple[Ticket, str]:
    """A booked patient reports at a kiosk and gets a number and a slip; who has a number is told it.

    Raises
    ------
    As :func:`queueing.services.tickets.ticket_check_in`
        Nothing is printed.
    """
    has = (
        Ticket.objects.filter(appointment=appointment_id, state__in=LIVE)
        .values_list("code", flat=True)
        .first()
    )
    if has is not None:
        return kiosk_report(code=has, actor=actor, now=now)
    ticket = ticket_report(appointment_id=appointment_id, actor=actor, now=now)
    slip_ask(ticket=ticket, printer_code=printer_code, language=language, actor=actor, now=now)
    return ticket, CHECKED_IN


@transactional
def kiosk_report(*, code: str, actor: Actor, now: datetime) -> tuple[Ticket, str]:
    """Somebody scans the slip: a passed patient is back in the queue, everybody else is told how it stands.

    Raises
    ------
    TicketUnknown, NumberOver
        When there is nothing to wait for.
    """
    ticket = ticket_by_code(code)
    if ticket.state == PASSED:
        return ticket_return(code=code, actor=actor, now=now), RETURNED
    if ticket.state not in LIVE:
        raise NumberOver
    return ticket, KNOWN
