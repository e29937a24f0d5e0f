"""Threads with database connections of their own, for what several do at once. Real commits."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

from django.db import connection

R = TypeVar("R")
LIMIT_S = 60


def in_another_thread(work: Callable[[], R]) -> R:
    """Run ``work`` on another connection and wait for it."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(_closing(work)).result(LIMIT_S)


@contextmanager
def beside(work: Callable[[], R]) -> Iterator[Future[R]]:
    """Start ``work`` on another connection, run the block meanwhile; its result is in the future given."""
    with ThreadPoolExecutor(1) as pool:
        future: Future[R] = pool.submit(_closing(work))
        yield future


def at_once(work: Callable[[int], R], workers: int) -> list[R | Exception]:
    """Run ``work`` in so many threads that start together; return what each gave back or raised."""
    gate = threading.Barrier(workers)

    def one(number: int) -> R | Exception:
        gate.wait(LIMIT_S)
        try:
            return work(number)
        except Exception as error:  # noqa: BLE001 - handed back to be judged
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(workers) as pool:
        return list(pool.map(one, range(workers)))


def waits_for_a_lock(pid: int) -> bool:
    """Whether the connection with this backend waits for a lock now."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT cardinality(pg_blocking_pids(%s)) > 0", [pid])
        return bool(cursor.fetchone()[0])


def backend_pid() -> int:
    """The backend of this thread's connection."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def _closing(work: Callable[[], R]) -> Callable[[], R]:
    def run() -> R:
        try:
            return work()
        finally:
            connection.close()

    return run
