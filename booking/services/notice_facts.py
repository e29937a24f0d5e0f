"""What stands in a notice's placeholders, in the language in force; and what a notice is told once for."""

from datetime import datetime
from typing import Protocol

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext

from booking.models import Appointment, ClinicSession, Refund, Stop, WalkIn
from hospital.common.language import chinese
from hospital.common.words import day, hm, short_day, span, yuan_short

Facts = dict[str, object]


class Period(Protocol):
    """A slot; or a whole session, opened below."""

    starts_at: datetime
    ends_at: datetime


def slot_facts(slot: Period, session: ClinicSession) -> Facts:
    """When, with whom, where."""
    return {
        "when": f"{day(slot.starts_at)} {span(slot)}",
        "expert": session.expert.label,
        "where": gettext("room %(room)s") % {"room": session.room.name},
    }


def session_facts(session: ClinicSession) -> Facts:
    """The same for somebody without a slot."""
    return {
        "when": f"{day(session.opens_at)} {hm(session.opens_at)}–{hm(session.closes_at)}",
        "expert": session.expert.label,
        "where": gettext("room %(room)s") % {"room": session.room.name},
        "walk_in": moment(session.walk_in_opens_at),
    }


def stop_facts(stop: Stop, appointment: Appointment, code: str) -> Facts:
    """Why, until when to choose, and where."""
    return {
        **slot_facts(appointment.slot, appointment.session),
        "why": why(stop.reason),
        "until": moment(stop.choose_by),
        "link": address(page("stopped", code)),
    }


def why(reason: str) -> str:
    """A reason in brackets, as it was written; nothing for whoever reads another language."""
    if chinese() != any("\u4e00" <= letter <= "\u9fff" for letter in reason):
        return ""
    return gettext(" (%(reason)s)") % {"reason": reason}


def money_facts(refund: Refund, paid_for: Appointment | WalkIn) -> Facts:
    """How much for what."""
    session = paid_for.session
    facts = (
        slot_facts(paid_for.slot, session) if isinstance(paid_for, Appointment) else session_facts(session)
    )
    return facts | {"amount": yuan_short(refund.amount_fen)}


def moment(at: datetime | None) -> str:
    """11月3日 07:00, 3 Nov 07:00."""
    return "" if at is None else f"{short_day(at)} {hm(at)}"


def page(name: str, *args: object) -> str:
    """The path of a page for patients."""
    return reverse(f"booking:{name}", args=args)


def address(path: str) -> str:
    """The full address of a page, for a text message."""
    return f"{settings.PUBLIC_URL}{path}"


def time_key(appointment: Appointment, *, ago: int = 0) -> str:
    """What is told once for each time an appointment has, or had ``ago`` changes of slot earlier."""
    moves = appointment.moves - ago
    return f"{appointment.code}-{moves}" if moves > 0 else appointment.code
