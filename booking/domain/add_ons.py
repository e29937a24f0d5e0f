"""Add-on numbers: who may give one beyond a slot's quota, and when."""

from datetime import datetime

from booking.domain.errors import AddOnClosed, NotReleased
from hospital.common.roles import MANAGERS


def may_add_on(*, role: str, is_own_session: bool, has_permission: bool) -> bool:
    """Whether somebody may give a number beyond the quota.

    Parameters
    ----------
    role : str
        The role of the person who asks.
    is_own_session : bool
        The session is this person's own, as its expert.
    has_permission : bool
        The account was given the permission.

    Returns
    -------
    bool

    Notes
    -----
    Rule "add-on numbers" of the domain: only with a permission, logged with a reason. Our choice who has it: the
    expert who will see the patient, managers, and staff of the desk one by one. Experts have it for their own
    sessions only: a number costs the time of the one who sees the patient.

    Examples
    --------
    >>> may_add_on(role="expert", is_own_session=True, has_permission=False)
    True
    >>> may_add_on(role="expert", is_own_session=False, has_permission=False)
    False
    >>> may_add_on(role="desk", is_own_session=False, has_permission=True)
    True
    >>> may_add_on(role="patient", is_own_session=False, has_permission=True)
    False
    """
    if role in MANAGERS:
        return True
    return (role == "expert" and is_own_session) or (role in {"desk", "expert"} and has_permission)


def check_add_on_time(*, state: str, release_at: datetime, closes_at: datetime, now: datetime) -> None:
    """Numbers are added from the release until the session closes, also after walk-in registration has opened.

    Parameters
    ----------
    state : str
        The session's state.
    release_at, closes_at, now : datetime
        The announced release, the end of the session and the present moment; aware.

    Raises
    ------
    NotReleased
        Before the release: the quota itself can still be set.
    AddOnClosed
        From the end of the session on, or when it was stopped.

    Notes
    -----
    Our choice: hospitals add numbers with a permission and a reason. Before the release the quota itself is the
    place to say how many there are.

    Examples
    --------
    >>> times = {"release_at": datetime(2026, 11, 1, 7), "closes_at": datetime(2026, 11, 8, 12)}
    >>> check_add_on_time(state="running", **times, now=datetime(2026, 11, 8, 11, 59))
    >>> check_add_on_time(state="running", **times, now=datetime(2026, 11, 8, 12))
    Traceback (most recent call last):
    booking.domain.errors.numbers.AddOnClosed: No number can be added: this session is over or was stopped.
    """
    if state in {"closed", "stopped"} or now >= closes_at:
        raise AddOnClosed
    if state == "planned" or now < release_at:
        raise NotReleased(at=release_at)
