"""B1: bookings a second through HTTP, over 500 slots, with every rule, sign-in and idempotency on.

The reference is pgbench with as many clients: the same rows (slot, appointment, history, idempotency key) in one
prepared statement without any rule, straight to the same PostgreSQL.
"""

import itertools
import json
import os
import random
import re
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench import clients
from bench.measure import Goal, interleaved
from bench.server import NAME, serving

GOAL = Goal(
    "B1", "bookings over HTTP, 500 slots / pgbench, same rows in one statement", "bookings/s", 0.25, 0.40
)
PATH = "/api/v1/appointments/"
CLIENTS = 8
SLOTS = 500
SEED = 11
SCALES = {
    # patients, seconds of the product, transactions of each reference client
    "full": (16_000, 4.0, 2_000),
    "small": (4_000, 1.0, 500),
}
REFERENCE_SQL = """
\\set n :n + 1
\\set patient :first_patient + :client_id * :share + :n
\\set slot :first_slot + random(0, :slots - 1)
WITH given AS (
    SELECT :patient::bigint AS patient, :patient::bigint + :account_offset::bigint AS account,
           to_timestamp(:moment::bigint) AS moment
), taken AS (
    UPDATE booking_slot SET booked = booked + 1 WHERE id = :slot::bigint AND booked < quota RETURNING id, session_id
), made AS (
    INSERT INTO booking_appointment
        (code, slot_id, session_id, patient_id, account_id, state, fee_fen, checkin_code, held_at, pay_by)
    SELECT substr(md5(patient::text), 1, 12), id, session_id, patient, account, 'held', 2000, 'CHECKIN0', moment, moment
    FROM taken, given RETURNING id
), written AS (
    INSERT INTO hospital_statechange
        (thing, thing_id, verb, from_state, to_state, actor_kind, actor_id, actor_name, at, reason, data)
    SELECT 'appointment', id, 'hold', '', 'held', 'patient', account, 'load', moment, '', '{}'::jsonb
    FROM made, given
)
INSERT INTO hospital_idempotencykey (account, route, key, body_digest, status, answer, created_at)
SELECT 'patient:' || account, '/api/v1/appointments/', md5(patient::text), sha256('body'), 201,
       '{"code": "ABCDEFGHJKLM", "state": "held"}'::jsonb, moment
FROM made, given;
"""


class BookingLoad:
    """People with tokens, slots to book, and the two ways to book them."""

    def __init__(self, *, patients: int, slots: int, quota: int) -> None:
        from hospital.common import clock
        from hospital.demo.load import seed_load

        made = seed_load(patients=patients, slots=slots, quota=quota, now=clock.now())
        self.people: list[Any] = made["patients"]
        self.slots = [str(code) for code in made["slots"]]
        self.random = random.Random(SEED)

    def product(self, port: int, seconds: float, many: int = CLIENTS) -> float:
        """Bookings a second through the API; every answer must be 201."""
        self.empty()
        load = clients.run(self.requests(port), port=port, clients=many, seconds=seconds)
        return load.checked(201)

    def requests(self, port: int, path: str = PATH) -> Iterator[bytes]:
        """A booking of each person."""
        for number, person in enumerate(self.people):
            body = json.dumps({"slot": self.random.choice(self.slots), "patient": person["patient"]})
            yield clients.post(
                path,
                body,
                port=port,
                token=person["token"],
                key=f"{number}-{self.random.random()}",
            )

    def reference(self, transactions: int) -> float:
        """Bookings a second through pgbench."""
        from booking.models import AccountPatient, Patient, Slot

        self.empty()
        codes = itertools.islice((person["patient"] for person in self.people), 1)
        first = Patient.objects.get(code=next(codes))
        link = AccountPatient.objects.get(patient=first)
        numbers = {
            "n": -1,
            "moment": int(time.time()),
            "first_patient": first.pk,
            "account_offset": link.account_id - first.pk,
            "share": len(self.people) // CLIENTS,
            "first_slot": Slot.objects.get(code=self.slots[0]).pk,
            "slots": len(self.slots),
        }
        return pgbench(REFERENCE_SQL, transactions, numbers)

    def empty(self) -> None:
        """Take all bookings back, so that every run begins alike."""
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute(
                "TRUNCATE booking_appointment, hospital_statechange, hospital_idempotencykey CASCADE"
            )
            cursor.execute("UPDATE booking_slot SET booked = 0 WHERE booked > 0")
            cursor.execute("VACUUM ANALYZE booking_slot")
            cursor.execute("CHECKPOINT") if _may_checkpoint(cursor) else None


def _may_checkpoint(cursor: Any) -> bool:
    cursor.execute("SELECT pg_has_role(current_user, 'pg_checkpoint', 'MEMBER')")
    return bool(cursor.fetchone()[0])


def pgbench(script: str, transactions: int, numbers: dict[str, int]) -> float:
    """Run a script from ``CLIENTS`` connections with prepared statements; transactions a second."""
    from django.conf import settings

    from hospital.servers.postgres import programs

    database = settings.DATABASES["default"]
    address = {"PGHOST": database["HOST"], "PGPORT": database["PORT"], "PGUSER": database["USER"]}
    secret = {"PGPASSWORD": database["PASSWORD"], "PGDATABASE": database["NAME"]}
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "book.sql"
        file.write_text(script)
        options = ["-n", "-M", "prepared", "-c", CLIENTS, "-j", 2, "-t", transactions, "-f", file]
        options += [part for name, value in numbers.items() for part in ("-D", f"{name}={value}")]
        done = subprocess.run(
            [programs() / "pgbench", *(str(option) for option in options)],
            env=os.environ | address | secret,
            capture_output=True,
            text=True,
            check=False,
        )
    rate = re.search(r"tps = ([\d.]+)", done.stdout)
    if done.returncode or rate is None:
        raise RuntimeError(f"pgbench failed: {done.stderr.strip()[:500]}")
    return float(rate[1])


def run(scale: str) -> dict[str, Any]:
    """Measure B1."""
    patients, seconds, transactions = SCALES[scale]
    load = BookingLoad(patients=patients, slots=SLOTS, quota=max(200, patients // SLOTS * 4))
    with serving() as server:
        load.product(server.port, 1.0)
        return interleaved(
            GOAL,
            lambda: load.product(server.port, seconds),
            lambda: load.reference(transactions),
            server=NAME,
            clients=CLIENTS,
            seed=SEED,
        )
