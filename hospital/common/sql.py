"""Statements of hot paths, past the ORM: PostgreSQL parses and plans each once a connection, not at every call.

The rest of the code uses the ORM. A booking takes six statements; planning them anew each time cost more than
executing them.
"""

import psycopg
from django.db.backends.utils import CursorWrapper
from django.db.transaction import get_connection


def prepared_cursor() -> CursorWrapper:
    """A cursor of the present connection and transaction that binds on the server.

    PostgreSQL infers the type of each parameter; where it cannot, write ``%(name)s::bigint``.
    """
    database = get_connection()
    database.ensure_connection()
    cursor = psycopg.Cursor(database.connection)
    wrapped: CursorWrapper = (
        database.make_debug_cursor(cursor) if database.queries_logged else database.make_cursor(cursor)
    )
    return wrapped
