"""Visits on their way in: copied beside the history, compared with it, and then taken over in one statement each."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from analytics.domain.errors import RowError
from analytics.domain.visits import SessionKey, VisitRow
from hospital.common import clock
from hospital.common.crypto import blind_index
from hospital.common.errors import gettext_noop

PRE_OPENING = timedelta(minutes=60)
FAULTS_KEPT = 10_000
PROGRESS_ROWS = 10_000
ANALYSED_ROWS = 5_000
"""With fewer every plan of the database is quick, whatever it guesses."""
DIFFERS = gettext_noop("%(field)s differs from an earlier row of the same session")
VISITS_MAX = 2_000
"""Of one session: more are those of many doctors under one code, and their plan could not be simulated."""
CROWDED = gettext_noop(
    "more than %(most)s visits in one session: is this the code of one doctor, on one day?"
)
Numbered = tuple[int, VisitRow | RowError]

_INCOMING = {
    "line": "int4",
    "expert_code": "text",
    "opens_at": "timestamptz",
    "identity": "bytea",
    "channel": "text",
    "outcome": "text",
    "slot_starts_at": "timestamptz",
    "registered_at": "timestamptz",
    "checked_in_at": "timestamptz",
    "called_at": "timestamptz",
    "started_at": "timestamptz",
    "finished_at": "timestamptz",
    "patient_index": "bytea",
    "late_cancel": "bool",
}
TABLES = f"""
DROP TABLE IF EXISTS incoming, incoming_session;
CREATE TEMPORARY TABLE incoming ({", ".join(" ".join(column) for column in _INCOMING.items())}) ON COMMIT DROP;
CREATE TEMPORARY TABLE incoming_session (
    expert_code text, department text, date date, weekday smallint, opens_local time, opens_at timestamptz,
    closes_at timestamptz, walk_in_opens_at timestamptz, slot_minutes smallint
) ON COMMIT DROP
"""
DUPLICATES = """
SELECT line, first, count(*) OVER () FROM (
    SELECT line, min(line) OVER (PARTITION BY identity) AS first FROM incoming
) AS numbered WHERE line <> first ORDER BY line LIMIT %s
"""
STORE_SESSIONS = """
INSERT INTO analytics_sessionday AS known (expert_code, department, date, weekday, opens_local, opens_at,
    closes_at, walk_in_opens_at, slot_minutes, synthetic, visits_count, live_appointments, walk_ins,
    unknown_channel, no_shows, cancelled, seen)
SELECT expert_code, department, date, weekday, opens_local, opens_at, closes_at,
    coalesce(walk_in_opens_at, opens_at - %(pre_opening)s), coalesce(slot_minutes, %(slot_minutes)s),
    %(synthetic)s, 0, 0, 0, 0, 0, 0, 0
FROM incoming_session
ON CONFLICT (expert_code, opens_at) DO NOTHING
"""
CHANGE_SESSIONS = """
UPDATE analytics_sessionday day SET closes_at = said.closes_at,
    department = coalesce(nullif(said.department, ''), day.department),
    walk_in_opens_at = coalesce(said.walk_in_opens_at, day.walk_in_opens_at),
    slot_minutes = coalesce(said.slot_minutes, day.slot_minutes)
FROM incoming_session said
WHERE day.expert_code = said.expert_code AND day.opens_at = said.opens_at
  AND (day.closes_at <> said.closes_at OR day.department <> coalesce(nullif(said.department, ''), day.department)
    OR day.walk_in_opens_at <> coalesce(said.walk_in_opens_at, day.walk_in_opens_at)
    OR day.slot_minutes <> coalesce(said.slot_minutes, day.slot_minutes))
