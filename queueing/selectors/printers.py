"""Printers and print jobs: which there are, how they do, what became of a slip."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from hospital.common.errors import NotFound
from queueing.domain.printing import FAILED, QUEUED, SENDING
from queueing.domain.states import LIVE
from queueing.models import Printer, PrintJob

JOBS_SHOWN = 20
FAILED_SHOWN = timedelta(minutes=30)
"""Whoever waits without a slip for longer has been helped otherwise."""


@dataclass(frozen=True, slots=True)
class PrinterLine:
    """A printer on the managers' page."""

    printer: Printer
    waiting: int
    failed: int
    """Of today."""

    @property
    def state(self) -> str:
        """``off``, ``bad`` (its last slip did not go out), ``never`` or ``ok``."""
        if not self.printer.enabled:
            return "off"
        if self.printer.last_error:
            return "bad"
        return "ok" if self.printer.last_sent_at else "never"


def printers_lines(*, since: datetime) -> list[PrinterLine]:
    """Every printer with what waits for it and what failed since then; one query."""
    counted = Printer.objects.annotate(
        waiting=Count("jobs", filter=Q(jobs__state__in=[QUEUED, SENDING])),
        failed=Count("jobs", filter=Q(jobs__state=FAILED, jobs__asked_at__gte=since)),
    )
    return [PrinterLine(one, one.waiting, one.failed) for one in counted.order_by("name", "pk")]


def printers_in_use() -> list[Printer]:
    """Printers that slips may be sent to."""
    return list(Printer.objects.filter(enabled=True))


def printer_by_code(*, code: str) -> Printer:
    """The printer of this code. Raises ``NotFound``."""
    found = Printer.objects.filter(code=code).first()
    if found is None:
        raise NotFound
    return found


def printer_chosen(*, code: str) -> Printer | None:
    """The printer that a browser prints to; None when it chose none, or one that is no longer in use."""
    return Printer.objects.filter(code=code, enabled=True).first() if code else None


def printers_waited_for() -> list[int]:
    """Printers with jobs that are not over."""
    return list(
        PrintJob.objects.filter(state__in=[QUEUED, SENDING]).values_list("printer_id", flat=True).distinct()
    )


def print_job(*, code: str) -> PrintJob:
    """A print job with its ticket and printer. Raises ``NotFound``."""
    found = _jobs().filter(code=code).first()
    if found is None:
        raise NotFound
    return found


def print_of_ticket(*, code: str) -> PrintJob | None:
    """The newest slip of a ticket; None when none was asked of a printer."""
    return _jobs().filter(ticket__code=code).order_by("-serial").first()


def prints_of_printer(*, printer_id: int) -> list[PrintJob]:
    """Its last jobs, the newest first."""
    return list(_jobs().filter(printer=printer_id).order_by("-pk")[:JOBS_SHOWN])


def prints_failed(*, now: datetime) -> list[PrintJob]:
    """Slips of people who still wait, which did not come out and which nobody printed again."""
    again = PrintJob.objects.filter(ticket=OuterRef("ticket"), serial__gt=OuterRef("serial"))
    late = _jobs().filter(state=FAILED, asked_at__gt=now - FAILED_SHOWN, ticket__state__in=LIVE)
    return list(late.filter(~Exists(again)).order_by("-asked_at")[:JOBS_SHOWN])


def _jobs() -> QuerySet[PrintJob]:
    return PrintJob.objects.select_related("printer", "ticket__queue")
