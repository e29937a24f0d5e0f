"""Offers of a waitlist, and what a draw gave."""

from datetime import datetime

from booking.models import Appointment, DrawRequest, Slot, WaitlistEntry
from booking.services.notice_facts import address, moment, page, session_facts, slot_facts
from booking.services.notice_rows import tell
from booking.services.notices.told import notice


@notice
def offer(entry: WaitlistEntry, slot: Slot, now: datetime) -> None:
    """A number is offered to somebody on the waitlist: which, and until when."""
    _tell_kept(entry, "offer", slot, now, until=entry.accept_by, link=page("waitlist-entry", entry.code))


@notice
def offer_lapsed(entry: WaitlistEntry, now: datetime) -> None:
    """The offer was not taken in time."""
    _tell_in_vain(entry, "offer_lapsed", now)


@notice
def waitlist_ended(entry: WaitlistEntry, now: datetime) -> None:
    """No number came free before walk-in registration opened, or the clinic was stopped."""
    stop = entry.session.state == "stopped"
    _tell_in_vain(entry, "waitlist_ended", now, text="waitlist_stopped" if stop else "")


@notice
def draw_won(request: DrawRequest, appointment: Appointment, now: datetime) -> None:
    """The lot gave a number: it is kept until it must be paid."""
    link = page("pay", appointment.code)
    _tell_kept(request, "draw_won", appointment.slot, now, until=appointment.pay_by, link=link)


@notice
def draw_lost(request: DrawRequest, now: datetime) -> None:
    """The lot gave none."""
    _tell_in_vain(request, "draw_lost", now, slot=request.slot)


@notice
def draw_ended(request: DrawRequest, now: datetime) -> None:
    """Nothing was drawn: the clinic was stopped, or walk-in registration opened before."""
    text = "draw_stopped" if request.session.state == "stopped" else "draw_ended"
    _tell_in_vain(request, "draw_lost", now, slot=request.slot, text=text)


def _tell_kept(
    asked: WaitlistEntry | DrawRequest,
    kind: str,
    slot: Slot,
    now: datetime,
    *,
    until: datetime | None,
    link: str,
) -> None:
    """A number is kept for whoever asked; the notice is of no use after ``until``."""
    session = asked.session
    tell(
        kind,
        asked.code,
        patient=asked.patient,
        account=asked.account,
        facts=lambda: slot_facts(slot, session) | {"until": moment(until), "link": address(link)},
        link=link,
        expires_at=until,
        now=now,
    )


def _tell_in_vain(
    asked: WaitlistEntry | DrawRequest, kind: str, now: datetime, *, slot: Slot | None = None, text: str = ""
) -> None:
    """There is no number; the link leads to the expert's other times."""
    session = asked.session
    tell(
        kind,
        asked.code,
        patient=asked.patient,
        account=asked.account,
        text=text,
        facts=lambda: session_facts(session) | (slot_facts(slot, session) if slot else {}),
        link=page("expert", session.expert.code),
        now=now,
    )
