"""kill -9 of every process while patients book: what was acknowledged is there, once."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.browser.demo import FOREIGN, ROOT, Demo, running_demo
from tests.chaos.clients import Client
from tests.servers.conftest import processes_of, until

pytestmark = [pytest.mark.xdist_group("browser"), pytest.mark.timeout(240)]
SEED = 20261122
RUN_S = float(os.environ.get("CHAOS_SECONDS", "16"))
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
    for kill in KILLS:
        stop.wait(RUN_S / (len(KILLS) + 1))
        kill(demo)
    stop.wait(RUN_S / (len(KILLS) + 1))
    stop.set()
    for client in clients:
        client.join(60)
    until(lambda: answers(demo))

    journals = [client.journal for client in clients]
    print(
        f"seed {SEED}: {sum(len(j.cancelled) for j in journals)} numbers booked and cancelled, "
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
    assert {code: found.get(code) for code in acknowledged} == dict.fromkeys(acknowledged, "held")
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
