"""Mappings: how another system's columns, words and time formats become the canonical ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final

from analytics.domain.calendars import CalendarWalk
from analytics.domain.errors import Fault
from analytics.domain.moments import day_of, local_moment
from analytics.domain.visits import FIELDS
from hospital.common.errors import gettext_noop

TIMES: Final = tuple(name for name in FIELDS if name.endswith("_at"))
NO_LENGTH: Final = gettext_noop("duration: '%(text)s' is not a number")


@dataclass(frozen=True, slots=True)
class HistoryMapping:
    """A mapping as its file describes it.

    Parameters
    ----------
    constants : mapping
        Canonical field to the value it always has.
    columns : mapping
        Canonical field to the header that it is read from.
    words : mapping
        Canonical field to {word in the file: canonical word}.
    day_formats, time_formats : tuple of str
        `strptime` formats; a moment is a day, a space and a time, or only a time on the session's day.
    duration : (str, float) or None
        Column with the length of the visit, and the seconds in its unit, from which finished_at is made.
    calendar : mapping or None
        Columns `session`, `month`, `weekday` and `half`, where the file has no date.
    missing : frozenset of str
        Words that stand for unknown.
    encoding : str
        The file's, or empty: found out from the file.
    """

    constants: Mapping[str, str]
    columns: Mapping[str, str]
    words: Mapping[str, Mapping[str, str]]
    day_formats: tuple[str, ...]
    time_formats: tuple[str, ...]
    duration: tuple[str, float] | None
    calendar: Mapping[str, str] | None
    missing: frozenset[str] = field(default_factory=frozenset)
    encoding: str = ""

    @property
    def headers(self) -> frozenset[str]:
        """The columns a file must have."""
        calendar = self.calendar.values() if self.calendar else ()
        duration = (self.duration[0],) if self.duration else ()
        return frozenset({*self.columns.values(), *calendar, *duration})


def translator(mapping: HistoryMapping, start: date | None) -> Callable[[Mapping[str, str]], dict[str, str]]:
    """The function that turns one row of the file into canonical fields, rows in the file's order.

    Parameters
    ----------
    mapping : HistoryMapping
        How the file's columns become canonical ones.
    start : date or None
        The first day of the history, needed where the file has no dates.

    Returns
    -------
    callable
        From {header: text} to {canonical field: text}.

    Raises
    ------
    ValueError
        When the mapping walks a calendar and no start is given; the function itself raises it for a faulty
        row.

    Examples
    --------
    >>> from analytics.domain.mapping_files import mapping_of_toml
    >>> mapping = mapping_of_toml('columns = {expert_code = "doctor", session_date = "day"}')
    >>> translator(mapping, None)({"doctor": "Z1", "day": "2018/11/05"})
    {'expert_code': 'Z1', 'session_date': '2018-11-05'}
    """
    if mapping.calendar and start is None:
        message = "this mapping needs --start-date: the file has no dates"
        raise ValueError(message)
    walk = CalendarWalk(start) if mapping.calendar and start else None

    def translate(row: Mapping[str, str]) -> dict[str, str]:
        known = {
            name: "" if value.strip() in mapping.missing else value.strip() for name, value in row.items()
        }
        fields = dict(mapping.constants)
        for name, column in mapping.columns.items():
            if value := known.get(column, ""):
                fields[name] = value
        if walk and mapping.calendar:
            columns = mapping.calendar
            fields["session_date"] = walk.day(
                *(known.get(columns[part], "") for part in ("session", "month", "weekday", "half"))
            ).isoformat()
        for name, words in mapping.words.items():
            fields[name] = words.get(fields.get(name, ""), fields.get(name, ""))
        _write_times(fields, mapping)
        if mapping.duration:
            fields["finished_at"] = _finished(fields, known.get(mapping.duration[0], ""), mapping.duration[1])
        return fields

    return translate


def _write_times(fields: dict[str, str], mapping: HistoryMapping) -> None:
    """Rewrite days and times into the canonical form, a bare time on the session's day."""
    written = fields.get("session_date", "") or _day_part(fields.get("opens_at", ""))
    day = day_of(written, "session_date", (*mapping.day_formats, "%Y-%m-%d"))
    fields["session_date"] = day.isoformat()
    for name in TIMES:
        if text := fields.get(name, ""):
            moment = local_moment(text, name, day, mapping.day_formats, mapping.time_formats)
            fields[name] = moment.isoformat(sep=" ")
    opens, closes = fields.get("opens_at", ""), fields.get("closes_at", "")
    if opens and closes and closes <= opens:
        later = datetime.fromisoformat(closes) + timedelta(days=1)
        fields["closes_at"] = later.isoformat(sep=" ")


def _day_part(text: str) -> str:
    """The day before a moment's time, so that a file may name the opening alone."""
    return text.partition(" ")[0] if " " in text else ""


def _finished(fields: Mapping[str, str], length: str, seconds_in_unit: float) -> str:
    if not length or not fields.get("started_at"):
        return ""
    try:
        seconds = float(length) * seconds_in_unit
        finished = datetime.fromisoformat(fields["started_at"]) + timedelta(seconds=seconds)
    except (ValueError, OverflowError):
        raise Fault(NO_LENGTH, text=length) from None
    if seconds < 0:
        raise Fault(gettext_noop("duration: '%(text)s' is negative"), text=length)
    return finished.isoformat(sep=" ", timespec="seconds")
