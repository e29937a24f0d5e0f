"""When a night's work is due, which days it takes in, and how it may end."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Final

NIGHT_BEGINS: Final = time(2, 10)
NIGHT_ENDS: Final = time(6, 0)
"""On the hospital's wall clock; the first numbers are released an hour later."""
NIGHT_LASTS: Final = datetime.combine(date.min, NIGHT_ENDS) - datetime.combine(date.min, NIGHT_BEGINS)
DAYS_BACK: Final = 3
"""So many days are looked at again every night: what was open yesterday may be settled since."""
ATTEMPTS: Final = 8
"""So often one expert's plans are tried in one night."""

RUNNING: Final = "running"
COMPLETE: Final = "complete"
INCOMPLETE: Final = "incomplete"
NIGHT_MOVES: Final[dict[tuple[str | None, str], str]] = {
    (None, "begin"): RUNNING,
    (RUNNING, "complete"): COMPLETE,
    (RUNNING, "give_up"): INCOMPLETE,
}
WAITING: Final = "waiting"
DONE: Final = "done"
GIVEN_UP: Final = "given_up"
EXPERT_MOVES: Final[dict[tuple[str | None, str], str]] = {
    (None, "lay_out"): WAITING,
    (WAITING, "finish"): DONE,
    (WAITING, "give_up"): GIVEN_UP,
}


def night_due(local: datetime) -> bool:
    """Whether this day's night may begin.

    Parameters
    ----------
    local : datetime
        The hospital's wall clock.

    Returns
    -------
    bool
        From 02:10 on, the whole day: a night that nobody worked in is made up for as soon as a worker is back.

    Examples
    --------
    >>> night_due(datetime(2026, 11, 2, 2, 9)), night_due(datetime(2026, 11, 2, 2, 10))
    (False, True)
    >>> night_due(datetime(2026, 11, 2, 9, 30))
    True
    """
    return local.time() >= NIGHT_BEGINS


def night_expected(local: datetime) -> date:
    """The last day whose night should be complete by now.

    Parameters
    ----------
    local : datetime
        The hospital's wall clock.

    Returns
    -------
    date
        Today from 06:00 on, yesterday before.

    Examples
    --------
    >>> night_expected(datetime(2026, 11, 2, 5, 59)), night_expected(datetime(2026, 11, 2, 6, 0))
    (datetime.date(2026, 11, 1), datetime.date(2026, 11, 2))
    """
    today = local.date()
    return today if local.time() >= NIGHT_ENDS else today - timedelta(days=1)


def nights_missed(expected: date, last_complete: date | None) -> int:
    """How many nights nobody has made up for.

    Parameters
    ----------
    expected : date
        The last day whose night should be complete.
    last_complete : date or None
        The last day whose night is; a complete night makes up for all before it.

    Returns
    -------
    int
        0 when all is well; 1 when no night was ever complete.

    Examples
    --------
    >>> nights_missed(date(2026, 11, 2), date(2026, 11, 2)), nights_missed(date(2026, 11, 2), date(2026, 10, 30))
    (0, 3)
    >>> nights_missed(date(2026, 11, 2), None)
    1
    """
    if last_complete is None:
        return 1
    return max(0, (expected - last_complete).days)


def days_to_take_in(
    today: date,
    *,
    last_complete: date | None,
    first_recorded: date | None = None,
    decided: Iterable[date] = (),
) -> list[date]:
    """The days whose visits a night takes in, oldest first.

    Parameters
    ----------
    today : date
        The day of the night.
    last_complete : date or None
        The day of the last night that was complete; it took in every day before.
    first_recorded : date or None
        The first clinic day that this system knows of, for the first night.
    decided : iterable of date
        Older days of which something was decided or corrected since.

    Returns
    -------
    list of date
        The three days before today, every day since the last complete night, and those decided on.

    Examples
    --------
    >>> [day.day for day in days_to_take_in(date(2026, 11, 9), last_complete=date(2026, 11, 8))]
    [6, 7, 8]
    >>> [day.day for day in days_to_take_in(date(2026, 11, 9), last_complete=date(2026, 11, 4))]
    [4, 5, 6, 7, 8]
    >>> [day.day for day in days_to_take_in(date(2026, 11, 9), last_complete=None, decided=[date(2026, 11, 2)])]
    [2, 6, 7, 8]
    """
    usual = today - timedelta(days=DAYS_BACK)
    first = min(usual, last_complete or first_recorded or usual)
    since = {first + timedelta(days=number) for number in range((today - first).days)}
    return sorted(since | {day for day in decided if day < today})
