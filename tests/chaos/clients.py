"""Patients who book, pay and cancel over HTTP, and write down what they asked for and what they were told."""

import json
import random
import threading
import time
import urllib.error
import urllib.request
import uuid
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import HTTPException
from typing import Any

PATIENCE_S = 40.0
Answer = tuple[int, dict[str, Any]]


class _Stay(urllib.request.HTTPRedirectHandler):
    """The way back leads to a page for browsers."""

    def redirect_request(self, *_anything: Any) -> None:
        """Never."""


_NO_REDIRECT = urllib.request.build_opener(_Stay)


@dataclass
class Journal:
    """What one patient asked for and was told: a code is live, or cancelled; money was taken for it, or asked for."""

    live: str | None = None
    cancelled: list[str] = field(default_factory=list)
    paid: list[str] = field(default_factory=list)
    pressed: list[str] = field(default_factory=list)
    """Asked the gateway to take money; whether it did is unknown unless the code is in ``paid``, too."""
    invoked: int = 0
    acknowledged: int = 0
    refused: list[str] = field(default_factory=list)
    interrupted: int = 0
    broken: list[str] = field(default_factory=list)


class Client(threading.Thread):
    """One patient: books and cancels until told to stop, repeating requests until answered."""

    def __init__(
        self, url: str, person: dict[str, str], slots: list[str], seed: int, stop: threading.Event
    ) -> None:
        super().__init__(daemon=True)
        self.url, self.slots = url, slots
        self.token, self.patient = person["token"], person["patient"]
        self.random = random.Random(seed)
        self.told_to_stop = stop
        self.journal = Journal()

    def run(self) -> None:
        try:
            while not self.told_to_stop.is_set():
                self.book()
                self.told_to_stop.wait(self.random.uniform(0.02, 0.1))
                if self.journal.live and self.random.random() < 0.3:
                    self.pay(self.journal.live)
                if self.journal.live and self.random.random() < 0.6:
                    self.cancel(self.journal.live)
        except Exception as error:  # noqa: BLE001 - whatever it is, the test reports it
            self.journal.broken.append(repr(error))

    def book(self) -> None:
        if self.journal.live:
            return
        body = {"slot": self.random.choice(self.slots), "patient": self.patient}
        status, answer = self.ask("/api/v1/appointments/", body)
        if status == 201:
            self.journal.live = answer["code"]
        else:
            self.journal.refused.append(str(answer.get("code")))

    def pay(self, code: str) -> None:
        """Open an order and press the button; the notice comes to the hospital whenever it can."""
        if code in self.journal.pressed:
            return
        status, answer = self.ask(f"/api/v1/appointments/{code}/payments/", {"provider": "sandbox"})
        if status != 201:
            self.journal.refused.append(str(answer.get("code")))
            return
        self.journal.pressed.append(code)
        if self.press(answer["pay_url"]):
            self.journal.paid.append(code)

    @staticmethod
    def press(pay_url: str) -> bool:
        """Whether the gateway said that it took the money."""
        request = urllib.request.Request(pay_url, data=b"decision=pay")  # noqa: S310 - our own gateway
        try:
            with _NO_REDIRECT.open(request, timeout=10) as response:
                return bool(response.status < 400)
        except urllib.error.HTTPError as error:
            return error.code in {302, 303}
        except (OSError, HTTPException):
            return False

    def cancel(self, code: str) -> None:
        status, answer = self.ask(f"/api/v1/appointments/{code}/cancel/", {})
        if status == 200 or answer.get("state") == "cancelled":
            self.journal.live = None
            self.journal.cancelled.append(code)
        else:
            self.journal.broken.append(f"cancel: {status} {answer}")

    def ask(self, path: str, body: dict[str, Any]) -> Answer:
        """The answer; a request that met a dead server is sent again with the same key."""
        key, deadline = uuid.uuid4().hex, time.monotonic() + PATIENCE_S
        self.journal.invoked += 1
        while time.monotonic() < deadline:
            answer = self.send(path, body, key)
            if answer is not None and answer[0] < 500 and answer[0] != 429:
                self.journal.acknowledged += 1
                return answer
            self.journal.interrupted += 1
            threading.Event().wait(self.random.uniform(0.1, 0.4))
        raise AssertionError(f"{path}: no answer within {PATIENCE_S:g} s, last {answer}")

    def send(self, path: str, body: dict[str, Any], key: str) -> Answer | None:
        request = urllib.request.Request(  # noqa: S310 - our own address
            self.url + path,
            data=json.dumps(body).encode(),
            headers={
                "Authorization": f"Token {self.token}",
                "Content-Type": "application/json",
                "Idempotency-Key": key,
            },
        )
        try:
            with urllib.request.urlopen(request, timeout=10) as response:  # noqa: S310 - our own address
                return response.status, json.loads(response.read() or b"{}")
        except urllib.error.HTTPError as error:
            with suppress(OSError, ValueError, HTTPException):
                return error.code, json.loads(error.read())
            return error.code, {}
        except (OSError, ValueError, HTTPException):
            return None
