"""The only source of time. SQL gets the time as a parameter, never from the database.

In the demo and in tests a row of the database moves the clock of every process; in production the row is not
read at all.
"""

import time
from datetime import UTC, date, datetime, timedelta
from typing import overload
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import DatabaseError

_REREAD_AFTER_S = 0.5
_cached: tuple[float, timedelta] = (-1e9, timedelta())


def _offset() -> timedelta:
    """How far the demo's clock is moved; read again at most twice a second."""
    global _cached
    if not settings.CLOCK_MOVABLE:
        return timedelta()
    read_at, offset = _cached
    if time.monotonic() - read_at < _REREAD_AFTER_S:
        return offset
    from hospital.common.models import ClockOffset

    try:
        seconds = ClockOffset.objects.values_list("seconds", flat=True).first() or 0.0
    except DatabaseError:
        return offset
    _cached = (time.monotonic(), timedelta(seconds=seconds))
    return _cached[1]


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC) + _offset()


def move_to(moment: datetime) -> None:
    """Move the clock of every process so that it shows ``moment`` now (demo and tests only).

    Raises
    ------
    RuntimeError
        When the settings do not allow the clock to move.
    """
    from hospital.common.models import ClockOffset

    if not settings.CLOCK_MOVABLE:
        raise RuntimeError("the clock moves only in the demo and in tests")
    seconds = (moment - datetime.now(UTC)).total_seconds()
    ClockOffset.objects.update_or_create(pk=1, defaults={"seconds": seconds})
    forget()


def reset() -> None:
    """Show the real time again."""
    from hospital.common.models import ClockOffset

    ClockOffset.objects.all().delete()
    forget()


def forget() -> None:
    """Read the offset again at the next call."""
    global _cached
    _cached = (-1e9, timedelta())


def zone() -> ZoneInfo:
    """The hospital's time zone."""
    return ZoneInfo(settings.TIME_ZONE)


def local(moment: datetime) -> datetime:
    """``moment`` on the hospital's wall clock."""
    return moment.astimezone(zone())


@overload
def stated(moment: datetime) -> str: ...
@overload
def stated(moment: None) -> None: ...
def stated(moment: datetime | None) -> str | None:
    """``moment`` as answers and files give it: ISO 8601 with the hospital's offset, whatever zone it came in."""
    return None if moment is None else local(moment).isoformat()


def today() -> date:
    """The hospital's calendar day."""
    return local(now()).date()


def wall() -> datetime:
    """The real time, never moved: for what another party signs (payment notices)."""
    return datetime.now(UTC)


def real(moment: datetime) -> datetime:
    """The real time at which this system's clock shows ``moment``: for deadlines that another party keeps."""
    return moment - _offset()
