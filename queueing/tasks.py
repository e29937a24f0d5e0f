"""Duties of the worker for the queue."""

from collections.abc import Mapping
from datetime import datetime

from booking.services import STOPPED_JOB
from hospital.common import clock, jobs
from queueing import services
from queueing.selectors.printers import printers_waited_for
from queueing.selectors.unanswered import unanswered_codes


@jobs.handler("walk_in.ticket")
def give_ticket(payload: Mapping[str, object], now: datetime) -> None:
    """A walk-in was paid through a provider."""
    services.walk_in_ticket(walk_in_id=int(str(payload["walk_in"])), now=now)


@jobs.handler(STOPPED_JOB)
def tell_of_stop(payload: Mapping[str, object], now: datetime) -> None:
    """A clinic was stopped: tickets say so, walk-ins are told."""
    services.session_stopped_tell(session_id=int(str(payload["session"])), now=now)


@jobs.handler(services.PRINT_KIND)
def print_slip(payload: Mapping[str, object], now: datetime) -> None:
    """Somebody asked for a slip: whatever waits for that printer is sent."""
    services.printer_work_off(printer_id=int(str(payload["printer"])), moment=clock.now)


@jobs.duty("print what waits", every_s=5)
def print_what_waits(now: datetime) -> None:
    """Printers that could not be reached are tried again, slips of killed workers are told."""
    jobs.each(
        "work off printer",
        printers_waited_for(),
        lambda printer: services.printer_work_off(printer_id=printer, moment=clock.now),
    )


@jobs.duty("forget tries and gaps", every_s=3600)
def forget_what_is_over(now: datetime) -> None:
    """Tries to check in that count no more, gaps of screens that no page shows."""
    services.tries_forget(now=now)
    services.gaps_forget(now=now)


@jobs.duty("prepare queues", every_s=30)
def prepare_queues(now: datetime) -> None:
    """Every session of today has a queue."""
    services.queues_prepare(now)


@jobs.duty("pass unanswered calls", every_s=10)
def pass_unanswered(now: datetime) -> None:
    """Whoever did not come after the last recall is passed."""
    jobs.each(
        "pass unanswered ticket",
        unanswered_codes(now=now),
        lambda code: services.ticket_pass_unanswered(code=code, now=now),
    )


@jobs.duty("tell whose turn it is", every_s=10)
def tell_turns(now: datetime) -> None:
    """Whoever is near the turn, or called, is told outside the page, too."""
    services.turns_tell(now)


@jobs.duty("settle estimates", every_s=60)
def settle_estimates(now: datetime) -> None:
    """Facts are written beside the forecasts."""
    services.estimates_settle(now)


@jobs.duty("end sessions", every_s=60)
def end_sessions(now: datetime) -> None:
    """Sessions end after the last patient, or a grace after their closing time."""
    services.sessions_end_due(now)
