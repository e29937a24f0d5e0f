"""N1: the night's work for one new day at 5 million visits, against one bare scan of that history.

The hospital: 60 experts with a session every day of 40 visits (15 walk-ins, 25 booked), 5.7 years of it, and their
schedule with the sessions of the coming week. The night takes in one day that was not there, counts its summary,
computes all 60 experts' plans and usual waits and proposes what is new or renews what is open. The reference is a
sequential scan that only counts the visits and adds up their lengths.

Not part of it: reading the day's tickets from the queue (they come from a list here), and the simulated figures of
plans with newer evidence, which follow in jobs of their own.
"""

import gc
import os
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from time import perf_counter
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction

from bench.measure import Goal, interleaved

if TYPE_CHECKING:
    from queueing.selectors.visits import RecordedVisit

GOAL = Goal("N1", "nightly work for one new day / scan of the whole history", "s", 0.5, 0.2, at_most=True)
TURNS = 21
"""Making the history takes minutes, a turn 1.4 s; single nights differ by half, with the disk they wait for."""
EXPERTS = 60
VISITS = 40
WALK_INS = 15
ASKED_AGAIN = timedelta(days=3)
"""A night also asks for the days before, whose visits may have been settled since."""
SCALES = {"full": 5_000_000, "small": 200_000}
LAST = date(2026, 10, 31)
OPENS_H_UTC = 0
"""08:00 in Shanghai."""

_DAYS = """
INSERT INTO analytics_sessionday (expert_code, department, date, weekday, opens_local, opens_at, closes_at,
    walk_in_opens_at, slot_minutes, synthetic, visits_count, live_appointments, walk_ins, unknown_channel,
    no_shows, cancelled, seen)
SELECT 'bench-' || expert, 'bench', day::date, extract(isodow FROM day), '08:00', day, day + interval '4 hours',
    day - interval '1 hour', 60, true, 0, 0, 0, 0, 0, 0, 0
FROM generate_series(%(last)s::timestamptz - (%(days)s - 1) * interval '1 day', %(last)s, interval '1 day') day,
     generate_series(1, %(experts)s) expert
"""
_VISITS = """
INSERT INTO analytics_visit (identity, session_day_id, batch_id, channel, outcome, slot_starts_at,
    registered_at, checked_in_at, called_at, started_at, finished_at, patient_index)
SELECT decode(md5(day.id || '-' || n), 'hex') || '\\x00000000'::bytea, day.id, %(batch)s,
    CASE WHEN n < %(walk_ins)s THEN 'walk_in' ELSE 'appointment' END, 'done',
    CASE WHEN n < %(walk_ins)s THEN NULL ELSE date_trunc('hour', day.opens_at + n * interval '6 minutes') END,
    day.opens_at - interval '50 minutes' + n * interval '6 minutes' + (day.id %% 7) * interval '1 minute',
    CASE WHEN n < %(walk_ins)s THEN NULL ELSE day.opens_at + n * interval '5 minutes' END,
    day.opens_at + interval '20 minutes' + n * interval '6 minutes',
    day.opens_at + interval '20 minutes' + n * interval '6 minutes',
    day.opens_at + interval '25 minutes' + n * interval '6 minutes' + (day.id %% 3) * interval '1 minute',
    sha256((day.id %% 100000 || '-' || n)::bytea)
FROM analytics_sessionday day, generate_series(0, %(visits)s - 1) n
WHERE day.expert_code LIKE 'bench-%%' ORDER BY day.id
"""
_SCAN = "SELECT count(*), sum(extract(epoch FROM finished_at - started_at)) FROM analytics_visit"


def _opening(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, OPENS_H_UTC, tzinfo=UTC)


def _recorded(day: date) -> "Iterator[RecordedVisit]":
    from queueing.selectors.visits import RecordedVisit

    opens_at = _opening(day)
    for expert in range(1, EXPERTS + 1):
        for number in range(VISITS):
            walk_in = number < WALK_INS
            start = opens_at + timedelta(minutes=20 + 6 * number)
            yield RecordedVisit(
                expert_code=f"bench-{expert}",
                department="bench",
                session_date=day,
                opens_at=opens_at,
                closes_at=opens_at + timedelta(hours=4),
                walk_in_opens_at=opens_at - timedelta(hours=1),
                slot_minutes=60,
                channel="walk_in" if walk_in else "appointment",
                slot_starts_at=None if walk_in else start.replace(minute=0),
                registered_at=opens_at + timedelta(minutes=6 * number - 50),
                checked_in_at=None if walk_in else start,
                called_at=start,
                started_at=start,
                finished_at=start + timedelta(minutes=6),
                outcome="done",
                patient_ref=f"{expert}-{number}",
            )


