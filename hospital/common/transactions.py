"""One way to change data: a transaction with short lock waits, retried when the database says so.

Lock and statement timeouts are set on the connection (``settings.DATABASES``): 3 s and 5 s in web processes.
Locks are taken in the order account, patient, session, slot, appointment, payment, queue, ticket, each by id.
"""

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import DatabaseError, connection, transaction
from psycopg import errors as pg

from hospital.common.errors import Busy

P = ParamSpec("P")
R = TypeVar("R")

TRIES = 4
RETRIED = (pg.SerializationFailure, pg.DeadlockDetected, pg.LockNotAvailable)
GIVEN_UP = (*RETRIED, pg.QueryCanceled)


def transactional(service: Callable[P, R]) -> Callable[P, R]:
    """Run ``service`` in one transaction; retry serialization failures, deadlocks and lock timeouts.

    Inside an open transaction it simply joins it: the outermost caller retries.

    Raises
    ------
    Busy
        When the database still refused after three retries; nothing was changed.
    """

    @wraps(service)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        if transaction.get_connection().in_atomic_block:
            return service(*args, **kwargs)
        with transaction.atomic():
            return service(*args, **kwargs)

    return retried(run)


def retried(service: Callable[P, R]) -> Callable[P, R]:
    """Run ``service``, which is one statement and so a transaction by itself, with the same retries.

    It saves the two round trips of BEGIN and COMMIT. Inside an open transaction the outermost caller retries.

    Raises
    ------
    Busy
        As for :func:`transactional`.
    """

    @wraps(service)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        if transaction.get_connection().in_atomic_block:
            return service(*args, **kwargs)
        for attempt in range(TRIES):
            try:
                return service(*args, **kwargs)
            except DatabaseError as error:
                if not isinstance(error.__cause__, GIVEN_UP):
                    raise
                if attempt == TRIES - 1 or isinstance(error.__cause__, pg.QueryCanceled):
                    raise Busy from error
                time.sleep(random.uniform(0.005, 0.03) * 2**attempt)  # noqa: S311 - jitter, no secret
        raise AssertionError("unreachable")

    return run


@contextmanager
def snapshot() -> Iterator[None]:
    """Let several reads see one moment of the database, whatever others commit meanwhile; nothing can be written.

    Inside an open transaction it joins that one, as it is.
    """
    if connection.in_atomic_block:
        yield
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def on_commit(action: Callable[..., object], /, *args: object, **kwargs: object) -> None:
    """Call ``action`` once the outermost transaction is committed; its failure never fails the request."""

    def run() -> None:  # no partial: Django's own handling of a failure asks for a name
        action(*args, **kwargs)

    transaction.on_commit(run, robust=True)
