"""A lone statement gives the same through libpq on a connection of the pool as through Django's cursor."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from types import SimpleNamespace

import psycopg
import pytest
from django.db import DataError, OperationalError, connection, transaction
from psycopg_pool import ConnectionPool

from hospital.common.sql import LoneStatement, Value

ECHO = LoneStatement(
    "SELECT %(text)s::text, %(number)s::bigint, %(at)s::timestamptz, %(bytes)s::bytea, %(none)s::text, %(text)s || '!'"
)
GIVEN: dict[str, Value] = {
    "text": "号源 ' \\ %",
    "number": 2**40,
    "at": datetime(2026, 11, 23, 7, 0, 0, 250_000, UTC),
    "bytes": b"\x00\xff",
    "none": None,
}


@pytest.fixture(params=["prepared", "plain"])
def pool(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, db: None
) -> Iterator[ConnectionPool]:
    """As in a web process, which has a pool and mostly no connection of Django's."""
    parameters = connection.get_connection_params() | {
        "autocommit": True,
        "prepare_threshold": 2 if request.param == "prepared" else None,
    }
    with ConnectionPool(kwargs=parameters, min_size=1, max_size=1, timeout=5) as made:
        web = SimpleNamespace(
            connection=None,
            queries_logged=False,
            pool=made,
            wrap_database_errors=connection.wrap_database_errors,
        )
        monkeypatch.setattr("hospital.common.sql.get_connection", lambda: web)
        yield made


def test_a_value_comes_back_as_it_went(pool: ConnectionPool) -> None:
    for _time in range(3):
        assert ECHO.row(GIVEN) == (*list(GIVEN.values()), f"{GIVEN['text']}!")


@pytest.mark.django_db
def test_a_cursor_gives_the_same() -> None:
    text, number, at, raw, none, again = ECHO.row(GIVEN)
    assert (text, number, at, bytes(raw), none, again) == (*list(GIVEN.values()), f"{GIVEN['text']}!")


def test_what_the_database_refuses_is_an_error_of_djangos_and_the_connection_goes_on(
    pool: ConnectionPool,
) -> None:
    divided = LoneStatement("SELECT 1 / %(by)s::int")
    for _time in range(2):
        with pytest.raises(DataError) as refused:
            divided.row({"by": 0})
        assert getattr(refused.value.__cause__, "sqlstate", "") == "22012"
        assert divided.row({"by": 1}) == (1,)


def test_a_rollback_of_whoever_had_the_connection_meanwhile_loses_nothing(pool: ConnectionPool) -> None:
    """psycopg then deallocates every prepared statement of the connection, ours among them."""
    ECHO.row(GIVEN)
    with pool.connection() as lent, lent.transaction(force_rollback=True):
        for _time in range(4):
            psycopg.Cursor(lent).execute("SELECT 1")
    for _time in range(2):
        assert ECHO.row(GIVEN) == (*list(GIVEN.values()), f"{GIVEN['text']}!")


def test_a_connection_that_died_is_replaced(pool: ConnectionPool) -> None:
    me = LoneStatement("SELECT pg_backend_pid()")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", me.row({}))
    with pytest.raises(OperationalError):
        me.row({})
    assert me.row({})[0]


@pytest.mark.django_db(transaction=True)
def test_inside_a_transaction_it_belongs_to_it() -> None:
    identity = LoneStatement("SELECT pg_current_xact_id()::text")
    with transaction.atomic():
        assert identity.row({}) == identity.row({})
    assert identity.row({}) != identity.row({})
