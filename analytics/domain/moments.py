"""Days and local times as hospitals write them."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from typing import Final

DAY_FORMATS: Final = ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d")
TIME_FORMATS: Final = ("%H:%M:%S", "%H:%M")
EARLIEST_YEAR: Final = 1990
LATEST_YEAR: Final = 2100


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
        ``strptime`` formats, tried in order.

    Returns
    -------
    date

    Raises
    ------
    ValueError
        Naming the field, when it is no day between 1990 and 2100.

    Examples
    --------
    >>> day_of("2018-11-05", "session_date")
    datetime.date(2018, 11, 5)
    >>> day_of("NaN", "session_date")
    Traceback (most recent call last):
    ValueError: session_date: 'NaN' is not a date
    """
    parsed = _parsed(text, formats)
    if parsed is None or not EARLIEST_YEAR <= parsed.year <= LATEST_YEAR:
        message = f"{name}: '{text}' is not a date"
        raise ValueError(message)
    return parsed.date()


def time_of(text: str, name: str, formats: tuple[str, ...] = TIME_FORMATS) -> time:
    """The time of day that `text` names.

    Parameters
    ----------
    text, name : str
        What is written, and the field for the message.
    formats : tuple of str
        ``strptime`` formats, tried in order.

    Returns
    -------
    time

    Examples
    --------
    >>> time_of("8:31:40", "started_at")
    datetime.time(8, 31, 40)
    >>> time_of("02:05 PM", "started_at", ("%I:%M %p",))
    datetime.time(14, 5)
    """
    parsed = _parsed(text, formats)
    if parsed is None:
        message = f"{name}: '{text}' is not a time"
        raise ValueError(message)
    return parsed.time()


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
    ValueError
        Naming the field, when it is no time.

    Examples
    --------
    >>> from zoneinfo import ZoneInfo
    >>> moment_of("08:30", "started_at", date(2018, 11, 5), ZoneInfo("Asia/Shanghai")).isoformat()
    '2018-11-05T08:30:00+08:00'
    """
    if not text:
        return None
    written_day, gap, clock = text.replace("T", " ").rpartition(" ")
    try:
        on = day_of(written_day, name) if gap else day
        return datetime.combine(on, time_of(clock, name), tzinfo=zone)
    except ValueError:
        message = f"{name}: '{text}' is not a time"
        raise ValueError(message) from None


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
