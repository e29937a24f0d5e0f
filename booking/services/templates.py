"""Recurring periods as managers edit them; sessions not released yet follow, released ones stay as they are."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from booking.domain.errors import PeriodsOverlap, UnknownNumber, WalkInsAfterOpening
from booking.domain.schedules import Recurrence, collide, occurs_on, slot_bounds
from booking.locks import lock_planning
from booking.models import ClinicSession, Expert, Room, SessionTemplate
from booking.selectors.schedules import recurrence_of
from booking.services.planned import session_withdraw
from booking.services.schedules import plan_of_template, planned_until, sessions_generate
from hospital.common import history
from hospital.common.actor import Actor
from hospital.common.policy import policy
from hospital.common.transactions import transactional

"""Sessions are planned this long before their release, so that plans can set their quotas."""


@dataclass(frozen=True, slots=True)
class TemplateFacts:
    """Everything about a recurring period; ``fee_fen`` empty: the expert's."""

    expert: Expert
    weekday: int
    opens_at: time
    closes_at: time
    walk_in_opens_at: time
    room: Room
    slot_minutes: int
    capacity_per_slot: int
    appointment_share: Decimal
    fee_fen: int | None
    every_weeks: int
    valid_from: date
    valid_until: date | None

    @property
    def recurrence(self) -> Recurrence:
        """When it recurs."""
        return Recurrence(
            self.weekday, self.opens_at, self.closes_at, self.every_weeks, self.valid_from, self.valid_until
        )

    def columns(self) -> dict[str, object]:
        """By column of the table."""
        return {name: getattr(self, name) for name in self.__slots__}


def check_walk_ins(facts: TemplateFacts) -> None:
    """Refuse a registration that would begin after the session, rather than move it.

    Raises
    ------
    WalkInsAfterOpening
        When it would.
    """
    if facts.walk_in_opens_at > facts.opens_at:
        raise WalkInsAfterOpening(field="walk_in_opens_at", time=f"{facts.opens_at:%H:%M}")


@transactional
def template_save(
    *, facts: TemplateFacts, actor: Actor, now: datetime, template_id: int | None = None
) -> SessionTemplate:
    """Add a recurring period, or change one; what is planned and not released follows at once.

    Raises
    ------
    SessionTooShort
        When it does not last one slot.
    WalkInsAfterOpening
        When walk-ins would register after the opening only.
    PeriodsOverlap
        When the expert has another period at that time.
    """
    lock_planning()
    template = template_write(facts=facts, actor=actor, now=now, template_id=template_id)
    templates_replan(expert_ids=[facts.expert.pk], actor=actor, now=now)
    return template


def template_write(
    *, facts: TemplateFacts, actor: Actor, now: datetime, template_id: int | None
) -> SessionTemplate:
    """Check and write one period. The caller holds the planning lock and plans anew. Raises ``UnknownNumber``."""
    _check_length(facts)
    check_walk_ins(facts)
    _check_free(facts, template_id)
    if template_id is None:
        template = SessionTemplate.objects.create(**facts.columns())
        verb, before = "add", {}
    else:
        found = SessionTemplate.objects.select_for_update().filter(pk=template_id).first()
        if found is None:
            raise UnknownNumber(field="template")
        template, verb, before = found, "edit", _shown(found)
        for name, value in facts.columns().items():
            setattr(template, name, value)
        template.save()
    data = {"before": before, "after": _shown(template)}
    history.record(
        thing=template,
        verb=verb,
        from_state="kept" if before else None,
        to_state="kept",
        actor=actor,
        at=now,
        data=data,
    )
    return template


@transactional
def template_end(*, template_id: int, last_day: date, actor: Actor, now: datetime) -> SessionTemplate:
    """A period takes place for the last time on or before ``last_day``.

    Raises
    ------
    UnknownNumber
        When there is none.
    """
    lock_planning()
    template = (
        SessionTemplate.objects.select_for_update().select_related("expert").filter(pk=template_id).first()
    )
    if template is None:
        raise UnknownNumber(field="template")
    template.valid_until = last_day
    template.save(update_fields=["valid_until"])
    history.note(
        template, "end", state="kept", actor=actor, at=now, data={"valid_until": last_day.isoformat()}
    )
    templates_replan(expert_ids=[template.expert_id], actor=actor, now=now)
    return template


def templates_replan(*, expert_ids: list[int], actor: Actor, now: datetime) -> None:
    """Withdraw planned sessions that no period gives any more, or gives otherwise, and plan what is missing."""
    templates = list(SessionTemplate.objects.filter(expert__in=expert_ids).select_related("expert", "room"))
    planned = ClinicSession.objects.filter(
        expert__in=expert_ids, state="planned", extra=False, instead_of=None, opens_at__gt=now
    )
    for session in planned.prefetch_related("slots"):
        if not any(_gives(template, session) for template in templates):
            session_withdraw(session_id=session.pk, reason="schedule changed", actor=actor, now=now)
    sessions_generate(until=planned_until(now), now=now)


def _gives(template: SessionTemplate, session: ClinicSession) -> bool:
    """Whether the period gives exactly this session."""
    if template.expert_id != session.expert_id or not occurs_on(recurrence_of(template), session.date):
        return False
    plan = plan_of_template(template, session.date, policy())
    times = (plan.times.opens_at, plan.times.closes_at, plan.times.walk_in_opens_at)
    if times != (session.opens_at, session.closes_at, session.walk_in_opens_at):
        return False
    facts = (plan.room.pk, plan.slot_minutes, plan.fee_fen)
    if facts != (session.room_id, session.slot_minutes, session.fee_fen):
        return False
    slots = list(session.slots.all())
    return slots[0].capacity == template.capacity_per_slot and _share_fits(template, session)


def _share_fits(template: SessionTemplate, session: ClinicSession) -> bool:
    """Equal quotas follow the share; a plan's quotas are the plan's."""
    slots = list(session.slots.all())
    wanted = round(template.appointment_share * sum(slot.capacity for slot in slots))
    return session.quota_source != "equal" or abs(sum(slot.quota for slot in slots) - wanted) <= 1


def _check_free(facts: TemplateFacts, template_id: int | None) -> None:
    others = SessionTemplate.objects.filter(expert=facts.expert).exclude(pk=template_id or 0)
    for other in others:
        if collide(facts.recurrence, recurrence_of(other)):
            period = f"{other.weekday} {other.opens_at:%H:%M}–{other.closes_at:%H:%M}"
            raise PeriodsOverlap(field="opens_at", expert=facts.expert.label, period=period)


def _check_length(facts: TemplateFacts) -> None:
    """Raise ``SessionTooShort`` unless some day of it has slots."""
    day = date(2026, 1, 1)
    last = day if facts.closes_at > facts.opens_at else day + timedelta(days=1)
    slot_bounds(
        opens_at=datetime.combine(day, facts.opens_at, UTC),
        closes_at=datetime.combine(last, facts.closes_at, UTC),
        slot_minutes=facts.slot_minutes,
    )


def _shown(template: SessionTemplate) -> dict[str, object]:
    """The period's columns, for the history."""
    names = [field.attname for field in template._meta.concrete_fields if field.attname != "id"]
    return {name: str(getattr(template, name)) for name in names}
