"""How each session's expert works: the consultations of today and of earlier sessions, and who came to those."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Avg, Count, F, FloatField, IntegerField, Q, StdDev
from django.db.models.functions import Cast, Extract, Floor

from queueing.domain.paces import Durations
from queueing.domain.states import DONE
from queueing.models import Ticket

HISTORY_DAYS = 90
HOUR_S = 3600.0
KEPT_S, KEPT_MAX = 600, 1000


@dataclass(slots=True)
class History:
    """What an expert's earlier sessions say.

    ``days`` are the consultations of each, ``hours`` those of all by the hour of their beginning, counted from the
    opening. ``between_min`` passes from a call to the beginning. ``walk_ins`` is the mean number of a session by hour,
    ``urgent`` that of those who did not stand in the normal line.
    """

    days: list[Durations] = field(default_factory=list)
    hours: dict[int, Durations] = field(default_factory=dict)
    between_min: float = 0.0
    walk_ins: dict[int, float] = field(default_factory=dict)
    urgent: float = 0.0


@dataclass(frozen=True, slots=True)
class ExpertPast:
    """What is known of a session's expert: the session's finished consultations by hour, and the earlier sessions."""

    here: Mapping[int, Durations]
    history: History


_kept: dict[int, tuple[int, History]] = {}
"""What earlier sessions say is asked once in ten minutes, not for every phone that looks: it hardly changes."""


def experts_past(session_ids: Sequence[int], *, now: datetime) -> dict[int, ExpertPast]:
    """Of each session's expert, over 90 days; one query, and three more every ten minutes."""
    histories = _histories(session_ids, now)
    here: dict[int, dict[int, Durations]] = {pk: {} for pk in session_ids}
    done = Ticket.objects.filter(called_session__in=session_ids, finished_at__lte=now, **_DONE)
    for row in _by_hour(done, "called_session_id"):
        here[row["called_session_id"]][row["hour"]] = _durations(row)
    return {pk: ExpertPast(here[pk], histories[pk]) for pk in session_ids}


def _histories(session_ids: Sequence[int], now: datetime) -> dict[int, History]:
    tick = int(now.timestamp() // KEPT_S)
    found = {pk: kept[1] for pk in session_ids if (kept := _kept.get(pk)) and kept[0] == tick}
    asked = sorted(set(session_ids) - set(found))
    if asked:
        if len(_kept) > KEPT_MAX:
            _kept.clear()
        new = _asked(asked, now)
        _kept.update({pk: (tick, history) for pk, history in new.items()})
        found |= new
    return found


def _asked(session_ids: Sequence[int], now: datetime) -> dict[int, History]:
    """Three queries."""
    found = {pk: History() for pk in session_ids}
    for row in _days(session_ids, now):
        history = found[row["asked"]]
        history.days.append(_durations(row))
        history.between_min += row["n"] * (row["between"] or 0.0)
        history.urgent += row["urgent"]
    for row in _by_hour(_earlier(session_ids, now), "asked"):
        found[row["asked"]].hours[row["hour"]] = _durations(row)
    for session_id, hour, people in _walk_ins(session_ids, now):
        found[session_id].walk_ins[hour] = people / max(1, len(found[session_id].days))
    for history in found.values():
        history.between_min /= max(1, sum(day.n for day in history.days))
        history.urgent /= max(1, len(history.days))
    return found


_DONE: Mapping[str, Any] = {"state": DONE, "started_at__isnull": False}


def _earlier(session_ids: Sequence[int], now: datetime) -> Any:
    """Finished consultations of other sessions of these sessions' experts; ``asked`` is the session."""
    return (
        Ticket.objects.filter(
            called_session__expert__sessions__in=session_ids,
            finished_at__gt=now - timedelta(days=HISTORY_DAYS),
            finished_at__lte=now,
            **_DONE,
        )
        .annotate(asked=F("called_session__expert__sessions"))
        .exclude(called_session=F("asked"))
        .order_by()
    )


def _minutes(start: str, end: str) -> Any:
    return Cast(Extract(F(end) - F(start), "epoch"), FloatField()) / 60.0


def _days(session_ids: Sequence[int], now: datetime) -> Any:
    is_walk_in = Q(channel=Ticket.Channel.WALK_IN)
    return (
        _earlier(session_ids, now)
        .annotate(took=_minutes("started_at", "finished_at"), walk=_minutes("called_at", "started_at"))
        .values("asked", "called_session_id")
        .annotate(
            n=Count("took"),
            mean=Avg("took"),
            sd=StdDev("took"),
            between=Avg("walk"),
            urgent=Count("pk", filter=is_walk_in & ~Q(priority=Ticket.Priority.NORMAL)),
        )
    )


def _hour_of(name: str) -> Any:
    """Which hour a moment lies in, 0 for the first after the opening."""
    after = Cast(Extract(F(name) - F("called_session__opens_at"), "epoch"), FloatField())
    return Cast(Floor(after / HOUR_S), IntegerField())


def _by_hour(done: Any, key: str) -> Any:
    return (
        done.annotate(took=_minutes("started_at", "finished_at"), hour=_hour_of("started_at"))
        .values(key, "hour")
        .annotate(n=Count("took"), mean=Avg("took"), sd=StdDev("took"))
        .order_by()
    )


def _walk_ins(session_ids: Sequence[int], now: datetime) -> Any:
    return (
        _earlier(session_ids, now)
        .filter(channel=Ticket.Channel.WALK_IN)
        .annotate(hour=_hour_of("registered_at"))
        .values("asked", "hour")
        .annotate(people=Count("pk"))
        .values_list("asked", "hour", "people")
    )


def _durations(row: Mapping[str, Any]) -> Durations:
    return Durations(int(row["n"] or 0), float(row["mean"] or 0), float(row["sd"] or 0))
