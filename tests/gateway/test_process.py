"""The gateway as it runs: a process of its own, killed and started again."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
import requests

from booking.providers import Order
from booking.providers.sandbox import SandboxProvider

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 20


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Running:
    """A gateway process and its client."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen[bytes] | None = None
        self.client = SandboxProvider(
            name="sandbox",
            url=self.url,
            merchant="fenliu-demo",
            merchant_key=folder / "gateway" / "merchant-private.pem",
            gateway_key=folder / "gateway" / "gateway-public.pem",
        )

    def start(self) -> None:
        command = [
            sys.executable,
            "-m",
            "hospital.gateway",
            "--port",
            str(self.port),
            "--data-dir",
            str(self.folder),
        ]
        self.process = subprocess.Popen(command, cwd=ROOT)
        wait_for(self.answers, "the gateway answers")

    def answers(self) -> bool:
        try:
            return bool(requests.get(f"{self.url}/healthz", timeout=1).json() == {"status": "ok"})
        except requests.RequestException:
            return False

    def stop(self, sign: signal.Signals = signal.SIGTERM) -> int:
        assert self.process is not None
        self.process.send_signal(sign)
        return self.process.wait(PATIENCE_S)


def wait_for(happened: Any, what: str) -> None:
    wake, deadline = threading.Event(), time.monotonic() + PATIENCE_S
    while not happened():
        if time.monotonic() > deadline:
            pytest.fail(f"not within {PATIENCE_S} s: {what}")
        wake.wait(0.05)


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    made = Running(tmp_path)
    made.start()
    yield made
    if made.process is not None and made.process.poll() is None:
        made.stop(signal.SIGKILL)


@pytest.fixture(scope="module")
def lasting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    made = Running(tmp_path_factory.mktemp("gateway"))
    made.start()
    yield made
    made.stop(signal.SIGKILL)


@contextmanager
def merchant(port: int = 0) -> Iterator[tuple[str, list[tuple[dict[str, str], bytes]]]]:
    """A merchant's address that takes in notices."""
    received: list[tuple[dict[str, str], bytes]] = []

    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            received.append((dict(self.headers), body))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", port), Door)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/notify/", received
    server.shutdown()
    server.server_close()
    thread.join()


def order(notify_url: str) -> Order:
    return Order("ORDER1", 5000, "清河医院 赵明", 900, notify_url, "http://127.0.0.1:1/appointments/A1/")


def test_order_payment_and_a_genuine_notice(running: Running) -> None:
    with merchant() as (notify_url, received):
        page = running.client.create_order(order(notify_url))
        shown = requests.get(page, headers={"Accept-Language": "en"}, timeout=5)
        assert "¥50.00" in shown.text
        assert "Decline" in shown.text
        assert "form-action 'self' http://127.0.0.1:1" in shown.headers["Content-Security-Policy"]
        pressed = requests.post(page, data={"decision": "pay"}, allow_redirects=False, timeout=5)
        assert (pressed.status_code, pressed.headers["Location"]) == (
            303,
            "http://127.0.0.1:1/appointments/A1/",
        )
        wait_for(lambda: received, "a notice")
        headers, body = received[0]
        notice = running.client.parse_notice(headers, body, datetime.now(UTC))
        assert (notice.out_trade_no, notice.amount_fen, notice.state) == ("ORDER1", 5000, "paid")
    state = running.client.query("ORDER1")
    assert state is not None
    assert state.transaction_id == notice.transaction_id


def test_a_killed_gateway_goes_on_with_its_notices(running: Running) -> None:
    port = free_port()
    page = running.client.create_order(order(f"http://127.0.0.1:{port}/notify/"))
    requests.post(page, data={"decision": "pay"}, allow_redirects=False, timeout=5)
    running.stop(signal.SIGKILL)
    with merchant(port) as (_address, received):
        running.start()
        state = running.client.query("ORDER1")
        assert state is not None
        assert state.state == "paid"
        wait_for(lambda: received, "the notice of before the kill")
        assert running.client.parse_notice(*received[0], datetime.now(UTC)).out_trade_no == "ORDER1"


def test_a_notice_that_was_refused_comes_again_with_the_same_number(running: Running) -> None:
    answers = iter([500, 204])
    received: list[bytes] = []

    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            received.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(next(answers, 204))
            self.end_headers()

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Door)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    page = running.client.create_order(order(f"http://127.0.0.1:{server.server_port}/notify/"))
    requests.post(page, data={"decision": "pay"}, allow_redirects=False, timeout=5)
    wait_for(lambda: len(received) == 2, "the second attempt")
    server.shutdown()
    server.server_close()
    assert received[0] == received[1]


def test_private_keys_are_the_owners_only_and_survive_a_restart(running: Running) -> None:
    folder = running.folder / "gateway"
    for name in ["gateway-private.pem", "merchant-private.pem"]:
        assert (folder / name).stat().st_mode & 0o077 == 0
    before = (folder / "gateway-private.pem").read_bytes()
    assert running.stop() in {0, -signal.SIGTERM}
    running.start()
    assert (folder / "gateway-private.pem").read_bytes() == before


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/nowhere", b"", 404),
        ("GET", "/pay/x", b"", 404),
        ("GET", "/pay/" + "x" * 32, b"", 404),
        ("POST", "/v3/orders", b"{}", 401),
        ("GET", "/v3/orders/ORDER1", b"", 401),
        ("POST", "/v3/refunds", b"[" * 50_000, 401),
        ("POST", "/sandbox/mode", b"mode=nonsense", 400),
        ("POST", "/sandbox/mode", b"mode=late&seconds=-1", 400),
        ("POST", "/sandbox/mode", b"\xff\xfe%%%", 400),
        ("POST", "/sandbox/mode", b"x" * 100_000, 413),
        ("DELETE", "/", b"", 404),
    ],
)
def test_bad_requests_are_answered_not_served(
    lasting: Running, method: str, path: str, body: bytes, status: int
) -> None:
    assert requests.request(method, lasting.url + path, data=body, timeout=5).status_code == status


def test_a_form_sent_from_another_site_is_refused(running: Running) -> None:
    page = running.client.create_order(order("http://127.0.0.1:1/"))
    headers = {"Origin": "http://evil.example"}
    assert requests.post(page, data={"decision": "pay"}, headers=headers, timeout=5).status_code == 403
    switched = requests.post(f"{running.url}/sandbox/mode", data={"mode": "lost"}, headers=headers, timeout=5)
    assert switched.status_code == 403
    state = running.client.query("ORDER1")
    assert state is not None
    assert state.state == "unpaid"
