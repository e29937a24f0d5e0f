"""Whole nights, and the clinic days that feed them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta

import pytest

from analytics import tasks
from analytics.models import NightRun
from analytics.services import nightly
from analytics.services.nights import night_begin
from hospital.common import clock, jobs
from queueing.selectors.visits import RecordedVisit

NIGHT = NightRun.Kind.NIGHT


def night(moment: datetime, kind: NightRun.Kind = NIGHT) -> NightRun:
    """A night from its beginning until nothing is due any more."""
    assert tasks.TAKE_IN in jobs.HANDLERS
    run = night_begin(kind=kind, actor=nightly.NIGHTLY, now=moment)
    jobs.run_due(moment)
    run.refresh_from_db()
    return run


def recorded(opens_at: datetime, number: int, expert: str = "zhao", *, early: bool = True) -> RecordedVisit:
    """A walk-in of a morning of 8 to 12, seen for ten minutes after ``number`` others."""
    start = opens_at + timedelta(minutes=10 * number)
    return RecordedVisit(
        expert_code=expert,
        department="neuro",
        session_date=clock.local(opens_at).date(),
        opens_at=opens_at,
        closes_at=opens_at + timedelta(hours=4),
        walk_in_opens_at=opens_at - timedelta(hours=1),
        slot_minutes=60,
        channel="walk_in",
        slot_starts_at=None,
        registered_at=opens_at - timedelta(minutes=30) if early else start,
        checked_in_at=None,
        called_at=start,
        started_at=start,
        finished_at=start + timedelta(minutes=10),
        outcome="done",
        patient_ref=f"{expert}{number}",
    )


def clinic_days(monkeypatch: pytest.MonkeyPatch, rows: Iterable[RecordedVisit]) -> None:
    """Let the queue have recorded these visits."""
    known = list(rows)

    def visits_of_day(*, date: date) -> Iterator[RecordedVisit]:
        yield from (row for row in known if row.session_date == date)

    monkeypatch.setattr(nightly, "visits_of_day", visits_of_day)
