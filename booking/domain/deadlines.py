"""Until when a patient may do what."""

from datetime import UTC, datetime, timedelta
from typing import Literal

from booking.domain.errors import BookingClosed, DrawOpen, NotReleased, TooLate

Window = Literal["before", "open", "after"]


def booking_window(*, state: str, release_at: datetime, walk_in_opens_at: datetime, now: datetime) -> Window:
    """Where ``now`` lies: booking is open from the release until walk-in registration opens (rules 3 and 4).

    A session that is on, over or stopped is booked no longer, whatever its times say.

    Parameters
    ----------
    state : str
        The session's state.
    release_at, walk_in_opens_at, now : datetime
        The announced release, the opening of walk-in registration and the present moment; aware.

    Returns
    -------
    Window
        ``before``, ``open`` or ``after``.

    Notes
    -----
    Rules 3 and 4 of the paper: at the opening, what nobody booked becomes the walk-in pool.

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


def check_bookable(
    *,
    state: str,
    release_at: datetime,
    walk_in_opens_at: datetime,
    now: datetime,
    draws_at: datetime | None = None,
) -> None:
    """Numbers are given out while the window is open, and only after the draw when there is one.

    Parameters
    ----------
    state, release_at, walk_in_opens_at, now
        As for :func:`booking_window`.
    draws_at : datetime or None
        When the numbers are drawn by lot; None when there is no draw, or it was held.

    Raises
    ------
    NotReleased
        Before the release.
    BookingClosed
        From the opening of walk-in registration on, or when the session was stopped.
    DrawOpen
        While requests for the draw are collected and until it has been held.

    Notes
    -----
    Rule 4 of the paper; why a draw comes first: docs/adr/0019.

    Examples
    --------
    >>> times = {"release_at": datetime(2026, 11, 1, 8), "walk_in_opens_at": datetime(2026, 11, 8, 7)}
    >>> check_bookable(state="released", **times, now=datetime(2026, 11, 8, 6, 59, 59))
    >>> check_bookable(state="released", **times, now=datetime(2026, 11, 8, 7))
    Traceback (most recent call last):
    booking.domain.errors.numbers.BookingClosed: Booking for this session is closed. ...
    """
    window = booking_window(state=state, release_at=release_at, walk_in_opens_at=walk_in_opens_at, now=now)
    if window == "before":
        raise NotReleased(at=release_at)
    if window == "after":
        raise BookingClosed
    if draws_at is not None:
        raise DrawOpen(draws_at=draws_at)


def cancel_deadline(*, walk_in_opens_at: datetime, before_min: int) -> datetime:
    """Until when a patient cancels: some really passed minutes before the opening, never after it.

    Parameters
    ----------
    walk_in_opens_at : datetime
        The opening of walk-in registration; aware.
    before_min : int
        Minutes before it, by the policy of the expert.

    Returns
    -------
    datetime
        In UTC, so that a change of the clocks in between does not count.

    Notes
    -----
    Rule 3 of the paper with 0 minutes, the default. Published rules end between 14:00 of the day before
    and 30 min before.

    Examples
    --------
    >>> cancel_deadline(walk_in_opens_at=datetime(2026, 11, 3, 7, tzinfo=UTC), before_min=90).isoformat()
    '2026-11-03T05:30:00+00:00'
    """
    return walk_in_opens_at.astimezone(UTC) - timedelta(minutes=max(0, before_min))


def check_patient_may_cancel(*, deadline: datetime, now: datetime) -> None:
    """A patient cancels with full refund until the deadline, never later (rule 3).

    Parameters
    ----------
    deadline, now : datetime
        See :func:`cancel_deadline`, and the present moment; aware.

    Raises
    ------
    TooLate
        At the deadline or after it.

    Notes
    -----
    Rule 3 of the paper: the desk may always cancel, with a reason.

    Examples
    --------
    >>> seven = datetime(2026, 11, 3, 7)
    >>> check_patient_may_cancel(deadline=seven, now=datetime(2026, 11, 3, 6, 59, 59))
    >>> check_patient_may_cancel(deadline=seven, now=seven)
    Traceback (most recent call last):
    booking.domain.errors.numbers.TooLate: ...
    """
    if now >= deadline:
        raise TooLate


def late_payment_takes_number(*, walk_in_opens_at: datetime, now: datetime, left: int) -> bool:
    """Whether money that comes after the hold ran out still takes a number: before the opening, if one is left.

    Parameters
    ----------
    walk_in_opens_at, now : datetime
        The opening of walk-in registration and the present moment; aware.
    left : int
        Numbers of the slot that are neither taken nor withheld.

    Returns
    -------
    bool

    Notes
    -----
    Our choice: whoever has paid gets a number while one is left, otherwise the money back at once; rule 4 of the
    paper ends it.

    Examples
    --------
    >>> opening = datetime(2026, 11, 8, 7)
    >>> [late_payment_takes_number(walk_in_opens_at=opening, now=datetime(2026, 11, 8, 6, 59), left=n) for n in (1, 0)]
    [True, False]
    """
    return now < walk_in_opens_at and left > 0


def is_late_cancel(
    *, by_patient: bool, patients_wish: bool, deadline: datetime, now: datetime, before_h: int
) -> bool:
    """Whether giving a booked number back counts as a late cancellation, apart from the no-shows.

    Parameters
    ----------
    by_patient : bool
        The patient did it; otherwise staff.
    patients_wish : bool
        Staff did it because the patient asked.
    deadline : datetime
        From here on a patient can no longer cancel.
    now : datetime
        When it is cancelled.
    before_h : int
        Hours before the deadline that count as late; really passed hours, whatever the clocks do.

    Returns
    -------
    bool

    Notes
    -----
    Rule "late cancel" of the domain. A stopped clinic and whatever the hospital itself brings about never count.

    Examples
    --------
    >>> opening = datetime(2026, 11, 3, 7, tzinfo=UTC)
    >>> def late(now: datetime, *, by_patient: bool, patients_wish: bool = False) -> bool:
    ...     return is_late_cancel(by_patient=by_patient, patients_wish=patients_wish, deadline=opening,
    ...                           now=now, before_h=12)
    >>> late(datetime(2026, 11, 2, 18, 59, 59, tzinfo=UTC), by_patient=True)
    False
    >>> late(datetime(2026, 11, 2, 19, tzinfo=UTC), by_patient=True)
    True
    >>> late(datetime(2026, 11, 2, 19, tzinfo=UTC), by_patient=False, patients_wish=True)
    False
    >>> late(opening, by_patient=False, patients_wish=True)
    True
    """
    until_deadline = deadline.astimezone(UTC) - now.astimezone(UTC)
    if by_patient:
        return timedelta() < until_deadline <= timedelta(hours=before_h)
    return patients_wish and until_deadline <= timedelta()
