"""One way to change data: retried when the database says so, refused as busy when it keeps saying so."""

from __future__ import annotations

import threading

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from psycopg import errors as pg

from hospital.common import transactions
from hospital.common.errors import Busy
from hospital.common.models import ClockOffset, Job
from hospital.common.transactions import TRIES, on_commit, transactional
from tests.threads import beside

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transactions.time, "sleep", lambda seconds: None)


def failing(error: type[pg.Error], times: int) -> tuple[list[int], object]:
    """A service that writes a row and then fails so many times as the database would."""
    tries: list[int] = []

    @transactional
    def service() -> str:
        tries.append(len(tries) + 1)
        ClockOffset.objects.create(seconds=len(tries))
        if len(tries) <= times:
            raise DatabaseError from error()
        return "done"

    return tries, service


@pytest.mark.parametrize("error", [pg.SerializationFailure, pg.DeadlockDetected, pg.LockNotAvailable])
def test_what_may_succeed_later_is_tried_again_from_the_start(error: type[pg.Error]) -> None:
    tries, service = failing(error, times=3)
    assert service() == "done"  # type: ignore[operator]
    assert tries == [1, 2, 3, 4]
    assert list(ClockOffset.objects.values_list("seconds", flat=True)) == [4.0], "earlier tries left nothing"


@pytest.mark.parametrize("error", [pg.SerializationFailure, pg.DeadlockDetected, pg.LockNotAvailable])
def test_after_three_retries_it_is_busy_and_nothing_is_changed(error: type[pg.Error]) -> None:
    tries, service = failing(error, times=99)
    with pytest.raises(Busy) as refused:
        service()  # type: ignore[operator]
    assert (refused.value.status, len(tries)) == (503, TRIES)
    assert ClockOffset.objects.count() == 0


def test_a_statement_that_took_too_long_is_not_tried_again() -> None:
    tries, service = failing(pg.QueryCanceled, times=99)
    with pytest.raises(Busy):
        service()  # type: ignore[operator]
    assert len(tries) == 1


def test_another_error_of_the_database_is_not_hidden() -> None:
    @transactional
    def service() -> None:
        Job.objects.create(kind="k", key="same", due_at="2026-11-02T00:00Z")
        Job.objects.create(kind="k", key="same", due_at="2026-11-02T00:00Z")

    with pytest.raises(IntegrityError):
        service()
    assert Job.objects.count() == 0


def test_inside_an_open_transaction_it_joins_and_the_outermost_retries() -> None:
    tries: list[str] = []

    @transactional
    def inner() -> None:
        tries.append("inner")
        if tries.count("inner") == 1:
            raise DatabaseError from pg.DeadlockDetected()

    @transactional
    def outer() -> None:
        tries.append("outer")
        ClockOffset.objects.create(seconds=1)
        inner()

    outer()
    assert tries == ["outer", "inner", "outer", "inner"]
    assert ClockOffset.objects.count() == 1


def test_a_real_deadlock_is_survived_by_both(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two services that lock the same two rows in opposite order; the one that PostgreSQL ends begins again.

    It waits a little before it does, as in the product; should it come back before the other is awake, they meet again.
    """
    monkeypatch.undo()
    first = ClockOffset.objects.create(seconds=0)
    second = ClockOffset.objects.create(seconds=0)
    both_hold_one = threading.Barrier(2)
    tries: list[str] = []

    def adding(name: str, order: list[int]) -> None:
        @transactional
        def service() -> None:
            tries.append(name)
            for place, pk in enumerate(order):
                row = ClockOffset.objects.select_for_update().get(pk=pk)
                row.seconds += 1
                row.save(update_fields=["seconds"])
                if place == 0 and tries.count(name) == 1:
                    both_hold_one.wait(30)

        service()

    with beside(lambda: adding("a", [first.pk, second.pk])) as one:
        adding("b", [second.pk, first.pk])
    assert one.exception() is None
    assert set(tries) == {"a", "b"}
    assert len(tries) > 2, "neither was ended: they never met"
    assert list(ClockOffset.objects.values_list("seconds", flat=True)) == [2.0, 2.0]


def test_a_lock_that_is_not_given_ends_as_busy() -> None:
    row = ClockOffset.objects.create(seconds=0)
    locked, may_end = threading.Event(), threading.Event()

    def holder() -> None:
        with transaction.atomic():
            ClockOffset.objects.select_for_update().get(pk=row.pk)
            locked.set()
            may_end.wait(30)

    @transactional
    def service() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '20ms'")
        ClockOffset.objects.select_for_update().get(pk=row.pk)

    with beside(holder) as other:
        assert locked.wait(30)
        with pytest.raises(Busy):
            service()
        may_end.set()
    assert other.exception() is None


def test_what_follows_a_commit_happens_after_it_and_not_after_a_rollback() -> None:
    happened: list[str] = []

    @transactional
    def service(*, fail: bool) -> None:
        on_commit(happened.append, "told")
        assert happened == []
        if fail:
            raise KeyError

    with pytest.raises(KeyError):
        service(fail=True)
    assert happened == []
    service(fail=False)
    assert happened == ["told"]


def test_what_follows_a_commit_never_fails_the_request() -> None:
    happened: list[str] = []

    def broken() -> None:
        raise OSError("Valkey is down")

    @transactional
    def service() -> str:
        ClockOffset.objects.create(seconds=1)
        on_commit(broken)
        on_commit(happened.append, "the next")
        return "done"

    assert service() == "done"
    assert ClockOffset.objects.count() == 1
    assert happened == ["the next"]
