"""Taking visits in: from a hospital's file or from this system's own day. All or nothing, and repeatable."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction

from analytics.domain.errors import ImportRefused, RowError
from analytics.domain.visits import DEFAULT_SLOT_MIN
from analytics.models import ImportBatch
from analytics.services import incoming
from analytics.services.incoming import FAULTS_KEPT, PRE_OPENING, Faults, Numbered, rows_copy
from analytics.services.outdated import plans_outdate
from analytics.services.summaries import session_days_summarise
from hospital.common.actor import Actor
from hospital.common.errors import gettext_noop
from hospital.common.transactions import transactional

SYNTHETIC = ImportBatch.Source.SYNTHETIC
SAME = gettext_noop("the same visit as row %(first)s")
Progress = Callable[[str, int], None]
"""Is told the step (reading, storing, summing) and how many of its rows or sessions are done."""


@dataclass(frozen=True, slots=True)
class Told:
    """The visits are all that this system recorded of a day, with a digest of them."""

    day: date
    digest: bytes


@dataclass(frozen=True, slots=True)
class _Source:
    kind: ImportBatch.Source
    name: str
    told: Told | None


@dataclass(frozen=True, slots=True)
class TakenIn:
    """What a taking-in did: rows read, visits added, visits told otherwise than before, sessions touched."""

    rows: int
    added: int
    session_days: tuple[int, ...]
    corrected: int = 0
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def known(self) -> int:
        """Rows that were there already."""
        return self.rows - self.added


def _silent(step: str, done: int) -> None:
    pass


@transactional
def visits_take_in(
    *,
    read: Callable[[], Iterable[Numbered]],
    source: ImportBatch.Source,
    name: str,
    actor: Actor,
    now: datetime,
    told: Told | None = None,
    dry_run: bool = False,
    progress: Progress = _silent,
) -> TakenIn:
    """Store the visits that ``read`` gives, all of them or none; one told as before changes nothing.

    A visit told otherwise than before is corrected, and its session counted again. With ``told`` they are all that
    this system recorded of a day: what is no longer among them goes.

    Raises
    ------
    ImportRefused
        ``import_refused``: with what is wrong in the faulty rows; nothing was stored.
    """
    try:
        with transaction.atomic():
            taken = _take_in(read, _Source(source, name, told), actor, now, progress)
            if dry_run:
                raise _DryRun(taken)
    except _DryRun as end:
        return end.taken
    return taken


class _DryRun(Exception):
    def __init__(self, taken: TakenIn) -> None:
        super().__init__()
        self.taken = taken


def _take_in(
    read: Callable[[], Iterable[Numbered]], source: _Source, actor: Actor, now: datetime, progress: Progress
) -> TakenIn:
    faults = Faults()
    with connection.cursor() as cursor:
        cursor.execute(incoming.TABLES)
        rows = rows_copy(cursor, read(), faults, lambda done: progress("reading", done))
        from_file = source.kind == ImportBatch.Source.FILE
        if from_file:
            _count_duplicates(cursor, faults)
        if faults.count:
            raise ImportRefused(tuple(sorted(faults.kept, key=lambda error: error.line)), faults.count)
        progress("storing", rows)
        facts = _facts(cursor) if from_file else {}
        touched, added, corrected = _store(cursor, source, rows, actor, now)
        cursor.execute("DROP TABLE incoming, incoming_session")
    session_days_summarise(session_days=touched, progress=lambda done: progress("summing", done))
    return TakenIn(rows, added, tuple(sorted(touched)), corrected, facts)


def _count_duplicates(cursor: Any, faults: Faults) -> None:
    cursor.execute(incoming.DUPLICATES, [FAULTS_KEPT])
    found = cursor.fetchall()
    for line, first, _all in found:
        faults.add(RowError(line, SAME, first=first))
    if found:
        faults.count += found[0][2] - len(found)


def _store(cursor: Any, source: _Source, rows: int, actor: Actor, now: datetime) -> tuple[set[int], int, int]:
    """The sessions touched, and how many visits were added and how many corrected."""
    cursor.execute(incoming.CHANGE_SESSIONS)
    touched = {pk for (pk,) in cursor.fetchall()}
    if source.told:
        cursor.execute(incoming.REMOVE, {"day": source.told.day})
    else:
        cursor.execute(incoming.CHANGE)
    corrected = Counter(dict(cursor.fetchall()))
    cursor.execute(incoming.ANYTHING_NEW)
    if not (cursor.fetchone()[0] or touched or corrected):
        return set(), 0, 0
    batch = ImportBatch.objects.create(
        source=source.kind,
        name=source.name[:200],
        rows=rows,
        added=0,
        actor_name=actor.name,
        at=now,
        digest=source.told and source.told.digest,
    )
    values = {
        "pre_opening": PRE_OPENING,
        "slot_minutes": DEFAULT_SLOT_MIN,
        "synthetic": source.kind == SYNTHETIC,
        "batch": batch.pk,
    }
    cursor.execute(incoming.STORE_SESSIONS, values)
    cursor.execute(incoming.ADD, values)
    added = dict(cursor.fetchall())
    batch.added, batch.corrected = sum(added.values()), corrected.total()
    batch.save(update_fields=["added", "corrected"])
    touched |= added.keys() | corrected.keys()
    plans_outdate(session_days=touched, now=now)  # before the sessions go that have no visit left
    cursor.execute(incoming.REMOVE_EMPTY, {"days": sorted(corrected)})
    touched -= {pk for (pk,) in cursor.fetchall()}
    return touched, batch.added, batch.corrected


def _facts(cursor: Any) -> dict[str, Any]:
    """What the file says in all, for whoever decides whether to take it in."""
    cursor.execute(incoming.FACTS)
    names = [column.name for column in cursor.description]
    return dict(zip(names, cursor.fetchone(), strict=True))
