"""A clinic morning with something of everything, and SQL that breaks what the database itself keeps."""

from __future__ import annotations

import pytest
from django.db import connection

from booking import services as booking
from booking.models import Appointment
from tests import factories
from tests.queueing.conftest import Morning


def paid_booking(morning: Morning, slot: int) -> Appointment:
    """A number held and paid for through the provider's notice."""
    return factories.book(factories.slots(morning.session)[slot], morning.patient(), None, morning.now())


@pytest.fixture
def day(morning: Morning) -> Morning:
    """A morning with something of everything: booked, cancelled, expired, refunded, seen, called, passed, left."""
    first, second, third, refunded = (paid_booking(morning, slot) for slot in (0, 0, 1, 2))
    booking.appointment_cancel(
        appointment_id=refunded.pk, actor=morning.desk, now=morning.now(), reason="on the phone"
    )
    factories.hold(factories.slots(morning.session)[3], morning.patient(), None, morning.now())
    morning.now.at("06:40")
    booking.holds_expire_due(morning.now())
    factories.hold(factories.slots(morning.session)[3], morning.patient(), None, morning.now())
    booking.sessions_advance(morning.now.at("07:00"))
    for appointment in (first, second):
        morning.check_in(appointment, "07:30")
    gone, cancelled, _waits = (morning.walk_in("07:40") for _turn in range(3))
    morning.do("cancel", cancelled, actor=morning.desk, reason="wrong department")
    morning.do("leave", gone, actor=morning.desk)
    seen = morning.serve("08:00")
    morning.do("finish", seen, "08:05")
    passed = morning.call("08:06")
    morning.do("pass", passed, "08:09")
    morning.do("return", passed, "08:10", actor=morning.desk)
    morning.call("08:12")
    morning.check_in(third, "08:15")
    return morning


def execute(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(sql)


def unguarded(table: str, *constraints: str) -> str:
    """SQL that takes away what stops the database itself from being broken; rolled back with the test."""
    dropped = "".join(
        f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {name}; DROP INDEX IF EXISTS {name};"
        for name in constraints
    )
    return f"ALTER TABLE {table} DISABLE TRIGGER USER; {dropped}"


KEYS = "INSERT INTO hospital_idempotencykey (account, route, key, body_digest, created_at) "
HISTORY_OF = "the history of each {} ends in its state"
STOPPED = (
    "INSERT INTO booking_stop (code, session_id, reason, state, proposed_at)"
    " SELECT code, id, 'ill', 'proposed', opens_at FROM booking_clinicsession LIMIT 1"
)
PAUSED = (
    "INSERT INTO queueing_pause (session_id, state, reason, began_at, until)"
    " SELECT session_id, 'paused', 'break', min(called_at) - interval '1 minute', min(called_at)"
    " FROM queueing_call GROUP BY session_id LIMIT 1"
)
NIGHT = (
    "INSERT INTO analytics_nightrun (kind, state, as_of, days, days_taken, visits_added, begun_at, deadline_at,"
    " ended_at, asked_by, problem) VALUES ('night', 'complete', '2026-11-02', '[]', 0, 0,"
    " '2026-11-02', '2026-11-02', '2026-11-02', '', '');"
    "INSERT INTO analytics_expertrun (run_id, expert_code, whole, state, attempts, worker, plans, proposed, problem)"
    " SELECT id, 'zhao', false, 'waiting', 0, '', 0, 0, '' FROM analytics_nightrun"
)
PLANNED = (
    "INSERT INTO analytics_quotaplan (code, expert_code, department, weekday, opens_at, closes_at, walk_in_opens_at,"
    " slot_minutes, method, estimator, seed, as_of, sessions_used, appointments, pre_opening_walk_ins,"
    " pre_opening_low, pre_opening_high, warnings, world, state, edited, proposed_at, decided_by)"
    " VALUES ('PLAN56789012', 'zhao', '', 1, '08:00', '09:00', '07:00', 60, 'r1', 'full_counts', 0, '2026-11-02',"
    " 4, 5, 0, 0, 0, '[]', '{}', 'proposed', false, '2026-11-02', '');"
    "INSERT INTO analytics_planslot (plan_id, index, starts_at, length_min, walk_in_rate_per_min, rate_low_per_min,"
    " rate_high_per_min, walk_ins, consultations, mean_duration_min, capacity, capacity_rule, few_data, carry_in,"
    " spare, computed_quota, quota) SELECT id, 1, '08:00', 60, 0, 0, 0, 0, 0, 6, 10, 'mean_duration', false, 0, 0,"
    " 5, 5 FROM analytics_quotaplan;"
)
SOMEBODY = (
    "INSERT INTO hospital_user (password, is_superuser, username, first_name, last_name, email, is_staff,"
    " is_active, date_joined, role, phone_tail) VALUES"
    " ('', false, 'somebody', '', '', '', false, true, '2026-11-02', 'patient', '');"
)


def copy(table: str, where: str, **changes: str) -> str:
    """SQL that writes a row of ``table`` again, some columns changed."""
    values = ", ".join(f"'{column}', {value}" for column, value in changes.items())
    sequence = f"nextval(pg_get_serial_sequence('{table}', 'id'))"
    return (
        f"INSERT INTO {table} SELECT (jsonb_populate_record(original, jsonb_build_object('id', {sequence}"
        f"{', ' if values else ''}{values}))).* FROM {table} original WHERE {where} LIMIT 1;"
    )
