"""Planning: every template has its sessions, with their slots, days ahead."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import count

from booking.domain.quotas import appointments_of_session, equal_split
from booking.models import ClinicSession, Expert, Room, SessionTemplate, Slot
from hospital.common import clock, history
from hospital.common.actor import Actor
from hospital.common.policy import Policy, policy
from hospital.common.transactions import transactional

LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
_JOB = Actor.job("sessions")


@transactional
def sessions_generate(*, until: date, now: datetime) -> list[ClinicSession]:
    """Every template has its sessions planned ahead; running this again changes nothing."""
    rules = policy()
    first = clock.local(now).date()
    made = []
    templates = list(
        SessionTemplate.objects.filter(expert__active=True).select_related("expert", "room").order_by("pk")
    )
    for offset in range((until - first).days + 1):
        day = first + timedelta(days=offset)
        for template in templates:
            if template.weekday == day.isoweekday():
                session = _plan(template, day, rules, now)
                if session is not None:
                    made.append(session)
    return made


def _plan(template: SessionTemplate, day: date, rules: Policy, now: datetime) -> ClinicSession | None:
    opens_at = _moment(day, template.opens_at)
    closes_at = _moment(day, template.closes_at)
    if closes_at <= opens_at:
        closes_at += timedelta(days=1)
    return session_create(
        expert=template.expert,
        room=template.room,
        slot_minutes=template.slot_minutes,
        capacity_per_slot=template.capacity_per_slot,
        appointment_share=template.appointment_share,
        day=day,
        opens_at=opens_at,
        closes_at=closes_at,
        walk_in_opens_at=min(_moment(day, template.walk_in_opens_at), opens_at),
        release_at=_moment(day - timedelta(days=rules.horizon_days), rules.release_time),
        now=now,
    )


def _moment(day: date, wall: object) -> datetime:
    return datetime.combine(day, wall, tzinfo=clock.zone())  # type: ignore[arg-type]


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
) -> ClinicSession | None:
    """Plan one session with its slots, appointments split equally; ``None`` when it is planned already."""
    session, created = ClinicSession.objects.get_or_create(
        expert=expert,
        opens_at=opens_at,
        defaults={
            "room": room,
            "date": day,
            "closes_at": closes_at,
            "walk_in_opens_at": walk_in_opens_at,
            "release_at": release_at,
            "slot_minutes": slot_minutes,
            "fee_fen": expert.fee_fen,
            "letter": _free_letter(day),
            "number_limit": 0,
        },
    )
    if not created:
        return None
    _slots_create(session, capacity_per_slot, appointment_share)
    history.record(thing=session, verb="plan", from_state=None, to_state="planned", actor=_JOB, at=now)
    return session


def _slots_create(session: ClinicSession, capacity_per_slot: int, appointment_share: Decimal) -> None:
    length = timedelta(minutes=session.slot_minutes)
    starts = []
    start = session.opens_at
    while start < session.closes_at:
        starts.append(start)
        start += length
    ends = [min(start + length, session.closes_at) for start in starts]
    capacities = [
        round(capacity_per_slot * ((end - start) / length)) for start, end in zip(starts, ends, strict=True)
    ]
    quotas = equal_split(appointments_of_session(appointment_share, capacities), len(starts))
    Slot.objects.bulk_create(
        Slot(session=session, index=index, starts_at=start, ends_at=end, capacity=capacity, quota=quota)
        for index, (start, end, capacity, quota) in enumerate(
            zip(starts, ends, capacities, quotas, strict=True), 1
        )
    )
    session.number_limit = sum(capacities)
    session.save(update_fields=["number_limit"])


def _free_letter(day: date) -> str:
    """The next letter of the day: A to Z without I and O, then AA, AB, ..."""
    taken = set(ClinicSession.objects.filter(date=day).values_list("letter", flat=True))
    for number in count():
        high, low = divmod(number, len(LETTERS))
        letter = (LETTERS[high - 1] if high else "") + LETTERS[low]
        if letter not in taken:
            return letter
    raise AssertionError("unreachable")
