"""What the experts could do and what came: by hour of the day, and consulting against open time by department."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from analytics.domain.sessions import DAY_MIN, length_between
from analytics.selectors.choices import Chosen, rows_of


@dataclass(frozen=True, slots=True)
class HourLoad:
    """One hour of the day, per session: walk-ins, consultations begun, and how many were possible.

    ``patients`` are all who registered, or were seen, in that hour of all sessions.
    """

    hour: int
    walk_ins: float
    seen: float
    possible: float | None
    patients: int


@dataclass(frozen=True, slots=True)
class Use:
    """How the time of a department or an expert was used, and how many booked patients did not come.

    ``late_cancels`` is None where no session tells.
    """

    key: str
    sessions: int
    seen: int
    open_min: float
    busy_min: float
    after_close_min: float
    live: int
    no_shows: int
    late_cancels: int | None

    @property
    def share(self) -> float:
        """Consulting time within the opening hours as a share of them."""
        return self.busy_min / self.open_min if self.open_min else 0.0

    @property
    def no_show_share(self) -> float:
        """Booked patients who did not come as a share of the booked."""
        return self.no_shows / self.live if self.live else 0.0


_LOADS = """
SELECT extract(hour FROM (day.opens_at + bin.index * interval '15 minutes')
               AT TIME ZONE %(zone)s)::int AS hour,
       sum(bin.walk_ins), sum(bin.starts), sum(bin.timed), sum(bin.duration_s)
FROM analytics_binsummary bin JOIN analytics_sessionday day ON day.id = bin.session_day_id
WHERE {where} GROUP BY 1 ORDER BY 1
"""

_SHAPES = """
SELECT (day.walk_in_opens_at AT TIME ZONE %(zone)s)::time, day.opens_local,
       (day.closes_at AT TIME ZONE %(zone)s)::time, count(*)
FROM analytics_sessionday day WHERE {where} GROUP BY 1, 2, 3
"""

_USES = """
SELECT day.{by}, count(*), sum(day.seen),
       sum(extract(epoch FROM day.closes_at - day.opens_at))::float / 60,
       coalesce(sum(bins.within_s), 0) / 60, coalesce(sum(bins.after_s), 0) / 60,
       sum(day.live_appointments), sum(day.no_shows), sum(day.late_cancels)
FROM analytics_sessionday day
LEFT JOIN LATERAL (
    SELECT sum(bin.duration_s) FILTER (WHERE bin.index >= 0 AND begins < day.closes_at) AS within_s,
           sum(bin.duration_s) FILTER (WHERE begins >= day.closes_at) AS after_s
    FROM analytics_binsummary bin, LATERAL (SELECT day.opens_at + bin.index * interval '15 minutes') AS at(begins)
    WHERE bin.session_day_id = day.id
) AS bins ON true
WHERE {where} GROUP BY 1 ORDER BY 1
"""


def loads_by_hour(chosen: Chosen) -> list[HourLoad]:
    """Walk-ins and capacity by hour, per session that was open in it. Two queries."""
    shapes = rows_of(_SHAPES, chosen)
    loads = []
    for hour, walk_ins, starts, timed, seconds in rows_of(_LOADS, chosen):
        registering = _covering(((start, end, n) for start, _opens, end, n in shapes), hour)
        serving = _covering(((opens, end, n) for _start, opens, end, n in shapes), hour)
        if registering:
            possible = 3600 * timed / seconds if serving and seconds else None
            begun = starts / (serving or registering)
            loads.append(HourLoad(hour, walk_ins / registering, begun, possible, max(walk_ins, starts)))
    return loads


def _covering(spans: Iterable[tuple[Any, Any, int]], hour: int) -> int:
    """How many sessions cover any of an hour of the day; one that ends past midnight covers the evening."""
    count = 0
    for start, end, sessions in spans:
        first = start.hour * 60 + start.minute
        last = first + length_between(start, end)
        if any(first < (hour + 1) * 60 + days and hour * 60 + days < last for days in (0, DAY_MIN)):
            count += sessions
    return count


def uses_of(chosen: Chosen) -> list[Use]:
    """Opening hours, consulting time, booked and no-shows by department, or by expert of one. One query."""
    return [Use(*row) for row in rows_of(_USES, chosen)]
