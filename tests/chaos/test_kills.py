"""kill -9 of every process while patients book: what was acknowledged is there, once."""

from __future__ import annotations

import os
import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import psycopg
import pytest

from tests.browser.demo import Demo
from tests.chaos.clients import PATIENT_S, Client
from tests.chaos.demo import (
    answers,
    kill_beat,
    kill_gateway,
    kill_keeper,
    kill_postgresql,
    kill_valkey,
    kill_web,
    kill_worker,
    ledger,
    manage,
    rows,
    serves,
)
from tests.chaos.journal import LIVE, Asked, Journal, anomalies, minutes, refusals, summary
from tests.figures import Figures
from tests.servers.conftest import until

SEED = 20261122
SHORT_S = 8.0
RUN_S = float(os.environ.get("CHAOS_SECONDS", SHORT_S))
ENOUGH = 10 if RUN_S > SHORT_S else 1
"""So many numbers are booked and cancelled at least, of a long run in each minute; on a busy machine the short run is
over before many are."""
TOLD_EVERY_S = 30.0
SETTLED_S = 600
pytestmark = [pytest.mark.xdist_group("chaos"), pytest.mark.timeout(SETTLED_S + 400 + RUN_S)]

KILLS = (kill_web, kill_postgresql, kill_worker, kill_valkey, kill_keeper, kill_beat, kill_gateway)


def kill_all_along(demo: Demo, stop: threading.Event, tell: Callable[[float, int], None]) -> Counter[str]:
    """Each process once in a short run; in a long one any of them, any time, until the time is over."""
    chance, begun, killed = random.Random(SEED), time.monotonic(), Counter[str]()
    plan, tell_at = iter(KILLS), begun + TOLD_EVERY_S
    while (moment := time.monotonic()) < begun + RUN_S:
        if moment >= tell_at:
            tell(moment - begun, killed.total())
            tell_at += TOLD_EVERY_S
        stop.wait(RUN_S / (len(KILLS) + 1) if RUN_S <= SHORT_S else chance.uniform(2, 8))
        kill = next(plan, None) if RUN_S <= SHORT_S else chance.choice(KILLS)
        if kill is not None and _killed(kill, demo):
            killed[kill.__name__.removeprefix("kill_")] += 1
    return killed


def _killed(kill: Callable[[Demo], None], demo: Demo) -> bool:
    """Whether there was something to kill: what died a moment ago may not be back."""
    if kill is kill_web and not serves(demo):
        return False
    try:
        kill(demo)
    except (AssertionError, OSError, IndexError):
        return False
    return True


def test_nothing_acknowledged_is_lost_when_processes_are_killed_during_booking(
    demo: Demo, cast: dict[str, Any], figures: Figures, say: Callable[[str], None]
) -> None:
    stop = threading.Event()
    clients = [
        Client(demo.url, one, cast["slots"], SEED + index, stop) for index, one in enumerate(cast["people"])
    ]
    journals = [client.journal for client in clients]
    begun = time.monotonic()
    for client in clients:
        client.start()

    def tell(seconds: float, kills: int) -> None:
        say(f"kills: {seconds:.0f} s of {RUN_S:g}, {kills} kills, {booked(journals)} numbers booked,"
            f" {cancelled(journals)} cancelled")  # fmt: skip

    killed = kill_all_along(demo, stop, tell)
    rates = minutes(journals, begun, time.monotonic())
    with suppress(AssertionError):  # what was asked and answered is printed first, and then judged
        until(lambda: cancelled(journals) >= ENOUGH, limit_s=90)
    stop.set()
    for client in clients:
        client.join(PATIENT_S + 30)
    until(lambda: answers(demo))

    told = summary(journals)
    print(killed, told, rates, refusals(journals), *demo.lines[-200:], sep="\n")
    assert not [broken for journal in journals for broken in journal.broken]
    assert cancelled(journals) >= ENOUGH
    assert all(min(rate) >= ENOUGH for rate in rates), "the hospital was as good as closed for a minute"
    assert sum(journal.interrupted for journal in journals) > 0, "no kill was felt: the run shows nothing"
    where = f"{len(clients)} clients, {RUN_S:g} s, {killed.total()} kills -9"
    slowest = f", {min(min(rate) for rate in rates)} in the slowest minute" if rates else ""

    assert oversold(demo, cast["session"]) == []
    figures.shown("G1", f"0 oversold: {where}, {booked(journals)} numbers given out{slowest}", seed=SEED)
    assert sum(journal.twins for journal in journals) == 0
    pairs = sum(journal.pairs for journal in journals)
    figures.shown("G2", f"0 second numbers in {pairs} pairs of tabs at once, while processes were killed")

    states = dict(rows(demo, STATES, cast["session"]))
    keys = dict(rows(demo, KEYS, [one.key for journal in journals for one in journal.asked]))
    assert anomalies(journals, states, keys) == []
    figures.shown("G13", f"0 anomalies: {told}", seed=SEED)
    kept = sum(bool(one.live) for one in journals) + sum(len(one.cancelled) for one in journals)
    figures.shown("G4", f"0 lost of {kept} acknowledged bookings and cancels; killed: "
                  + ", ".join(f"{name} {times}" for name, times in sorted(killed.items())))  # fmt: skip

    again = keys_answer_again(clients, keys)
    assert again["wrong"] == 0
    repeated = sum(journal.repeated for journal in journals)
    figures.shown(
        "G5", f"0 of {again.total()} keys stuck after the kills; {repeated} repeated meanwhile, all the same"
    )
    money_is_accounted_for(demo, journals, figures)


