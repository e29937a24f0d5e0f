"""Expected times of a queue, from finished consultations."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Avg, Count, F, FloatField, Q, StdDev
from django.db.models.functions import Cast, Extract

from hospital.common.policy import Policy
from queueing.domain.expected import Durations, Speed, come_back_in, expected_wait, speed
from queueing.domain.states import DONE, IN_ROOM
from queueing.models import Ticket
from queueing.selectors.order import QueueOrder

HISTORY_DAYS = 90


@dataclass(frozen=True, slots=True)
class Expected:
    """Times before which 20, 50, 80 and 90 of 100 such patients are called."""

    p20: datetime
    p50: datetime
    p80: datetime
    p90: datetime


def speeds(session_ids: Iterable[int], *, now: datetime) -> dict[int, Speed | None]:
    """How fast each session's expert is now, by session; one query."""
    wanted = set(session_ids)
    if not wanted:
        return {}
    taken = Cast(Extract(F("finished_at") - F("started_at"), "epoch"), FloatField()) / 60.0
    rows = (
        Ticket.objects.filter(
            called_session__expert__sessions__in=wanted,
            state=DONE,
            started_at__isnull=False,
            finished_at__gt=now - timedelta(days=HISTORY_DAYS),
            finished_at__lte=now,
        )
        .annotate(min=taken)
        .values(asked=F("called_session__expert__sessions"))
        .annotate(
            **{
                f"{name}_{figure}": aggregate("min", filter=is_today)
                for name, is_today in (
                    ("today", Q(called_session=F("called_session__expert__sessions"))),
                    ("history", ~Q(called_session=F("called_session__expert__sessions"))),
                )
                for figure, aggregate in (("n", Count), ("mean", Avg), ("sd", StdDev))
            }
        )
    )
    found = {row["asked"]: speed(_durations(row, "today"), _durations(row, "history")) for row in rows}
    return {pk: found.get(pk) for pk in wanted}


def _durations(row: Mapping[str, Any], name: str) -> Durations:
    n, mean, sd = (row[f"{name}_{figure}"] for figure in ("n", "mean", "sd"))
    return Durations(int(n or 0), float(mean or 0), float(sd or 0))


def expected_call(
    order: QueueOrder,
    *,
    ahead: int,
    pace: Speed | None,
    opens_at: datetime,
    rooms: int,
    now: datetime,
    rules: Policy,
) -> tuple[Expected | None, datetime | None]:
    """When somebody with ``ahead`` people before will be called, and when to come back; None for what is not
    known.
    """
    if pace is None:
        return None, None
    in_room = order.in_state(*IN_ROOM)
    since = (
        min((t.started_at or t.called_at or now for t in in_room), default=None)
        if len(in_room) >= rooms
        else None
    )
    wait = expected_wait(
        ahead=ahead,
        in_room_for_min=None if since is None else (now - since) / timedelta(minutes=1),
        starts_in_min=0.0 if in_room else max(0.0, (opens_at - now) / timedelta(minutes=1)),
        rooms=rooms,
        pace=pace,
    )
    back = come_back_in(wait, worth_min=rules.come_back_margin_min)
    p20, p50, p80, p90 = (now + timedelta(minutes=m) for m in (wait.p20, wait.p50, wait.p80, wait.p90))
    return Expected(p20, p50, p80, p90), None if back is None else now + timedelta(minutes=back)
