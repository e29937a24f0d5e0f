"""Recurring periods as rows of a file: what a row must say, and what is wrong with one, by line and column."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation

from booking.domain.cells import unquoted
from booking.domain.schedule_columns import COLUMNS, OPTIONAL, column_of
from hospital.common.errors import gettext_noop

WEEKDAYS = {name: number for number, name in enumerate("一二三四五六日", 1)} | {"天": 7}

MISSING_COLUMN = gettext_noop("This column is missing.")
MISSING = gettext_noop("This must be filled in.")
NO_WEEKDAY = gettext_noop("A weekday is 1 (Monday) to 7 (Sunday).")
NO_TIME = gettext_noop("A time is written like 08:00.")
NO_DAY = gettext_noop("A day is written like 2026-11-23.")
NO_NUMBER = gettext_noop("This is no number between %(low)s and %(high)s.")
TWICE = gettext_noop("The same period stands in line %(line)s already.")
UNKNOWN_EXPERT = gettext_noop("No expert has this code.")
UNKNOWN_ROOM = gettext_noop("No room has this code.")


@dataclass(frozen=True, slots=True)
class RowError:
    """What is wrong in one cell; ``line`` is the line of the file, 1 being the header."""

    line: int
    column: str
    reason: str
    params: tuple[tuple[str, object], ...] = ()


@dataclass(frozen=True, slots=True)
class PeriodRow:
    """A row that can be read."""

    line: int
    expert: str
    weekday: int
    opens_at: time
    closes_at: time
    walk_in_opens_at: time
    room: str
    slot_minutes: int
    capacity_per_slot: int
    share: Decimal
    fee_fen: int | None
    every_weeks: int
    valid_from: date
    valid_until: date | None

    @property
    def key(self) -> tuple[str, int, time, date]:
        """What makes it the same period as another."""
        return self.expert, self.weekday, self.opens_at, self.valid_from


class _Cells:
    """One row's cells, read one by one; what cannot be read is kept as an error."""

    def __init__(self, line: int, cells: Mapping[str, str]) -> None:
        self.line, self.cells, self.errors = line, cells, list[RowError]()

    def code(self, column: str, known: Collection[str] | None, reason: str) -> str:
        text = self.text(column)
        if text and known is not None and text not in known:
            self._wrong(column, reason)
        return text

    def text(self, column: str) -> str:
        value = unquoted(self.cells.get(column, "").strip())
        if not value and column not in OPTIONAL:
            self._wrong(column, MISSING)
        return value or OPTIONAL.get(column, "")

    def number(self, column: str, low: int, high: int) -> int:
        text = self.text(column)
        try:
            value = Decimal(text.removesuffix(".0")) if text else Decimal(low)
        except InvalidOperation:
            value = Decimal("NaN")
        if not value.is_finite() or value != int(value) or not low <= value <= high:
            self._wrong(column, NO_NUMBER, low=low, high=high)
            return low
        return int(value)

    def weekday(self, column: str) -> int:
        text = self.text(column)
        name = text.removeprefix("星期").removeprefix("周").removesuffix(".0")
        number = WEEKDAYS.get(name, int(name) if name.isascii() and name.isdecimal() else 0)
        if text and not 1 <= number <= 7:
            self._wrong(column, NO_WEEKDAY)
        return number

    def wall(self, column: str) -> time:
        text = self.text(column)
        for shape in ("%H:%M", "%H:%M:%S"):
            try:
                return datetime.strptime(text, shape).time()  # noqa: DTZ007 - a wall clock's
            except ValueError:
                continue
        if text:
            self._wrong(column, NO_TIME)
        return time()

    def day(self, column: str) -> date | None:
        text = self.text(column).replace("/", "-").removesuffix(" 00:00:00")
        if not text:
            return None
        try:
            return datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007 - a calendar's
        except ValueError:
            self._wrong(column, NO_DAY)
            return None

    def share(self, column: str) -> Decimal:
        text = self.text(column)
        try:
            value = (
                Decimal(text.removesuffix("%")) / (100 if text.endswith("%") else 1) if text else Decimal(0)
            )
        except InvalidOperation:
            value = Decimal("NaN")
        if not value.is_finite() or not 0 <= value <= 1:
            self._wrong(column, NO_NUMBER, low=0, high=1)
            return Decimal(0)
        return value.quantize(Decimal("0.01"))

    def fen(self, column: str) -> int | None:
        text = self.text(column)
        if not text:
            return None
        try:
            value = Decimal(text) * 100
        except InvalidOperation:
            value = Decimal("NaN")
        if not value.is_finite() or value != int(value) or not 0 <= value <= 1_000_000:
            self._wrong(column, NO_NUMBER, low=0, high=10_000)
            return None
        return int(value)

    def _wrong(self, column: str, reason: str, **params: object) -> None:
        self.errors.append(RowError(self.line, column, reason, tuple(params.items())))


