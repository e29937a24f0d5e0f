"""Numbers that come back: to the waitlist, kept back for a while, public, or to the walk-in pool."""

from datetime import datetime
from random import Random
from secrets import SystemRandom

from django.db.models import F

from booking.domain.returns import public_at
from booking.domain.states import RETURNED, RETURNED_WITHHELD, SESSION_OPEN, WAITLIST, WAITLIST_LIVE
from booking.locks import LockedAppointment, lock_session, lock_slot
from booking.models import ClinicSession, ReturnedNumber, Slot, WaitlistEntry
from booking.selectors.policies import return_delay
from booking.services.offers import offer_to_next, returned_move
from hospital.common import history, jobs, live
from hospital.common.actor import Actor
from hospital.common.errors import next_state
from hospital.common.transactions import transactional

RANDOM: Random = SystemRandom()
"""Decides when a number is public again: nobody can foresee it. Tests put a seeded one here."""

DUE_MAX = 500
_JOB = Actor.job("returned numbers")


def number_return(*, locked: LockedAppointment, actor: Actor, now: datetime) -> None:
    """The only way for an appointment's number to come back; the caller holds the locks and moves the appointment.

    Until walk-in registration opens it goes to the waitlist, else it is kept back for a random while when the
    slot is far, else it is public at once. Afterwards it is the walk-in pool's. An add-on number ends.
    """
    session, slot = locked.session, locked.slot
    is_bookable = session.state == "released" and now < session.walk_in_opens_at
    moment = _public_at(session, slot, now) if is_bookable else now
    if locked.appointment.add_on:
        _number_end(session, slot)
    elif is_bookable and (moment > now or _somebody_waits(session)):
        returned = _number_keep(locked, moment, actor, now)
        _number_settle(session, returned, now)
    else:
        Slot.objects.filter(pk=slot.pk).update(booked=F("booked") - 1)
    if session.state in SESSION_OPEN:
        ClinicSession.objects.filter(pk=session.pk).update(appointments_taken=F("appointments_taken") - 1)
    live.announce(f"session.{session.pk}", "session.changed", session=session.pk)


def number_come_back(
    *, session: ClinicSession, returned: ReturnedNumber, actor: Actor, now: datetime
) -> None:
    """An offer that was not taken: the number goes to the next, else it is kept back for a new random while.

    A new while, because the end of an offer is known to the one who had it.
    """
    moment = _public_at(session, returned.slot, now)
    returned_move(returned, "keep", actor=actor, now=now, entry=None, public_at=moment)
    _number_settle(session, returned, now)
    live.announce(f"session.{session.pk}", "session.changed", session=session.pk)


def number_free_for_late_money(*, locked: LockedAppointment, now: datetime) -> bool:
    """Money that came after its hold ran out may have a number of the slot that is only kept back."""
    kept = ReturnedNumber.objects.filter(slot=locked.slot, state="kept").order_by("pk").first()
    if kept is None or now >= locked.session.walk_in_opens_at:
        return False
    _number_publish(kept, now, reason="paid late")
    locked.slot.withheld -= 1
    return True


@transactional
def number_publish_if_due(*, returned_id: int, now: datetime) -> bool:
    """At its moment a number that is kept back goes to whoever waits by now, else it is public.

    Returns
    -------
    bool
        Whether it is kept back no longer.
    """
    session_id = ReturnedNumber.objects.values_list("slot__session_id", flat=True).get(pk=returned_id)
    session = lock_session(session_id)
    returned = ReturnedNumber.objects.select_related("slot").get(pk=returned_id)
    if returned.state != "kept" or now < returned.public_at or now >= session.walk_in_opens_at:
        return False
    lock_slot(returned.slot_id)
    _number_settle(session, returned, now)
    live.announce(f"session.{session.pk}", "session.changed", session=session.pk)
    return True


def numbers_publish_due(now: datetime) -> int:
    """Make public what is due; each number is a transaction of its own."""
    due = ReturnedNumber.objects.filter(
        state="kept",
        public_at__lte=now,
        slot__session__state="released",
        slot__session__walk_in_opens_at__gt=now,
    ).order_by("public_at", "pk")
    return sum(
        jobs.each(
            "publish number",
            due.values_list("pk", flat=True)[:DUE_MAX],
            lambda pk: number_publish_if_due(returned_id=pk, now=now),
        )
    )


