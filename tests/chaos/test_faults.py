"""Servers away and processes killed at named points: what was half done is done or not, and everything comes back.

A point is named by a lock: another connection holds the row that a step needs, the process is killed while it waits
there, and the lock is let go.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest

from hospital.servers import ensure
from tests.browser.demo import FOREIGN, ROOT, Demo
from tests.chaos.clients import BOOK, Client
from tests.chaos.demo import kill_web, kill_worker, rows, valkey, without
from tests.figures import Figures
from tests.servers.conftest import until

pytestmark = [pytest.mark.xdist_group("chaos"), pytest.mark.timeout(300)]
POOL = 4
SLACK = 3
"""A machine that is busy with other things may take so much longer; the table says how long it was."""


@pytest.fixture
def patients(demo: Demo, cast: dict[str, Any]) -> list[Client]:
    """Who does nothing by themselves."""
    never = threading.Event()
    return [
        Client(demo.url, one, cast["quiet_slots"], n, never) for n, one in enumerate(cast["quiet_people"])
    ]


def held(patient: Client, slot: int) -> str:
    """The patient's number, held anew or from before."""
    patient.look()
    if patient.journal.live is None:
        asked = patient.ask(BOOK, {"slot": patient.slots[slot], "patient": patient.patient}, patient=True)
        assert asked.status == 201, asked
        patient.journal.live = asked.answer["code"]
    assert patient.journal.live
    return patient.journal.live


@contextmanager
def locked(demo: Demo, query: str, *values: object) -> Iterator[Callable[[], int]]:
    """Hold the locks of a query for the block; gives how many connections wait for a lock."""
    with psycopg.connect(ensure(demo.data_dir)[0]) as connection:
        connection.execute(query, values)  # type: ignore[arg-type]
        yield lambda: waiting(demo)


def waiting(demo: Demo) -> int:
    return rows(demo, "SELECT count(*) FROM pg_stat_activity WHERE cardinality(pg_blocking_pids(pid)) > 0")[
        0
    ][0]


def state(demo: Demo, code: str) -> tuple[str, str]:
    """Of a number and of its payment."""
    query = (
        "SELECT a.state, coalesce(max(p.state), '') FROM booking_appointment a"
        " LEFT JOIN booking_payment p ON p.appointment_id = a.id WHERE a.code = %s GROUP BY a.id"
    )
    [found] = rows(demo, query, code)
    return found


def test_a_web_process_killed_in_a_booking_a_cancel_and_a_notice_leaves_nothing_half_done(
    demo: Demo, patients: list[Client], figures: Figures
) -> None:
    books, cancels, pays = patients[:3]
    given_back, paid = held(cancels, 1), held(pays, 2)
    pay_url = pays.ask(f"{BOOK}{paid}/payments/", {"provider": "sandbox"}, patient=True).answer["pay_url"]
    wish = {"slot": books.slots[0], "patient": books.patient}
    with ThreadPoolExecutor(3) as pool:
        slots = "SELECT 1 FROM booking_slot WHERE code = ANY(%s) FOR NO KEY UPDATE"
        with locked(demo, slots, books.slots) as blocked:
            booking = pool.submit(books.ask, BOOK, wish, patient=True)
            cancelling = pool.submit(cancels.ask, f"{BOOK}{given_back}/cancel/", {}, patient=True)
            assert pool.submit(pays.press, pay_url).result(30)
            until(lambda: blocked() >= 3, limit_s=30)
            kill_web(demo)
        booked = booking.result(60)
        cancelling.result(60)
    assert booked.status == 201
    assert books.journal.interrupted >= 1, "the kill was not felt"
    until(lambda: state(demo, paid) == ("booked", "paid"), limit_s=150)
    assert state(demo, given_back)[0] == "cancelled"
    live = "SELECT count(*) FROM booking_appointment a JOIN booking_patient p ON p.id = a.patient_id WHERE p.code = %s"
    assert rows(demo, live, books.patient) == [(1,)]
    figures.shown(
        "faults", "kill -9 of web inside a booking, a cancel and a notice: 0 half states, each done once"
    )


