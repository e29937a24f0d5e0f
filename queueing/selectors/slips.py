"""What a paper slip says: the parts, in the patient's language, as the ticket is when it is printed."""

from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from hospital.common import words
from hospital.common.language import hospital_name
from queueing.domain.advice import Advice
from queueing.domain.escpos import Code, Line, Part, Rule, receipt
from queueing.domain.masking import masked_name
from queueing.models import PrintJob, Ticket
from queueing.selectors.tickets import TicketLive, ticket_by_code, ticket_live, ticket_told

NUMBER_SIZE = 6


def ticket_link(code: str) -> str:
    """The address of the patient's live page."""
    return settings.PUBLIC_URL.rstrip("/") + reverse("queueing:ticket", args=[code])


def print_bytes(job: PrintJob, *, now: datetime) -> bytes:
    """What is sent to the job's printer; the slip shows the ticket as it is now."""
    with translation.override(job.language):
        parts = _slip(job, now) if job.ticket_id else _test_page(job, now)
        return receipt(parts, columns=job.printer.columns, encoding=job.printer.encoding)


def _slip(job: PrintJob, now: datetime) -> list[Part]:
    ticket = ticket_by_code(job.ticket.code if job.ticket else "")
    live = ticket_live(code=ticket.code, now=now)
    room = ticket.session.room
    return [
        Line(hospital_name()),
        *_reprint(job, now),
        Line(live.number, size=NUMBER_SIZE, bold=True),
        Line(_("room %(room)s") % {"room": live.room}, size=2, bold=True),
        *([Line(room.place_label, bold=True)] if room.place_label else []),
        Line(f"{ticket.session.expert.department.label} {ticket.session.expert.label}"),
        Line(_who(ticket)),
        Rule(),
        *_outlook(live, ticket_told(live, now=now)),
        Code(ticket_link(ticket.code)),
        Line(_("Scan to see the queue on your phone. No sign-in.")),
        Rule(),
        Line(_("Called while you are away? Report to the nurse desk or a kiosk with this slip.")),
        Line(
            _(
                "Within a time slot booked patients are called before walk-ins, so numbers are not always called"
                " in order."
            )
        ),
        Line(f"{words.day(ticket.registered_at)} {words.hm(ticket.registered_at)}"),
    ]


def _reprint(job: PrintJob, now: datetime) -> list[Part]:
    if not job.serial:
        return []
    by = _("%(time)s by %(name)s") % {"time": words.hm(job.asked_at), "name": job.asked_by}
    return [Line(_("REPRINT %(n)s") % {"n": job.serial}, size=2, bold=True), Line(by)]


def _who(ticket: Ticket) -> str:
    masked = masked_name(ticket.patient.name)
    if ticket.slot_starts_at is None or ticket.channel != Ticket.Channel.APPOINTMENT:
        return f"{masked} {pgettext('channel', 'Walk-in')}"
    return (
        f"{masked} {pgettext('channel', 'Booked')} {words.until(ticket.slot_starts_at, ticket.slot_ends_at)}"
    )


def _outlook(live: TicketLive, told: Advice) -> list[Part]:
    lines = []
    if live.ahead is not None:
        lines.append(f"{_('People ahead')}{_(': ')}{live.ahead}")
    if told.earliest and told.latest:
        lines.append(f"{_('Expected call')} {words.until(told.earliest, told.latest)}")
    if told.back_by:
        lines.append(_("You can leave. Be back by %(time)s") % {"time": words.hm(told.back_by)})
    return [Line(line, bold=True) for line in lines]


def _test_page(job: PrintJob, now: datetime) -> list[Part]:
    printer = job.printer
    return [
        Line(hospital_name()),
        Line(_("Test page"), size=2, bold=True),
        Line(printer.name),
        Line("A17", size=NUMBER_SIZE, bold=True),
        Line("请到 305 诊室，王*芳 ￥30.00", bold=True),
        Rule(),
        Code(settings.PUBLIC_URL),
        Line(f"{printer.columns} / {printer.get_encoding_display()}"),
        Line(f"{words.day(now)} {words.hms(now)} {job.asked_by}"),
    ]
