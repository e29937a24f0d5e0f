"""Sessions that need not take place: withdrawn while nobody has a number of them."""

from datetime import datetime

from booking.domain.errors import PeriodsOverlap
from booking.locks import lock_session, lock_slots
from booking.models import Appointment, ClinicSession, DrawRequest, Stop, WaitlistEntry
from booking.services.sessions import session_stop
from hospital.common import history, live
from hospital.common.actor import Actor
from hospital.common.transactions import transactional

WITHDRAWN, STOPPED, AFFECTED = "withdrawn", "stopped", "affected"


@transactional
def session_withdraw(*, session_id: int, reason: str, actor: Actor, now: datetime) -> bool:
    """Take a session away that nobody has a number of, or asked for one: planned ones go, released ones are stopped.

    Returns
    -------
    bool
        Whether it is away now; when people are affected it is left as it is, for the stop wizard.
    """
    session = lock_session(session_id)
    lock_slots(session.pk)
    fate = fate_of(session)
    if fate not in {WITHDRAWN, STOPPED}:
        return False
    if fate == STOPPED:
        session_stop(session_id=session.pk, reason=reason, actor=actor, now=now)
        return True
    history.record(
        thing=session,
        verb="withdraw",
        from_state=session.state,
        to_state="withdrawn",
        actor=actor,
        at=now,
        reason=reason,
        data={
            "expert": session.expert_id,
            "opens_at": session.opens_at.isoformat(),
            "letter": session.letter,
        },
    )
    live.announce(f"session.{session.pk}", "session.changed", session=session.pk)
    session.delete()
    return True


def fate_of(session: ClinicSession) -> str:
    """What happens to a session that is not to take place: it goes, is stopped for good, or people are affected."""
    if session.state not in {"planned", "released"} or has_people(session):
        return AFFECTED
    return STOPPED if session.state == "released" or _is_kept(session) else WITHDRAWN


def has_people(session: ClinicSession) -> bool:
    """Whether anybody has a number of the session, waits for one, or asked for one."""
    taken = Appointment.objects.filter(session=session, state__in=("held", "booked", "arrived")).exists()
    waiting = WaitlistEntry.objects.filter(session=session, state__in=("waiting", "offered")).exists()
    return taken or waiting or DrawRequest.objects.filter(session=session, state="waiting").exists()


def _is_kept(session: ClinicSession) -> bool:
    """Whether something was recorded about the session, so that its row must stay."""
    return (
        Appointment.objects.filter(session=session).exists()
        or WaitlistEntry.objects.filter(session=session).exists()
        or Stop.objects.filter(session=session).exists()
    )


def check_expert_free(
    *, expert_id: int, opens_at: datetime, closes_at: datetime, but: int | None = None
) -> None:
    """An expert is in one place at a time.

    Raises
    ------
    PeriodsOverlap
        When another session of the expert that is not stopped overlaps.
    """
    others = ClinicSession.objects.filter(
        expert_id=expert_id, opens_at__lt=closes_at, closes_at__gt=opens_at
    ).exclude(state="stopped")
    other = others.exclude(pk=but or 0).select_related("expert").first()
    if other is not None:
        raise PeriodsOverlap(field="opens_at", expert=other.expert.label, period=str(other.date))