class History:
    """A history of the asked size, and nights that each bring a new day to it."""

    def __init__(self, visits: int) -> None:
        self.days = max(1, visits // (EXPERTS * VISITS))
        self.night = LAST
        self.recorded: list[RecordedVisit] = []

    def fill(self) -> None:
        """Make the history and its summary anew."""
        from analytics.models import ImportBatch, SessionDay
        from analytics.services.summaries import session_days_summarise

        self.forget_plans()
        with connection.cursor() as cursor, transaction.atomic():
            cursor.execute(
                "TRUNCATE analytics_binsummary, analytics_hoursummary, analytics_visit, analytics_sessionday, "
                "analytics_importbatch CASCADE"
            )
            batch = ImportBatch.objects.create(
                source="synthetic", name="bench", rows=0, added=0, at=_opening(LAST)
            )
            values = {
                "last": _opening(LAST),
                "days": self.days,
                "experts": EXPERTS,
                "visits": VISITS,
                "walk_ins": WALK_INS,
                "batch": batch.pk,
            }
            cursor.execute(_DAYS, values)
            cursor.execute(_VISITS, values)
        session_days_summarise(session_days=SessionDay.objects.values_list("pk", flat=True))
        with connection.cursor() as cursor:
            cursor.execute(
                "VACUUM (ANALYZE) analytics_visit, analytics_sessionday, analytics_binsummary, analytics_hoursummary"
            )

    def staff(self) -> None:
        """The experts of the history in the hospital's own lists: their schedule and the sessions ahead."""
        from booking.models import Department, Expert, Room, SessionTemplate
        from booking.services import sessions_generate

        department, _made = Department.objects.get_or_create(
            code="bench", defaults={"name": "bench", "name_en": "bench"}
        )
        room, _made = Room.objects.get_or_create(code="bench", defaults={"name": "bench"})
        experts = Expert.objects.bulk_create(
            Expert(code=f"bench-{number}", department=department, name=f"{number}", fee_fen=5000)
            for number in range(1, EXPERTS + 1)
        )
        SessionTemplate.objects.bulk_create(
            SessionTemplate(
                expert=expert,
                weekday=weekday,
                opens_at=time(8),
                closes_at=time(12),
                walk_in_opens_at=time(7),
                room=room,
            )
            for expert in experts
            for weekday in range(1, 8)
        )
        sessions_generate(until=LAST + timedelta(days=TURNS + 9), now=_opening(LAST))

    def forget_plans(self) -> None:
        """Leave the history alone, as if no night had ever been."""
        with connection.cursor() as cursor:
            cursor.execute(
                "TRUNCATE analytics_planslot, analytics_quotaplan, analytics_nightrun, analytics_expertrun, "
                "analytics_outdatedplan, hospital_job CASCADE"
            )

    def nightly(self) -> float:
        """Seconds for the night after a day that the history does not hold yet."""
        from analytics import tasks
        from analytics.models import NightRun
        from analytics.services import nightly
        from hospital.common import jobs

        jobs.HANDLERS.pop("analytics.simulate", None)
        self.night += timedelta(days=1)
        self.recorded = [row for row in self.recorded if row.session_date > self.night - ASKED_AGAIN]
        self.recorded += _recorded(self.night)
        source = nightly.visits_of_day
        nightly.visits_of_day = lambda *, date: [row for row in self.recorded if row.session_date == date]  # type: ignore[assignment]
        now = _opening(self.night) + timedelta(hours=19)
        try:
            begun = perf_counter()
            tasks.look_after_the_night(now)
            jobs.run_due(now)
            spent = perf_counter() - begun
        finally:
            nightly.visits_of_day = source
        night = NightRun.objects.latest("pk")
        if night.state != "complete" or night.experts.filter(state="done").count() != EXPERTS:
            raise RuntimeError(f"the night of {night.as_of} is {night.state}, not every expert computed")
        return spent


def _scan() -> float:
    begun = perf_counter()
    with connection.cursor() as cursor:
        cursor.execute("SET max_parallel_workers_per_gather = 0")
        cursor.execute(_SCAN)
        cursor.fetchone()
        cursor.execute("RESET max_parallel_workers_per_gather")
    return perf_counter() - begun


def run(scale: str) -> dict[str, Any]:
    """Measure N1."""
    from django.core.management import call_command

    os.environ.setdefault("LOG_LEVEL", "WARNING")
    call_command("migrate", verbosity=0)
    history = History(SCALES[scale])
    history.fill()
    history.staff()
    history.nightly()
    _scan()
    gc.freeze()  # as a worker does
    return interleaved(
        GOAL,
        history.nightly,
        _scan,
        repeats=TURNS,
        visits=SCALES[scale],
        experts=EXPERTS,
        visits_a_day=EXPERTS * VISITS,
    )
