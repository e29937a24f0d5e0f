"""Bans from online booking: made by missed appointments or by a manager, lifted by a correction or a manager."""

from collections.abc import Iterable
from datetime import datetime

from booking.domain.bans import BanRule, ban_days, days_later, misses_that_ban
from booking.domain.errors import AlreadyBanned, BanOver
from booking.locks import lock_patient, lock_patient_row
from booking.models import Appointment, Ban
from booking.services import notices
from hospital.common import clock, history
from hospital.common.actor import Actor
from hospital.common.guards import require, require_reason
from hospital.common.policy import Policy, policy
from hospital.common.roles import MANAGERS
from hospital.common.transactions import transactional

NO_SHOW, LATE_CANCEL = Ban.Reason.NO_SHOW, Ban.Reason.LATE_CANCEL
_JOB = Actor.job("bans")


def ban_rule(reason: str, rules: Policy) -> BanRule:
    """What the policy says about missed appointments, and about late cancellations, which are counted apart."""
    if reason == NO_SHOW:
        return BanRule(rules.no_show_limit, rules.no_show_window_days, rules.no_show_ban_days)
    return BanRule(rules.late_cancel_limit, rules.late_cancel_window_days, (rules.late_cancel_ban_days,))


def ban_for_misses(*, appointment: Appointment, reason: str, now: datetime) -> Ban | None:
    """The miss just established closes online booking when it is one too many within the window.

    Part of the transaction that establishes it; the caller holds the patient's lock, so that two at once make
    one ban. Whoever is banned keeps the appointments made before, and may always walk in.
    """
    rule = ban_rule(reason, policy())
    misses = _misses(appointment.patient_id, reason)
    new = [place for place, (pk, _at) in enumerate(misses) if pk == appointment.pk]
    run = misses_that_ban([at for _pk, at in misses], including=new, rule=rule, zone=clock.zone())
    if run is None:
        return None
    earlier = Ban.objects.filter(patient_id=appointment.patient_id, reason=reason, lifted_at=None).count()
    days = ban_days(rule.steps, earlier)
    if days < 1:
        return None
    ban = Ban.objects.create(
        patient_id=appointment.patient_id,
        reason=reason,
        starts_at=now,
        ends_at=days_later(now, days, clock.zone()),
    )
    counted = [misses[place][0] for place in run]
    _count_for(ban, counted)
    _began(ban, _JOB, now, data={"appointments": counted, "days": days})
    return ban


def ban_after_correction(*, appointment: Appointment, ban: Ban, actor: Actor, now: datetime) -> bool:
    """A miss that no longer counts ends the ban made for it, unless another miss makes it up; whether it ended.

    What stays of its misses counts again; those of a ban that was served or lifted before do not.
    """
    _count_for(None, [appointment.pk])
    if ban.lifted_at is not None:
        return False
    rest = set(ban.misses.values_list("pk", flat=True))
    misses = _misses(ban.patient_id, ban.reason, ban=ban)
    places = [place for place, (pk, _at) in enumerate(misses) if pk in rest]
    run = misses_that_ban(
        [at for _pk, at in misses], including=places, rule=ban_rule(ban.reason, policy()), zone=clock.zone()
    )
    if run is not None:
        _count_for(ban, [misses[place][0] for place in run])
        return False
    if ban.ends_at > now:
        _count_for(None, rest)
    _lift(ban, "a missed appointment it counted was corrected", actor, now)
    return True


@transactional
def ban_add(*, patient_id: int, days: int, reason: str, actor: Actor, now: datetime) -> Ban:
    """A manager closes online booking for a patient, and says why.

    Raises
    ------
    NotAllowed
        For anybody but a manager.
    ReasonMissing
        Without a reason.
    AlreadyBanned
        While an earlier decision of this kind is in force.
    """
    require(actor, MANAGERS)
    reason = require_reason(reason)
    lock_patient(patient_id)
    ban = Ban(
        patient_id=patient_id,
        reason=Ban.Reason.MANUAL,
        note=reason[:200],
        starts_at=now,
        ends_at=days_later(now, days, clock.zone()),
    )
    if Ban.objects.not_over(now).filter(patient_id=patient_id, reason=ban.reason).exists():
        raise AlreadyBanned
    ban.save()
    _began(ban, actor, now, reason=reason, data={"days": days})
    return ban


def bans_add(*, patient_ids: Iterable[int], days: int, reason: str, actor: Actor, now: datetime) -> int:
    """Close online booking for several patients, each in a transaction of its own; return for how many.

    Whoever is banned by a person's decision already keeps that ban.
    """
    banned = 0
    for patient_id in patient_ids:
        try:
            ban_add(patient_id=patient_id, days=days, reason=reason, actor=actor, now=now)
        except AlreadyBanned:
            continue
        banned += 1
    return banned


@transactional
def ban_lift(*, ban_id: int, reason: str, actor: Actor, now: datetime) -> Ban:
    """A manager opens online booking again, and says why. Misses it was made for do not count a second time.

    Raises
    ------
    NotAllowed
        For anybody but a manager.
    ReasonMissing
        Without a reason.
    BanOver
        When it has ended or was lifted.
    """
    require(actor, MANAGERS)
    reason = require_reason(reason)
    ban = lock_ban(ban_id)
    if ban.is_over(now):
        raise BanOver
    _lift(ban, reason, actor, now)
    return ban


def lock_ban(ban_id: int) -> Ban:
    """A ban under its patient's lock, read again."""
    while True:
        patient_id = Ban.objects.values_list("patient_id", flat=True).get(pk=ban_id)
        lock_patient_row(patient_id)
        ban = (
            Ban.objects.select_for_update(no_key=True, of=("self",)).select_related("patient").get(pk=ban_id)
        )
        if ban.patient_id == patient_id:
            return ban


def _misses(patient_id: int, reason: str, *, ban: Ban | None = None) -> list[tuple[int, datetime]]:
    """The patient's misses that no other ban was made for, oldest first: which, and when."""
    mine = Appointment.objects.filter(patient_id=patient_id)
    free = mine.filter(ban=None) | (mine.filter(ban=ban) if ban else mine.none())
    if reason == NO_SHOW:
        return list(
            free.filter(state="no_show")
            .order_by("slot__starts_at", "pk")
            .values_list("pk", "slot__starts_at")
        )
    late = free.filter(state="cancelled", late_cancel=True).order_by("ended_at", "pk")
    return [(pk, at) for pk, at in late.values_list("pk", "ended_at") if at is not None]


def _count_for(ban: Ban | None, appointment_ids: Iterable[int]) -> None:
    Appointment.objects.filter(pk__in=list(appointment_ids)).update(ban=ban)


def _began(ban: Ban, actor: Actor, now: datetime, *, data: dict[str, object], reason: str = "") -> None:
    history.begin(ban, "ban", state="in_force", actor=actor, at=now, reason=reason, data=data)
    notices.ban(ban, now)


def _lift(ban: Ban, reason: str, actor: Actor, now: datetime) -> None:
    ban.lifted_at, ban.lift_reason = now, reason[:200]
    ban.save(update_fields=["lifted_at", "lift_reason"])
    history.record(
        thing=ban, verb="lift", from_state="in_force", to_state="lifted", actor=actor, at=now, reason=reason
    )
    notices.ban_lifted(ban, now)
