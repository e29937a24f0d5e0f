"""Days and local times as hospitals and spreadsheets write them."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from typing import Final

from analytics.domain.clocks import EXCEL_TIME, EXCEL_ZERO, excel_moment, with_english_half, within_years
from analytics.domain.errors import Fault
from hospital.common.errors import gettext_noop

DAY_FORMATS: Final = ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", "%Y年%m月%d日")
TIME_FORMATS: Final = ("%H:%M:%S", "%H:%M", "%I:%M:%S %p", "%I:%M %p")
NO_DATE: Final = gettext_noop("%(field)s: '%(text)s' is not a date")
NO_TIME: Final = gettext_noop("%(field)s: '%(text)s' is not a time")
LONGEST: Final = 60
_MIDNIGHT: Final = re.compile(r"[ T]0?0:00(:00)?(\.0+)?$")


@lru_cache(maxsize=8192)
def _parsed(text: str, formats: tuple[str, ...]) -> datetime | None:
    for form in formats:
        try:
            return datetime.strptime(text, form)  # noqa: DTZ007 - made aware by the caller
        except ValueError:
            continue
    return None


def day_of(text: str, name: str, formats: tuple[str, ...] = DAY_FORMATS) -> date:
    """The calendar day that `text` names.

    Parameters
    ----------
    text, name : str
        What is written, and the field for the message.
    formats : tuple of str
        ``strptime`` formats, tried in order; a spreadsheet's number and midnight of a day name it, too.

    Returns
    -------
    date

    Raises
    ------
    Fault
        Naming the field, when it is no day between 1990 and 2100.

    Examples
    --------
    >>> day_of("2018-11-05", "session_date"), day_of("43409", "session_date")
    (datetime.date(2018, 11, 5), datetime.date(2018, 11, 5))
    >>> day_of("NaN", "session_date")
    Traceback (most recent call last):
    analytics.domain.errors.Fault: session_date: 'NaN' is not a date
    """
    parsed = _parsed(_MIDNIGHT.sub("", text[: LONGEST + 1]), formats) or excel_moment(text[: LONGEST + 1])
    if parsed is None or within_years(parsed) is None:
        raise Fault(NO_DATE, field=name, text=text)
    return parsed.date()


def time_of(text: str, name: str, formats: tuple[str, ...] = TIME_FORMATS) -> time:
    """The time of day that `text` names.

    Parameters
    ----------
    text, name : str
        What is written, and the field for the message.
    formats : tuple of str
        ``strptime`` formats, tried in order; a spreadsheet's part of a day names it, too.

    Returns
    -------
    time

    Raises
    ------
    Fault
        Naming the field, when it is no time.

    Examples
    --------
    >>> time_of("8:31:40", "started_at"), time_of("0.354166667", "started_at")
    (datetime.time(8, 31, 40), datetime.time(8, 30))
    >>> time_of("02:05 PM", "started_at"), time_of("下午2:05", "started_at")
    (datetime.time(14, 5), datetime.time(14, 5))
    """
    parsed = _parsed(with_english_half(text), formats)
    if parsed is None and EXCEL_TIME.fullmatch(text):
        parsed = EXCEL_ZERO + timedelta(seconds=min(86399, round(float(text) * 86400)))
    if parsed is None:
        raise Fault(NO_TIME, field=name, text=text)
    return parsed.time()


def local_moment(
    text: str,
    name: str,
    day: date,
    day_formats: tuple[str, ...] = DAY_FORMATS,
    time_formats: tuple[str, ...] = TIME_FORMATS,
) -> datetime:
    """The moment on the hospital's wall clock that `text` names; a time without a day is on `day`.

    Parameters
    ----------
    text, name : str
        What is written, and the field for the message.
    day : date
        For a time without a day.
    day_formats, time_formats : tuple of str
        ``strptime`` formats; a moment is a day, a space and a time, or a spreadsheet's number.

    Returns
    -------
    datetime
        Without a zone.

    Raises
    ------
    Fault
        Naming the field, when it is no time.

    Examples
    --------
    >>> local_moment("2018/11/5 下午 2:05", "started_at", date(2018, 11, 4)).isoformat()
    '2018-11-05T14:05:00'
    >>> local_moment("8:05", "started_at", date(2018, 11, 4)).isoformat()
    '2018-11-04T08:05:00'
    """
    if day_formats is DAY_FORMATS and (found := _iso(text)):
        return found
    if found := excel_moment(text):
        return found
    if len(text) > LONGEST:
        raise Fault(NO_TIME, field=name, text=text)
    written = with_english_half(text.replace("T", " ") if text[4:5] == "-" else text)
    parts = written.split()
    for form in (*time_formats, *TIME_FORMATS):
        words = form.count(" ") + 1
        clock = _parsed(" ".join(parts[-words:]), (form,))
        if clock is None:
            continue
        try:
            on = day_of(" ".join(parts[:-words]), name, day_formats) if parts[:-words] else day
        except Fault:
            break
        return datetime.combine(on, clock.time())
    if EXCEL_TIME.fullmatch(text):
        return datetime.combine(day, time_of(text, name))
    raise Fault(NO_TIME, field=name, text=text)


def _iso(text: str) -> datetime | None:
    """The canonical form at once, since a million rows hold ten million of it."""
    if len(text) not in {16, 19} or not text[4] == text[7] == "-" or text[10] not in " T":
        return None
    if text[13] != ":" or text[16:17] not in {"", ":"}:
        return None
    try:
        return within_years(datetime.fromisoformat(text))
    except ValueError:
        return None


def moment_of(text: str, name: str, day: date, zone: tzinfo) -> datetime | None:
    """The aware moment of a local time, or None for a blank one; a time without a day is on `day`.

    Parameters
    ----------
    text, name : str
        What is written, and the field for the message.
    day : date
        For a time without a day.
    zone : tzinfo
        In which the file's times are.

    Returns
    -------
    datetime or None

    Raises
    ------
    Fault
        Naming the field, when it is no time.

    Examples
    --------
    >>> from zoneinfo import ZoneInfo
    >>> moment_of("08:30", "started_at", date(2018, 11, 5), ZoneInfo("Asia/Shanghai")).isoformat()
    '2018-11-05T08:30:00+08:00'
    """
    return local_moment(text, name, day).replace(tzinfo=zone) if text else None


def next_weekday(after: date, weekday: int, *, same_day: bool) -> date:
    """The first day with `weekday` (1 = Monday) after `after`, or that day itself.

    Parameters
    ----------
    after : date
        Where to begin.
    weekday : int
        1 (Monday) to 7.
    same_day : bool
        Whether ``after`` itself will do.

    Returns
    -------
    date
        At most 7 days later.

    Examples
    --------
    >>> next_weekday(date(2018, 1, 1), 3, same_day=True)
    datetime.date(2018, 1, 3)
    """
    ahead = (weekday - after.isoweekday()) % 7
    if ahead == 0 and not same_day:
        ahead = 7
    return after + timedelta(days=ahead)
