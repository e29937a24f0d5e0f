"""May this appointment check in now?"""

from dataclasses import dataclass
from datetime import datetime, tzinfo

from hospital.common.errors import DomainError
from queueing.domain.errors import (
    AlreadyCheckedIn,
    AppointmentCancelled,
    NotPaid,
    SessionOver,
    TooEarly,
    WrongDay,
)

_REFUSED_BY_STATE: dict[str, type[DomainError]] = {
    "held": NotPaid,
    "expired": AppointmentCancelled,
    "cancelled": AppointmentCancelled,
    "arrived": AlreadyCheckedIn,
    "seen": AlreadyCheckedIn,
    "left": AlreadyCheckedIn,
}
"""Any other state than ``booked`` was reached when the session closed."""


@dataclass(frozen=True, slots=True)
class Period:
    """The session as check-in sees it: its state, the opening of walk-in registration, its close."""

    state: str
    walk_in_opens_at: datetime
    closes_at: datetime


def state_refusal(state: str) -> DomainError | None:
    """Why an appointment in ``state`` cannot check in; None when it can.

    Parameters
    ----------
    state : str
        The appointment's state.

    Returns
    -------
    DomainError or None

    Examples
    --------
    >>> state_refusal("booked"), state_refusal("held").code, state_refusal("unresolved").code
    (None, 'not_paid', 'session_over')
    """
    return None if state == "booked" else _REFUSED_BY_STATE.get(state, SessionOver)()


def time_refusal(period: Period, *, now: datetime, zone: tzinfo) -> DomainError | None:
    """Why check-in is not open now; None when it is.

    Parameters
    ----------
    period : Period
        The appointment's session.
    now : datetime
        Aware.
    zone : tzinfo
        The hospital's: days begin in it, and messages name its times.

    Returns
    -------
    DomainError or None

    Notes
    -----
    Check-in is accepted from the opening of walk-in registration, after the slot's end as late, until the
    session is closed. A session may cross midnight.

    Examples
    --------
    >>> from datetime import UTC
    >>> running = Period("running", datetime(2026, 11, 2, 7, tzinfo=UTC), datetime(2026, 11, 2, 12, tzinfo=UTC))
    >>> time_refusal(running, now=datetime(2026, 11, 2, 6, 59, tzinfo=UTC), zone=UTC).code
    'too_early'
    >>> time_refusal(running, now=datetime(2026, 11, 2, 13, tzinfo=UTC), zone=UTC) is None
    True
    """
    opens, closes, here = (
        moment.astimezone(zone) for moment in (period.walk_in_opens_at, period.closes_at, now)
    )
    if not opens.date() <= here.date() <= closes.date():
        return WrongDay(date=opens.date().isoformat())
    if period.state in {"closed", "stopped"}:
        return SessionOver()
    if now < period.walk_in_opens_at:
        return TooEarly(time=f"{opens:%H:%M}")
    return None
