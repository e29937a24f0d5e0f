"""The only place that queues work: rows with leases, polled by the worker; Celery only wakes it.

A *job* is one thing to do once (a refund, a message). A *duty* is looked after every few seconds (holds that have
run out). Both are found in the database, so they go on when Valkey is down or a worker was killed.
"""

import logging
import socket
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from django.conf import settings
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
Payload = Mapping[str, object]
Handler = Callable[[Payload, datetime], None]
GroupHandler = Callable[[Sequence[Payload], datetime], None]


class TryLater(Exception):
    """A handler's way to say that somebody else is not ready; logged in one line, its text kept with the job."""


@dataclass(frozen=True, slots=True)
class Duty:
    """Something looked after again and again; ``run`` gets the present moment and must be idempotent."""

    name: str
    every_s: int
    run: Callable[[datetime], object]


@dataclass(frozen=True, slots=True)
class Group:
    """How jobs of a kind are done that are cheaper together: at most so many at a time."""

    size: Callable[[], int]
    run: GroupHandler


HANDLERS: dict[str, Handler] = {}
ASIDE: set[str] = set()
GROUPS: dict[str, Group] = {}
DUTIES: dict[str, Duty] = {}
_wakers: list[Callable[[], None]] = []


def handler(kind: str, *, aside: bool = False) -> Callable[[Handler], Handler]:
    """Register the function that does jobs of ``kind``; it may run more than once.

    ``aside``: there may be thousands of them at once (a night's), so they are done when nothing else is due.
    """

    def register(function: Handler) -> Handler:
        HANDLERS[kind] = function
        if aside:
            ASIDE.add(kind)
        return function

    return register


def group_handler(kind: str, *, size: Callable[[], int]) -> Callable[[GroupHandler], GroupHandler]:
    """Register the function that does up to ``size()`` jobs of ``kind`` at a time, when nothing else is due.

    All of them are done or none: when it raises, each is tried again by itself, so that one that fails or kills its
    worker holds up no other.
    """

    def register(function: GroupHandler) -> GroupHandler:
        handler(kind, aside=True)(lambda payload, now: function([payload], now))
        GROUPS[kind] = Group(size, function)
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
    enqueue_all(kind, {key: payload}, due_at=due_at, urgent=urgent)


def enqueue_all(
    kind: str, payloads: Mapping[str, Payload], *, due_at: datetime, urgent: bool = False
) -> None:
    """Write the rows of many jobs by their keys in one statement; see :func:`enqueue`."""
    if not payloads:
        return
    Job.objects.bulk_create(
        [
            Job(kind=kind, key=key, payload=dict(payload), due_at=due_at, urgent=urgent)
            for key, payload in payloads.items()
        ],
        ignore_conflicts=True,
    )
    on_commit(_wake)


def again(kind: str, *, key: str, due_at: datetime) -> None:
    """Do a job that is over once more, as if it were new; it stays one row, so one worker at a time has it."""
    Job.objects.filter(kind=kind, key=key).update(
        done_at=None, leased_until=None, attempts=0, last_error="", due_at=due_at
    )
    on_commit(_wake)


def worker_name() -> str:
    """Where this worker runs, for whoever looks; ``WORKER_NAME`` tells several on one machine apart."""
    return str(settings.WORKER_NAME or socket.gethostname())


def _wake() -> None:
    for waker in _wakers:
        waker()


def _take(now: datetime) -> list[Job]:
    """Lease the next due job, skipping what another worker holds; with it those that are done in one group.

    What was tried before is alone.
    """
    free = Q(leased_until=None) | Q(leased_until__lt=now)
    due = Job.objects.filter(free, done_at=None, due_at__lte=now).order_by("-urgent", "due_at", "pk")
    with transaction.atomic():
        locked = due.select_for_update(skip_locked=True)
        found = list(locked.filter(kind__in=HANDLERS.keys() - ASIDE)[:1])
        if not found:
            found = list(locked.filter(kind__in=HANDLERS.keys() & ASIDE)[:1])
        if found and (group := GROUPS.get(found[0].kind)) and not found[0].attempts:
            others = locked.filter(kind=found[0].kind, attempts=0).exclude(pk=found[0].pk)
            found += others[: group.size() - 1]
        Job.objects.filter(pk__in=[job.pk for job in found]).update(
            leased_until=now + _lease(max((job.attempts for job in found), default=0)),
            attempts=F("attempts") + 1,
        )
    return found


def _lease(attempts: int) -> timedelta:
    """A job that outlived several workers is left alone ever longer: it may be what kills them, one after the other."""
    return timedelta(seconds=min(LEASE_S * 2 ** max(0, min(attempts, 20) - 2), BACKOFF_MAX_S))


def run_due(now: datetime, *, limit: int = 1000, moment: Callable[[], datetime] | None = None) -> int:
    """Do the due jobs; return how many succeeded. A failed job is tried again later, ever less often.

    ``moment`` tells the time before each of them, so that something urgent queued meanwhile comes next. A group of
    jobs counts once towards ``limit``.
    """
    done = 0
    for _turn in range(limit):
        now = now if moment is None else moment()
        found = _take(now)
        if not found:
            break
        done += _do(found, now)
    return done


def _do(found: Sequence[Job], now: datetime) -> int:
    """Do jobs of one kind; how many succeeded, which is all of them or none."""
    first, taken = found[0], Job.objects.filter(pk__in=[job.pk for job in found])
    keys = ", ".join(job.key for job in found)
    try:
        if len(found) > 1:
            GROUPS[first.kind].run([job.payload for job in found], now)
        else:
            HANDLERS[first.kind](first.payload, now)
    except Exception as error:
        if isinstance(error, TryLater):
            logger.warning("job %s %s: %s", first.kind, keys, error)
        else:
            logger.exception("job %s %s failed", first.kind, keys)
        wait_s = 0 if len(found) > 1 else min(2 ** (first.attempts + 1), BACKOFF_MAX_S)
        taken.update(leased_until=None, due_at=now + timedelta(seconds=wait_s), last_error=repr(error)[:500])
        return 0
    return taken.update(done_at=now, leased_until=None, last_error="")


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
