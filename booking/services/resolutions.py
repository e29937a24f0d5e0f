"""Nobody is branded by a busy day: who never came is unresolved, then a person decides, or the grace runs out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from booking.locks import lock_with_patient
from booking.models import Appointment
from booking.services.appointments import appointment_move_state
from booking.services.bans import NO_SHOW, ban_after_correction, ban_for_misses
from hospital.common import history, jobs
from hospital.common.actor import Actor
from hospital.common.errors import IllegalTransition
from hospital.common.guards import require, require_reason
from hospital.common.policy import policy
from hospital.common.roles import DESK, MANAGERS
from hospital.common.transactions import transactional

CONFIRM = DESK | {"job"}
OUTCOMES = ("seen", "excused")
_JOB = Actor.job("no-shows")


@dataclass(frozen=True, slots=True)
class Resolved:
    """How many were decided, and how many somebody else had decided meanwhile."""

    done: int
    refused: int


@transactional
def no_show_confirm(*, appointment_id: int, actor: Actor, now: datetime) -> Appointment:
    """Nobody came: a person says so, or the job after the grace time. One too many closes online booking.

    Raises
    ------
    NotAllowed
        For a patient, an expert or a device.
    IllegalTransition
        When the appointment is not unresolved.
    """
    require(actor, CONFIRM)
    appointment = lock_with_patient(appointment_id).appointment
    if appointment.state != "unresolved":  # to confirm a hold is another move of the same name
        raise IllegalTransition(state=appointment.state, verb="confirm")
    appointment_move_state(appointment, "confirm", actor, now)
    ban_for_misses(appointment=appointment, reason=NO_SHOW, now=now)
    return appointment


@transactional
def appointment_correct(
    *, appointment_id: int, outcome: str, reason: str, actor: Actor, now: datetime
) -> Appointment:
    """A manager puts right what was marked wrongly: the patient was ``seen``, or is ``excused``.

    A late cancellation can be excused too: it stays cancelled and no longer counts.

    Raises
    ------
    NotAllowed
        For anybody but a manager.
    ReasonMissing
        Without a reason.
    IllegalTransition
        When the appointment is neither unresolved nor missed nor cancelled late.
    """
    require(actor, MANAGERS)
    reason = require_reason(reason)
    appointment = lock_with_patient(appointment_id).appointment
    counted = appointment.ban
    if appointment.state == "cancelled" and appointment.late_cancel and outcome == "excused":
        _forgive(appointment, reason, actor, now)
    elif outcome in OUTCOMES:
        appointment_move_state(appointment, f"correct_{outcome}", actor, now, reason=reason)
    else:
        raise IllegalTransition(state=appointment.state, verb=outcome)
    if counted is not None:
        ban_after_correction(appointment=appointment, ban=counted, actor=actor, now=now)
    return appointment


def _forgive(appointment: Appointment, reason: str, actor: Actor, now: datetime) -> None:
    appointment.late_cancel = False
    appointment.save(update_fields=["late_cancel"])
    history.note(appointment, "excuse", actor=actor, at=now, reason=reason)


def appointments_resolve(
    *, codes: Sequence[str], verb: str, reason: str, actor: Actor, now: datetime
) -> Resolved:
    """Decide many at once, each in a transaction of its own; what somebody else decided meanwhile stays.

    Raises
    ------
    NotAllowed, ReasonMissing
        As for one of them; nothing is decided.
    """
    if verb != "confirm":
        require(actor, MANAGERS)
        reason = require_reason(reason)
    done = refused = 0
    for pk in list(Appointment.objects.filter(code__in=codes).order_by("pk").values_list("pk", flat=True)):
        try:
            if verb == "confirm":
                no_show_confirm(appointment_id=pk, actor=actor, now=now)
            else:
                appointment_correct(appointment_id=pk, outcome=verb, reason=reason, actor=actor, now=now)
        except IllegalTransition:
            refused += 1
        else:
            done += 1
    return Resolved(done, refused)


def no_shows_confirm_due(now: datetime) -> int:
    """Confirm what nobody decided within the grace time; whoever appeals is waited for. How many were confirmed."""
    grace = timedelta(hours=policy().no_show_grace_h)
    due = Appointment.objects.filter(state="unresolved", session__closed_at__lte=now - grace)
    due = due.exclude(appeals__state="open").order_by("session__closed_at", "pk")

    def confirm(appointment_id: int) -> Appointment:
        return no_show_confirm(appointment_id=appointment_id, actor=_JOB, now=now)

    return len(jobs.each("no-show", due.values_list("pk", flat=True)[:500], confirm))
