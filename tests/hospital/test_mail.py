"""E-mail over SMTP where something is wrong, and codes that overtake a crowd of other messages."""

from __future__ import annotations

import time
from typing import Any

import pytest

from hospital.common import jobs, messages, senders
from hospital.common.messages import TRIES, deliver, failed_count, message_send
from hospital.common.models import Job, Message
from hospital.common.senders import EmailSender, Post, Refused, Unavailable
from tests.clock import VirtualClock
from tests.hospital.smtp import mail_server

POST = Post(key="booked/K7QM", to="lin@example.org", body="Booked.", language="en")


@pytest.fixture
def mail_to(settings: Any) -> Any:
    """Point the settings at a port."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_USE_SSL, settings.EMAIL_USE_TLS = "127.0.0.1", False, False
    settings.EMAIL_TIMEOUT = 10

    def point(port: int) -> EmailSender:
        settings.EMAIL_PORT = port
        return EmailSender()

    return point


def test_a_letter_is_handed_over(mail_to: Any) -> None:
    with mail_server() as server:
        mail_to(server.port).send(POST)
    [letter] = server.letters
    assert "To: lin@example.org" in letter
    assert "Booked." in letter


@pytest.mark.parametrize(
    ("says", "wanted", "code"),
    [
        ({"RCPT": "550 no such person"}, Refused, "smtp_550"),
        ({"MAIL": "553 not from you"}, Refused, "smtp_553"),
        ({"RCPT": "450 come back later"}, Unavailable, "smtp_450"),
        ({"HELLO": "421 too busy"}, Unavailable, "smtp_421"),
    ],
    ids=["no such person", "sender refused", "greylisted", "too busy"],
)
def test_what_the_server_says_decides_whether_it_is_tried_again(
    mail_to: Any, says: dict[str, str], wanted: type[Exception], code: str
) -> None:
    with mail_server(says=says) as server, pytest.raises(wanted, match=f"^{code}$"):
        mail_to(server.port).send(POST)


@pytest.mark.parametrize("trouble", ["down", "silent"])
def test_a_server_that_does_not_answer_is_left_alone_for_a_while(
    mail_to: Any, settings: Any, monkeypatch: pytest.MonkeyPatch, trouble: str
) -> None:
    settings.EMAIL_TIMEOUT = 0.3
    with mail_server(silent=True) as server:
        if trouble == "down":
            server.server_close()
        sender = mail_to(server.port)
        with pytest.raises(Unavailable) as first:
            sender.send(POST)
        with pytest.raises(Unavailable, match="paused") as second:
            sender.send(POST)
    assert (first.value.counts, second.value.counts) == (True, False)
    assert "lin@example.org" not in str(first.value)
    moment = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: moment + senders.PAUSE_S)
    with pytest.raises(Unavailable, match=r"^(?!paused)"):
        sender.send(POST)


@pytest.mark.django_db
def test_a_server_that_stays_down_is_asked_ever_less_often_then_the_letter_has_failed_for_all_to_see(
    mail_to: Any, now: VirtualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    with mail_server() as server:
        port = server.port
    sender = mail_to(port)
    monkeypatch.setattr(messages, "sender_of", lambda channel: sender)
    monkeypatch.setattr(senders, "PAUSE_S", 0.0)
    monkeypatch.setattr(jobs, "HANDLERS", {"message.deliver": deliver})
    message_send(kind="note", key="a", body="Booked.", now=now(), email="lin@example.org")
    waits = []
    for _try in range(TRIES):
        due = Job.objects.get().due_at
        waits.append(int((due - now()).total_seconds()))
        jobs.run_due(now.set(due))
    assert waits == [0, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048]
    assert Job.objects.get().done_at is not None
    message = Message.objects.get()
    assert (message.attempts, message.sent_at, message.failed_at) == (TRIES, None, now())
    assert message.failure in {"ConnectionRefusedError", "SMTPServerDisconnected"}
    assert failed_count(now()) == 1


@pytest.mark.django_db
def test_a_sign_in_code_overtakes_the_notices_of_a_stopped_clinic(
    now: VirtualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[str] = []

    class Slow:
        """Each message takes a second; while the third is sent somebody asks for a code."""

        def send(self, post: Post) -> str:
            sent.append(post.key)
            now.advance(seconds=1)
            if len(sent) == 3:
                message_send(kind="sign_in_code", key="c", body="123456", now=now(), phone="+8613800138000")
            return ""

    monkeypatch.setattr(messages, "sender_of", lambda channel: Slow())
    monkeypatch.setattr(jobs, "HANDLERS", {"message.deliver": deliver})
    for number in range(100):
        message_send(kind="stopped", key=str(number), body="x", now=now(), phone="+8613900139000")
    asked_at = now()
    assert jobs.run_due(now(), limit=10, moment=now) == 10
    assert sent[:5] == ["stopped/0", "stopped/1", "stopped/2", "sign_in_code/c", "stopped/3"]
    code = Message.objects.get(kind="sign_in_code")
    assert code.sent_at is not None
    assert (code.sent_at - asked_at).total_seconds() == 3, "not after 100 seconds"
