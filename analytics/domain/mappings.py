"""Mappings: how another system's columns, words and time formats become the canonical ones."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final

from analytics.domain.calendars import CalendarWalk
from analytics.domain.moments import DAY_FORMATS, TIME_FORMATS, day_of, time_of
from analytics.domain.visits import FIELDS

TIMES: Final = tuple(name for name in FIELDS if name.endswith("_at"))
KNOWN_TABLES: Final = frozenset({"about", "constants", "columns", "words", "formats", "duration", "calendar"})
SECONDS: Final = {"s": 1.0, "min": 60.0}


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
    day_format, time_format : str
        `strptime` formats; a moment is a day, a space and a time, or only a time on the session's day.
    duration : (str, float) or None
        Column with the length of the visit, and the seconds in its unit, from which finished_at is made.
    calendar : mapping or None
        Columns `session`, `month`, `weekday` and `half`, where the file has no date.
    missing : frozenset of str
        Words that stand for unknown.
    """

    constants: Mapping[str, str]
    columns: Mapping[str, str]
    words: Mapping[str, Mapping[str, str]]
    day_formats: tuple[str, ...]
    time_formats: tuple[str, ...]
    duration: tuple[str, float] | None
    calendar: Mapping[str, str] | None
    missing: frozenset[str] = field(default_factory=frozenset)

    @property
    def headers(self) -> frozenset[str]:
        """The columns a file must have."""
        calendar = self.calendar.values() if self.calendar else ()
        duration = (self.duration[0],) if self.duration else ()
        return frozenset({*self.columns.values(), *calendar, *duration})


def mapping_of_toml(text: str) -> HistoryMapping:
    r"""Read a mapping file.

    Parameters
    ----------
    text : str
        The file.

    Returns
    -------
    HistoryMapping

    Raises
    ------
    ValueError
        When it is no TOML, or names fields or tables that do not exist.

    Examples
    --------
    >>> mapping_of_toml('[columns]\nexpert_code = "医生"').headers
    frozenset({'医生'})
    """
    data: dict[str, Any] = tomllib.loads(text)
    unknown = sorted(set(data) - KNOWN_TABLES)
    fields = {*data.get("constants", {}), *data.get("columns", {}), *data.get("words", {})}
    unknown += sorted(fields - set(FIELDS))
    if unknown:
        message = f"the mapping names unknown things: {', '.join(unknown)}"
        raise ValueError(message)
    formats = data.get("formats", {})
    duration = data.get("duration")
    if duration and duration.get("unit", "s") not in SECONDS:
        message = "the unit of a duration is s or min"
        raise ValueError(message)
    return HistoryMapping(
        constants={name: str(value) for name, value in data.get("constants", {}).items()},
        columns=data.get("columns", {}),
        words=data.get("words", {}),
        day_formats=(formats["day"],) if "day" in formats else DAY_FORMATS,
        time_formats=(formats["time"],) if "time" in formats else TIME_FORMATS,
        duration=(duration["column"], SECONDS[duration.get("unit", "s")]) if duration else None,
        calendar=data.get("calendar"),
        missing=frozenset(formats.get("missing", ())),
    )


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
            fields[name] = known.get(column, "")
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
    day = day_of(fields.get("session_date", ""), "session_date", (*mapping.day_formats, "%Y-%m-%d"))
    fields["session_date"] = day.isoformat()
    for name in TIMES:
        if text := fields.get(name, ""):
            fields[name] = _moment(text, name, day, mapping).isoformat(sep=" ")
    opens, closes = fields.get("opens_at", ""), fields.get("closes_at", "")
    if opens and closes and closes <= opens:
        later = datetime.fromisoformat(closes) + timedelta(days=1)
        fields["closes_at"] = later.isoformat(sep=" ")


def _moment(text: str, name: str, day: date, mapping: HistoryMapping) -> datetime:
    for form in mapping.time_formats:
        parts = text.split(" ")
        clock_words = form.count(" ") + 1
        written_day = " ".join(parts[:-clock_words])
        try:
            clock = time_of(" ".join(parts[-clock_words:]), name, (form,))
        except ValueError:
            continue
        return datetime.combine(day_of(written_day, name, mapping.day_formats) if written_day else day, clock)
    message = f"{name}: '{text}' is not a time"
    raise ValueError(message)


def _finished(fields: Mapping[str, str], length: str, seconds_in_unit: float) -> str:
    if not length or not fields.get("started_at"):
        return ""
    try:
        seconds = float(length) * seconds_in_unit
        finished = datetime.fromisoformat(fields["started_at"]) + timedelta(seconds=seconds)
    except (ValueError, OverflowError):
        message = f"duration: '{length}' is not a number"
        raise ValueError(message) from None
    if seconds < 0:
        message = f"duration: '{length}' is negative"
        raise ValueError(message)
    return finished.isoformat(sep=" ", timespec="seconds")
