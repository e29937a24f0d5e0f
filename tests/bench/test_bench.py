"""The bench measures what it says: every request answered, ratios of neighbours, goals printed and not enforced."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from bench import clients
from bench.__main__ import main, parser, table
from bench.measure import Goal, interleaved, line
from bench.one import MODULES

ROOT = Path(__file__).resolve().parents[2]
FASTER = Goal("X1", "a thing / a bare thing", "things/s", 0.5, 1.0)
SHORTER = Goal("X2", "a wait / a bare wait", "ms", 1.5, 1.0, at_most=True)


class Booking(BaseHTTPRequestHandler):
    """Answers 201 until the numbers are gone, then 409; in two pieces, as networks do."""

    protocol_version = "HTTP/1.1"
    left = 5
    seen: list[tuple[str, str, str]] = []
    guard = threading.Lock()

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        with self.guard:
            self.seen.append((self.headers["Authorization"], self.headers["Idempotency-Key"], body))
            type(self).left -= 1
            status = 201 if self.left >= 0 else 409
        answer = b'{"state": "held"}'
        self.send_response(status)
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer[:5])
        self.wfile.flush()
        self.wfile.write(answer[5:])

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def port() -> Iterator[int]:
    Booking.left, Booking.seen = 5, []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Booking)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()


def requests(port: int, count: int) -> Iterator[bytes]:
    for number in range(count):
        yield clients.post("/book/", f'{{"n": {number}}}', port=port, token="t", key=f"k{number}")


def test_every_request_is_sent_once_and_every_answer_counted(port: int) -> None:
    load = clients.run(requests(port, 9), port=port, clients=3, seconds=30)
    assert load.statuses == {201: 5, 409: 4}
    assert load.odd.startswith("HTTP/1.1 409")
    assert load.rate() == pytest.approx(5 / load.seconds)
    assert sorted(Booking.seen) == [("Token t", f"k{n}", f'{{"n": {n}}}') for n in range(9)]


def test_the_load_ends_with_its_time(port: int) -> None:
    load = clients.run(requests(port, 1_000_000), port=port, clients=2, seconds=0.05)
    assert 2 <= sum(load.statuses.values()) < 100_000


def test_product_and_reference_take_turns_and_the_median_counts() -> None:
    turns: list[str] = []
    products, references = iter([10.0, 1.0, 30.0]), iter([20.0, 20.0, 20.0])

    def measure(name: str, figures: Iterator[float]) -> float:
        turns.append(name)
        return next(figures)

    found = interleaved(
        FASTER,
        lambda: measure("product", products),
        lambda: measure("reference", references),
        repeats=3,
        seed=7,
    )
    assert turns == ["reference", "product"] * 3
    assert (found["ratio"], found["product"], found["reference"], found["repeats"]) == (0.5, 10, 20, 3)
    assert (found["id"], found["unit"], found["goal"], found["reached"], found["seed"]) == (
        "X1",
        "things/s",
        0.5,
        True,
        7,
    )
    assert "load1" in found


@pytest.mark.parametrize(
    ("goal", "ratio", "reached"),
    [(FASTER, 0.49, False), (FASTER, 0.5, True), (SHORTER, 1.5, True), (SHORTER, 1.51, False)],
)
def test_a_goal_that_is_missed_is_printed_as_such(goal: Goal, ratio: float, reached: bool) -> None:
    found = line(goal, ratio, ratio, 1.0, 5)
    assert found["reached"] is reached
    printed = table([json.loads(json.dumps(found))]).splitlines()[1]
    assert printed.startswith(goal.id)
    assert printed.endswith("  reached" if reached else "not reached")


def test_what_installs_another_program_is_measured_only_when_it_is_named() -> None:
    assert "B5" not in parser().parse_args([]).only
    assert parser().parse_args(["--only", "b5"]).only == ["B5"]


@pytest.mark.parametrize("only", ["B9", "", "B1,x"])
def test_an_unknown_ratio_is_refused_with_those_there_are(
    only: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(["--only", only])
    assert ", ".join(MODULES) in capsys.readouterr().err


def test_every_ratio_has_its_module() -> None:
    for module in MODULES.values():
        assert (ROOT / module.replace(".", "/")).with_suffix(".py").is_file()


def test_a_named_database_is_never_touched() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bench", "--only", "B1"],
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": "postgres://hospital:secret@127.0.0.1:1/real"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert "unset DATABASE_URL" in done.stderr
    assert "secret" not in done.stderr