def test_a_worker_killed_among_the_patients_of_a_stopped_clinic_handles_everyone_once(
    demo: Demo, cast: dict[str, Any], figures: Figures
) -> None:
    environment = {name: value for name, value in os.environ.items() if name not in FOREIGN}
    with subprocess.Popen(
        [sys.executable, "-m", "tests.chaos.people", "stop"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=environment | {"DATA_DIR": str(demo.data_dir)},
    ) as stopping:
        assert stopping.stdout is not None
        made = json.loads(stopping.stdout.readline())
        until(lambda: told(demo, made["stop"]) > 0 and waiting(demo) > 0, limit_s=60)
        before = told(demo, made["stop"])
        kill_worker(demo)
        begun = time.monotonic()
        stopping.communicate("")
    everybody = len(made["codes"])
    assert 0 < before < everybody, "not in the middle"
    until(lambda: told(demo, made["stop"]) == everybody, limit_s=60 * SLACK)
    took = time.monotonic() - begun
    once = rows(
        demo,
        "SELECT count(*), count(DISTINCT thing_id) FROM hospital_statechange h JOIN booking_stopcase c"
        " ON c.id = h.thing_id JOIN booking_stop s ON s.id = c.stop_id"
        " WHERE h.thing = 'stopcase' AND h.from_state = 'listed' AND s.code = %s",
        made["stop"],
    )
    assert once == [(everybody, everybody)]
    figures.shown("faults", f"kill -9 of the worker after {before} of {everybody} patients of a stopped clinic: "
                  f"went on within {took:.0f} s (60), 0 left out, 0 told twice")  # fmt: skip


def told(demo: Demo, stop: str) -> int:
    """How many patients of the stopped clinic are past the first step."""
    query = (
        "SELECT count(*) FROM booking_stopcase c JOIN booking_stop s ON s.id = c.stop_id"
        " WHERE s.code = %s AND c.state <> 'listed'"
    )
    return rows(demo, query, stop)[0][0]


def test_while_valkey_is_away_and_the_worker_was_killed_numbers_are_booked_and_holds_end(
    demo: Demo, patients: list[Client], figures: Figures
) -> None:
    patient = patients[3]
    with without(demo, "valkey"):
        code = held(patient, 3)
        kill_worker(demo)
        end = (
            "UPDATE booking_appointment SET pay_by = held_at + interval '1 s' WHERE code = %s RETURNING code"
        )
        rows(demo, end, code)
        begun = time.monotonic()
        until(lambda: state(demo, code)[0] == "expired", limit_s=60 * SLACK)
        took = time.monotonic() - begun
    until(lambda: valkey(demo), limit_s=30)
    figures.shown("faults", "Valkey killed and kept away: numbers are booked; it comes back empty")
    figures.shown("G3", f"an expired hold was off after {took:.0f} s (60), Valkey away and the worker killed")


def status(patient: Client) -> tuple[int, str | None, float]:
    """Of the page of one's own numbers: answer, Retry-After, seconds."""
    begun = time.monotonic()
    request = urllib.request.Request(  # noqa: S310 - our own address
        patient.url + BOOK, headers={"Authorization": f"Token {patient.token}"}
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - our own address
            return answer.status, None, time.monotonic() - begun
    except urllib.error.HTTPError as error:
        return error.code, error.headers["Retry-After"], time.monotonic() - begun


def test_without_postgresql_the_answer_is_503_with_retry_after_until_it_is_back(
    demo: Demo, patients: list[Client], figures: Figures
) -> None:
    assert status(patients[0])[0] == 200
    with without(demo, "postgres"):
        away = [status(patients[0])[:2] for _turn in range(3)]
    begun = time.monotonic()
    assert away == [(503, "2")] * 3
    until(lambda: status(patients[0])[0] == 200, limit_s=10 * SLACK)
    took = time.monotonic() - begun
    figures.shown(
        "faults", f"PostgreSQL killed: 503 with Retry-After, 200 again {took:.1f} s after it may start (10)"
    )


def test_without_a_free_connection_the_answer_is_503_in_two_seconds(
    demo: Demo, patients: list[Client], figures: Figures
) -> None:
    """Four people whose requests wait for a lock have all connections; more get none."""
    enough = threading.Event()

    def keep_asking(patient: Client) -> None:
        while not enough.is_set():
            status(patient)

    with ThreadPoolExecutor(2 * POOL) as pool:
        with locked(demo, "LOCK TABLE booking_appointment IN ACCESS EXCLUSIVE MODE") as blocked:
            first = [pool.submit(keep_asking, patients[n]) for n in range(POOL)]
            try:
                until(lambda: blocked() >= POOL, limit_s=30)
                more = [pool.submit(status, patients[n]) for n in range(POOL)]
                answers = [one.result(30) for one in more]
            finally:
                enough.set()
        for one in first:
            one.result(30)
    assert {answer[:2] for answer in answers} == {(503, "2")}
    slowest = max(answer[2] for answer in answers)
    assert slowest < 2 * SLACK
    figures.shown("faults", f"no free connection: 503 with Retry-After after {slowest:.1f} s (2)")
