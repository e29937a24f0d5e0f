"""The outbox: written once, delivered by a job, tried again, given up, tried again by hand."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Barrier, Thread

import pytest
from django.core import mail
from django.db import transaction

from hospital.common import history, jobs, messages, senders
from hospital.common.actor import Actor
from hospital.common.messages import TRIES, deliver, failed_count, message_retry, message_send, overdue_count
from hospital.common.models import Job, Message
from hospital.common.senders import HttpSmsSender, Post, Refused, Unavailable, signature
from tests.clock import VirtualClock
from tests.threads import at_once

PHONE, BODY = "+8613800138000", "约好了 7788"


@dataclass
class Provider:
    """A provider that remembers what it was given and answers as it is told to."""

    posts: list[Post] = field(default_factory=list)
    trouble: Exception | None = None

    def send(self, post: Post) -> str:
        self.posts.append(post)
        if self.trouble is not None:
            raise self.trouble
        return f"n{len(self.posts)}"


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Provider:
    made = Provider()
    monkeypatch.setattr(messages, "sender_of", lambda channel: made)
    monkeypatch.setattr(jobs, "HANDLERS", {"message.deliver": deliver})
    return made


def tell(now: VirtualClock, key: str = "a", **more: object) -> None:
    message_send(kind="note", key=key, body=BODY, now=now(), phone=PHONE, **more)  # type: ignore[arg-type]


def the_message() -> Message:
    return Message.objects.get()


@pytest.mark.django_db
def test_a_message_is_sent_once_and_its_number_kept(provider: Provider, now: VirtualClock) -> None:
    tell(now)
    tell(now)
    for _round in range(3):
        jobs.run_due(now.advance(seconds=10))
    assert [(post.key, post.to, post.body) for post in provider.posts] == [
        ("note/a", PHONE, f"Qinghe Hospital: {BODY}")
    ]
    assert (the_message().provider_id, the_message().attempts) == ("n1", 1)


@pytest.mark.django_db
def test_what_is_rolled_back_is_told_to_nobody(provider: Provider, now: VirtualClock) -> None:
    with transaction.atomic():
        tell(now)
        transaction.set_rollback(True)
    jobs.run_due(now())
    assert provider.posts == []


@pytest.mark.django_db
def test_a_provider_that_is_down_is_asked_ever_less_often_then_given_up(
    provider: Provider, now: VirtualClock
) -> None:
    provider.trouble = Unavailable("http_503")
    tell(now)
    jobs.run_due(now())
    pauses = []
    while (due := Job.objects.filter(done_at=None).values_list("due_at", flat=True).first()) is not None:
        pauses.append((due - now()).total_seconds())
        for moment, asked in ((due - timedelta(seconds=1), len(pauses)), (due, len(pauses) + 1)):
            jobs.run_due(now.set(moment))
            assert len(provider.posts) == asked
    assert len(provider.posts) == TRIES
    assert pauses == [2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048]
    message = the_message()
    assert (message.attempts, message.failure, message.sent_at) == (TRIES, "http_503", None)
    assert failed_count(now()) == 1
    assert Job.objects.get().done_at is not None, "nothing tries it for ever"


@pytest.mark.django_db
def test_it_is_delivered_once_when_the_provider_is_back(provider: Provider, now: VirtualClock) -> None:
    provider.trouble = Unavailable("ConnectTimeout")
    tell(now)
    jobs.run_due(now())
    provider.trouble = None
    for _round in range(5):
        jobs.run_due(now.advance(seconds=5))
    assert len(provider.posts) == 2
    assert {post.key for post in provider.posts} == {"note/a"}, "the provider knows it again by its key"
    assert the_message().sent_at is not None
    assert the_message().failure == ""


@pytest.mark.django_db
def test_what_the_provider_refuses_is_not_tried_again(provider: Provider, now: VirtualClock) -> None:
    provider.trouble = Refused("http_422")
    tell(now)
    for _round in range(5):
        jobs.run_due(now.advance(hours=1))
    assert len(provider.posts) == 1
    assert (the_message().failed_at is not None, the_message().failure) == (True, "http_422")


@pytest.mark.django_db
def test_a_pause_of_the_sender_is_no_try(provider: Provider, now: VirtualClock) -> None:
    provider.trouble = Unavailable("paused", counts=False)
    tell(now)
    jobs.run_due(now())
    assert (the_message().attempts, the_message().failed_at) == (0, None)


@pytest.mark.django_db
@pytest.mark.parametrize(("seconds", "sent"), [(-1, True), (0, False)])
def test_what_is_of_no_use_any_more_is_not_sent(
    provider: Provider, now: VirtualClock, seconds: int, sent: bool
) -> None:
    tell(now, expires_at=now() + timedelta(minutes=5))
    jobs.run_due(now.advance(minutes=5, seconds=seconds))
    assert bool(provider.posts) is sent
    assert the_message().failure == ("" if sent else "expired")


@pytest.mark.django_db
def test_killed_between_sending_and_marking_it_goes_out_again_under_the_same_key(
    provider: Provider, now: VirtualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def kill(post: Post) -> str:
        provider.posts.append(post)
        raise Killed

    tell(now)
    with monkeypatch.context() as patch:
        patch.setattr(provider, "send", kill)
        with pytest.raises(Killed):
            jobs.run_due(now())
    assert jobs.run_due(now.advance(seconds=30)) == 0, "its lease still runs"
    jobs.run_due(now.advance(seconds=31))
    assert [post.key for post in provider.posts] == ["note/a", "note/a"]
    assert the_message().provider_id == "n2"


@pytest.mark.django_db(transaction=True)
def test_two_workers_send_a_message_once(provider: Provider, now: VirtualClock) -> None:
    for number in range(20):
        tell(now, str(number))
    done = at_once(lambda worker: jobs.run_due(now()), 4)
    assert sum(count for count in done if isinstance(count, int)) == 20
    assert sorted(post.key for post in provider.posts) == sorted(f"note/{number}" for number in range(20))


@pytest.mark.django_db(transaction=True)
def test_without_the_lease_two_workers_would_send_it_twice(provider: Provider, now: VirtualClock) -> None:
    """The control: both look before either has marked it."""
    tell(now)
    both_looked = Barrier(2)
    send, payload = provider.send, {"message": the_message().pk}

    def slow(post: Post) -> str:
        both_looked.wait(30)
        return send(post)

    provider.send = slow  # type: ignore[method-assign]
    at_once(lambda worker: deliver(payload, now()), 2)
    assert len(provider.posts) == 2


@pytest.mark.django_db(transaction=True)
def test_many_who_tell_the_same_write_it_once(provider: Provider, now: VirtualClock) -> None:
    assert at_once(lambda worker: tell(now), 8) == [None] * 8
    assert (Message.objects.count(), Job.objects.count()) == (1, 1)


@pytest.mark.django_db
def test_a_failed_message_is_tried_again_by_hand(provider: Provider, now: VirtualClock) -> None:
    provider.trouble = Refused("http_402")
    tell(now, expires_at=now() + timedelta(minutes=1))
    jobs.run_due(now())
    provider.trouble = None
    now.advance(hours=2)
    assert message_retry(message_id=the_message().pk, actor=Actor.job("test"), now=now())
    assert not message_retry(message_id=the_message().pk, actor=Actor.job("test"), now=now()), (
        "it waits already"
    )
    jobs.run_due(now())
    assert the_message().sent_at == now()
    assert (Job.objects.count(), failed_count(now())) == (1, 0)
    assert [(row.verb, row.reason) for row in history.of(the_message())] == [("retry", "http_402")]


@pytest.mark.django_db
def test_messages_that_wait_too_long_are_counted(provider: Provider, now: VirtualClock) -> None:
    tell(now)
    assert overdue_count(now.advance(minutes=10)) == 0
    assert overdue_count(now.advance(seconds=1)) == 1
    jobs.run_due(now())
    assert overdue_count(now()) == 0


@pytest.mark.django_db
def test_old_messages_go_sign_in_codes_sooner(now: VirtualClock) -> None:
    tell(now)
    message_send(kind="sign_in_code", key="c", body="123456", now=now(), phone=PHONE)
    assert messages.messages_forget(now=now.advance(days=30, seconds=1)) == 1
    assert messages.messages_forget(now=now.advance(days=370)) == 1


# ---- the providers


class Answer(BaseHTTPRequestHandler):
    """Answers with what the test wants; keeps what it was sent."""

    status, seen = 200, []  # type: ignore[var-annotated]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.seen.append((dict(self.headers), body))
        self.send_response(self.status)
        self.end_headers()
        self.wfile.write(b'{"id": "sms-1"}')

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def far_away() -> Iterator[ThreadingHTTPServer]:
    Answer.status, Answer.seen = 200, []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def sender(server: ThreadingHTTPServer) -> HttpSmsSender:
    return HttpSmsSender(url=f"http://127.0.0.1:{server.server_port}/sms", token="t", secret="s", timeout_s=2)


POST = Post(key="booked/K7QM", to=PHONE, body=BODY, language="zh-hans")


def test_a_text_message_is_signed_and_carries_its_key(far_away: ThreadingHTTPServer) -> None:
    assert sender(far_away).send(POST) == "sms-1"
    [(headers, body)] = Answer.seen
    assert json.loads(body) == {"to": PHONE, "text": BODY, "language": "zh-hans"}
    assert (headers["Authorization"], headers["Idempotency-Key"]) == ("Bearer t", "booked/K7QM")
    assert headers["Message-Signature"] == signature("s", headers["Message-Timestamp"], "booked/K7QM", body)


@pytest.mark.parametrize("status", [400, 401, 404, 422])
def test_four_hundreds_are_for_ever(far_away: ThreadingHTTPServer, status: int) -> None:
    Answer.status = status
    with pytest.raises(Refused, match=f"http_{status}"):
        sender(far_away).send(POST)


@pytest.mark.parametrize("status", [408, 429, 500, 503, 302])
def test_the_rest_is_for_later(far_away: ThreadingHTTPServer, status: int) -> None:
    Answer.status = status
    with pytest.raises(Unavailable, match=f"http_{status}"):
        sender(far_away).send(POST)


def test_a_provider_that_does_not_answer_is_left_alone_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    away = HttpSmsSender(url="http://127.0.0.1:1/", token="t", secret="s", timeout_s=1)
    with pytest.raises(Unavailable, match="ConnectionError") as first:
        away.send(POST)
    with pytest.raises(Unavailable, match="paused") as second:
        away.send(POST)
    assert (first.value.counts, second.value.counts) == (True, False)
    moment = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: moment + senders.PAUSE_S)
    with pytest.raises(Unavailable, match="ConnectionError"):
        away.send(POST)


def test_an_e_mail_has_the_same_message_id_at_every_try(settings: object) -> None:
    for _try in range(2):
        senders.EmailSender().send(
            Post(key="booked/K7QM", to="lin@example.org", body="Booked.", language="en", link="/messages/")
        )
    first, second = mail.outbox
    assert first.extra_headers["Message-ID"] == second.extra_headers["Message-ID"]
    assert (first.subject, first.to) == ("Message from Qinghe Hospital", ["lin@example.org"])
    assert first.body.endswith("/messages/")


@pytest.mark.parametrize(
    ("demo", "url", "wanted"),
    [(True, "", "ConsoleSender"), (False, "", "NoSender"), (False, "http://sms.invalid", "HttpSmsSender")],
)
def test_who_sends_text_messages_is_a_setting(settings: object, demo: bool, url: str, wanted: str) -> None:
    settings.DEMO, settings.SMS_URL = demo, url  # type: ignore[attr-defined]
    senders.forget()
    assert type(senders.sender_of("sms")).__name__ == wanted
    senders.forget()


@pytest.mark.django_db
@pytest.mark.parametrize("url", ["http://127.0.0.1:1/", "refusing"])
def test_neither_phone_nor_text_is_ever_logged(
    far_away: ThreadingHTTPServer,
    now: VirtualClock,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    url: str,
) -> None:
    caplog.set_level(logging.DEBUG)
    Answer.status = 400
    broken = sender(far_away) if url == "refusing" else HttpSmsSender(url=url, token="t", secret="s")
    monkeypatch.setattr(messages, "sender_of", lambda channel: broken)
    monkeypatch.setattr(jobs, "HANDLERS", {"message.deliver": deliver})
    tell(now)
    jobs.run_due(now())
    said = caplog.text + repr(POST) + "".join(Job.objects.values_list("last_error", flat=True))
    said += json.dumps(list(Job.objects.values_list("key", "payload"))) + the_message().failure
    for secret in (PHONE, PHONE[-11:], PHONE[-8:], BODY, "7788"):
        assert secret not in said
