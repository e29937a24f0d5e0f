"""Until when a patient may do what."""

from datetime import datetime
from typing import Literal

from booking.domain.errors import BookingClosed, NotReleased, TooLate

Window = Literal["before", "open", "after"]


def booking_window(*, state: str, release_at: datetime, walk_in_opens_at: datetime, now: datetime) -> Window:
    """Where ``now`` lies: booking is open from the release until walk-in registration opens (rules 3 and 4).

    A session that is on, over or stopped is booked no longer, whatever its times say.

    Examples
    --------
    >>> times = {"release_at": datetime(2026, 11, 1, 8), "walk_in_opens_at": datetime(2026, 11, 8, 7)}
    >>> booking_window(state="released", **times, now=datetime(2026, 11, 5))
    'open'
    >>> booking_window(state="planned", **times, now=datetime(2026, 11, 5))
    'before'
    >>> booking_window(state="released", **times, now=datetime(2026, 11, 8, 7))
    'after'
    """
    if state not in {"planned", "released"} or now >= walk_in_opens_at:
        return "after"
    return "before" if state == "planned" or now < release_at else "open"


def check_bookable(*, state: str, release_at: datetime, walk_in_opens_at: datetime, now: datetime) -> None:
    """Numbers are given out while the window is open.

    Raises
    ------
    NotReleased
        Before the release.
    BookingClosed
        From the opening of walk-in registration on, or when the session was stopped.
    """
    window = booking_window(state=state, release_at=release_at, walk_in_opens_at=walk_in_opens_at, now=now)
    if window == "before":
        raise NotReleased(at=release_at.isoformat())
    if window == "after":
        raise BookingClosed


def check_patient_may_cancel(*, walk_in_opens_at: datetime, now: datetime) -> None:
    """A patient cancels with full refund until walk-in registration opens on the day, never later (rule 3).

    Raises
    ------
    TooLate
        At the opening or after it.
    """
    if now >= walk_in_opens_at:
        raise TooLate


def late_payment_takes_number(*, walk_in_opens_at: datetime, now: datetime, left: int) -> bool:
    """Whether money that comes after the hold ran out still takes a number: before the opening, if one is left."""
    return now < walk_in_opens_at and left > 0
