"""Recurring periods: on which days they occur, at which moments, and which of them get in each other's way."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from math import lcm
from zoneinfo import ZoneInfo

from booking.domain.errors import SessionTooShort

DAY = timedelta(days=1)
LONGEST = timedelta(hours=16)


@dataclass(frozen=True, slots=True)
class Recurrence:
    """Every ``every_weeks``-th week on one weekday (1 = Monday), counted from the week of ``valid_from``.

    A period that closes at or before the hour at which it opens ends on the next day.
    """

    weekday: int
    opens_at: time
    closes_at: time
    every_weeks: int
    valid_from: date
    valid_until: date | None


@dataclass(frozen=True, slots=True)
class Moments:
    """One occurrence as moments in UTC."""

    opens_at: datetime
    closes_at: datetime
    walk_in_opens_at: datetime


def occurs_on(rule: Recurrence, day: date) -> bool:
    """Whether the period takes place on ``day``.

    Parameters
    ----------
    rule : Recurrence
        The period.
    day : date
        In the hospital's zone.

    Returns
    -------
    bool

    Notes
    -----
    Weeks are counted from the Monday of the first one, so that "every two weeks" means the same for each weekday.

    Examples
    --------
    >>> rule = Recurrence(2, time(8), time(12), 2, date(2028, 2, 29), None)
    >>> [occurs_on(rule, date(2028, 2, 29) + timedelta(weeks=n)) for n in range(3)]
    [True, False, True]
    >>> occurs_on(rule, date(2028, 2, 15))
    False
    """
    if day.isoweekday() != rule.weekday or day < rule.valid_from:
        return False
    if rule.valid_until is not None and day > rule.valid_until:
        return False
    return (_monday(day) - _monday(rule.valid_from)).days // 7 % rule.every_weeks == 0


def moments(*, rule: Recurrence, walk_in_opens_at: time, day: date, zone: ZoneInfo) -> Moments:
    """When the period of ``day`` opens, closes and lets walk-ins register; walk-ins never after the opening.

    An hour that the clocks skip is taken as the hour after; one that comes twice, as the first.

    Parameters
    ----------
    rule : Recurrence
        The period.
    walk_in_opens_at : time
        On the hospital's wall clock.
    day : date
        On which it occurs.
    zone : ZoneInfo
        The hospital's.

    Returns
    -------
    Moments
        In UTC.

    Notes
    -----
    Our choice (docs/adr/0010): wall-clock times in a period, UTC moments in a session.

    Examples
    --------
    >>> night = Recurrence(6, time(22), time(2), 1, date(2026, 1, 1), None)
    >>> found = moments(rule=night, walk_in_opens_at=time(21), day=date(2026, 12, 31), zone=ZoneInfo("Asia/Shanghai"))
    >>> found.closes_at - found.opens_at
    datetime.timedelta(seconds=14400)
    """
    opens_at = moment(day, rule.opens_at, zone)
    last = day if rule.closes_at > rule.opens_at else day + DAY
    return Moments(
        opens_at, moment(last, rule.closes_at, zone), min(moment(day, walk_in_opens_at, zone), opens_at)
    )


def moment(day: date, wall: time, zone: ZoneInfo) -> datetime:
    """A wall-clock time of the hospital as a moment in UTC, in which adding and subtracting is right.

    Parameters
    ----------
    day : date
        In the hospital's zone.
    wall : time
        On the hospital's wall clock.
    zone : ZoneInfo
        The hospital's.

    Returns
    -------
    datetime
        In UTC.

    Examples
    --------
    >>> moment(date(2026, 3, 29), time(2, 30), ZoneInfo("Europe/Berlin"))
    datetime.datetime(2026, 3, 29, 1, 30, tzinfo=datetime.timezone.utc)
    """
    return datetime.combine(day, wall, tzinfo=zone).astimezone(UTC)


def slot_bounds(
    *, opens_at: datetime, closes_at: datetime, slot_minutes: int
) -> list[tuple[datetime, datetime]]:
    """The slots of a session, the last one shorter if need be.

    Parameters
    ----------
    opens_at, closes_at : datetime
        The session, in UTC.
    slot_minutes : int
        Length of a slot [min], 1 or more.

    Returns
    -------
    list of (datetime, datetime)
        Beginning and end of each slot, without gaps.

    Raises
    ------
    SessionTooShort
        When the session does not last at least one slot, or longer than 16 hours.

    Notes
    -----
    Our choice: 16 h is the longest that one expert's session may be; slots are reckoned in UTC (docs/adr/0010).

    Examples
    --------
    >>> eight = datetime(2026, 11, 2, 8, tzinfo=UTC)
    >>> [f"{a:%H:%M}-{b:%H:%M}" for a, b in slot_bounds(opens_at=eight, closes_at=eight + timedelta(minutes=90),
    ...                                                 slot_minutes=60)]
    ['08:00-09:00', '09:00-09:30']
    """
    length = timedelta(minutes=slot_minutes)
    if not length <= closes_at - opens_at <= LONGEST:
        raise SessionTooShort(field="closes_at")
    count = -(-(closes_at - opens_at) // length)
    starts = [opens_at + number * length for number in range(count)]
    return [(start, min(start + length, closes_at)) for start in starts]


def collide(one: Recurrence, other: Recurrence) -> bool:
    """Whether two periods of the same expert ever overlap.

    Parameters
    ----------
    one, other : Recurrence
        In either order.

    Returns
    -------
    bool

    Notes
    -----
    Both may repeat after other numbers of weeks, so the days of one common round are compared.

    Examples
    --------
    >>> even = Recurrence(1, time(8), time(12), 2, date(2026, 11, 2), None)
    >>> odd = Recurrence(1, time(8), time(12), 2, date(2026, 11, 9), None)
    >>> collide(even, odd), collide(even, even)
    (False, True)
    """
    return any(
        _overlap(one, day, other, near) for day in _days(one, other) for near in (day - DAY, day, day + DAY)
    )


def _days(one: Recurrence, other: Recurrence) -> Iterator[date]:
    """The occurrences of ``one`` until the pattern of both repeats, or one of them ends."""
    first = max(one.valid_from, other.valid_from - DAY)
    weeks = lcm(one.every_weeks, other.every_weeks) + 1
    ends = [rule.valid_until + DAY for rule in (one, other) if rule.valid_until is not None]
    last = min([first + timedelta(weeks=weeks), *ends])
    days = (first + timedelta(days=number) for number in range((last - first).days + 1))
    return (day for day in days if occurs_on(one, day))


def _overlap(one: Recurrence, day: date, other: Recurrence, near: date) -> bool:
    if not occurs_on(other, near):
        return False
    first, second = _wall_span(one, day), _wall_span(other, near)
    return first[0] < second[1] and second[0] < first[1]


def _wall_span(rule: Recurrence, day: date) -> tuple[datetime, datetime]:
    last = day if rule.closes_at > rule.opens_at else day + DAY
    return datetime.combine(day, rule.opens_at, UTC), datetime.combine(last, rule.closes_at, UTC)


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
