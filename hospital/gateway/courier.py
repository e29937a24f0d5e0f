"""Carries notices to the merchant: signed at each attempt, repeated until answered with 2xx."""

from __future__ import annotations

import logging
import secrets
import threading
from collections.abc import Callable

import requests
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from hospital.gateway.modes import Mode
from hospital.gateway.signing import lines, serial, sign
from hospital.gateway.store import PendingNotice, Store

log = logging.getLogger("gateway")

RETRY_S = (1, 2, 4, 8, 15, 30, 60, 120, 300, 600, 1800, 3600)
ANSWER_WITHIN_S = 5
POLL_S = 0.5


def notice_headers(key: RSAPrivateKey, body: bytes, now: float, flaw: str = "") -> dict[str, str]:
    """The headers that prove a body; a flaw makes them prove another body, or say so a day late."""
    timestamp = str(int(now) - (86_400 if flaw == Mode.STALE else 0))
    nonce = secrets.token_hex(16)
    signed = body + b" " if flaw == Mode.FORGED else body
    return {
        "Content-Type": "application/json",
        "Pay-Timestamp": timestamp,
        "Pay-Nonce": nonce,
        "Pay-Serial": serial(key.public_key()),
        "Pay-Signature": sign(key, lines(timestamp, nonce, signed)),
    }


class Courier(threading.Thread):
    """One thread: the notices lie in the store, so a killed gateway goes on where it stopped."""

    def __init__(self, store: Store, key: RSAPrivateKey, clock: Callable[[], float]) -> None:
        super().__init__(name="courier", daemon=True)
        self._store, self._key, self._clock = store, key, clock
        self._woken, self._stopping = threading.Event(), False
        self._session = requests.Session()
        self._session.trust_env = False

    def wake(self) -> None:
        """Look for due notices now."""
        self._woken.set()

    def stop(self) -> None:
        """End after the present round."""
        self._stopping = True
        self._woken.set()

    def run(self) -> None:
        """Deliver until stopped; a failed round never ends the thread."""
        while not self._stopping:
            try:
                self.deliver_due()
            except Exception:
                log.exception("courier: a round failed")
            self._woken.wait(POLL_S)
            self._woken.clear()

    def deliver_due(self) -> int:
        """Try every notice that is due once; returns how many were tried."""
        due = self._store.notices_due(self._clock())
        for notice in due:
            status = self._send(notice)
            now = self._clock()
            delivered = status is not None and 200 <= status < 300
            again = not delivered and not notice.flaw and notice.attempts < len(RETRY_S)
            next_at = now + RETRY_S[notice.attempts] if again else None
            self._store.notice_tried(notice.id, status, next_at, now)
            log.info("notice %s attempt %d: %s", notice.notice_id, notice.attempts + 1, status or "no answer")
        return len(due)

    def _send(self, notice: PendingNotice) -> int | None:
        headers = notice_headers(self._key, notice.body, self._clock(), notice.flaw)
        try:
            answer = self._session.post(
                notice.url, data=notice.body, headers=headers, timeout=ANSWER_WITHIN_S, allow_redirects=False
            )
        except requests.RequestException:
            return None
        return answer.status_code
