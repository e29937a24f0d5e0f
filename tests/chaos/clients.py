"""Patients who book, pay and cancel over HTTP, and write down what they asked for and what they were told."""

import json
import random
import threading
import time
import urllib.error
import urllib.request
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from http.client import HTTPException
from typing import Any

from tests.chaos.journal import Answer, Asked, Journal

PATIENCE_S = 40.0
PATIENT_S = 120.0
"""How long until whoever must know has been told: two kills and a busy machine are no anomaly."""
GIVES_UP = 0.1
"""How often a patient closes the page when a request gets no answer: what became of it is unknown then."""
BOOK = "/api/v1/appointments/"


class _Stay(urllib.request.HTTPRedirectHandler):
    """The way back leads to a page for browsers."""

    def redirect_request(self, *_anything: Any) -> None:
        """Never."""


_NO_REDIRECT = urllib.request.build_opener(_Stay)


class Client(threading.Thread):
    """One patient: books, pays and cancels until told to stop, repeating requests until answered."""

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
        """In one tab, or in two at the same moment: one number at most comes of it."""
        if self.journal.live:
            return
        tabs = 2 if self.random.random() < 0.2 else 1
        wishes = [{"slot": self.random.choice(self.slots), "patient": self.patient} for _tab in range(tabs)]
        with ThreadPoolExecutor(tabs) as pool:
            asked = list(pool.map(lambda wish: self.ask(BOOK, wish), wishes))
        made = [one.answer["code"] for one in asked if one.status == 201]
        self.journal.pairs += tabs - 1
        self.journal.twins += max(0, len(made) - 1)
        if made:
            self.journal.live = made[0]
            self.journal.done_at.append((time.monotonic(), "booked"))
            if self.random.random() < 0.2:
                self.repeat(next(one for one in asked if one.status == 201))
        elif any(one.status is None or one.answer.get("code") == "already_booked" for one in asked):
            self.look()

    def repeat(self, first: Asked) -> None:
        """The same again is answered the same; another wish under the same key is refused."""
        again = self.ask(first.path, first.body, key=first.key, patient=True)
        other = self.ask(first.path, {**first.body, "slot": "ANOTHER"}, key=first.key, patient=True)
        self.journal.repeated += 1
        if (again.status, again.answer) != (first.status, first.answer) or other.status != 422:
            self.journal.broken.append(f"key {first.key}: {first}, then {again}, then {other}")

    def look(self) -> None:
        """On the page of one's own numbers, as whoever was not answered does."""
        seen = self.ask(BOOK, None, patient=True)
        live = [one["code"] for one in seen.answer["results"] if one["state"] in {"held", "booked"}]
        self.journal.live = live[0] if live else None
        self.journal.twins += max(0, len(live) - 1)

    def pay(self, code: str) -> None:
        """Open an order and press the button; the notice comes to the hospital whenever it can."""
        if code in self.journal.pressed:
            return
        asked = self.ask(f"{BOOK}{code}/payments/", {"provider": "sandbox"})
        if asked.status == 201:
            self.journal.pressed.append(code)
            if self.press(asked.answer["pay_url"]):
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
        asked = self.ask(f"{BOOK}{code}/cancel/", {})
        if asked.status is None:
            self.journal.maybe_cancelled.add(code)
            self.look()
        elif asked.status == 200 or asked.answer.get("state") == "cancelled":
            self.journal.live = None
            self.journal.cancelled.append(code)
            self.journal.done_at.append((time.monotonic(), "cancelled"))
        else:
            self.journal.broken.append(f"cancel: {asked}")

    def ask(self, path: str, body: dict[str, Any] | None, *, key: str = "", patient: bool = False) -> Asked:
        """Send a request again, with the same key, until it is answered; now and then give up before.

        Nobody waits longer than PATIENCE_S (the gateway rests the longer the more often it is killed); who is
        ``patient`` must have been answered within PATIENT_S.
        """
        limit_s = PATIENT_S if patient else PATIENCE_S
        asked, deadline = Asked(path, body or {}, key or uuid.uuid4().hex), time.monotonic() + limit_s
        if not key and body is not None:
            self.journal.asked.append(asked)
        while time.monotonic() < deadline:
            answer = self.send(path, body, asked.key)
            if answer is not None and answer[0] < 500 and answer[0] != 429:
                asked.status, asked.answer = answer
                return asked
            if answer is not None and answer[0] == 429:
                self.journal.waited += 1
            else:
                self.journal.interrupted += 1
                asked.lost += 1
                if not patient and self.random.random() < GIVES_UP:
                    return asked
            threading.Event().wait(self.random.uniform(0.1, 0.4))
        if patient:
            raise AssertionError(f"{path}: no answer within {limit_s:g} s, last {answer}")
        return asked

    def send(self, path: str, body: dict[str, Any] | None, key: str) -> Answer | None:
        """Once; ``None`` when no answer came."""
        request = urllib.request.Request(  # noqa: S310 - our own address
            self.url + path,
            data=None if body is None else json.dumps(body).encode(),
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
