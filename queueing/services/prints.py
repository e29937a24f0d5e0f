"""Slips on paper: asked for in the transaction that makes the ticket, sent after it, each at most once."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Max

from hospital.common import history, jobs
from hospital.common.actor import Actor
from hospital.common.policy import policy
from hospital.common.transactions import transactional
from queueing.domain.errors import NoPrinter
from queueing.domain.printing import LEASE, PRINT, QUEUED, SENDING, retry_at
from queueing.domain.states import LIVE
from queueing.locks import lock_printer, lock_ticket
from queueing.models import Printer, PrintJob, Ticket
from queueing.selectors.printers import printer_chosen
from queueing.selectors.slips import print_bytes
from queueing.services.wire import BrokenOff, NotDelivered, deliver

PRINT_KIND = "print"
_JOB = Actor.job("printing")


@transactional
def slip_ask(
    *, ticket: Ticket, printer_code: str, actor: Actor, now: datetime, language: str = ""
) -> PrintJob | None:
    """The first slip of a ticket, once however often it is asked for; None when no printer in use is named."""
    printer = printer_chosen(code=printer_code)
    if printer is None:
        return None
    kept = PrintJob.objects.filter(ticket=ticket, kind=PrintJob.Kind.SLIP, serial=0).first()
    return kept or _ask(printer, ticket, language=language, actor=actor, now=now)


@transactional
def slip_reprint(
    *, code: str, printer_code: str, actor: Actor, now: datetime, language: str = ""
) -> PrintJob:
    """One more slip, which says that it is a reprint, the how manieth, when and by whom.

    Raises
    ------
    TicketUnknown
        When no ticket has this code.
    NoPrinter
        When no printer in use is named.
    """
    ticket = lock_ticket(code)
    printer = printer_chosen(code=printer_code)
    if printer is None:
        raise NoPrinter
    last = PrintJob.objects.filter(ticket=ticket, kind=PrintJob.Kind.SLIP).aggregate(last=Max("serial"))[
        "last"
    ]
    return _ask(printer, ticket, serial=(last or 0) + 1, language=language, actor=actor, now=now)


def slip_language(ticket: Ticket | None) -> str:
    """The language of whoever booked; the hospital's for everybody else."""
    account = ticket.appointment.account if ticket and ticket.appointment else None
    return account.language if account and account.language else settings.LANGUAGE_CODE


@transactional
def printer_try(*, printer_id: int, language: str, actor: Actor, now: datetime) -> PrintJob:
    """A page that shows whether a printer is set up right."""
    return _ask(lock_printer(printer_id), None, language=language, actor=actor, now=now)


def _ask(
    printer: Printer, ticket: Ticket | None, *, language: str, actor: Actor, now: datetime, serial: int = 0
) -> PrintJob:
    job = PrintJob.objects.create(
        printer=printer,
        ticket=ticket,
        kind=PrintJob.Kind.SLIP if ticket else PrintJob.Kind.TEST,
        serial=serial,
        language=language or slip_language(ticket),
        asked_at=now,
        asked_by=actor.name,
    )
    history.begin(job, "ask", actor=actor, at=now)
    jobs.enqueue(PRINT_KIND, key=job.code, payload={"printer": printer.pk}, due_at=now, urgent=True)
    return job


def printer_work_off(*, printer_id: int, moment: Callable[[], datetime]) -> int:
    """Send what waits for a printer, one slip after the other; return how many went out.

    A job is marked before it is sent: a worker killed in between leaves a slip that may or may not have come out,
    which is never sent again by itself.
    """
    sent = 0
    while (job := print_take(printer_id=printer_id, now=moment())) is not None:
        try:
            deliver(job.printer, print_bytes(job, now=moment()))
        except NotDelivered as refused:
            print_put_back(job_id=job.pk, error=refused.error, now=moment())
            break
        except BrokenOff:
            print_lose(job_id=job.pk, error="broken_off", now=moment())
        else:
            print_finish(job_id=job.pk, now=moment())
            sent += 1
    return sent


@transactional
def print_take(*, printer_id: int, now: datetime) -> PrintJob | None:
    """Mark the printer's next job as being sent; None when nothing waits, or somebody else is sending.

    What waited too long, is for a ticket that is over or for a printer that was switched off is given up.
    """
    printer = lock_printer(printer_id)
    sending = PrintJob.objects.filter(printer=printer, state=SENDING).first()
    if sending is not None:
        if sending.sending_at and now < sending.sending_at + LEASE:
            return None
        _end(sending, "lose", "interrupted", now)
    waiting = PrintJob.objects.filter(printer=printer, state=QUEUED).select_related("ticket").order_by("pk")
    for job in waiting:
        why = _why_not(job, printer, now)
        if why:
            _end(job, "give_up", why, now)
        elif printer.retry_at is None or printer.retry_at <= now:
            job.printer = printer
            history.move(job, PRINT, "send", actor=_JOB, at=now, columns={"sending_at": now})
            return job
    return None


def _why_not(job: PrintJob, printer: Printer, now: datetime) -> str:
    if not printer.enabled:
        return "off"
    if job.ticket is not None and job.ticket.state not in LIVE:
        return "over"
    if now - job.asked_at > timedelta(seconds=policy().print_wait_s):
        return printer.last_error or "no_connection"
    return ""


@transactional
def print_finish(*, job_id: int, now: datetime) -> None:
    """The printer took the whole slip."""
    job = _lock_sending(job_id)
    if job is None:
        return
    _end(job, "finish", "", now)
    printer = job.printer
    printer.failures, printer.retry_at, printer.last_error, printer.last_sent_at = 0, None, "", now
    printer.save(update_fields=["failures", "retry_at", "last_error", "last_sent_at"])


@transactional
def print_put_back(*, job_id: int, error: str, now: datetime) -> None:
    """Nothing reached the printer: the slip waits, the printer is tried again ever less often."""
    job = _lock_sending(job_id)
    if job is None:
        return
    history.move(job, PRINT, "put_back", actor=_JOB, at=now, reason=error, columns={"error": error})
    _failed(job.printer, error, now)


@transactional
def print_lose(*, job_id: int, error: str, now: datetime) -> None:
    """Some of the slip may have come out: it has failed, a person looks and prints again."""
    job = _lock_sending(job_id)
    if job is None:
        return
    _end(job, "lose", error, now)
    _failed(job.printer, error, now)


def _lock_sending(job_id: int) -> PrintJob | None:
    """The job while it is still being sent, its printer locked; None when its lease ran out meanwhile."""
    job = PrintJob.objects.get(pk=job_id)
    job.printer = lock_printer(job.printer_id)
    job.refresh_from_db(fields=["state"])
    return job if job.state == SENDING else None


def _end(job: PrintJob, verb: str, error: str, now: datetime) -> None:
    ended = {"ended_at": now, "error": error}
    history.move(job, PRINT, verb, actor=_JOB, at=now, reason=error, columns=ended)


def _failed(printer: Printer, error: str, now: datetime) -> None:
    printer.failures += 1
    printer.retry_at, printer.last_error = retry_at(printer.failures, now), error
    printer.save(update_fields=["failures", "retry_at", "last_error"])
