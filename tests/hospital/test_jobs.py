"""Jobs and duties: done once, tried again later, taken over when a worker was killed, never in each other's way."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from importlib import import_module

import pytest
from django.db import transaction

from hospital.celery import Poller
from hospital.common import jobs
from hospital.common.errors import DomainError
from hospital.common.models import Job
from tests.clock import VirtualClock
from tests.threads import in_another_thread

KIND = "test.work"


class Work:
    """A handler that remembers what it was given and fails as long as it is told to."""

    def __init__(self) -> None:
        self.done: list[Mapping[str, object]] = []
        self.failing = False

    def __call__(self, payload: Mapping[str, object], now: datetime) -> None:
        if self.failing:
            raise RuntimeError("the provider is down")
        self.done.append(payload)


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> Work:
    handler = Work()
    monkeypatch.setitem(jobs.HANDLERS, KIND, handler)
    return handler


def queued(key: str, now: datetime) -> Job:
    jobs.enqueue(KIND, key=key, payload={"id": 7}, due_at=now)
    return Job.objects.get(kind=KIND, key=key)


@pytest.mark.django_db
def test_a_due_job_is_done_once(work: Work, now: VirtualClock) -> None:
    queued("a", now())
    assert jobs.run_due(now()) == 1
    assert jobs.run_due(now()) == 0
    assert work.done == [{"id": 7}]


@pytest.mark.django_db
def test_the_same_key_is_written_once(work: Work, now: VirtualClock) -> None:
    queued("a", now())
    jobs.enqueue(KIND, key="a", payload={"id": 8}, due_at=now())
    assert Job.objects.filter(kind=KIND).count() == 1
    jobs.run_due(now())
    jobs.enqueue(KIND, key="a", payload={"id": 9}, due_at=now())
    jobs.run_due(now())
    assert work.done == [{"id": 7}]


@pytest.mark.django_db
def test_a_job_is_not_done_before_it_is_due(work: Work, now: VirtualClock) -> None:
    jobs.enqueue(KIND, key="later", payload={}, due_at=now() + timedelta(minutes=5))
    assert jobs.run_due(now()) == 0
    assert jobs.run_due(now.advance(minutes=5)) == 1


@pytest.mark.django_db
def test_a_failed_job_is_tried_again_ever_less_often_and_keeps_its_error(
    work: Work, now: VirtualClock
) -> None:
    job = queued("a", now())
    work.failing = True
    waits = []
    for attempt in range(1, 15):
        assert jobs.run_due(now()) == 0
        job.refresh_from_db()
        assert (job.attempts, job.leased_until, job.done_at) == (attempt, None, None)
        assert "the provider is down" in job.last_error
        waits.append((job.due_at - now()).total_seconds())
        assert jobs.run_due(now()) == 0, "not before its time"
        now.set(job.due_at)
    assert waits[:4] == [2, 4, 8, 16]
    assert waits[-1] == jobs.BACKOFF_MAX_S
    work.failing = False
    assert jobs.run_due(now()) == 1
    job.refresh_from_db()
    assert (job.done_at, job.last_error) == (now(), "")


@pytest.mark.django_db
def test_a_job_that_fails_stops_no_other(
    work: Work, now: VirtualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(payload: Mapping[str, object], now: datetime) -> None:
        raise ValueError

    monkeypatch.setitem(jobs.HANDLERS, "test.broken", broken)
    jobs.enqueue("test.broken", key="x", payload={}, due_at=now() - timedelta(hours=1))
    queued("a", now())
    assert jobs.run_due(now()) == 1


@pytest.mark.django_db
def test_a_kind_that_this_worker_does_not_know_is_left_for_another(now: VirtualClock) -> None:
    jobs.enqueue("test.unknown", key="x", payload={}, due_at=now())
    assert jobs.run_due(now()) == 0
    assert Job.objects.get(kind="test.unknown").attempts == 0


@pytest.mark.django_db
def test_a_killed_workers_job_is_taken_again_once_its_lease_is_over(
    work: Work, now: VirtualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        """Nothing after it runs, as after kill -9."""

    def killed(payload: Mapping[str, object], now: datetime) -> None:
        raise Killed

    job = queued("a", now())
    monkeypatch.setitem(jobs.HANDLERS, KIND, killed)
    with pytest.raises(Killed):
        jobs.run_due(now())
    monkeypatch.setitem(jobs.HANDLERS, KIND, work)
    assert jobs.run_due(now.advance(seconds=jobs.LEASE_S)) == 0, "the lease still holds"
    assert work.done == []
    assert jobs.run_due(now.advance(seconds=1)) == 1
    job.refresh_from_db()
    assert (job.attempts, job.done_at) == (2, now())


@pytest.mark.django_db
def test_jobs_done_together_are_tried_alone_once_one_of_them_failed(
    now: VirtualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[list[object]] = []

    def together(payloads: Sequence[Mapping[str, object]], now: datetime) -> None:
        tried.append([payload["id"] for payload in payloads])
        if 2 in tried[-1]:
            raise ValueError

    monkeypatch.setattr(jobs, "HANDLERS", {})
    monkeypatch.setattr(jobs, "GROUPS", {})
    monkeypatch.setattr(jobs, "ASIDE", set())
    jobs.group_handler(KIND, size=lambda: 3)(together)
    jobs.enqueue_all(KIND, {str(number): {"id": number} for number in range(5)}, due_at=now())
    assert jobs.run_due(now(), limit=1) == 0
    assert tried == [[0, 1, 2]]
    assert jobs.run_due(now()) == 4
    assert tried[1:] == [[0], [1], [2], [3, 4]]
    assert jobs.run_due(now.advance(seconds=jobs.LEASE_S)) == 0
    assert tried[5:] == [[2]]


@pytest.mark.django_db(transaction=True)
def test_two_workers_never_take_the_same_job(work: Work, now: VirtualClock) -> None:
    queued("a", now())
    queued("b", now())
    moment = now()

    def other() -> list[str]:
        return [job.key for job in jobs._take(moment)]

    with transaction.atomic():
        assert [job.key for job in jobs._take(moment)] == ["a"]
        assert in_another_thread(other) == ["b"], "skips what is locked, does not wait"
        assert in_another_thread(other) == []
    assert in_another_thread(other) == [], "what is leased is not due"


@pytest.mark.django_db(transaction=True)
def test_a_job_of_a_transaction_that_fails_is_never_seen(work: Work, now: VirtualClock) -> None:
    woken: list[str] = []
    jobs._wakers.append(lambda: woken.append("woken"))
    try:
        with transaction.atomic():
            queued("a", now())
            transaction.set_rollback(True)
        assert (Job.objects.count(), woken) == (0, [])
        with transaction.atomic():
            queued("a", now())
            assert woken == [], "not before the commit"
        assert woken == ["woken"]
    finally:
        jobs._wakers.pop()


@pytest.mark.django_db
def test_a_waker_that_fails_does_not_fail_the_request(
    work: Work, now: VirtualClock, django_capture_on_commit_callbacks: object
) -> None:
    def broken() -> None:
        raise OSError("Valkey is down")

    jobs._wakers.append(broken)
    try:
        with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
            queued("a", now())
    finally:
        jobs._wakers.pop()
    assert jobs.run_due(now()) == 1, "the poll finds it"


@pytest.mark.django_db
def test_a_job_that_kills_its_workers_is_left_alone_ever_longer(
    work: Work, now: VirtualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*args: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setitem(jobs.HANDLERS, KIND, killed)
    job = queued("a", now())
    leases = []
    for _worker in range(6):
        with pytest.raises(KeyboardInterrupt):
            jobs.run_due(now())
        job.refresh_from_db()
        assert job.leased_until
        leases.append((job.leased_until - now()).total_seconds())
        now.advance(seconds=leases[-1] + 1)
    assert leases == [60, 60, 60, 120, 240, 480]


@pytest.mark.django_db
def test_what_stands_aside_is_done_when_nothing_else_is_due(
    work: Work, now: VirtualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(jobs.HANDLERS, "test.many", work)
    monkeypatch.setattr(jobs, "ASIDE", {"test.many"})
    jobs.enqueue("test.many", key="a", payload={"id": "a night's"}, due_at=now())
    queued("a", now.advance(seconds=1))
    assert jobs.run_due(now()) == 2
    assert work.done == [{"id": 7}, {"id": "a night's"}]


@pytest.mark.usefixtures("now")
def test_a_job_of_minutes_keeps_no_duty_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    looked_after, over = threading.Event(), threading.Event()
    poller, found = Poller(None), list[bool]()

    def long_job(*args: object, **more: object) -> int:
        looked_after.clear()  # only what is looked after from now on counts
        found.append(looked_after.wait(60))
        poller.stop(None)
        over.set()
        return 0

    monkeypatch.setattr(jobs, "POLL_S", 0.01)
    monkeypatch.setattr(jobs, "run_due", long_job)
    monkeypatch.setattr(jobs, "run_duties", lambda *args, **more: looked_after.set())
    poller.start(None)
    assert over.wait(90)
    assert found == [True]


@pytest.mark.django_db
def test_overdue_jobs_are_counted(work: Work, now: VirtualClock) -> None:
    queued("a", now())
    assert jobs.overdue(now.advance(seconds=120)) == 0
    assert jobs.overdue(now.advance(seconds=1)) == 1
    jobs.run_due(now())
    assert jobs.overdue(now()) == 0


@pytest.fixture
def duties(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Three duties, the second of which always fails; what ran is listed."""
    ran: list[str] = []

    def failing(now: datetime) -> None:
        ran.append("failing")
        raise RuntimeError

    monkeypatch.setattr(
        jobs,
        "DUTIES",
        {
            "first": jobs.Duty("first", 10, lambda now: ran.append("first")),
            "failing": jobs.Duty("failing", 10, failing),
            "hourly": jobs.Duty("hourly", 3600, lambda now: ran.append("hourly")),
        },
    )
    return ran


