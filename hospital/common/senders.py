"""Providers of text messages and e-mail behind one interface. They see one message at a time and keep nothing."""

import hashlib
import hmac
import json
import logging
import time
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import urljoin

import requests
from django.conf import settings
from django.core.mail import EmailMessage
from django.utils import translation
from django.utils.translation import gettext as _

from hospital.common import clock
from hospital.common.language import hospital_name

logger = logging.getLogger(__name__)

PAUSE_S = 10.0
"""How long a provider that did not answer is left alone: other work of the same worker must not wait for it."""
_TRY_AGAIN = frozenset({408, 425, 429})


class Refused(Exception):
    """The provider will never take this message. The text is a code, never personal data."""


class Unavailable(Exception):
    """The provider may take it later. ``counts`` says whether this was a real try."""

    def __init__(self, code: str, *, counts: bool = True) -> None:
        super().__init__(code)
        self.counts = counts


@dataclass(frozen=True, slots=True)
class Post:
    """One message to one address. ``key`` is the same at every try: a provider sends it once."""

    key: str
    to: str = field(repr=False)
    body: str = field(repr=False)
    language: str = ""
    link: str = ""


class Sender(Protocol):
    """Sends a message and gives the provider's own number for it."""

    def send(self, post: Post) -> str:
        """Raises ``Refused`` or ``Unavailable``."""
        ...


class ConsoleSender:
    """The demonstration's: nothing leaves the machine, the outbox page shows it."""

    def send(self, post: Post) -> str:
        """Done."""
        return ""


class NoSender:
    """What a hospital has that has not said who sends its messages: they wait, and the readiness page counts them."""

    def send(self, post: Post) -> str:
        """Wait."""
        raise Unavailable("no_provider")


class HttpSmsSender:
    """A provider of text messages over HTTP: JSON, a bearer token, an HMAC over time, key and body.

    The provider must know ``Idempotency-Key`` and send a message of a known key once only; whoever's does not gets
    a small gateway of the hospital's in between (docs/howto/notices.md).
    """

    def __init__(self, *, url: str, token: str, secret: str, timeout_s: float = 5.0) -> None:
        self._url, self._token, self._secret, self._timeout_s = url, token, secret, timeout_s
        self._away_until = 0.0

    def send(self, post: Post) -> str:
        """Ask once; 4xx is for ever, everything else for later."""
        if time.monotonic() < self._away_until:
            raise Unavailable("paused", counts=False)
        content = {"to": post.to, "text": post.body, "language": post.language}
        body = json.dumps(content, ensure_ascii=False).encode()
        try:
            with requests.Session() as session:
                session.trust_env = False
                answer = session.post(
                    self._url,
                    data=body,
                    headers=self.headers(post.key, body),
                    timeout=self._timeout_s,
                    allow_redirects=False,
                )
        except requests.RequestException as error:
            self._away_until = time.monotonic() + PAUSE_S
            raise Unavailable(type(error).__name__) from None  # its text may name what was sent
        if 200 <= answer.status_code < 300:
            return _number_in(answer)
        if 400 <= answer.status_code < 500 and answer.status_code not in _TRY_AGAIN:
            raise Refused(f"http_{answer.status_code}")
        raise Unavailable(f"http_{answer.status_code}")

    def headers(self, key: str, body: bytes) -> dict[str, str]:
        """What proves that a request is ours, and which message it is."""
        timestamp = str(int(clock.wall().timestamp()))
        return {
            "Content-Type": "application/json; charset=utf-8",
            "Authorization": f"Bearer {self._token}",
            "Idempotency-Key": key,
            "Message-Timestamp": timestamp,
            "Message-Signature": signature(self._secret, timestamp, key, body),
        }


def signature(secret: str, timestamp: str, key: str, body: bytes) -> str:
    """HMAC-SHA256 in hexadecimal over the time, the key and the body, each in a line of its own."""
    signed = b"\n".join([timestamp.encode(), key.encode(), body])
    return hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


def _number_in(answer: requests.Response) -> str:
    try:
        found = answer.json()
    except ValueError:
        return ""
    return str(found.get("id", "")) if isinstance(found, dict) else ""


class EmailSender:
    """Django's own e-mail; the same Message-ID at every try lets mail programs show it once."""

    def __init__(self) -> None:
        self._away_until = 0.0

    def send(self, post: Post) -> str:
        """Send it as plain text. A server that did not answer is left alone for a while."""
        if time.monotonic() < self._away_until:
            raise Unavailable("paused", counts=False)
        with translation.override(post.language or settings.LANGUAGE_CODE):
            subject = _("Message from %(hospital)s") % {"hospital": hospital_name()}
        number = f"<{hashlib.sha256(post.key.encode()).hexdigest()[:32]}@fenliu>"
        body = f"{post.body}\n\n{urljoin(settings.PUBLIC_URL, post.link)}" if post.link else post.body
        mail = EmailMessage(subject, body, to=[post.to], headers={"Message-ID": number})
        try:
            mail.send()
        except OSError as error:  # every failure of smtplib is one, too
            code = getattr(error, "smtp_code", 0)
            if not code and isinstance(recipients := getattr(error, "recipients", None), dict):
                code = max((answer[0] for answer in recipients.values()), default=0)
            if 500 <= code < 600:
                raise Refused(f"smtp_{code}") from None
            if not code:
                self._away_until = time.monotonic() + PAUSE_S
            raise Unavailable(f"smtp_{code}" if code else type(error).__name__) from None
        return number


def sender_of(channel: str) -> Sender:
    """Who sends on this channel, as the settings say."""
    if channel not in _senders:
        _senders[channel] = _sms() if channel == "sms" else _email()
    return _senders[channel]


def forget() -> None:
    """Read the settings again, and ask a paused provider again."""
    _senders.clear()


def has_email() -> bool:
    """Whether addresses for e-mail are of any use here."""
    return bool(settings.EMAIL_HOST) or settings.DEMO


def _sms() -> Sender:
    if settings.SMS_URL:
        return HttpSmsSender(url=settings.SMS_URL, token=settings.SMS_TOKEN, secret=settings.SMS_SECRET)
    return ConsoleSender() if settings.DEMO else NoSender()


def _email() -> Sender:
    if settings.EMAIL_HOST:
        return EmailSender()
    return ConsoleSender() if settings.DEMO else NoSender()


_senders: dict[str, Sender] = {}