def periods_of(
    rows: Iterable[Sequence[str]],
    *,
    experts: Collection[str] | None = None,
    rooms: Collection[str] | None = None,
) -> tuple[list[PeriodRow], list[RowError]]:
    """Read a header and its rows; empty lines are passed over.

    Parameters
    ----------
    rows : iterable of sequences of str
        The file's lines, cell by cell, the header first.
    experts, rooms : collections of str, optional
        The codes that exist; without them every code is taken.

    Returns
    -------
    (rows, errors)
        Every row that can be read, and everything that cannot, in the order of the file.

    Examples
    --------
    >>> head = ["专家", "星期", "开始", "结束", "现场挂号开始", "诊室", "时段分钟", "时段号数", "预约比例", "开始日期"]
    >>> good = ["C01", "周一", "08:00", "12:00", "07:00", "r1", "60", "10", "60%", "2026-11-23"]
    >>> bad = ["C01", "8", "8 Uhr", "12:00", "07:00", "r1", "60", "10", "60%", "2026-11-23"]
    >>> rows, errors = periods_of([head, good, bad])
    >>> [row.weekday for row in rows], [(error.line, error.column) for error in errors]
    ([1], [(3, 'weekday'), (3, 'opens_at')])
    """
    lines = iter(rows)
    header = [column_of(name) for name in next(lines, [])]
    absent = [name for name in COLUMNS if name not in header and name not in OPTIONAL]
    if absent:
        return [], [RowError(1, name, MISSING_COLUMN) for name in absent]
    found: list[PeriodRow] = []
    errors: list[RowError] = []
    seen: dict[tuple[str, int, time, date], int] = {}
    for line, values in enumerate(lines, start=2):
        if not any(value.strip() for value in values):
            continue
        cells = _Cells(line, dict(zip(header, values, strict=False)))
        row = _row(cells, experts, rooms)
        if row is not None and not cells.errors:
            earlier = seen.setdefault(row.key, line)
            if earlier == line:
                found.append(row)
            else:
                errors.append(RowError(line, "opens_at", TWICE, (("line", earlier),)))
        errors += cells.errors
    return found, errors


def _row(cells: _Cells, experts: Collection[str] | None, rooms: Collection[str] | None) -> PeriodRow | None:
    read = {
        "expert": cells.code("expert", experts, UNKNOWN_EXPERT),
        "weekday": cells.weekday("weekday"),
        "opens_at": cells.wall("opens_at"),
        "closes_at": cells.wall("closes_at"),
        "walk_in_opens_at": cells.wall("walk_in_opens_at"),
        "room": cells.code("room", rooms, UNKNOWN_ROOM),
        "slot_minutes": cells.number("slot_minutes", 5, 480),
        "capacity_per_slot": cells.number("capacity_per_slot", 1, 500),
        "share": cells.share("share"),
        "fee_fen": cells.fen("fee"),
        "every_weeks": cells.number("every_weeks", 1, 52),
        "valid_until": cells.day("valid_until"),
    }
    valid_from = cells.day("valid_from")
    if valid_from is None:
        return None
    return PeriodRow(line=cells.line, valid_from=valid_from, **read)  # type: ignore[arg-type]