def numbers_offer_new(*, session: ClinicSession, actor: Actor, now: datetime) -> None:
    """Numbers that a new plan adds to a released session go to those who wait, before anybody else can book them.

    The caller holds the locks of the session and its slots.
    """
    for slot in Slot.objects.filter(session=session, bookable=True).order_by("index"):
        for _number in range(slot.left):
            if not _somebody_waits(session):
                return
            Slot.objects.filter(pk=slot.pk).update(withheld=F("withheld") + 1)
            returned = _returned_row(slot, now, actor, now, {"plan": session.quota_source})
            _number_settle(session, returned, now)


def session_returns_end(*, session: ClinicSession, actor: Actor, now: datetime) -> None:
    """When booking ends (opening, stop), nothing is kept back or offered and nobody waits any more.

    The caller holds the locks of the session and its slots.
    """
    numbers = ReturnedNumber.objects.filter(slot__session=session)
    for state in RETURNED_WITHHELD:
        _end_all(list(numbers.filter(state=state)), next_state(RETURNED, state, "end"), actor, now)
    entries = WaitlistEntry.objects.filter(session=session)
    waited = list(entries.filter(state__in=WAITLIST_LIVE).values_list("pk", flat=True))
    if waited:
        jobs.enqueue("waitlist.tell_end", key=session.code, payload={"entries": waited}, due_at=now)
    for state in WAITLIST_LIVE:
        _end_all(list(entries.filter(state=state)), next_state(WAITLIST, state, "end"), actor, now)
    Slot.objects.filter(session=session, withheld__gt=0).update(withheld=0)


def _end_all(
    things: list[ReturnedNumber] | list[WaitlistEntry], state: str, actor: Actor, now: datetime
) -> None:
    if not things:
        return
    before = things[0].state
    type(things[0]).objects.filter(pk__in=[thing.pk for thing in things]).update(state=state)
    history.record_all(things=things, verb="end", from_state=before, to_state=state, actor=actor, at=now)


def _public_at(session: ClinicSession, slot: Slot, now: datetime) -> datetime:
    delay = return_delay(session.expert_id)
    return public_at(starts_at=slot.starts_at, now=now, delay=delay, random=RANDOM)


def _somebody_waits(session: ClinicSession) -> bool:
    return WaitlistEntry.objects.filter(session=session, state="waiting").exists()


def _number_end(session: ClinicSession, slot: Slot) -> None:
    Slot.objects.filter(pk=slot.pk).update(booked=F("booked") - 1, quota=F("quota") - 1)
    ClinicSession.objects.filter(pk=session.pk).update(number_limit=F("number_limit") - 1)


def _number_keep(locked: LockedAppointment, moment: datetime, actor: Actor, now: datetime) -> ReturnedNumber:
    Slot.objects.filter(pk=locked.slot.pk).update(booked=F("booked") - 1, withheld=F("withheld") + 1)
    return _returned_row(locked.slot, moment, actor, now, {"appointment": locked.appointment.code})


def _returned_row(
    slot: Slot, moment: datetime, actor: Actor, now: datetime, data: dict[str, object]
) -> ReturnedNumber:
    returned = ReturnedNumber.objects.create(slot=slot, returned_at=now, public_at=moment)
    history.begin(returned, "keep", actor=actor, at=now, data=data)
    return returned


def _number_settle(session: ClinicSession, returned: ReturnedNumber, now: datetime) -> None:
    """Offer a number that is kept back to the next who waits; with nobody there, make it public if it is due."""
    offered = offer_to_next(session=session, returned=returned, now=now)
    if offered is None and returned.public_at <= now:
        _number_publish(returned, now)


def _number_publish(returned: ReturnedNumber, now: datetime, *, reason: str = "") -> None:
    Slot.objects.filter(pk=returned.slot_id).update(withheld=F("withheld") - 1)
    returned_move(returned, "publish", actor=_JOB, now=now, reason=reason)
