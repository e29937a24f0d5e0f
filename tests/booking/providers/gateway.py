"""What the two local gateways share: real sockets, real RSA keys, a bank that can be slow, full or dishonest."""

from __future__ import annotations

import base64
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

CLIENT_PATIENCE_S = 0.4


@cache
def pair(name: str) -> RSAPrivateKey:
    """One key of each name for all tests of a run."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def private_pem(name: str) -> str:
    """As a merchant keeps it: PKCS#8."""
    made = pair(name).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return made.decode()


def public_pem(name: str) -> str:
    """As the other side gets it."""
    made = (
        pair(name)
        .public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    return made.decode()


def sign(key: RSAPrivateKey, text: str) -> str:
    return base64.b64encode(key.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256())).decode()


def fits(key: RSAPublicKey, text: str, signature: str) -> bool:
    try:
        key.verify(base64.b64decode(signature), text.encode(), padding.PKCS1v15(), hashes.SHA256())
    except (InvalidSignature, ValueError):
        return False
    return True


@dataclass
class Answer:
    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Held:
    """An order at the gateway."""

    number: str
    fen: int
    notify_url: str = ""
    state: str = "unpaid"
    transaction: str = ""
    payer: str = "payer-of-lin"


@dataclass
class Back:
    """A refund at the gateway."""

    number: str
    order: str
    fen: int
    state: str = "done"


class Bank:
    """Money that moves once however often it is asked for; the tests turn its knobs."""

    def __init__(self) -> None:
        self.orders: dict[str, Held] = {}
        self.refunds: dict[str, Back] = {}
        self.refund_calls = 0
        self.stalls = 0
        self.refund_state = "done"
        self.down = False
        self.forged_answers = False
        self.seconds_off = 0
        self.lock = threading.Lock()

    def now(self) -> float:
        return time.time() + self.seconds_off

    def pay(self, number: str, fen: int | None = None) -> Held:
        """The payer pays, so much if told."""
        order = self.orders[number]
        order.fen, order.state, order.transaction = fen or order.fen, "paid", f"4200{number}"
        return order

    def give_back(self, number: str, order: str, fen: int) -> Back | None:
        """Once per refund number; None when it is more than what was paid."""
        with self.lock:
            self.refund_calls += 1
            known = self.refunds.get(number)
            if known is not None:
                return known
            before = sum(one.fen for one in self.refunds.values() if one.order == order)
            if before + fen > self.orders[order].fen:
                return None
            self.refunds[number] = Back(number, order, fen, self.refund_state)
            return self.refunds[number]

    def refunded_fen(self, order: str) -> int:
        return sum(one.fen for one in self.refunds.values() if one.order == order)


class Gate:
    """A gateway on a socket; subclasses know one provider's language."""

    def __init__(self) -> None:
        self.bank = Bank()
        self.url = ""
        self.targets: list[str] = []

    def answer(self, method: str, target: str, headers: dict[str, str], body: bytes) -> Answer:
        raise NotImplementedError

    @property
    def client(self) -> Any:
        """The product's own client, pointed here."""
        raise NotImplementedError

    def notice(self, number: str, **flaws: Any) -> tuple[dict[str, str], bytes, str]:
        """A signed notice: headers, body, content type."""
        raise NotImplementedError

    @contextmanager
    def serving(self) -> Iterator[Gate]:
        gate, done = self, threading.Event()

        class Door(BaseHTTPRequestHandler):
            def _serve(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                gate.targets.append(f"{self.command} {self.path.partition('?')[0]}")
                if gate.bank.down:
                    self.close_connection = True
                    return
                said = gate.answer(self.command, self.path, dict(self.headers), body)
                if gate.bank.stalls and "refund" in (self.path + body.decode(errors="replace")):
                    gate.bank.stalls -= 1
                    done.wait(3 * CLIENT_PATIENCE_S)
                try:
                    self.send_response(said.status)
                    for name, value in said.headers.items():
                        self.send_header(name, value)
                    self.send_header("Content-Length", str(len(said.body)))
                    self.end_headers()
                    self.wfile.write(said.body)
                except OSError:
                    """The client gave up."""

            def do_GET(self) -> None:
                self._serve()

            def do_POST(self) -> None:
                self._serve()

            def log_message(self, *args: object) -> None:
                """Say nothing."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
        server.daemon_threads = True
        self.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            done.set()
            server.shutdown()
            server.server_close()
            thread.join()
