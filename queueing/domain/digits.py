"""Which session the desk's Alt+digit stands for."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

DIGITS: Final = range(1, 10)


@dataclass(frozen=True, slots=True)
class Hours:
    """From when to when a session takes walk-ins, as planned."""

    key: Hashable
    opens_at: datetime
    closes_at: datetime


def session_digits(sessions: Sequence[Hours]) -> dict[Hashable, int]:
    """Give each session of a day its digit.

    Parameters
    ----------
    sessions : sequence of Hours
        All sessions of the day in the order of the list, whatever became of them.

    Returns
    -------
    dict
        ``{key: digit}``, digits 1-9; sessions that get none are missing.

    Notes
    -----
    Our choice: the digits follow the plan of the day and not its course, so that no digit moves when a session opens,
    ends or is stopped. A tenth session gets the digit whose session takes no walk-ins any more when it begins to, the
    one that is free for longest first.

    Examples
    --------
    >>> at = lambda hour: datetime(2026, 11, 2, hour)
    >>> day = [Hours("early", at(7), at(10)), *(Hours(n, at(7), at(12)) for n in range(8))]
    >>> session_digits([*day, Hours("noon", at(12), at(17)), Hours("beside", at(9), at(11))])["noon"]
    1
    >>> "beside" in session_digits([*day, Hours("beside", at(9), at(11))])
    False
    """
    until: dict[int, datetime] = {}
    given: dict[Hashable, int] = {}
    for session in sessions:
        unused = next((digit for digit in DIGITS if digit not in until), None)
        digit = unused or _free_longest(until, session.opens_at)
        if digit is not None:
            given[session.key] = digit
            until[digit] = session.closes_at
    return given


def _free_longest(until: dict[int, datetime], at: datetime) -> int | None:
    free = [(closes_at, digit) for digit, closes_at in until.items() if closes_at <= at]
    return min(free)[1] if free else None
