"""When patients are reminded of tomorrow."""

from datetime import date, datetime, time, timedelta
from typing import NamedTuple

QUIET_FROM = time(21, 0)
NIGHT_FROM = time(22, 0)
NOON = time(12, 0)


class Reminding(NamedTuple):
    """Whom to remind now: appointments of ``day`` that start before ``before`` and were booked before ``since``."""

    day: date
    before: time
    """Midnight (00:00) stands for the whole day."""
    since: time
    """What was booked or changed today from then on has just been told, and is not told again."""


def reminding(wall: datetime, reminder_time: time) -> Reminding | None:
    """Decide whom to remind at this moment; None when nobody may be disturbed.

    Parameters
    ----------
    wall : datetime
        The hospital's wall clock. Only its date and time of day count, so a change of clocks changes nothing.
    reminder_time : time
        Policy: from when on, the day before.

    Returns
    -------
    Reminding or None

    Notes
    -----
    Our choice. A worker that was down at the reminder time makes up for it the same evening. From 21:00 people are
    left alone unless they must get up for it: then only clinics before noon are reminded of, until 22:00. Nobody is
    woken at night, and nothing is sent on the day itself, when it is too late to give the number back.

    Examples
    --------
    >>> at = lambda hour, minute=0: datetime(2026, 12, 31, hour, minute)
    >>> reminding(at(17, 59), time(18)) is None
    True
    >>> reminding(at(18), time(18))
    Reminding(day=datetime.date(2027, 1, 1), before=datetime.time(0, 0), since=datetime.time(18, 0))
    >>> reminding(at(21), time(18)).before
    datetime.time(12, 0)
    >>> reminding(at(22), time(18)) is None
    True
    """
    at = wall.time()
    if not reminder_time <= at < NIGHT_FROM:
        return None
    before = time() if at < QUIET_FROM else NOON
    return Reminding(wall.date() + timedelta(days=1), before, reminder_time)
