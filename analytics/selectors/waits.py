"""Who waited how long: by hour of coming and by weekday."""

from dataclasses import dataclass, field

from analytics.selectors.choices import Chosen, rows_of

CAME = """
CASE visit.channel WHEN 'walk_in' THEN visit.registered_at
                   WHEN 'appointment' THEN greatest(visit.checked_in_at, visit.slot_starts_at) END
"""
"""Since when a ``visit`` waits: a walk-in from registration, who booked from the later of check-in and slot start."""

WAIT = f"greatest(0, date_part('epoch', coalesce(visit.called_at, visit.started_at) - {CAME}) / 60)"
"""The wait of a ``visit`` [min], from then until the call."""

WAITED = """
visit.started_at IS NOT NULL
AND ((visit.channel = 'walk_in' AND visit.registered_at IS NOT NULL)
     OR (visit.channel = 'appointment' AND visit.checked_in_at IS NOT NULL))
"""
"""Which visits have a wait that is known."""


@dataclass(frozen=True, slots=True)
class WaitSum:
    """Waits of one channel: how many, their median and 90th percentile [min], how many beyond 30 and 60 min."""

    count: int = 0
    median_min: float | None = None
    p90_min: float | None = None
    over_30: int = 0
    over_60: int = 0

    @property
    def over_30_share(self) -> float:
        """Share of waits beyond half an hour, from 0 to 1."""
        return self.over_30 / self.count if self.count else 0.0

    @property
    def over_60_share(self) -> float:
        """Share of waits beyond an hour, from 0 to 1."""
        return self.over_60 / self.count if self.count else 0.0


@dataclass(frozen=True, slots=True)
class Waits:
    """Waits of both channels in one group: an hour of the day, a weekday, or all."""

    key: int = 0
    walk_in: WaitSum = field(default_factory=WaitSum)
    booked: WaitSum = field(default_factory=WaitSum)


@dataclass(frozen=True, slots=True)
class WaitsFound:
    """The waits of a choice."""

    total: Waits
    hours: list[Waits]
    weekdays: list[Waits]


_WAITS = f"""
SELECT channel, hour, weekday, count(*), percentile_cont(0.5) WITHIN GROUP (ORDER BY wait_min),
       percentile_cont(0.9) WITHIN GROUP (ORDER BY wait_min),
       count(*) FILTER (WHERE wait_min > 30), count(*) FILTER (WHERE wait_min > 60)
FROM (
    SELECT visit.channel, day.weekday, {WAIT} AS wait_min,
           extract(hour FROM CASE WHEN visit.channel = 'walk_in' THEN visit.registered_at
                                  ELSE coalesce(visit.slot_starts_at, visit.checked_in_at) END
                   AT TIME ZONE %(zone)s)::int AS hour
    FROM analytics_visit visit JOIN analytics_sessionday day ON day.id = visit.session_day_id
    WHERE {{where}} AND {WAITED}
) AS waits
GROUP BY GROUPING SETS ((channel, hour), (channel, weekday), (channel))
"""  # noqa: S608 - the parts are constants of this module


def waits_of(chosen: Chosen) -> WaitsFound:
    """Waits by hour of coming, by weekday, and in all. One query."""
    sums: dict[tuple[int | None, int | None], dict[str, WaitSum]] = {}
    for channel, hour, weekday, count, median, p90, over_30, over_60 in rows_of(_WAITS, chosen):
        found = WaitSum(count, float(median), float(p90), over_30, over_60)
        sums.setdefault((hour, weekday), {})[channel] = found

    def waits(hour: int | None, weekday: int | None) -> Waits:
        found = sums.get((hour, weekday), {})
        return Waits(
            hour or weekday or 0, found.get("walk_in", WaitSum()), found.get("appointment", WaitSum())
        )

    return WaitsFound(
        total=waits(None, None),
        hours=[waits(hour, None) for hour in sorted(hour for hour, _day in sums if hour is not None)],
        weekdays=[waits(None, day) for day in sorted(day for _hour, day in sums if day is not None)],
    )
