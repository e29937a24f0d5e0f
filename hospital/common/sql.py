"""Statements of hot paths, past the ORM: PostgreSQL parses and plans each once a connection, not at every call.

The rest of the code uses the ORM. A booking takes six statements; planning them anew each time cost more than
executing them.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any, cast
from weakref import WeakSet

import psycopg
from django.db.backends.utils import CursorWrapper
from django.db.transaction import get_connection
from psycopg.adapt import Transformer
from psycopg.errors import InvalidSqlStatementName, error_from_result
from psycopg.pq import ConnStatus, ExecStatus, Format
from psycopg.pq.abc import PGresult

Value = str | int | datetime | bytes | None


def weekday_bits(weekdays: Iterable[int]) -> int:
    """Weekdays (1 to 7) as a number that SQL asks with ``weekdays & (1 << weekday) > 0``.

    Examples
    --------
    >>> weekday_bits([1, 3, 3])
    10
    """
    return sum(1 << weekday for weekday in set(weekdays))


def prepared_cursor(*, binary: bool = False) -> CursorWrapper:
    """A cursor of the present connection and transaction that binds on the server.

    PostgreSQL infers the type of each parameter; where it cannot, write ``%(name)s::bigint``. With ``binary`` the rows
    come in PostgreSQL's own form, a quarter sooner where they are tens of thousands of numbers.
    """
    database = get_connection()
    database.ensure_connection()
    cursor = psycopg.Cursor(database.connection)
    cursor.format = Format.BINARY if binary else Format.TEXT
    wrapped: CursorWrapper = (
        database.make_debug_cursor(cursor) if database.queries_logged else database.make_cursor(cursor)
    )
    return wrapped


class LoneStatement:
    """A statement that is a transaction by itself: one round trip on a connection of the pool, for the hottest path.

    It is handed to libpq as it is. Cursors, adapters and Django's connection around them took three times as long, and
    let go of the interpreter a dozen times. Where Django's connection is open already (a transaction, a job), or there
    is no pool, it is a statement like any other.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._names = list(dict.fromkeys(re.findall(r"%\((\w+)\)s", text)))
        places = {name: f"${place}" for place, name in enumerate(self._names, 1)}
        self._native = re.sub(r"%\((\w+)\)s", lambda found: places[found[1]], text).encode()
        self._key = b"lone_" + sha256(self._native).hexdigest()[:16].encode()
        self._known: WeakSet[psycopg.Connection[Any]] = WeakSet()

    def row(self, arguments: Mapping[str, Value]) -> tuple[Any, ...]:
        """Run it; the first row of what it gives."""
        database = get_connection()
        pool = None if database.connection is not None or database.queries_logged else database.pool
        if pool is None:
            with prepared_cursor() as cursor:
                cursor.execute(self._text, arguments)
                row: tuple[Any, ...] = cursor.fetchone()
            return row
        with database.wrap_database_errors:
            pool.open()
            lent = pool.getconn()
            try:
                loaded = Transformer(lent)
                loaded.set_pgresult(self._result(lent, [_text(arguments[name]) for name in self._names]))
                return loaded.load_row(0, tuple) or ()
            finally:
                pool.putconn(lent)

    def _result(self, lent: psycopg.Connection[Any], values: list[bytes | None]) -> PGresult:
        wire = lent.pgconn
        if lent.prepare_threshold is None:
            return _checked(lent, wire.exec_params(self._native, values))
        if lent not in self._known:
            self._prepare(lent)
        given = cast("list[bytes]", values)  # None is NULL here, too: only the annotation is narrower
        try:
            return _checked(lent, wire.exec_prepared(self._key, given))
        except InvalidSqlStatementName:  # after a rollback psycopg deallocates all; nothing was executed
            self._prepare(lent)
            return _checked(lent, wire.exec_prepared(self._key, given))

    def _prepare(self, lent: psycopg.Connection[Any]) -> None:
        _checked(lent, lent.pgconn.prepare(self._key, self._native))
        self._known.add(lent)


def _checked(lent: psycopg.Connection[Any], result: PGresult) -> PGresult:
    if result.status in {ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK}:
        return result
    if lent.pgconn.status == ConnStatus.BAD:
        raise psycopg.OperationalError(result.get_error_message())
    raise error_from_result(result)


def _text(value: Value) -> bytes | None:
    """A value as PostgreSQL reads it."""
    if value is None:
        return None
    return b"\\x" + value.hex().encode() if isinstance(value, bytes) else str(value).encode()
