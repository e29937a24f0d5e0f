"""Until when a patient may do what."""

from datetime import datetime

from booking.domain.errors import BookingClosed, NotReleased, TooLate


def check_bookable(*, state: str, release_at: datetime, walk_in_opens_at: datetime, now: datetime) -> None:
    """Booking is open from the release until walk-in registration opens (rules 3 and 4).

    Raises
    ------
    NotReleased
        Before the release.
    BookingClosed
        From the opening of walk-in registration on, or when the session was stopped.
    """
    if state == "planned" or now < release_at:
        raise NotReleased(at=release_at.isoformat())
    if state != "released" or now >= walk_in_opens_at:
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
