"""kill -9 of every process while patients book: what was acknowledged is there, once."""

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.browser.demo import FOREIGN, ROOT, Demo, running_demo
from tests.chaos.clients import Client
from tests.servers.conftest import processes_of, until

SEED = 20261122
SHORT_S = 16.0
RUN_S = float(os.environ.get("CHAOS_SECONDS", SHORT_S))
pytestmark = [pytest.mark.xdist_group("browser"), pytest.mark.timeout(300 + RUN_S)]
LIVE = ("held", "booked")


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    with running_demo(tmp_path_factory.mktemp("chaos") / "data") as served:
        yield served


def manage(demo: Demo, *command: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name not in FOREIGN}
    return subprocess.run(
        [sys.executable, *command],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=environment | {"DATA_DIR": str(demo.data_dir)},
        timeout=60,
        check=False,
    )


def process(demo: Demo, *words: str) -> int:
    """The id of the demo's process with these words in its command line, foremost of its group."""
    port = demo.url.rpartition(":")[2]
    for entry in sorted(Path("/proc").glob("[0-9]*"), key=lambda path: int(path.name)):
        try:
            command = (entry / "cmdline").read_text()
            environment = (entry / "environ").read_text().split("\0")
        except OSError:
            continue
        ours = f"PORT={port}" in environment and all(word in command for word in words)
        if ours and os.getpgid(int(entry.name)) == int(entry.name):
            return int(entry.name)
    raise AssertionError(f"no process {words}")


def kill_web(demo: Demo) -> None:
    os.kill(process(demo, "uvicorn"), signal.SIGKILL)


def kill_worker(demo: Demo) -> None:
    os.kill(process(demo, "celery", "worker"), signal.SIGKILL)


def kill_postgresql(demo: Demo) -> None:
    lock = demo.data_dir / "servers/postgres/cluster/postmaster.pid"
    os.kill(int(lock.read_text().split()[0]), signal.SIGKILL)


def kill_valkey(demo: Demo) -> None:
    """Valkey writes over its command line; it works in its own folder."""
    for number in processes_of(demo.data_dir / "servers/valkey"):
        if Path(f"/proc/{number}/comm").read_text().startswith("valkey"):
            os.kill(number, signal.SIGKILL)
            return
    raise AssertionError("no Valkey")


def kill_keeper(demo: Demo) -> None:
    os.kill(process(demo, "hospital.servers.keeper\0postgres"), signal.SIGKILL)


KILLS = (kill_web, kill_worker, kill_postgresql, kill_valkey, kill_web, kill_keeper, kill_postgresql)


def kill_all_along(demo: Demo, stop: threading.Event) -> Counter[str]:
    """Each process once in a short run; in a long one any of them, any time, until the time is over."""
    chance, until_s, killed = random.Random(SEED), time.monotonic() + RUN_S, Counter[str]()
    plan = iter(KILLS)
    while time.monotonic() < until_s:
        stop.wait(RUN_S / (len(KILLS) + 1) if RUN_S <= SHORT_S else chance.uniform(2, 8))
        kill = next(plan, None) if RUN_S <= SHORT_S else chance.choice(KILLS)
        if kill is not None and _killed(kill, demo):
            killed[kill.__name__] += 1
    return killed


def _killed(kill: Callable[[Demo], None], demo: Demo) -> bool:
    """Whether there was something to kill: what died a moment ago may not be back."""
    try:
        kill(demo)
    except (AssertionError, OSError, IndexError):
        return False
    return True


def rows(demo: Demo, query: str, *values: object) -> list[tuple[Any, ...]]:
    with demo.database() as connection:
        return connection.execute(query, values).fetchall()  # type: ignore[arg-type]


def answers(demo: Demo) -> bool:
    try:
        return rows(demo, "SELECT 1") == [(1,)]
    except psycopg.OperationalError:
        return False


