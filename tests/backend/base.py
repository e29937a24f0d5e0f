"""Django's PostgreSQL, but emptied row by row where rows are.

A test with real commits leaves a few rows in a few of a hundred tables. TRUNCATE makes every table's files anew, which
takes up to a second; DELETE of what is there takes milliseconds, once triggers and foreign keys look away. That needs a
right, which the owner of the tests' own server gives; on a foreign server without it the tables are truncated.
"""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import psycopg
from django.conf import settings
from django.core.management.color import Style
from django.db.backends.postgresql import base, creation, operations

from hospital.servers.layout import DataDir
from hospital.servers.postgres import OWNER, ROLE, Postgres

RIGHT = "session_replication_role"


class DatabaseCreation(creation.DatabaseCreation):
    """Gives the right, once for all test processes."""

    def _execute_create_test_db(self, cursor: Any, parameters: dict[str, str], keepdb: bool = False) -> None:
        server = Postgres(DataDir.named(settings.DATA_DIR))
        server.port = int(self.connection.settings_dict["PORT"])
        with suppress(psycopg.OperationalError), server.connect(OWNER, "postgres") as owner:
            owner.execute("SELECT pg_advisory_lock(1)")
            owner.execute(f"GRANT SET ON PARAMETER {RIGHT} TO {ROLE}")
        super()._execute_create_test_db(cursor, parameters, keepdb)


class DatabaseOperations(operations.DatabaseOperations):
    """``flush`` without TRUNCATE."""

    def sql_flush(
        self,
        style: Style,
        tables: Sequence[str],
        *,
        reset_sequences: bool = False,
        allow_cascade: bool = False,
    ) -> list[str]:
        with self.connection.cursor() as cursor:
            cursor.execute("SELECT has_parameter_privilege(%s, 'SET')", [RIGHT])
            granted = cursor.fetchone() == (True,)
        if not granted or reset_sequences:
            return super().sql_flush(
                style, tables, reset_sequences=reset_sequences, allow_cascade=allow_cascade
            )
        deletes = " ".join(f"DELETE FROM {self.quote_name(table)};" for table in tables)
        return [f"SET LOCAL {RIGHT} = replica", deletes]


class DatabaseWrapper(base.DatabaseWrapper):
    """The backend that ``tests.settings`` names."""

    creation_class = DatabaseCreation
    ops_class = DatabaseOperations