def booked(journals: list[Journal]) -> int:
    return sum(one.books and one.status == 201 for journal in journals for one in list(journal.asked))


def cancelled(journals: list[Journal]) -> int:
    return sum(len(one.cancelled) for one in journals)


STATES = (
    "SELECT a.code, a.state FROM booking_appointment a JOIN booking_slot s ON s.id = a.slot_id"
    " JOIN booking_clinicsession c ON c.id = s.session_id WHERE c.code = %s"
)
KEYS = (
    "SELECT key, answer->>'code' FROM hospital_idempotencykey"
    " WHERE key = ANY(%s) AND route = '/api/v1/appointments/'"
)


def oversold(demo: Demo, session: str) -> list[tuple[Any, ...]]:
    """The slots whose counter, numbers and quota do not fit each other."""
    counted = rows(
        demo,
        "SELECT s.code, s.quota, s.booked, count(a.id) FILTER (WHERE a.state = ANY(%s)) FROM booking_slot s"
        " JOIN booking_clinicsession c ON c.id = s.session_id"
        " LEFT JOIN booking_appointment a ON a.slot_id = s.id WHERE c.code = %s GROUP BY s.id",
        sorted(LIVE),
        session,
    )
    return [slot for slot in counted if not slot[3] == slot[2] <= slot[1]]


def keys_answer_again(clients: list[Client], keys: dict[str, str]) -> Counter[str]:
    """Send a hundred bookings once more, first those whose answer never came: each has its own number."""
    sent = [(client, one) for client in clients for one in client.journal.asked if one.key in keys]
    sent.sort(key=lambda pair: pair[1].status is not None)
    seen: Counter[str] = Counter()
    for client, one in sent[:100]:
        again: Asked = client.ask(one.path, one.body, key=one.key, patient=True)
        good = (again.status, again.answer.get("code")) == (201, keys[one.key])
        seen["good" if good else "wrong"] += 1
    return seen


def money_is_accounted_for(demo: Demo, journals: list[Journal], figures: Figures) -> None:
    """What the gateway took is a number or went back; both books show the same sum."""
    took = {code for journal in journals for code in journal.paid}
    pressed = sorted({code for journal in journals for code in journal.pressed})
    begun = time.monotonic()
    until(lambda: settled(demo, took, pressed), limit_s=SETTLED_S)
    took_s = time.monotonic() - begun
    ours, theirs = books(demo, pressed)
    assert ours == theirs
    figures.shown("G6", f"{ours - theirs} fen between our books and the gateway's ({theirs} fen kept, "
                  f"{len(pressed)} orders), {took_s:.0f} s after the last kill (600)", seed=SEED)  # fmt: skip
    figures.shown("G7", f"0 of {len(took)} paid while processes were killed without a number or a refund")


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


def books(demo: Demo, pressed: list[str]) -> tuple[int, int]:
    """The fen that we and that the gateway have for these numbers, refunds taken off."""
    theirs = ledger(demo)
    known = {order for (order,) in rows(demo, "SELECT order_no FROM booking_payment")}
    assert theirs.keys() <= known, "money was taken for an order that we know nothing of"
    ours = rows(
        demo,
        "SELECT p.order_no, coalesce(p.paid_fen, 0) - CASE WHEN r.done_at IS NULL THEN 0 ELSE r.amount_fen END"
        " FROM booking_payment p JOIN booking_appointment a ON a.id = p.appointment_id"
        " LEFT JOIN booking_refund r ON r.payment_id = p.id WHERE a.code = ANY(%s)",
        pressed,
    )
    return sum(fen for _order, fen in ours), sum(
        theirs.get(order, 0) for order in {one for one, _fen in ours}
    )


def settled(demo: Demo, took: set[str], pressed: list[str]) -> bool:
    """Whether every notice has come, or asking has found what was lost, and every refund is done."""
    under_way = (
        "SELECT count(*) FROM booking_refund r JOIN booking_payment p ON p.id = r.payment_id"
        " JOIN booking_appointment a ON a.id = p.appointment_id WHERE r.done_at IS NULL AND a.code = ANY(%s)"
    )
    try:
        ours, theirs = books(demo, pressed)
        return ours == theirs and unsettled(demo, took) == [] and rows(demo, under_way, pressed) == [(0,)]
    except psycopg.OperationalError:
        return False


def test_control_look_then_insert_sells_more_than_there_are(demo: Demo, figures: Figures) -> None:
    """The replica of the pattern without the guard, in the same database with as many clients, must oversell."""
    seats, clients = 12, 32
    with demo.database() as connection:
        connection.execute("DROP TABLE IF EXISTS chaos_control")
        connection.execute("CREATE TABLE chaos_control (who int)")
    looked = threading.Barrier(clients)

    def look_then_insert(who: int) -> None:
        with demo.database() as connection:
            taken = connection.execute("SELECT count(*) FROM chaos_control").fetchone()
            looked.wait(60)
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
    assert sold > seats
    figures.control("G1", f"{sold} sold of {seats}: {clients} clients look, then insert")


def test_the_guarantees_hold_afterwards(demo: Demo) -> None:
    done = manage(demo, "manage.py", "verify_invariants")
    assert done.returncode == 0, done.stdout + done.stderr
