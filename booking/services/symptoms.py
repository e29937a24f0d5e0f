"""The table that leads from patients' words to departments: kept by managers, searched by everybody."""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction

from booking.domain.cells import quoted
from booking.domain.errors import FileUnreadable, UnknownNumber, WordKnown, WordsRefused
from booking.models import Department, SymptomWord
from hospital.common import history
from hospital.common.actor import Actor
from hospital.common.downloads import csv_bytes
from hospital.common.transactions import transactional

COLUMNS = ("department", "word", "word_en", "weight", "featured")
ROWS_MAX = 5000
_YES = frozenset({"1", "yes", "true", "是"})


@dataclass(frozen=True, slots=True)
class Row:
    """One word as a file or a form gives it."""

    department: str
    word: str
    word_en: str = ""
    weight: int = 5
    featured: bool = False


@transactional
def symptom_word_save(*, row: Row, actor: Actor, now: datetime, word_id: int | None = None) -> SymptomWord:
    """Add a word or change one; its pinyin is found, not typed.

    Raises
    ------
    UnknownNumber
        When there is no such department or word.
    WordKnown
        When the department has the word already.
    """
    department = Department.objects.filter(code=row.department).first()
    if department is None:
        raise UnknownNumber(field="department")
    before = SymptomWord.objects.select_for_update().filter(pk=word_id).first() if word_id else None
    if word_id and before is None:
        raise UnknownNumber(field="word")
    word = before or SymptomWord()
    word.department, word.word, word.word_en = department, row.word, row.word_en
    word.weight, word.featured = row.weight, row.featured
    word.pinyin, word.initials = pinyin_of(row.word)
    try:
        with transaction.atomic():
            word.save()
    except IntegrityError as error:
        if "one_word_per_department" in str(error):
            raise WordKnown(field="word") from error
        raise
    _record(word, "change" if before else "add", actor, now)
    return word


@transactional
def symptom_word_delete(*, word_id: int, actor: Actor, now: datetime) -> None:
    """Take a word out. Raises ``UnknownNumber``."""
    word = SymptomWord.objects.select_for_update().filter(pk=word_id).first()
    if word is None:
        raise UnknownNumber(field="word")
    _record(word, "delete", actor, now)
    word.delete()


@transactional
def symptom_words_import(*, text: str, actor: Actor, now: datetime, dry_run: bool = False) -> tuple[int, int]:
    """Take in a CSV file, all or nothing: words known by department and word are changed, others added.

    Returns
    -------
    tuple of (int, int)
        How many were added and changed (or would be, with ``dry_run``).

    Raises
    ------
    FileUnreadable
        When it is no table, such as one with a field without end.
    WordsRefused
        With the line and reason of every row that cannot be taken.
    """
    try:
        rows = _rows(text)
    except csv.Error as error:
        raise FileUnreadable from error
    known = {(one.department.code, one.word): one for one in SymptomWord.objects.select_related("department")}
    changed = [row for row in rows if (row.department, row.word) in known]
    if not dry_run:
        for row in rows:
            found = known.get((row.department, row.word))
            if found is None or _differs(found, row):
                symptom_word_save(row=row, actor=actor, now=now, word_id=found.pk if found else None)
    return len(rows) - len(changed), len(changed)


def symptom_words_csv(words: Iterable[SymptomWord]) -> bytes:
    """The whole table as a file that can be taken in again; no cell is a formula."""
    rows = [
        [
            *map(quoted, (one.department.code, one.word, one.word_en)),
            one.weight,
            "yes" if one.featured else "",
        ]
        for one in words
    ]
    return csv_bytes([COLUMNS, *rows])


def pinyin_of(word: str) -> tuple[str, str]:
    """The word in pinyin without tones, and its initials."""
    from pypinyin import Style, lazy_pinyin  # its tables take a while to load

    whole = "".join(lazy_pinyin(word)).lower().replace(" ", "")
    return whole[:120], "".join(lazy_pinyin(word, style=Style.FIRST_LETTER)).lower()[:30]


def _rows(text: str) -> list[Row]:
    lines = csv.DictReader(io.StringIO(text.lstrip("\ufeff")))
    missing = {"department", "word"} - {(name or "").strip() for name in lines.fieldnames or []}
    if missing:
        raise WordsRefused(rows=f"1: {', '.join(sorted(missing))}")
    departments = set(Department.objects.values_list("code", flat=True))
    rows: dict[tuple[str, str], Row] = {}
    faults = []
    for number, cells in enumerate(lines, 2):
        if number > ROWS_MAX:
            faults.append(f"{number}: > {ROWS_MAX}")
            break
        try:
            row = row_of(cells, departments)
            if rows.setdefault((row.department, row.word), row) is not row:
                raise ValueError(f"{row.word}: twice")
        except ValueError as error:
            faults.append(f"{number}: {error}")
    if faults:
        raise WordsRefused(rows="; ".join(faults[:20]))
    return list(rows.values())


def row_of(cells: dict[str, str | None], departments: set[str]) -> Row:
    """A row's cells, checked. Raises ``ValueError`` with the reason."""
    given = {name: str(cells.get(name) or "").strip().lstrip("'") for name in COLUMNS}
    if given["department"] not in departments:
        raise ValueError(f"department {given['department'][:30]!r}")
    if not 1 <= len(given["word"]) <= 30 or len(given["word_en"]) > 60:
        raise ValueError("word")
    weight = int(given["weight"] or 5)
    if not 1 <= weight <= 10:
        raise ValueError("weight 1-10")
    is_featured = given["featured"].casefold() in _YES
    return Row(given["department"], given["word"], given["word_en"], weight, is_featured)


def _differs(found: SymptomWord, row: Row) -> bool:
    return (found.word_en, found.weight, found.featured) != (row.word_en, row.weight, row.featured)


def _record(word: SymptomWord, verb: str, actor: Actor, now: datetime) -> None:
    data = {"department": word.department.code, "word": word.word, "weight": word.weight}
    history.note(word, verb, state="", actor=actor, at=now, data=data)
