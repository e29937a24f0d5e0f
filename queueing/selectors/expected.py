"""Expected times of queues: what is known now, handed to the forecaster."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, FilteredRelation, Q

from booking import selectors as booking
from hospital.common.policy import Policy
from queueing.domain.expected import Wait, come_back_in, forecast
from queueing.domain.futures import RoomNow
from queueing.domain.live_queue import LiveQueue, latest_slot_called, people_before_walk_in
from queueing.domain.newcomers import Newcomers
from queueing.domain.paces import (
    DayProfile,
    Durations,
    Speed,
    day_profile,
    levelled,
    people_times_mean,
    pooled,
    speed,
)
from queueing.domain.places import Rule
from queueing.domain.standing import turns_of
from queueing.domain.states import IN_ROOM
from queueing.models import Pause, QueueSession, Ticket
from queueing.selectors.disciplines import CALLS_FROM
from queueing.selectors.order import QueueOrder, waiting_of
from queueing.selectors.paces import HISTORY_DAYS, ExpertPast, experts_past

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Expected:
    """Times before which 20, 50, 80 and 90 of 100 such patients are called."""

    p20: datetime
    p50: datetime
    p80: datetime
    p90: datetime


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a queue besides its order: its rooms, how fast and how late the experts are, who still
    comes.

    ``today`` and ``history`` are the consultations that ``pace`` is made of; ``between_min`` passes from a call
    to the beginning.
    """

    rooms: tuple[RoomNow, ...] = (RoomNow(),)
    pace: Speed | None = None
    today: Durations = field(default_factory=Durations)
    history: Durations = field(default_factory=Durations)
    late_start: Durations = field(default_factory=Durations)
    to_come: tuple[float, ...] = ()
    newcomers: Newcomers = field(default_factory=Newcomers)
    between_min: float = 0.0
    profile: DayProfile = field(default_factory=DayProfile)


UNKNOWN = Known()


def known_of_queues(orders: Mapping[int, QueueOrder], *, now: datetime) -> dict[int, Known]:
    """What is known of these queues; four queries however many, and three more every ten minutes."""
    links = list(
        QueueSession.objects.filter(queue_id__in=list(orders), session__state__in=CALLS_FROM)
        .annotate(
            pause=FilteredRelation("session__pauses", condition=_GOING_ON), paused_until=F("pause__until")
        )
        .select_related("session")
        .order_by("pk")
    )
    pasts = experts_past([link.session_id for link in links], now=now)
    late = booking.late_starts([link.session.expert_id for link in links], since=now - _DAYS, now=now)
    coming = booking.slots_to_come([link.session_id for link in links])
    paused = {link.session_id: link.paused_until for link in links}
    known = {}
    for queue_id, order in orders.items():
        sessions = [link.session for link in links if link.queue_id == queue_id]
        past = [pasts[session.pk] for session in sessions]
        days = [day for one in past for day in one.history.days]
        opens_in = min(((one.opens_at - now) / MINUTE for one in sessions), default=0.0)
        profile = day_profile(_by_hour(one.history.hours for one in past), opens_in_min=opens_in)
        here = levelled(_by_hour(one.here for one in past), profile, opens_in_min=opens_in)
        known[queue_id] = Known(
            rooms=tuple(_room(session, order, paused[session.pk], now) for session in sessions)
            or UNKNOWN.rooms,
            pace=speed(here, days),
            profile=profile,
            today=pooled(hour for one in past for hour in one.here.values()),
            history=pooled(days),
            late_start=pooled(Durations(*late.get(session.expert_id, ())) for session in sessions),
            to_come=tuple(start.timestamp() for session in sessions for start in coming.get(session.pk, ())),
            newcomers=_newcomers(sessions, past, now),
            between_min=sum(one.history.between_min for one in past) / max(1, len(past)),
        )
    return known


_DAYS = timedelta(days=HISTORY_DAYS)
_GOING_ON = Q(session__pauses__state=Pause.State.PAUSED)


def _by_hour(parts: Iterable[Mapping[int, Durations]]) -> dict[int, Durations]:
    """Several experts' consultations as one's."""
    known = list(parts)
    return {
        hour: pooled(one.get(hour, Durations()) for one in known)
        for hour in {h for one in known for h in one}
    }


