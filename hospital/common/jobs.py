"""The only place that queues work: rows with leases, polled by the worker; Celery only wakes it.

A *job* is one thing to do once (a refund, a message). A *duty* is looked after every few seconds (holds that have
run out). Both are found in the database, so they go on when Valkey is down or a worker was killed.
"""

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from django.db import transaction
from django.db.models import F, Q

from hospital.common.errors import DomainError
from hospital.common.models import Job
from hospital.common.transactions import on_commit

logger = logging.getLogger(__name__)

LEASE_S = 60
POLL_S = 10
BACKOFF_MAX_S = 3600

T = TypeVar("T")
R = TypeVar("R")
Handler = Callable[[Mapping[str, object], datetime], None]


class TryLater(Exception):
    """A handler's way to say that somebody else is not ready; logged in one line, its text kept with the job."""


@dataclass(frozen=True, slots=True)
class Duty:
    """Something looked after again and again; ``run`` gets the present moment and must be idempotent."""

    name: str
    every_s: int
    run: Callable[[datetime], object]


HANDLERS: dict[str, Handler] = {}
DUTIES: dict[str, Duty] = {}
_wakers: list[Callable[[], None]] = []


def handler(kind: str) -> Callable[[Handler], Handler]:
    """Register the function that does jobs of ``kind``; it may run more than once."""

    def register(function: Handler) -> Handler:
        HANDLERS[kind] = function
        return function

    return register


def duty(
    name: str, *, every_s: int = POLL_S
) -> Callable[[Callable[[datetime], object]], Callable[[datetime], object]]:
    """Register a function to run every ``every_s`` seconds in the worker."""

    def register(function: Callable[[datetime], object]) -> Callable[[datetime], object]:
        DUTIES[name] = Duty(name, every_s, function)
        return function

    return register


def on_wake(waker: Callable[[], None]) -> None:
    """Let ``waker`` be called after a commit that queued a job (the Celery app registers itself)."""
    _wakers.append(waker)


def enqueue(
    kind: str, *, key: str, payload: Mapping[str, object], due_at: datetime, urgent: bool = False
) -> None:
    """Write a job row in the caller's transaction; the same kind and key is written once only.

    ``urgent``: somebody sits and waits for it (a sign-in code), so it is done before all others that are due.
    """
    Job.objects.bulk_create(
        [Job(kind=kind, key=key, payload=dict(payload), due_at=due_at, urgent=urgent)],
        ignore_conflicts=True,
    )
    on_commit(_wake)


def again(kind: str, *, key: str, due_at: datetime) -> None:
    """Do a job that is over once more, as if it were new; it stays one row, so one worker at a time has it."""
    Job.objects.filter(kind=kind, key=key).update(
        done_at=None, leased_until=None, attempts=0, last_error="", due_at=due_at
    )
    on_commit(_wake)


def _wake() -> None:
    for waker in _wakers:
        waker()


def _take_one(now: datetime) -> Job | None:
    """Lease the next due job, skipping what another worker holds."""
    free = Q(leased_until=None) | Q(leased_until__lt=now)
    with transaction.atomic():
        job = (
            Job.objects.select_for_update(skip_locked=True)
            .filter(free, done_at=None, due_at__lte=now, kind__in=list(HANDLERS))
            .order_by("-urgent", "due_at", "pk")
            .first()
        )
        if job is not None:
            job.leased_until = now + timedelta(seconds=LEASE_S)
            job.attempts += 1
            job.save(update_fields=["leased_until", "attempts"])
    return job


def run_due(now: datetime, *, limit: int = 1000, moment: Callable[[], datetime] | None = None) -> int:
    """Do the due jobs; return how many succeeded. A failed job is tried again later, ever less often.

    ``moment`` tells the time before each of them, so that something urgent queued meanwhile comes next.
    """
    done = 0
    for _turn in range(limit):
        now = now if moment is None else moment()
        job = _take_one(now)
        if job is None:
            break
        try:
            HANDLERS[job.kind](job.payload, now)
        except Exception as error:
            if isinstance(error, TryLater):
                logger.warning("job %s %s: %s", job.kind, job.key, error)
            else:
                logger.exception("job %s %s failed", job.kind, job.key)
            wait_s = min(2**job.attempts, BACKOFF_MAX_S)
            Job.objects.filter(pk=job.pk).update(
                leased_until=None, due_at=now + timedelta(seconds=wait_s), last_error=repr(error)[:500]
            )
        else:
            Job.objects.filter(pk=job.pk).update(done_at=now, leased_until=None, last_error="")
            done += 1
    return done


def run_duties(now: datetime, *, last_run: dict[str, datetime] | None = None) -> None:
    """Run the duties that are due; one that fails is logged and does not stop the others.

    ``last_run`` is the caller's memory of when each ran; without it all of them run.
    """
    ran = {} if last_run is None else last_run
    for found in list(DUTIES.values()):
        before = ran.get(found.name)
        if before is not None and timedelta() <= now - before < timedelta(seconds=found.every_s):
            continue
        ran[found.name] = now
        try:
            found.run(now)
        except Exception:
            logger.exception("duty %s failed", found.name)


def each(what: str, things: Iterable[T], work: Callable[[T], R]) -> list[R]:
    """Do ``work``, a service, for one thing after the other; return what it gave for those that went well.

    One that fails is logged and left for the next time: the first of a list must not starve all behind it.
    """
    results = []
    for thing in list(things):
        try:
            results.append(work(thing))
        except DomainError as refusal:
            logger.warning("%s %s: %s", what, thing, refusal)
        except Exception:
            logger.exception("%s %s failed", what, thing)
    return results


def overdue(now: datetime, *, by_s: int = 120) -> int:
    """How many jobs should have been done ``by_s`` seconds ago (for the metrics and readiness pages)."""
    return (
        Job.objects.filter(done_at=None, due_at__lt=now - timedelta(seconds=by_s))
        .filter(Q(leased_until=None) | Q(leased_until__lt=now) | Q(due_at__lt=F("leased_until")))
        .count()
    )
