"""The life of a session: planned, released, open for walk-ins, running, closed."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Sum

from booking.domain.errors import QuotaBelowBooked
from booking.domain.quotas import quotas_after_plan
from booking.domain.states import APPOINTMENT, SESSION
from booking.locks import lock_session, lock_slots
from booking.models import Appointment, ClinicSession, Slot
from booking.services.draws import draw_prepare, draw_requests_end
from booking.services.returns import numbers_offer_new, session_returns_end
from hospital.common import history, jobs, live
from hospital.common.actor import Actor
from hospital.common.errors import next_state
from hospital.common.guards import require_reason
from hospital.common.transactions import transactional

STOPPED_JOB = "session.stopped"
"""Done by whoever owns the queue: who waits in the hospital is told."""

_JOB = Actor.job("sessions")


@transactional
def session_release(*, session_id: int, actor: Actor, now: datetime) -> ClinicSession:
    """Numbers go on sale at the release time, or are drawn by lot first when the policy says so.

    Raises
    ------
    IllegalTransition
        When the session is not planned.
    """
    session = lock_session(session_id)
    next_state(SESSION, session.state, "release")
    if not draw_prepare(session=session, now=now):
        Slot.objects.filter(session=session).update(bookable=True)
    return _move(session, "release", actor, now)


@transactional
def session_open_if_due(*, session_id: int, now: datetime) -> ClinicSession:
    """When walk-in registration opens, booking ends and every number not booked goes to the walk-in pool."""
    session = lock_session(session_id)
    if now < session.walk_in_opens_at:
        return session
    if session.state == "planned":
        session = session_release(session_id=session_id, actor=_JOB, now=now)
    if session.state != "released":
        return session
    lock_slots(session.pk)
    Slot.objects.filter(session=session).update(bookable=False)
    session_returns_end(session=session, actor=_JOB, now=now)
    draw_requests_end(session=session, actor=_JOB, now=now)
    taken = Slot.objects.filter(session=session).aggregate(taken=Sum("booked"))["taken"] or 0
    return _move(session, "open", _JOB, now, appointments_taken=taken)


@transactional
def session_start(*, session_id: int, actor: Actor, now: datetime) -> ClinicSession:
    """The first call starts the session; later calls leave it as it is."""
    session = session_open_if_due(session_id=session_id, now=now)
    if session.state == "running":
        return session
    return _move(session, "start", actor, now, started_at=now)


@transactional
def session_close(*, session_id: int, actor: Actor, now: datetime) -> ClinicSession:
    """At the end, appointments that nobody came for are unresolved: a person confirms the no-shows, or the grace.

    A session in which nobody was ever called is started and closed in one step, so that its no-shows are
    resolved too; ``started_at`` stays empty.

    Raises
    ------
    IllegalTransition
        When the session is neither open nor running.
    """
    session = lock_session(session_id)
    if session.state == "open":
        session = _move(session, "start", actor, now, reason="nobody was called")
    next_state(SESSION, session.state, "close")
    missing = (
        Appointment.objects.select_for_update(no_key=True)
        .filter(session=session, state="booked")
        .order_by("pk")
    )
    for appointment in missing:
        history.move(appointment, APPOINTMENT, "resolve", actor=actor, at=now)
    return _move(session, "close", actor, now, closed_at=now)


@transactional
def session_stop(*, session_id: int, reason: str, actor: Actor, now: datetime) -> ClinicSession:
    """A stopped clinic sells no number any more; its patients are dealt with one by one.

    Raises
    ------
    ReasonMissing
        Without a reason.
    IllegalTransition
        When the session is closed or stopped already.
    """
    reason = require_reason(reason)
    session = lock_session(session_id)
    next_state(SESSION, session.state, "stop")
    lock_slots(session.pk)
    Slot.objects.filter(session=session).update(bookable=False)
    session_returns_end(session=session, actor=actor, now=now)
    draw_requests_end(session=session, actor=actor, now=now)
    jobs.enqueue(STOPPED_JOB, key=session.code, payload={"session": session.pk}, due_at=now)
    return _move(session, "stop", actor, now, reason=reason, stop_reason=reason[:200])


def _move(
    session: ClinicSession, verb: str, actor: Actor, now: datetime, *, reason: str = "", **columns: object
) -> ClinicSession:
    history.move(session, SESSION, verb, actor=actor, at=now, reason=reason, columns=columns)
    live.announce(f"session.{session.pk}", "session.changed", session=session.pk)
    return session


@transactional
def session_set_quotas(
    *, session_id: int, quotas: Sequence[int], source: str, actor: Actor, now: datetime
) -> list[int]:
    """A plan's quotas go into a session's slots; a released slot never falls below what is held and booked.

    Raises
    ------
    QuotaBelowBooked
        When the number of quotas is not the number of slots, or one is negative.
    IllegalTransition
        When walk-in registration has opened or the session was stopped.
    """
    session = lock_session(session_id)
    next_state(SESSION, session.state, "release" if session.state == "planned" else "open")
    slots = sorted(lock_slots(session_id), key=lambda slot: slot.index)
    if len(slots) != len(quotas):
        raise QuotaBelowBooked
    new = quotas_after_plan(quotas, [slot.booked + slot.withheld for slot in slots])
    for slot, quota in zip(slots, new, strict=True):
        slot.quota = quota
        slot.save(update_fields=["quota"])
    session.quota_source = source
    session.save(update_fields=["quota_source"])
    history.note(session, "quotas", actor=actor, at=now, data={"quotas": new, "source": source})
    if session.state == "released":
        numbers_offer_new(session=session, actor=actor, now=now)
        live.announce(f"session.{session.pk}", "session.changed", session=session.pk)
    return new


def sessions_advance(now: datetime) -> int:
    """Release and open what is due. Each session is a transaction of its own, so one failure stops no other."""
    due_release = ClinicSession.objects.filter(state="planned", release_at__lte=now, walk_in_opens_at__gt=now)
    due_open = ClinicSession.objects.filter(state__in=["planned", "released"], walk_in_opens_at__lte=now)
    released = jobs.each(
        "release session",
        due_release.values_list("pk", flat=True),
        lambda pk: session_release(session_id=pk, actor=_JOB, now=now),
    )
    opened = jobs.each(
        "open session",
        due_open.values_list("pk", flat=True),
        lambda pk: session_open_if_due(session_id=pk, now=now),
    )
    return len(released) + len(opened)