RETURNING day.id
"""
REMOVE = """
WITH gone AS (
DELETE FROM analytics_visit visit USING analytics_sessionday day, analytics_importbatch batch
WHERE day.date = %(day)s AND visit.session_day_id = day.id AND batch.id = visit.batch_id
  AND batch.source = 'system'
  AND NOT EXISTS (SELECT FROM incoming WHERE incoming.identity = visit.identity
    AND (incoming.channel, incoming.outcome, incoming.slot_starts_at, incoming.checked_in_at,
         incoming.called_at, incoming.finished_at, incoming.late_cancel)
    IS NOT DISTINCT FROM (visit.channel, visit.outcome, visit.slot_starts_at, visit.checked_in_at,
         visit.called_at, visit.finished_at, visit.late_cancel))
RETURNING visit.session_day_id
)
SELECT session_day_id, count(*) FROM gone GROUP BY 1
"""
"""What this system recorded of a day and now tells otherwise, or no longer at all."""
REMOVE_EMPTY = """
WITH empty AS (
    SELECT day.id FROM analytics_sessionday day WHERE day.id = ANY(%(days)s)
      AND NOT EXISTS (SELECT FROM analytics_visit visit WHERE visit.session_day_id = day.id)
), bins AS (
    DELETE FROM analytics_binsummary bin USING empty WHERE bin.session_day_id = empty.id
), hours AS (
    DELETE FROM analytics_hoursummary hour USING empty WHERE hour.session_day_id = empty.id
)
DELETE FROM analytics_sessionday day USING empty WHERE day.id = empty.id RETURNING day.id
"""
_SAID = {
    "channel": "coalesce(nullif(incoming.channel, ''), visit.channel)",
    "outcome": "coalesce(nullif(incoming.outcome, ''), visit.outcome)",
    **{
        name: f"coalesce(incoming.{name}, visit.{name})"
        for name in ("slot_starts_at", "checked_in_at", "called_at", "finished_at", "late_cancel")
    },
}
"""What identity does not hold: the last word counts, and what is not said keeps what was known."""
CHANGE = f"""
WITH changed AS (
    UPDATE analytics_visit visit SET {", ".join(f"{name} = {said}" for name, said in _SAID.items())}
    FROM incoming JOIN analytics_sessionday day USING (expert_code, opens_at)
    WHERE visit.session_day_id = day.id AND visit.identity = incoming.identity
      AND ({" OR ".join(f"visit.{name} IS DISTINCT FROM {said}" for name, said in _SAID.items())})
    RETURNING visit.session_day_id
)
SELECT session_day_id, count(*) FROM changed GROUP BY 1
"""  # noqa: S608 - names of columns
ADD = """
WITH added AS (
    INSERT INTO analytics_visit (identity, session_day_id, batch_id, channel, outcome, slot_starts_at,
        registered_at, checked_in_at, called_at, started_at, finished_at, patient_index, late_cancel)
    SELECT incoming.identity, day.id, %(batch)s, incoming.channel, incoming.outcome, incoming.slot_starts_at,
        incoming.registered_at, incoming.checked_in_at, incoming.called_at, incoming.started_at,
        incoming.finished_at, incoming.patient_index, incoming.late_cancel
    FROM incoming JOIN analytics_sessionday day USING (expert_code, opens_at)
    ORDER BY day.id, incoming.line
    ON CONFLICT (session_day_id, identity) DO NOTHING
    RETURNING session_day_id
)
SELECT session_day_id, count(*) FROM added GROUP BY 1
"""
FACTS = """
SELECT (SELECT count(*) FROM incoming_session)::int AS sessions,
    (SELECT min(date)::text FROM incoming_session) AS first, (SELECT max(date)::text FROM incoming_session) AS last,
    (SELECT coalesce(array_agg(DISTINCT expert_code), '{}') FROM incoming_session) AS experts,
    (SELECT coalesce(array_agg(DISTINCT department), '{}') FROM incoming_session WHERE department <> '') AS departments,
    count(*) FILTER (WHERE channel = 'appointment')::int AS booked,
    count(*) FILTER (WHERE channel = 'walk_in')::int AS walk_ins,
    count(*) FILTER (WHERE channel = '')::int AS unknown_channel,
    count(registered_at)::int AS registered, count(started_at)::int AS started, count(finished_at)::int AS timed,
    count(checked_in_at)::int AS checked_in, count(patient_index)::int AS named,
    count(*) FILTER (WHERE outcome = 'no_show')::int AS no_shows,
    count(*) FILTER (WHERE outcome = 'cancelled')::int AS cancelled
FROM incoming
"""
ANYTHING_NEW = """
SELECT EXISTS (SELECT FROM incoming WHERE NOT EXISTS (
    SELECT FROM analytics_sessionday day JOIN analytics_visit visit ON visit.session_day_id = day.id
    WHERE day.expert_code = incoming.expert_code AND day.opens_at = incoming.opens_at
      AND visit.identity = incoming.identity))
"""


@dataclass(slots=True)
class Faults:
    """The first faults of a file, and how many there are."""

    kept: list[RowError] = field(default_factory=list)
    count: int = 0

    def add(self, error: RowError, *, more: int = 0) -> None:
        """Count a fault, and ``more`` that nobody will look at one by one."""
        self.count += 1 + more
        if len(self.kept) < FAULTS_KEPT:
            self.kept.append(error)


def rows_copy(
    cursor: Any, numbered: Iterable[Numbered], faults: Faults, progress: Callable[[int], None]
) -> int:
    """Copy the good rows into the table ``incoming``, their sessions beside it; returns how many rows there were."""
    rows = 0
    sessions: dict[tuple[str, datetime], SessionKey] = {}
    visits: Counter[tuple[str, datetime]] = Counter()
    with cursor.copy("COPY incoming FROM STDIN (FORMAT BINARY)") as copy:  # six times as fast as text
        copy.set_types(_INCOMING.values())
        for line, row in numbered:
            rows += 1
            if rows % PROGRESS_ROWS == 0:
                progress(rows)
            if isinstance(row, RowError):
                faults.add(row)
                continue
            key = row.session.identity
            known = sessions.setdefault(key, row.session)
            if known is not row.session and known != row.session:
                faults.add(RowError(line, DIFFERS, field=_difference(known, row.session)))
                continue
            visits[key] += 1
            if visits[key] == VISITS_MAX + 1:
                faults.add(RowError(line, CROWDED, most=VISITS_MAX))
            copy.write_row(_row(line, row))
    with cursor.copy("COPY incoming_session FROM STDIN") as copy:
        for session in sessions.values():
            copy.write_row(_session_row(session))
    if rows >= ANALYSED_ROWS:
        cursor.execute("ANALYZE incoming")
    return rows


def _row(line: int, row: VisitRow) -> tuple[object, ...]:
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
        row.late_cancel,
    )


def _session_row(key: SessionKey) -> tuple[object, ...]:
    return (
        key.expert_code,
        key.department,
        key.session_date,
        key.session_date.isoweekday(),
        clock.local(key.opens_at).time().replace(microsecond=0),
        key.opens_at,
        key.closes_at,
        key.walk_in_opens_at,
        key.slot_minutes,
    )


def _identity(row: VisitRow, patient: bytes | None) -> bytes:
    """What makes a visit the same when it is read again: expert, session, patient, registration, start."""
    moments = (row.session.opens_at, row.registered_at, row.started_at)
    parts = [row.session.expert_code, *(str(moment.timestamp()) if moment else "" for moment in moments)]
    return hashlib.blake2b("\0".join(parts).encode() + b"\0" + (patient or b""), digest_size=20).digest()


def _difference(known: SessionKey, other: SessionKey) -> str:
    names = ("department", "closes_at", "walk_in_opens_at", "slot_minutes", "session_date")
    return next(name for name in names if getattr(known, name) != getattr(other, name))
