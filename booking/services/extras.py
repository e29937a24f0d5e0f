"""What no recurring period gives: extra sessions, and one expert standing in for another."""

from datetime import date, datetime

from booking.domain.errors import LowerGrade, SessionStarted, UnknownNumber
from booking.domain.grades import may_substitute
from booking.domain.schedules import Recurrence, moments
from booking.domain.states import APPOINTMENT_LIVE
from booking.locks import lock_planning, lock_session
from booking.models import Appointment, ClinicSession, Expert
from booking.services import notices
from booking.services.planned import check_expert_free
from booking.services.schedules import release_of, session_create
from booking.services.templates import TemplateFacts, check_walk_ins
from hospital.common import clock, history, live
from hospital.common.actor import Actor
from hospital.common.guards import require_reason
from hospital.common.policy import policy
from hospital.common.transactions import transactional

SUBSTITUTED = ("planned", "released", "open")


@transactional
def session_add(*, facts: TemplateFacts, day: date, actor: Actor, now: datetime) -> ClinicSession:
    """An extra session on one day. Within the horizon its numbers go on sale at the next turn of the worker.

    Raises
    ------
    SessionStarted
        When it would have begun.
    SessionTooShort
        When it does not last one slot.
    WalkInsAfterOpening
        When walk-ins would register after the opening only.
    PeriodsOverlap
        When the expert has another session at that time.
    """
    lock_planning()
    check_walk_ins(facts)
    rule = Recurrence(day.isoweekday(), facts.opens_at, facts.closes_at, 1, day, day)
    times = moments(rule=rule, walk_in_opens_at=facts.walk_in_opens_at, day=day, zone=clock.zone())
    if times.walk_in_opens_at <= now:
        raise SessionStarted
    check_expert_free(expert_id=facts.expert.pk, opens_at=times.opens_at, closes_at=times.closes_at)
    session = session_create(
        expert=facts.expert,
        room=facts.room,
        slot_minutes=facts.slot_minutes,
        capacity_per_slot=facts.capacity_per_slot,
        appointment_share=facts.appointment_share,
        fee_fen=facts.fee_fen,
        day=day,
        opens_at=times.opens_at,
        closes_at=times.closes_at,
        walk_in_opens_at=times.walk_in_opens_at,
        release_at=max(release_of(day, policy()), now),
        extra=True,
        actor=actor,
        now=now,
    )
    if session is None:
        raise SessionStarted
    return session


@transactional
def session_substitute(
    *, session_id: int, expert_id: int, reason: str, actor: Actor, now: datetime
) -> ClinicSession:
    """Another expert of the same department and at least the same grade takes the session over; all are told.

    Numbers, fee and quotas stay. Whoever does not want the substitute may cancel, and that never counts as late.

    Raises
    ------
    ReasonMissing
        Without a reason.
    UnknownNumber
        When the substitute is nobody, not active, or who sits anyway.
    SessionStarted
        Once it runs, or is over or stopped.
    LowerGrade
        When patients paid for more than the substitute's own fee, or for another department.
    PeriodsOverlap
        When the substitute has another session at that time.
    """
    reason = require_reason(reason)
    lock_planning()
    session = lock_session(session_id)
    if session.state not in SUBSTITUTED or now >= session.closes_at:
        raise SessionStarted
    before = session.expert
    substitute = Expert.objects.filter(pk=expert_id, active=True).first()
    if substitute is None or substitute == before:
        raise UnknownNumber(field="expert")
    fits = may_substitute(
        title=substitute.title, fee_fen=substitute.fee_fen, for_title=before.title, paid_fen=session.fee_fen
    )
    if substitute.department_id != before.department_id or not fits:
        raise LowerGrade(field="expert")
    check_expert_free(
        expert_id=substitute.pk, opens_at=session.opens_at, closes_at=session.closes_at, but=session.pk
    )
    session.instead_of_id = session.instead_of_id or before.pk
    session.expert = substitute
    if session.instead_of_id == substitute.pk:
        session.instead_of = None
    session.save(update_fields=["expert", "instead_of"])
    history.note(
        session,
        "substitute",
        actor=actor,
        at=now,
        reason=reason,
        data={"from": before.code, "to": substitute.code},
    )
    _tell(session, before, now)
    live.announce(f"session.{session.pk}", "session.changed", session=session.pk)
    return session


def _tell(session: ClinicSession, before: Expert, now: datetime) -> None:
    people = Appointment.objects.filter(session=session, state__in=APPOINTMENT_LIVE)
    for appointment in people.select_related(
        "patient", "account", "slot", "session__expert", "session__room"
    ):
        notices.substituted(appointment, appointment.slot, now, before=before)
