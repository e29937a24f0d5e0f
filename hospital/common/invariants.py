"""The guarantees as queries: each finds the rows that break one, in words.

Every query is one statement and so reads one moment of the database: it may run beside bookings and calls,
every few minutes in production. An app keeps its own in ``<app>/selectors/invariants.py``.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from django.db import connection

SHOWN_MAX = 20


@dataclass(frozen=True, slots=True)
class Invariant:
    """Something that is always true; ``sql`` selects one line of text for each row that breaks it."""

    name: str
    sql: str
    params: Mapping[str, list[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Broken:
    """An invariant that does not hold, with the first rows that break it."""

    name: str
    rows: tuple[str, ...]
    more: bool


FLOOR = (
    Invariant(
        "every kept idempotency key has its answer",
        """
        SELECT concat('key ', key, ' of ', account, ' on ', route, ' has no answer')
        FROM hospital_idempotencykey WHERE status IS NULL OR status NOT BETWEEN 200 AND 299 ORDER BY id
        """,
    ),
    Invariant(
        "every history row begins where the one before ended",
        """
        SELECT concat(thing, ' ', thing_id, ': ', verb, ' from "', from_state, '" after "', before, '"')
        FROM (
            SELECT id, thing, thing_id, verb, from_state,
                   lag(to_state, 1, '') OVER (PARTITION BY thing, thing_id ORDER BY id) AS before
            FROM hospital_statechange) AS chain
        WHERE from_state <> before ORDER BY id
        """,
    ),
    Invariant(
        "no job is done and leased at once",
        "SELECT concat('job ', kind, ' ', key) FROM hospital_job"
        " WHERE done_at IS NOT NULL AND leased_until IS NOT NULL ORDER BY id",
    ),
)


def history_ends_in_state(*, thing: str, table: str) -> Invariant:
    """The last history row of a ``thing`` says the state that its row in ``table`` has.

    Both names come from the code, never from a request.
    """
    return Invariant(
        f"the history of each {thing} ends in its state",
        f"""
        SELECT concat('{thing} ', thing.id, ' is "', thing.state,
                      '", its history ends in "', last.to_state, '"')
        FROM {table} AS thing
        LEFT JOIN LATERAL (
            SELECT to_state FROM hospital_statechange
            WHERE thing = '{thing}' AND thing_id = thing.id ORDER BY id DESC LIMIT 1) AS last ON true
        WHERE last.to_state IS DISTINCT FROM thing.state ORDER BY thing.id
        """,  # noqa: S608
    )


def broken(invariants: Sequence[Invariant]) -> Iterator[Broken]:
    """Ask each query in turn; those that find nothing hold."""
    for invariant in invariants:
        with connection.cursor() as cursor:
            cursor.execute(invariant.sql, dict(invariant.params))
            rows = [row[0] for row in cursor.fetchmany(SHOWN_MAX + 1)]
        if rows:
            yield Broken(invariant.name, tuple(rows[:SHOWN_MAX]), len(rows) > SHOWN_MAX)