def test_nothing_acknowledged_is_lost_when_processes_are_killed_during_booking(demo: Demo) -> None:
    made = manage(demo, "-m", "tests.chaos.people")
    assert made.returncode == 0, made.stderr[-2000:]
    cast = json.loads(made.stdout.splitlines()[-1])
    stop = threading.Event()
    clients = [
        Client(demo.url, one, cast["slots"], SEED + index, stop) for index, one in enumerate(cast["people"])
    ]
    for client in clients:
        client.start()
    killed = kill_all_along(demo, stop)
    stop.set()
    for client in clients:
        client.join(60)
    until(lambda: answers(demo))

    journals = [client.journal for client in clients]
    print(
        f"seed {SEED}, {RUN_S:g} s, {len(clients)} clients, killed {dict(killed)}: "
        f"{sum(j.invoked for j in journals)} requests invoked, {sum(j.acknowledged for j in journals)} acknowledged; "
        f"{sum(len(j.cancelled) for j in journals)} numbers booked and cancelled, "
        f"{sum(len(j.paid) for j in journals)} paid, "
        f"{sum(j.live is not None for j in journals)} kept, {sum(len(j.refused) for j in journals)} refused, "
        f"{sum(j.interrupted for j in journals)} requests interrupted and repeated"
    )
    assert not [broken for journal in journals for broken in journal.broken]
    assert sum(journal.interrupted for journal in journals) > 0, "no kill was felt: the run shows nothing"
    assert sum(len(journal.cancelled) for journal in journals) >= 10
    found: dict[str, str] = dict(
        rows(
            demo,
            "SELECT a.code, a.state FROM booking_appointment a JOIN booking_slot s ON s.id = a.slot_id "
            "JOIN booking_clinicsession c ON c.id = s.session_id WHERE c.code = %s",
            cast["session"],
        )
    )
    acknowledged = {journal.live for journal in journals if journal.live}
    assert {code for code in acknowledged if found.get(code) not in LIVE} == set(), (
        "G4: acknowledged, and gone"
    )
    given_back = {code for journal in journals for code in journal.cancelled}
    assert {found.get(code) for code in given_back} == {"cancelled"}
    assert {code for code, state in found.items() if state in LIVE} == acknowledged, (
        "a number nobody was told of"
    )
    counts = rows(
        demo,
        "SELECT s.quota, s.booked, count(a.id) FILTER (WHERE a.state = ANY(%s)) FROM booking_slot s "
        "JOIN booking_clinicsession c ON c.id = s.session_id "
        "LEFT JOIN booking_appointment a ON a.slot_id = s.id WHERE c.code = %s GROUP BY s.id",
        list(LIVE),
        cast["session"],
    )
    assert all(booked == live <= quota for quota, booked, live in counts), counts

    took = {code for journal in journals for code in journal.paid}
    until(lambda: settled(demo, took), limit_s=120)
    money = unsettled(demo, took)
    print(
        f"G1 oversold 0, G4 lost 0 of {len(acknowledged)} kept, "
        f"G6/G7 {len(took)} paid, {len(money)} without a number or a refund, G13 anomalies 0"
    )
    assert money == []


def unsettled(demo: Demo, took: set[str]) -> list[tuple[Any, ...]]:
    """What the gateway took money for, and has neither a booked number nor a refund for it."""
    return rows(
        demo,
        "SELECT a.code, a.state, array_agg(p.state) FROM booking_appointment a"
        " LEFT JOIN booking_payment p ON p.appointment_id = a.id WHERE a.code = ANY(%s)"
        " GROUP BY a.id HAVING NOT coalesce(bool_or("
        "  (p.state = 'paid' AND a.state = 'booked') OR p.state IN ('refunding', 'refunded')), false)",
        sorted(took),
    )


def settled(demo: Demo, took: set[str]) -> bool:
    """Whether every notice has come, or reconciliation has found what was lost."""
    try:
        return unsettled(demo, took) == []
    except psycopg.OperationalError:
        return False


def test_control_look_then_insert_sells_more_than_there_are(demo: Demo) -> None:
    """The replica of the pattern without the guard, in the same database with as many clients, must oversell."""
    seats, clients = 12, 32
    with demo.database() as connection:
        connection.execute("DROP TABLE IF EXISTS chaos_control")
        connection.execute("CREATE TABLE chaos_control (who int)")
    gate = threading.Barrier(clients)

    def look_then_insert(who: int) -> None:
        with demo.database() as connection:
            gate.wait(30)
            taken = connection.execute("SELECT count(*) FROM chaos_control").fetchone()
            if taken is not None and taken[0] < seats:
                connection.execute("INSERT INTO chaos_control VALUES (%s)", [who])

    threads = [threading.Thread(target=look_then_insert, args=[who]) for who in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    sold = rows(demo, "SELECT count(*) FROM chaos_control")[0][0]
    with demo.database() as connection:
        connection.execute("DROP TABLE chaos_control")
    print(f"control, look then insert: {sold} sold of {seats}")
    assert sold > seats


def test_an_expired_hold_is_off_within_a_minute_of_the_workers_death(demo: Demo) -> None:
    (code,) = rows(demo, "SELECT code FROM booking_appointment WHERE state = 'held' ORDER BY code LIMIT 1")[0]
    kill_worker(demo)
    rows(
        demo,
        "UPDATE booking_appointment SET pay_by = held_at + interval '1 s' WHERE code = %s RETURNING code",
        code,
    )
    until(
        lambda: rows(demo, "SELECT state FROM booking_appointment WHERE code = %s", code) == [("expired",)],
        limit_s=60,
    )


def test_the_guarantees_hold_afterwards(demo: Demo) -> None:
    done = manage(demo, "manage.py", "verify_invariants")
    assert done.returncode == 0, done.stdout + done.stderr
