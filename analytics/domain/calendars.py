"""Calendar days for a history that names only session order, weekday and month."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from analytics.domain.errors import Fault
from analytics.domain.moments import next_weekday
from hospital.common.errors import gettext_noop

LONGEST_GAP: Final = timedelta(days=100)
WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS: Final = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)


@dataclass
class CalendarWalk:
    """Walks the sessions of a file in order and gives each the first day that fits.

    Parameters
    ----------
    start : date
        The first day that the history can hold.

    Notes
    -----
    Our choice: the earliest fitting day each time. If any assignment of days fits the file, this one does;
    where an expert left out a whole week inside a month the days before it may be a week early, which moves
    no weekday, month or time of day, so that the estimates stay as they are.

    Examples
    --------
    >>> walk = CalendarWalk(date(2018, 1, 1))
    >>> walk.day("1", "January", "Wednesday", "morning"), walk.day("2", "January", "Wednesday", "afternoon")
    (datetime.date(2018, 1, 3), datetime.date(2018, 1, 3))
    >>> walk.day("3", "January", "Saturday", "morning"), walk.day("4", "February", "Saturday", "morning")
    (datetime.date(2018, 1, 6), datetime.date(2018, 2, 3))
    """

    start: date

    def __post_init__(self) -> None:
        self._session: tuple[str, str, str, str] | None = None
        self._day = self.start
        self._halves: set[str] = set()

    def day(self, session: str, month: str, weekday: str, half: str) -> date:
        """The day of `session`; rows of one session must follow one another.

        Parameters
        ----------
        session : str
            The file's name of the session.
        month, weekday : str
            In English, whole or by the first three letters.
        half : str
            Of the day, such as ``morning``; a day holds each once.

        Returns
        -------
        date

        Raises
        ------
        Fault
            When the words are unknown or no day within 100 days after the last session fits.

        Examples
        --------
        >>> walk = CalendarWalk(date(2026, 1, 5))
        >>> [str(walk.day(*row)) for row in (("1", "Jan", "Mon", "morning"), ("2", "Jan", "Thu", "morning"))]
        ['2026-01-05', '2026-01-08']
        """
        seen = (session, month, weekday, half)
        if seen == self._session:
            return self._day
        if self._session and session == self._session[0]:
            raise Fault(
                gettext_noop("session %(session)s changes its month, weekday or half day"), session=session
            )
        day = self._fitting(_number(month, MONTHS, "month"), _number(weekday, WEEKDAYS, "weekday"), half)
        if day != self._day:
            self._halves = set()
        self._halves.add(half)
        self._session, self._day = seen, day
        return day

    def _fitting(self, month: int, weekday: int, half: str) -> date:
        free = self._session is None or half not in self._halves
        with suppress(OverflowError):  # the calendar ends with the year 9999
            day = next_weekday(self._day, weekday, same_day=free)
            while day - self._day <= LONGEST_GAP:
                if day.month == month:
                    return day
                day += timedelta(days=7)
        reason = gettext_noop("no such weekday in month %(month)s follows %(day)s within 100 days")
        raise Fault(reason, month=month, day=self._day.isoformat())


def _number(word: str, words: tuple[str, ...], name: str) -> int:
    """Position (from 1) of an English month or weekday, whole or by its first three letters."""
    for number, known in enumerate(words, start=1):
        if word.strip().lower() in {known, known[:3]}:
            return number
    raise Fault(gettext_noop("%(field)s: '%(text)s' is not known"), field=name, text=word)
