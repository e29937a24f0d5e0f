"""Every row of every table as one sum each: whether anything was written, and where."""

from __future__ import annotations

from django.db import connection

NOT_COUNTED = {
    # the reads of patient records are written down, as they must be; nothing else may write a row here
    "hospital_statechange": "WHERE verb <> 'read'",
    # what the browser is told once, and which language it speaks
    "django_session": "WHERE false",
}
SIGNS_OF_LIFE = ("last_seen_at", "last_used_at")
"""When a screen or a script last asked: columns that say nothing of the hospital's work."""


def sums() -> dict[str, str]:
    """For each table the number of its rows and a sum over what stands in them; one query."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
        parts = [
            f"SELECT '{table}', concat(count(*), ' ', sum(hashtextextended((to_jsonb(one) - %s::text[])::text, 0)))"
            f' FROM "{table}" one {NOT_COUNTED.get(table, "")}'
            for (table,) in cursor.fetchall()
        ]
        cursor.execute(" UNION ALL ".join(parts), [list(SIGNS_OF_LIFE)] * len(parts))
        return dict(cursor.fetchall())


def changed(before: dict[str, str]) -> list[str]:
    """The tables in which something is not as it was."""
    now = sums()
    return sorted(table for table in before.keys() | now.keys() if before.get(table) != now.get(table))