def _newcomers(sessions: Sequence[Any], past: Sequence[ExpertPast], now: datetime) -> Newcomers:
    """Who is to be expected besides those here: as many as came to the experts' earlier sessions."""
    if not sessions:
        return UNKNOWN.newcomers
    known = {hour for one in past for hour in one.history.walk_ins}
    first, last = min(known, default=0), max(known, default=-1)
    opens = min(session.opens_at for session in sessions)
    return Newcomers(
        slot_min=float(sessions[0].slot_minutes),
        walk_ins=tuple(
            sum(one.history.walk_ins.get(hour, 0.0) for one in past) for hour in range(first, last + 1)
        ),
        walk_ins_from_min=(opens + first * HOUR - now) / MINUTE,
        urgent_per_h=sum(
            one.history.urgent * HOUR / (session.closes_at - session.walk_in_opens_at)
            for one, session in zip(past, sessions, strict=True)
        ),
    )


def _room(session: Any, order: QueueOrder, paused_until: datetime | None, now: datetime) -> RoomNow:
    inside = [ticket for ticket in order.in_state(*IN_ROOM) if ticket.called_session_id == session.pk]
    since = min((ticket.started_at or ticket.called_at or now for ticket in inside), default=None)
    return RoomNow(
        busy_min=None if since is None else (now - since) / MINUTE,
        starts_in_min=(session.opens_at - now) / MINUTE,
        started=session.state == "running",
        paused_min=max(0.0, (paused_until - now) / MINUTE) if paused_until else 0.0,
    )


def wait_of(
    order: QueueOrder, known: Known, *, ticket: Ticket | None, ahead: int | None, now: datetime
) -> Wait | None:
    """How long a waiting ticket, or a walk-in who would register now (``ahead`` is None), waits for the call;
    None: nobody knows.
    """
    if known.pace is None:
        return None
    if ahead is None:
        ahead = people_before_walk_in(order.places, now=now.timestamp(), grid=order.day.grid)
    return forecast(
        LiveQueue(
            now=now.timestamp(),
            line=tuple(
                (waiting_of(order.tickets[place.key], order.day), place.rule) for place in order.places
            ),
            ahead=ahead,
            rule=Rule.WALK_IN if ticket is None else Rule(order.rule(ticket) or Rule.WALK_IN),
            slot_starts_at=ticket.slot_starts_at.timestamp() if ticket and ticket.slot_starts_at else None,
            to_come=known.to_come,
            rooms=known.rooms,
            pace=known.pace,
            late_start=known.late_start,
            seed=ticket.pk if ticket else 0,
            arrived_at=ticket.registered_at.timestamp() if ticket else None,
            grid=order.day.grid,
            latest_called=latest_slot_called(order.calls),
            turns=turns_of(order.calls, order.day.discipline.how),
            discipline=order.day.discipline,
            newcomers=known.newcomers,
            between_min=known.between_min,
            profile=known.profile,
        )
    )


def plain_wait(known: Known, *, ahead: int) -> float | None:
    """People ahead times the expert's earlier mean, and the usual start: what forecasts are measured against."""
    mean = known.history.mean_min or known.today.mean_min
    if not mean:
        return None
    begun = any(room.started for room in known.rooms)
    opens = min(room.starts_in_min for room in known.rooms)
    starts = 0.0 if begun else max(0.0, opens + known.late_start.mean_min)
    return people_times_mean(ahead=ahead, mean_min=mean, starts_in_min=starts, rooms=len(known.rooms))


def expected_call(
    order: QueueOrder, known: Known, *, ticket: Ticket | None, ahead: int | None, now: datetime, rules: Policy
) -> tuple[Expected | None, datetime | None]:
    """When a waiting ticket with ``ahead`` people before, or a walk-in who would register now, will be called,
    and when to come back; None for what is not known.
    """
    wait = wait_of(order, known, ticket=ticket, ahead=ahead, now=now)
    if wait is None:
        return None, None
    back = come_back_in(wait, worth_min=rules.come_back_margin_min)
    p20, p50, p80, p90 = (now + timedelta(minutes=m) for m in (wait.p20, wait.p50, wait.p80, wait.p90))
    return Expected(p20, p50, p80, p90), None if back is None else now + timedelta(minutes=back)
