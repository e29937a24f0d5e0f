"""Offers of a waitlist, and what a draw gave."""

from datetime import datetime

from booking.models import Appointment, DrawRequest, Slot, WaitlistEntry
from booking.services.notice_facts import address, moment, page, session_facts, slot_facts
from booking.services.notice_rows import tell
from booking.services.notices.told import notice


@notice
def offer(entry: WaitlistEntry, slot: Slot, now: datetime) -> None:
    """A number is offered to somebody on the waitlist: which, and until when."""
    link = page("waitlist-entry", entry.code)
    tell(
        "offer",
        entry.code,
        patient=entry.patient,
        account=entry.account,
        facts=lambda: (
            slot_facts(slot, entry.session) | {"until": moment(entry.accept_by), "link": address(link)}
        ),
        link=link,
        expires_at=entry.accept_by,
        now=now,
    )


@notice
def offer_lapsed(entry: WaitlistEntry, now: datetime) -> None:
    """The offer was not taken in time."""
    _tell_waiting(entry, "offer_lapsed", now)


@notice
def waitlist_ended(entry: WaitlistEntry, now: datetime) -> None:
    """No number came free before walk-in registration opened, or the clinic was stopped."""
    stop = entry.session.state == "stopped"
    _tell_waiting(entry, "waitlist_ended", now, text="waitlist_stopped" if stop else "")


def _tell_waiting(entry: WaitlistEntry, kind: str, now: datetime, *, text: str = "") -> None:
    session = entry.session
    tell(
        kind,
        entry.code,
        patient=entry.patient,
        account=entry.account,
        text=text,
        facts=lambda: session_facts(session),
        link=page("expert", session.expert.code),
        now=now,
    )


@notice
def draw_won(request: DrawRequest, appointment: Appointment, now: datetime) -> None:
    """The lot gave a number: it is kept until it must be paid."""
    link = page("pay", appointment.code)
    tell(
        "draw_won",
        request.code,
        patient=request.patient,
        account=request.account,
        facts=lambda: (
            slot_facts(appointment.slot, request.session)
            | {"until": moment(appointment.pay_by), "link": address(link)}
        ),
        link=link,
        expires_at=appointment.pay_by,
        now=now,
    )


@notice
def draw_lost(request: DrawRequest, now: datetime) -> None:
    """The lot gave none."""
    _tell_lost(request, now, text="draw_lost")


@notice
def draw_ended(request: DrawRequest, now: datetime) -> None:
    """Nothing was drawn: the clinic was stopped, or walk-in registration opened before."""
    _tell_lost(request, now, text="draw_stopped" if request.session.state == "stopped" else "draw_ended")


def _tell_lost(request: DrawRequest, now: datetime, *, text: str) -> None:
    session = request.session
    tell(
        "draw_lost",
        request.code,
        patient=request.patient,
        account=request.account,
        text=text,
        facts=lambda: session_facts(session) | slot_facts(request.slot, session),
        link=page("expert", request.session.expert.code),
        now=now,
    )
