"""Planning: every recurring period has its sessions, with their slots, days ahead."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import count

from django.db.models import Q

from booking.domain.quotas import appointments_of_session, equal_split
from booking.domain.schedules import Moments, moment, moments, occurs_on, slot_bounds
from booking.locks import lock_planning
from booking.models import ClinicSession, Expert, Room, SessionTemplate, Slot
from booking.selectors.schedules import absences_between, blocks, recurrence_of
from hospital.common import clock, history
from hospital.common.actor import Actor
from hospital.common.policy import Policy, policy
from hospital.common.transactions import transactional

PLANNED_BEYOND_DAYS = 2
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
_JOB = Actor.job("sessions")


@dataclass(frozen=True, slots=True)
class Plan:
    """What a session is planned with, besides its expert and its day."""

    room: Room
    times: Moments
    release_at: datetime
    slot_minutes: int
    capacity_per_slot: int
    appointment_share: Decimal
    fee_fen: int


@transactional
def sessions_generate(*, until: date, now: datetime) -> list[ClinicSession]:
    """Every recurring period has its sessions planned ahead, but on days of absence; again, this changes nothing."""
    lock_planning()
    first = clock.local(now).date()
    templates = list(
        SessionTemplate.objects.filter(expert__active=True).select_related("expert", "room").order_by("pk")
    )
    absences = absences_between(first=first, last=until)
    planned = _planned(first, until)
    letters = _letters_between(first, until)
    made = []
    for offset in range((until - first).days + 1):
        day = first + timedelta(days=offset)
        for template in templates:
            if not occurs_on(recurrence_of(template), day):
                continue
            plan = plan_of_template(template, day, policy())
            if (template.expert_id, plan.times.opens_at) in planned:
                continue
            if any(blocks(absence, template.expert, day) for absence in absences):
                continue
            letter = free_letter(letters.setdefault(day, set()))
            made.append(session_write(expert=template.expert, day=day, plan=plan, letter=letter, now=now))
    return made


def _planned(first: date, until: date) -> set[tuple[int | None, datetime]]:
    """Whose sessions stand at which opening: the expert's own, and those in which somebody stands in."""
    days = Q(date__gte=first - timedelta(days=1), date__lte=until)
    rows = ClinicSession.objects.filter(days).values_list("expert_id", "instead_of_id", "opens_at")
    return {(who, opens_at) for expert, instead_of, opens_at in rows for who in (expert, instead_of) if who}


def _letters_between(first: date, until: date) -> dict[date, set[str]]:
    letters: dict[date, set[str]] = {}
    rows = ClinicSession.objects.filter(date__gte=first, date__lte=until).values_list("date", "letter")
    for day, letter in rows:
        letters.setdefault(day, set()).add(letter)
    return letters


def plan_of_template(template: SessionTemplate, day: date, rules: Policy) -> Plan:
    """What the period's session of ``day`` is planned with."""
    times = moments(
        rule=recurrence_of(template),
        walk_in_opens_at=template.walk_in_opens_at,
        day=day,
        zone=clock.zone(),
    )
    return Plan(
        room=template.room,
        times=times,
        release_at=release_of(day, rules),
        slot_minutes=template.slot_minutes,
        capacity_per_slot=template.capacity_per_slot,
        appointment_share=template.appointment_share,
        fee_fen=template.expert.fee_fen if template.fee_fen is None else template.fee_fen,
    )


def planned_until(now: datetime) -> date:
    """Sessions are planned up to here: two days before their release, so that plans can set their quotas."""
    return clock.local(now).date() + timedelta(days=policy().horizon_days + PLANNED_BEYOND_DAYS)


def release_of(day: date, rules: Policy) -> datetime:
    """When the numbers of ``day`` go on sale."""
    return moment(day - timedelta(days=rules.horizon_days), rules.release_time, clock.zone())


@transactional
def session_create(
    *,
    expert: Expert,
    room: Room,
    slot_minutes: int,
    capacity_per_slot: int,
    appointment_share: Decimal,
    day: date,
    opens_at: datetime,
    closes_at: datetime,
    walk_in_opens_at: datetime,
    release_at: datetime,
    now: datetime,
    fee_fen: int | None = None,
    extra: bool = False,
    actor: Actor = _JOB,
) -> ClinicSession | None:
    """Plan one session with its slots, appointments split equally; ``None`` when it is planned already."""
    lock_planning()
    if ClinicSession.objects.filter(expert=expert, opens_at=opens_at).exclude(state="stopped").exists():
        return None
    plan = Plan(
        room=room,
        times=Moments(opens_at, closes_at, walk_in_opens_at),
        release_at=release_at,
        slot_minutes=slot_minutes,
        capacity_per_slot=capacity_per_slot,
        appointment_share=appointment_share,
        fee_fen=expert.fee_fen if fee_fen is None else fee_fen,
    )
    letter = free_letter(set(ClinicSession.objects.filter(date=day).values_list("letter", flat=True)))
    return session_write(expert=expert, day=day, plan=plan, letter=letter, now=now, extra=extra, actor=actor)


def session_write(
    *,
    expert: Expert,
    day: date,
    plan: Plan,
    letter: str,
    now: datetime,
    extra: bool = False,
    actor: Actor = _JOB,
) -> ClinicSession:
    """Write a planned session with its slots. The caller holds the planning lock, under which the letter is free."""
    bounds = slot_bounds(
        opens_at=plan.times.opens_at, closes_at=plan.times.closes_at, slot_minutes=plan.slot_minutes
    )
    length = timedelta(minutes=plan.slot_minutes)
    capacities = [round(plan.capacity_per_slot * ((end - start) / length)) for start, end in bounds]
    session = ClinicSession.objects.create(
        expert=expert,
        room=plan.room,
        date=day,
        opens_at=plan.times.opens_at,
        closes_at=plan.times.closes_at,
        walk_in_opens_at=plan.times.walk_in_opens_at,
        release_at=plan.release_at,
        slot_minutes=plan.slot_minutes,
        fee_fen=plan.fee_fen,
        letter=letter,
        number_limit=sum(capacities),
        extra=extra,
    )
    quotas = equal_split(appointments_of_session(plan.appointment_share, capacities), len(bounds))
    Slot.objects.bulk_create(
        Slot(session=session, index=index, starts_at=start, ends_at=end, capacity=capacity, quota=quota)
        for index, ((start, end), capacity, quota) in enumerate(
            zip(bounds, capacities, quotas, strict=True), 1
        )
    )
    history.begin(session, "plan", actor=actor, at=now)
    return session


def free_letter(taken: set[str]) -> str:
    """The next letter of a day, which is taken from now on: A to Z without I and O, then AA, AB, ...

    Examples
    --------
    >>> free_letter({"A", "B"})
    'C'
    """
    for number in count():
        high, low = divmod(number, len(LETTERS))
        letter = (LETTERS[high - 1] if high else "") + LETTERS[low]
        if letter not in taken:
            taken.add(letter)
            return letter
    raise AssertionError("unreachable")