def test_a_duty_that_fails_stops_no_other(duties: list[str], now: VirtualClock) -> None:
    jobs.run_duties(now())
    assert duties == ["first", "failing", "hourly"]


def test_of_many_things_one_that_fails_is_logged_and_the_rest_are_done(
    caplog: pytest.LogCaptureFixture,
) -> None:
    class Refused(DomainError):
        message = "not this one"

    def work(number: int) -> int:
        if number == 1:
            raise ZeroDivisionError
        if number == 2:
            raise Refused
        return number * 10

    assert jobs.each("double", iter([1, 2, 3, 4]), work) == [30, 40]
    assert [(record.levelname, record.message) for record in caplog.records] == [
        ("ERROR", "double 1 failed"),
        ("WARNING", "double 2: not this one"),
    ]


def test_each_duty_runs_at_its_own_pace(duties: list[str], now: VirtualClock) -> None:
    memory: dict[str, datetime] = {}
    for _turn in range(361):
        jobs.run_duties(now(), last_run=memory)
        now.advance(seconds=10)
    assert (duties.count("first"), duties.count("hourly")) == (361, 2)


def test_a_clock_that_is_moved_back_does_not_stop_the_duties(duties: list[str], now: VirtualClock) -> None:
    memory: dict[str, datetime] = {}
    jobs.run_duties(now(), last_run=memory)
    now.advance(days=-3)
    jobs.run_duties(now(), last_run=memory)
    assert duties.count("hourly") == 2


def test_every_job_that_booking_queues_has_a_handler() -> None:
    for module in ("booking.tasks", "hospital.tasks"):
        import_module(module)
    assert {"refund.send", "payment.close", "message.deliver"} <= set(jobs.HANDLERS)
    assert {"expire holds", "advance sessions", "plan sessions"} <= set(jobs.DUTIES)
