"""Appeals: a patient says why a missed appointment or a ban should not count, and a manager answers."""

from datetime import datetime

from booking.domain.bans import counts_against
from booking.domain.errors import AppealOpen, NothingToAppeal
from booking.domain.states import APPEAL
from booking.locks import lock_with_patient
from booking.models import Appeal
from booking.services import notices
from booking.services.bans import ban_lift, lock_ban
from booking.services.resolutions import appointment_correct
from hospital.common import history
from hospital.common.actor import Actor
from hospital.common.errors import next_state
from hospital.common.guards import require, require_reason
from hospital.common.roles import MANAGERS
from hospital.common.transactions import transactional


@transactional
def ban_appeal(*, ban_id: int, account_id: int, text: str, actor: Actor, now: datetime) -> Appeal:
    """Against a ban that is in force, once at a time.

    Raises
    ------
    ReasonMissing
        Without a text.
    NothingToAppeal
        When the ban has ended or was lifted.
    AppealOpen
        While an appeal against it waits for its answer.
    """
    ban = lock_ban(ban_id)
    if ban.is_over(now):
        raise NothingToAppeal
    return _appeal(Appeal(ban=ban), account_id, text, actor, now)


@transactional
def appointment_appeal(
    *, appointment_id: int, account_id: int, text: str, actor: Actor, now: datetime
) -> Appeal:
    """Against an appointment that nobody was seen coming to, or that was cancelled late.

    Raises
    ------
    ReasonMissing, AppealOpen
        As :func:`ban_appeal`.
    NothingToAppeal
        When the appointment counts against nobody.
    """
    appointment = lock_with_patient(appointment_id).appointment
    if not counts_against(state=appointment.state, late_cancel=appointment.late_cancel):
        raise NothingToAppeal
    return _appeal(Appeal(appointment=appointment), account_id, text, actor, now)


def _appeal(appeal: Appeal, account_id: int, text: str, actor: Actor, now: datetime) -> Appeal:
    text = require_reason(text, field="text")
    if Appeal.objects.filter(ban=appeal.ban, appointment=appeal.appointment, state="open").exists():
        raise AppealOpen
    appeal.account_id, appeal.text, appeal.asked_at = account_id, text[:500], now
    appeal.save()
    history.begin(appeal, "appeal", state=next_state(APPEAL, None, "appeal"), actor=actor, at=now)
    return appeal


@transactional
def appeal_answer(
    *, appeal_id: int, uphold: bool, answer: str, actor: Actor, now: datetime, outcome: str = "excused"
) -> Appeal:
    """A manager upholds an appeal, which lifts the ban or corrects the appointment, or rejects it; always in words.

    Raises
    ------
    NotAllowed
        For anybody but a manager.
    ReasonMissing
        Without an answer.
    IllegalTransition
        When it is answered already.
    """
    require(actor, MANAGERS)
    answer = require_reason(answer)
    appeal = _lock_appeal(appeal_id)
    verb, words = "uphold" if uphold else "reject", answer[:500]
    history.move(
        appeal, APPEAL, verb, actor=actor, at=now, reason=words, columns={"answer": words, "answered_at": now}
    )
    if uphold:
        _carry_out(appeal, outcome, answer, actor, now)
    notices.appeal_answered(appeal, now)
    return appeal


def _lock_appeal(appeal_id: int) -> Appeal:
    """The appeal under the lock of what it is about, read again."""
    about = Appeal.objects.values("ban_id", "appointment_id").get(pk=appeal_id)
    if about["ban_id"]:
        lock_ban(about["ban_id"])
    else:
        lock_with_patient(about["appointment_id"])
    return Appeal.objects.select_for_update(no_key=True, of=("self",)).get(pk=appeal_id)


def _carry_out(appeal: Appeal, outcome: str, answer: str, actor: Actor, now: datetime) -> None:
    """What upholding means; what was put right meanwhile is left as it is."""
    if appeal.ban is not None:
        if not appeal.ban.is_over(now):
            ban_lift(ban_id=appeal.ban.pk, reason=answer, actor=actor, now=now)
        return
    appointment = appeal.appointment
    if appointment and counts_against(state=appointment.state, late_cancel=appointment.late_cancel):
        appointment_correct(
            appointment_id=appointment.pk,
            outcome="excused" if appointment.state == "cancelled" else outcome,
            reason=answer,
            actor=actor,
            now=now,
        )
