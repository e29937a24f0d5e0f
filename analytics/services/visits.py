"""Taking visits in: from a hospital's file or from this system's own day. All or nothing, and repeatable."""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from analytics.domain.errors import ImportRefused, RowError
from analytics.domain.visits import SessionKey, VisitRow
from analytics.models import ImportBatch, SessionDay
from analytics.services.summaries import session_days_summarise
from hospital.common import clock
from hospital.common.actor import Actor
from hospital.common.crypto import blind_index
from hospital.common.transactions import transactional

PRE_OPENING = timedelta(minutes=60)
SYNTHETIC = ImportBatch.Source.SYNTHETIC
Numbered = tuple[int, VisitRow | RowError]

_INCOMING = """
CREATE TEMPORARY TABLE incoming (
    line int, expert_code text, opens_at timestamptz, identity bytea, channel text, outcome text,
    slot_starts_at timestamptz, registered_at timestamptz, checked_in_at timestamptz, called_at timestamptz,
    started_at timestamptz, finished_at timestamptz, patient_index bytea
) ON COMMIT DROP
"""
_DUPLICATES = """
SELECT line, first FROM (
    SELECT line, min(line) OVER (PARTITION BY identity) AS first FROM incoming
) AS numbered WHERE line <> first ORDER BY line
"""
_ANYTHING_NEW = """
SELECT EXISTS (SELECT FROM incoming WHERE NOT EXISTS (
    SELECT FROM analytics_visit visit WHERE visit.identity = incoming.identity))
"""
_STORE = """
WITH added AS (
    INSERT INTO analytics_visit (identity, session_day_id, batch_id, channel, outcome, slot_starts_at,
        registered_at, checked_in_at, called_at, started_at, finished_at, patient_index)
    SELECT incoming.identity, day.id, %s, incoming.channel, incoming.outcome, incoming.slot_starts_at,
        incoming.registered_at, incoming.checked_in_at, incoming.called_at, incoming.started_at,
        incoming.finished_at, incoming.patient_index
    FROM incoming JOIN analytics_sessionday day USING (expert_code, opens_at)
    ORDER BY day.id, incoming.line
    ON CONFLICT (identity) DO NOTHING
    RETURNING session_day_id
)
SELECT session_day_id, count(*) FROM added GROUP BY 1
"""


@dataclass(frozen=True, slots=True)
class TakenIn:
    """What a taking-in did: rows read, visits added, sessions touched."""

    rows: int
    added: int
    session_days: tuple[int, ...]

    @property
    def known(self) -> int:
        """Rows that were there already."""
        return self.rows - self.added


@transactional
def visits_take_in(
    *,
    read: Callable[[], Iterable[Numbered]],
    source: ImportBatch.Source,
    name: str,
    actor: Actor,
    now: datetime,
    dry_run: bool = False,
) -> TakenIn:
    """Store the visits that ``read`` gives, all of them or none; a visit already known changes nothing.

    Raises
    ------
    ImportRefused
        ``import_refused``: with the error of every faulty row; nothing was stored.
    """
    try:
        with transaction.atomic():
            taken = _take_in(read, source, name, actor, now)
            if dry_run:
                raise _DryRun(taken)
    except _DryRun as end:
        return end.taken
    return taken


class _DryRun(Exception):
    def __init__(self, taken: TakenIn) -> None:
        super().__init__()
        self.taken = taken


def _take_in(
    read: Callable[[], Iterable[Numbered]], source: ImportBatch.Source, name: str, actor: Actor, now: datetime
) -> TakenIn:
    sessions: dict[tuple[str, datetime], SessionKey] = {}
    errors: list[RowError] = []
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS incoming")
        cursor.execute(_INCOMING)
        rows = _copy(cursor, read(), sessions, errors)
        if source == ImportBatch.Source.FILE:
            cursor.execute(_DUPLICATES)
            errors += [RowError(line, f"the same visit as row {first}") for line, first in cursor.fetchall()]
        if errors:
            raise ImportRefused(tuple(sorted(errors, key=lambda error: error.line)))
        cursor.execute(_ANYTHING_NEW)
        if not cursor.fetchone()[0]:
            return TakenIn(rows, 0, ())
        _store_sessions(sessions, synthetic=source == ImportBatch.Source.SYNTHETIC)
        batch = ImportBatch.objects.create(
            source=source, name=name[:200], rows=rows, added=0, actor_name=actor.name, at=now
        )
        cursor.execute(_STORE, [batch.pk])
        touched = dict(cursor.fetchall())
        cursor.execute("DROP TABLE incoming")
    batch.added = sum(touched.values())
    batch.save(update_fields=["added"])
    session_days_summarise(session_days=touched)
    return TakenIn(rows, batch.added, tuple(sorted(touched)))


def _copy(
    cursor: Any,
    numbered: Iterable[Numbered],
    sessions: dict[tuple[str, datetime], SessionKey],
    errors: list[RowError],
) -> int:
    rows = 0
    with cursor.copy("COPY incoming FROM STDIN") as copy:
        for line, row in numbered:
            rows += 1
            if isinstance(row, RowError):
                errors.append(row)
                continue
            known = sessions.setdefault(row.session.identity, row.session)
            if known is not row.session and known != row.session:
                errors.append(RowError(line, _difference(known, row.session)))
                continue
            copy.write_row(_incoming_row(line, row))
    return rows


def _incoming_row(line: int, row: VisitRow) -> tuple[object, ...]:
    patient = blind_index("visit", row.patient_ref) if row.patient_ref else None
    return (
        line,
        row.session.expert_code,
        row.session.opens_at,
        _identity(row, patient),
        str(row.channel),
        str(row.outcome),
        row.slot_starts_at,
        row.registered_at,
        row.checked_in_at,
        row.called_at,
        row.started_at,
        row.finished_at,
        patient,
    )


def _identity(row: VisitRow, patient: bytes | None) -> bytes:
    """What makes a visit the same when it is read again: expert, session, patient, registration, start."""
    moments = (row.session.opens_at, row.registered_at, row.started_at)
    parts = [row.session.expert_code, *(str(moment.timestamp()) if moment else "" for moment in moments)]
    return hashlib.blake2b("\0".join(parts).encode() + b"\0" + (patient or b""), digest_size=20).digest()


def _difference(known: SessionKey, other: SessionKey) -> str:
    for name in ("department", "closes_at", "walk_in_opens_at", "slot_minutes"):
        if getattr(known, name) != getattr(other, name):
            return f"{name} differs from an earlier row of the same session"
    return "the session differs from an earlier row of the same session"


def _store_sessions(sessions: dict[tuple[str, datetime], SessionKey], *, synthetic: bool) -> None:
    """Add the session days that are new; those known stay as they are."""
    SessionDay.objects.bulk_create(
        [
            SessionDay(
                expert_code=key.expert_code,
                department=key.department,
                date=key.session_date,
                weekday=key.session_date.isoweekday(),
                opens_local=clock.local(key.opens_at).time().replace(microsecond=0),
                opens_at=key.opens_at,
                closes_at=key.closes_at,
                walk_in_opens_at=key.walk_in_opens_at or key.opens_at - PRE_OPENING,
                slot_minutes=key.slot_minutes,
                synthetic=synthetic,
            )
            for key in sessions.values()
        ],
        ignore_conflicts=True,
        batch_size=1000,
    )
