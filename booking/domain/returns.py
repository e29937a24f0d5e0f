"""What becomes of a number that comes back, and until when an offer stands."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random

from booking.domain.errors import OfferOver


@dataclass(frozen=True, slots=True)
class ReturnDelay:
    """How long a number is kept back, in minutes, while more than ``from_h`` hours remain until its slot."""

    min_min: int
    max_min: int
    from_h: int


@dataclass(frozen=True, slots=True)
class OfferTime:
    """How long an offer stands: minutes, or hours when the session is more than ``far_h`` hours away."""

    offer_min: int
    offer_far_h: int
    far_h: int


def time_between(start: datetime, end: datetime) -> timedelta:
    """The time that really passes, whatever the clocks of the zone do in between.

    Parameters
    ----------
    start, end : datetime
        Aware.

    Returns
    -------
    timedelta
        Negative when ``end`` comes first.

    Examples
    --------
    >>> from zoneinfo import ZoneInfo
    >>> new_york = ZoneInfo("America/New_York")
    >>> time_between(datetime(2026, 10, 31, 8, tzinfo=new_york), datetime(2026, 11, 1, 8, tzinfo=new_york))
    datetime.timedelta(days=1, seconds=3600)
    """
    return end.astimezone(UTC) - start.astimezone(UTC)


def is_kept_back(*, starts_at: datetime, now: datetime, delay: ReturnDelay) -> bool:
    """Whether a number that comes back now is not public at once: its slot is far, and a delay is set.

    Parameters
    ----------
    starts_at, now : datetime
        The beginning of the number's slot, and when it came back; aware.
    delay : ReturnDelay
        The policy's bounds.

    Returns
    -------
    bool

    Notes
    -----
    Published rules return a number after 1 to 2 h; the random while (docs/adr/0007) keeps a number from
    being handed to a buyer. Near the slot it would only be lost.

    Examples
    --------
    >>> slot, usual = datetime(2026, 11, 3, 8, tzinfo=UTC), ReturnDelay(min_min=10, max_min=120, from_h=24)
    >>> is_kept_back(starts_at=slot, now=slot - timedelta(hours=24), delay=usual)
    False
    >>> is_kept_back(starts_at=slot, now=slot - timedelta(hours=24, seconds=1), delay=usual)
    True
    """
    return delay.max_min > 0 and time_between(now, starts_at) > timedelta(hours=delay.from_h)


def public_at(*, starts_at: datetime, now: datetime, delay: ReturnDelay, random: Random) -> datetime:
    """When a number that comes back may be booked by anybody again.

    Parameters
    ----------
    starts_at : datetime
        The beginning of the number's slot.
    now : datetime
        When it came back.
    delay : ReturnDelay
        The policy's bounds; a largest delay of 0 means none.
    random : Random
        Where the moment comes from: not to be guessed in production, seeded in tests.

    Returns
    -------
    datetime
        ``now`` when the slot is near or no delay is set, otherwise a random second between the bounds.

    Notes
    -----
    Rule "returned number" of the domain: so that nobody can hand a number to a buyer. Exactly ``from_h`` hours
    before the slot counts as near.

    Examples
    --------
    >>> near = datetime(2026, 11, 3, 8, tzinfo=UTC)
    >>> hour = ReturnDelay(min_min=10, max_min=120, from_h=24)
    >>> public_at(starts_at=near, now=near - timedelta(hours=24), delay=hour, random=Random(1)).isoformat()
    '2026-11-02T08:00:00+00:00'
    >>> public_at(starts_at=near, now=near - timedelta(hours=48), delay=hour, random=Random(1)).isoformat()
    '2026-11-01T08:28:20+00:00'
    """
    if not is_kept_back(starts_at=starts_at, now=now, delay=delay):
        return now
    shortest = min(delay.min_min, delay.max_min)
    return now + timedelta(seconds=random.randint(shortest * 60, delay.max_min * 60))


def accept_by(*, opens_at: datetime, list_ends_at: datetime, now: datetime, time: OfferTime) -> datetime:
    """Until when an offer made now has to be taken and paid; never past the end of the list.

    Parameters
    ----------
    opens_at, list_ends_at : datetime
        The beginning of the session, and the opening of its walk-in registration.
    now : datetime
        When the offer is made.
    time : OfferTime
        The policy's lengths.

    Returns
    -------
    datetime
        After ``now`` and not after ``list_ends_at``.

    Raises
    ------
    OfferOver
        When the list has ended: nothing is offered any more.

    Notes
    -----
    Our choice; published rules give 24 h, or until 23:00 of the day before.

    Examples
    --------
    >>> opening, usual = datetime(2026, 11, 3, 7, tzinfo=UTC), OfferTime(offer_min=30, offer_far_h=24, far_h=72)
    >>> def until(now: datetime) -> str:
    ...     return f"{accept_by(opens_at=opening, list_ends_at=opening, now=now, time=usual):%d %H:%M}"
    >>> until(datetime(2026, 10, 30, 9, tzinfo=UTC)), until(datetime(2026, 11, 2, 9, tzinfo=UTC))
    ('31 09:00', '02 09:30')
    >>> until(datetime(2026, 11, 3, 6, 45, tzinfo=UTC))
    '03 07:00'
    """
    if now >= list_ends_at:
        raise OfferOver
    is_far = time_between(now, opens_at) > timedelta(hours=time.far_h)
    length = timedelta(hours=time.offer_far_h) if is_far else timedelta(minutes=time.offer_min)
    return min(now + length, list_ends_at)
