"""Statements of hot paths, past the ORM: PostgreSQL parses and plans each once a connection, not at every call.

The rest of the code uses the ORM. A booking takes six statements; planning them anew each time cost more than
executing them.
"""

import psycopg
from django.db import connection
from django.db.backends.utils import CursorWrapper


def prepared_cursor() -> CursorWrapper:
    """A cursor of the present connection and transaction that binds on the server.

    PostgreSQL infers the type of each parameter; where it cannot, write ``%(name)s::bigint``.
    """
    connection.ensure_connection()
    with connection.wrap_database_errors:
        cursor = psycopg.Cursor(connection.connection)
    if connection.queries_logged:
        return connection.make_debug_cursor(cursor)
    return connection.make_cursor(cursor)
