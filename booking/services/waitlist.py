"""The waitlist of a sold-out session: joining, leaving, and taking an offer while it stands."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import F

from booking.domain.errors import (
    AlreadyWaiting,
    NothingToWaitFor,
    NotSoldOut,
    OfferOver,
    UnknownNumber,
    WaitlistFull,
)
from booking.domain.states import WAITLIST, WAITLIST_LIVE
from booking.locks import lock_patient, lock_session, lock_slot, lock_taker
from booking.models import Appointment, ClinicSession, ReturnedNumber, Slot, WaitlistEntry
from booking.selectors.limits import (
    HOSPITAL,
    Taker,
    check_number,
    check_session_bookable,
    number_refusal,
    offers_refused,
)
from booking.selectors.policies import policy_of_session
from booking.services import notices
from booking.services.numbers import number_hold
from booking.services.offers import entry_move, returned_move
from booking.services.returns import number_come_back
from hospital.common import history, jobs, live
from hospital.common.actor import Actor
from hospital.common.errors import next_state
from hospital.common.transactions import transactional

DUE_MAX = 500
_JOB = Actor.job("waitlist")


@transactional
def waitlist_join(
    *, session_id: int, patient_id: int, account_id: int | None, actor: Actor, now: datetime
) -> WaitlistEntry:
    """A patient who may book waits for a number of a sold-out session, behind all who joined before.

    Raises
    ------
    NotReleased, BookingClosed
        Before the release; once walk-in registration opens.
    NotSoldOut, NothingToWaitFor
        A number is free; none can ever come back.
    Banned, AlreadyBooked, LimitReached
        The patient may not have a number there now.
    AlreadyWaiting, WaitlistFull
        As their names say.
    """
    lock_patient(patient_id)
    session = lock_session(session_id)
    rules = policy_of_session(session)
    check_session_bookable(session=session, now=now)
    _check_sold_out(session)
    check_number(session=session, patient_id=patient_id, now=now)
    live_entries = WaitlistEntry.objects.filter(session=session, state__in=WAITLIST_LIVE)
    if live_entries.filter(patient_id=patient_id).exists():
        raise AlreadyWaiting
    if live_entries.count() >= rules.waitlist_per_session:
        raise WaitlistFull(limit=rules.waitlist_per_session)
    entry = WaitlistEntry.objects.create(
        session=session, patient_id=patient_id, account_id=account_id, joined_at=now
    )
    history.begin(entry, "join", actor=actor, at=now)
    live.announce(f"session.{session.pk}", "session.changed", session=session.pk)
    return entry


def _check_sold_out(session: ClinicSession) -> None:
    slots = list(Slot.objects.filter(session=session))
    if any(slot.left > 0 for slot in slots):
        raise NotSoldOut
    if not any(slot.quota for slot in slots):
        raise NothingToWaitFor


@transactional
def waitlist_accept(
    *, entry_id: int, actor: Actor, now: datetime, device_index: bytes | None = None
) -> Appointment:
    """An offer becomes a held number, to be paid by the offer's own deadline. It counts like one that was booked.

    Raises
    ------
    OfferOver
        At the deadline or after it, or when the list has ended.
    IllegalTransition
        When nothing is offered to this entry, or it was accepted already.
    Banned, AlreadyBooked, LimitReached, PayerLimit
        The patient may not have the number, or the account or device has enough; the offer stands until its deadline.
    """
    account_id = WaitlistEntry.objects.values_list("account_id", flat=True).filter(pk=entry_id).first()
    taker = HOSPITAL if actor.is_staff else Taker(account_id, device_index)
    lock_taker(taker.account_id, taker.device_index)
    entry, session = _locked(entry_id)
    next_state(WAITLIST, entry.state, "accept")
    if entry.accept_by is None or now >= entry.accept_by or session.state != "released":
        raise OfferOver
    check_number(session=session, patient_id=entry.patient_id, now=now, taker=taker)
    returned = ReturnedNumber.objects.get(entry=entry, state="offered")
    slot = lock_slot(returned.slot_id)
    Slot.objects.filter(pk=slot.pk).update(booked=F("booked") + 1, withheld=F("withheld") - 1)
    held = Appointment(
        slot=slot,
        session=session,
        patient_id=entry.patient_id,
        account_id=entry.account_id,
        fee_fen=session.fee_fen,
        pay_by=entry.accept_by,
        device_index=taker.device_index,
    )
    appointment = number_hold(held, actor=actor, now=now, data={"waitlist": entry.code})
    returned_move(returned, "take", actor=actor, now=now)
    entry_move(entry, "accept", actor=actor, now=now, appointment=appointment)
    live.announce(f"session.{session.pk}", "session.changed", session=session.pk)
    return appointment


@transactional
def waitlist_leave(*, entry_id: int, actor: Actor, now: datetime) -> WaitlistEntry:
    """Whoever no longer wants a number leaves the list; what was offered goes to the next.

    Raises
    ------
    IllegalTransition
        When the entry neither waits nor has an offer.
    """
    entry, session = _locked(entry_id)
    _give_up(entry, session, "leave", actor, now)
    return entry


@transactional
def offer_lapse_if_due(*, entry_id: int, now: datetime) -> bool:
    """An offer not taken by its deadline goes to the next; at once when its patient may not have it by now.

    That is asked as when it was made: a ban, or a limit that other numbers taken meanwhile have reached.

    Returns
    -------
    bool
        Whether it ended now.
    """
    entry, session = _locked(entry_id)
    if entry.state != "offered" or entry.accept_by is None or session.state != "released":
        return False
    if now >= session.walk_in_opens_at:
        return False
    if now >= entry.accept_by:
        _give_up(entry, session, "lapse", _JOB, now)
        notices.offer_lapsed(entry, now)
        return True
    refusal = number_refusal(session=session, patient_id=entry.patient_id, now=now)
    if refusal is None:
        return False
    _give_up(entry, session, "end", _JOB, now, reason=refusal.code)
    return True


def offers_lapse_due(now: datetime) -> int:
    """End every offer whose time is up or whose patient may not have it any more; each is a transaction of its own."""
    late = WaitlistEntry.objects.filter(
        state="offered", accept_by__lte=now, session__walk_in_opens_at__gt=now
    ).order_by("accept_by", "pk")
    due = [*late.values_list("pk", flat=True)[:DUE_MAX], *offers_refused(now=now)]
    return sum(
        jobs.each("end offer", dict.fromkeys(due), lambda pk: offer_lapse_if_due(entry_id=pk, now=now))
    )


def _give_up(
    entry: WaitlistEntry, session: ClinicSession, verb: str, actor: Actor, now: datetime, *, reason: str = ""
) -> None:
    """End a live entry; a number that was offered to it comes back."""
    returned = ReturnedNumber.objects.select_related("slot").filter(entry=entry, state="offered").first()
    entry_move(entry, verb, actor=actor, now=now, reason=reason)
    if returned is not None:
        lock_slot(returned.slot_id)
        number_come_back(session=session, returned=returned, actor=actor, now=now)


def _locked(entry_id: int) -> tuple[WaitlistEntry, ClinicSession]:
    """Lock the entry's patient and session; entries change only under their session's lock."""
    keys = WaitlistEntry.objects.filter(pk=entry_id).values_list("patient_id", "session_id").first()
    if keys is None:
        raise UnknownNumber(field="entry")
    lock_patient(keys[0])
    session = lock_session(keys[1])
    return WaitlistEntry.objects.select_related("patient").get(pk=entry_id), session


def waitlist_end_tell(*, entry_ids: Iterable[int], now: datetime) -> int:
    """Tell those who waited until the list ended; outside the transaction that ended it, which holds locks."""
    entries = WaitlistEntry.objects.filter(pk__in=list(entry_ids), state="ended")
    related = entries.select_related("patient", "account", "session__expert", "session__room")
    return len(jobs.each("tell the end", related, lambda entry: notices.waitlist_ended(entry, now)))
