"""Offers: a number that came back goes to whoever has waited longest.

Waitlist entries and returned numbers change only while their session's row is locked.
"""

from collections.abc import Iterator
from datetime import datetime

from booking.domain.returns import OfferTime, accept_by
from booking.domain.states import RETURNED, WAITLIST
from booking.models import ClinicSession, ReturnedNumber, WaitlistEntry
from booking.selectors.limits import number_refusal
from booking.selectors.policies import policy_of_session
from booking.services import notices
from hospital.common import history
from hospital.common.actor import Actor

_JOB = Actor.job("waitlist")


def offer_to_next(*, session: ClinicSession, returned: ReturnedNumber, now: datetime) -> WaitlistEntry | None:
    """Offer a number that is kept back to the first who may have it; whoever may not is ended and never blocks.

    Returns
    -------
    WaitlistEntry or None
        Who has the offer; nobody when the list is empty or has ended.
    """
    if session.state != "released" or now >= session.walk_in_opens_at:
        return None
    rules = policy_of_session(session)
    entry = next(_who_may_have_it(session, now), None)
    if entry is None:
        return None
    until = accept_by(
        opens_at=session.opens_at,
        list_ends_at=session.walk_in_opens_at,
        now=now,
        time=OfferTime(rules.waitlist_offer_min, rules.waitlist_offer_far_h, rules.waitlist_far_h),
    )
    entry_move(entry, "offer", actor=_JOB, now=now, offered_at=now, accept_by=until)
    returned_move(returned, "offer", actor=_JOB, now=now, entry=entry)
    notices.offer(entry, returned.slot, now)
    return entry


def _who_may_have_it(session: ClinicSession, now: datetime) -> Iterator[WaitlistEntry]:
    """Who waits, in the order of joining; those who are banned, at a limit or booked meanwhile are ended.

    This looks without the patient's lock: accepting asks again under it, and whether the account has enough by then.
    """
    waiting = WaitlistEntry.objects.filter(session=session, state="waiting").select_related("patient")
    for entry in waiting.order_by("joined_at", "pk"):
        refusal = number_refusal(session=session, patient_id=entry.patient_id, now=now)
        if refusal is None:
            yield entry
        else:
            entry_move(entry, "end", actor=_JOB, now=now, reason=refusal.code)


def entry_move(
    entry: WaitlistEntry, verb: str, *, actor: Actor, now: datetime, reason: str = "", **columns: object
) -> None:
    """Move an entry along its table, with its history row."""
    history.move(entry, WAITLIST, verb, actor=actor, at=now, reason=reason, columns=columns)


def returned_move(
    returned: ReturnedNumber, verb: str, *, actor: Actor, now: datetime, reason: str = "", **columns: object
) -> None:
    """Move a returned number along its table, with its history row."""
    history.move(returned, RETURNED, verb, actor=actor, at=now, reason=reason, columns=columns)
