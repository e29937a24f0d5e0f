"""Recurring periods in and out as CSV and XLSX: looked at first, then taken in as a whole or not at all."""

import csv
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from io import BytesIO, StringIO

import openpyxl
from django.db import transaction

from booking.domain.cells import quoted
from booking.domain.errors import FileUnreadable
from booking.domain.schedule_columns import COLUMNS
from booking.domain.schedule_files import PeriodRow, RowError, periods_of
from booking.locks import lock_planning
from booking.models import Expert, Room, SessionTemplate
from booking.selectors.calendar import rooms_shared, templates_shown
from booking.services.templates import TemplateFacts, template_write, templates_replan
from hospital.common.actor import Actor
from hospital.common.errors import DomainError
from hospital.common.transactions import transactional

BYTES_MAX = 2_000_000
OPENED_MAX = 40_000_000
LINES_MAX = 5_000
ENCODINGS = ("utf-8-sig", "gb18030")


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What taking in the file does, or would do; with any error nothing is done."""

    added: int
    changed: int
    same: int
    errors: tuple[RowError, ...]
    shared: tuple[tuple[SessionTemplate, SessionTemplate], ...] = ()
    """Periods of the file's experts beside another's in the same room: worth a look, and no error."""


def rows_of(content: bytes) -> list[list[str]]:
    """The cells of a CSV (UTF-8 or GB18030) or XLSX file.

    Raises
    ------
    FileUnreadable
        When it is neither, or too large.
    """
    if len(content) > BYTES_MAX:
        raise FileUnreadable
    if content.startswith(b"PK"):
        return _rows_of_workbook(content)
    for encoding in ENCODINGS:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" in text:
            break
        try:
            return _limited(csv.reader(StringIO(text, newline="")))
        except csv.Error as error:
            raise FileUnreadable from error
    raise FileUnreadable


def _rows_of_workbook(content: bytes) -> list[list[str]]:
    try:
        with zipfile.ZipFile(BytesIO(content)) as packed:
            if sum(each.file_size for each in packed.infolist()) > OPENED_MAX:
                raise FileUnreadable
        book = openpyxl.load_workbook(BytesIO(content), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        return _limited([_text(cell) for cell in row] for row in sheet.iter_rows(values_only=True))
    except Exception as error:  # locked, packed in an unknown way, entities without end: somebody else's file
        raise FileUnreadable from error


def _text(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(" ")
    if isinstance(cell, time):
        return cell.strftime("%H:%M")
    return str(cell)


def _limited(rows: Iterable[Sequence[str]]) -> list[list[str]]:
    taken: list[list[str]] = []
    for row in rows:
        taken.append(list(row))
        if len(taken) > LINES_MAX:
            raise FileUnreadable
    return taken


@transactional
def templates_import(
    *, rows: Sequence[Sequence[str]], actor: Actor, now: datetime, dry_run: bool
) -> ImportResult:
    """Add and change recurring periods by file; periods that the file does not name stay as they are.

    With ``dry_run``, or with any error, everything is undone: the answer says what would have happened.
    """
    lock_planning()
    experts = {each.code: each for each in Expert.objects.all()}
    rooms = {each.code: each for each in Room.objects.all()}
    periods, unreadable = periods_of(rows, experts=experts.keys(), rooms=rooms.keys())
    mark = transaction.savepoint()
    counts, errors = _take_in(periods, experts, rooms, actor, now)
    errors = sorted([*unreadable, *errors], key=lambda error: (error.line, error.column))
    expert_ids = sorted({experts[period.expert].pk for period in periods})
    shared = rooms_shared(expert_ids=expert_ids) if dry_run and not errors else []
    if dry_run or errors:
        transaction.savepoint_rollback(mark)
    else:
        transaction.savepoint_commit(mark)
        templates_replan(expert_ids=expert_ids, actor=actor, now=now)
    return ImportResult(counts["added"], counts["changed"], counts["same"], tuple(errors), tuple(shared))


def _take_in(
    periods: list[PeriodRow],
    experts: Mapping[str, Expert],
    rooms: Mapping[str, Room],
    actor: Actor,
    now: datetime,
) -> tuple[dict[str, int], list[RowError]]:
    known = _known({experts[row.expert] for row in periods})
    counts, errors = {"added": 0, "changed": 0, "same": 0}, list[RowError]()
    for row in periods:
        facts, before = _facts(row, experts[row.expert], rooms[row.room]), known.get(row.key)
        if before is not None and _same(facts, before):
            counts["same"] += 1
            continue
        try:
            template_write(
                facts=facts, actor=actor, now=now, template_id=before.pk if before is not None else None
            )
            counts["changed" if before is not None else "added"] += 1
        except DomainError as error:
            column = str(error.field or "opens_at")
            errors.append(RowError(row.line, column, error.message, tuple(error.params.items())))
    return counts, errors


def _known(experts: Iterable[Expert]) -> dict[tuple[str, int, time, date], SessionTemplate]:
    found = SessionTemplate.objects.filter(expert__in=list(experts)).select_related("expert", "room")
    return {(each.expert.code, each.weekday, each.opens_at, each.valid_from): each for each in found}


def _facts(row: PeriodRow, expert: Expert, room: Room) -> TemplateFacts:
    return TemplateFacts(
        expert=expert,
        weekday=row.weekday,
        opens_at=row.opens_at,
        closes_at=row.closes_at,
        walk_in_opens_at=row.walk_in_opens_at,
        room=room,
        slot_minutes=row.slot_minutes,
        capacity_per_slot=row.capacity_per_slot,
        appointment_share=row.share,
        fee_fen=row.fee_fen,
        every_weeks=row.every_weeks,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
    )


def _same(facts: TemplateFacts, before: SessionTemplate) -> bool:
    return all(getattr(before, name) == value for name, value in facts.columns().items())


def templates_rows(*, department: str = "") -> Iterator[list[str]]:
    """The header and every recurring period, as the import takes them; no cell is a formula."""
    yield list(COLUMNS)
    for each in templates_shown(department=department):
        cells = [
            each.expert.code,
            str(each.weekday),
            each.opens_at.strftime("%H:%M"),
            each.closes_at.strftime("%H:%M"),
            each.walk_in_opens_at.strftime("%H:%M"),
            each.room.code,
            str(each.slot_minutes),
            str(each.capacity_per_slot),
            str(each.appointment_share),
            "" if each.fee_fen is None else f"{each.fee_fen // 100}.{each.fee_fen % 100:02}",
            str(each.every_weeks),
            each.valid_from.isoformat(),
            each.valid_until.isoformat() if each.valid_until else "",
        ]
        yield [quoted(cell) for cell in cells]


def as_workbook(rows: Iterable[Sequence[str]]) -> bytes:
    """One sheet; every cell is text, so nothing in it is reckoned."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("templates")
    for row in rows:
        sheet.append(list(row))
    content = BytesIO()
    book.save(content)
    return content.getvalue()
