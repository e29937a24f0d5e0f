"""Whether an appointment may change its time."""

from datetime import datetime

from booking.domain.errors import OtherExpert, SameSlot, TooManyMoves
from hospital.common.errors import IllegalTransition


def check_movable(*, state: str, moves: int, limit: int, same_slot: bool, same_price: bool) -> None:
    """A booked number may be changed for another of the same expert and fee, a few times.

    Parameters
    ----------
    state : str
        The appointment's state.
    moves, limit : int
        Changes so far, and how many the policy allows.
    same_slot, same_price : bool
        Whether the new slot is the old one; whether expert and fee are the same.

    Raises
    ------
    IllegalTransition
        When it is not booked: a hold is given back, another one taken.
    SameSlot, OtherExpert, TooManyMoves
        As their names say.

    Notes
    -----
    Our choice (docs/adr/0008): another expert or fee would be another booking; a few times, so that numbers are
    not parked.

    Examples
    --------
    >>> check_movable(state="booked", moves=2, limit=3, same_slot=False, same_price=True)
    >>> check_movable(state="booked", moves=3, limit=3, same_slot=False, same_price=True)
    Traceback (most recent call last):
    booking.domain.errors.limits.TooManyMoves: The time of an appointment can be changed 3 times. Cancel it instead.
    """
    if state != "booked":
        raise IllegalTransition(state=state, verb="move")
    if same_slot:
        raise SameSlot(field="slot")
    if not same_price:
        raise OtherExpert(field="slot")
    if moves >= limit:
        raise TooManyMoves(limit=limit)


def may_move(*, state: str, moves: int, limit: int, deadline: datetime, now: datetime) -> bool:
    """Whether a change of time can be offered at all, before a new slot is chosen.

    Parameters
    ----------
    state : str
        The appointment's state.
    moves, limit : int
        Changes so far, and how many the policy allows.
    deadline, now : datetime
        Until when the patient may give it back, and the present moment; aware.

    Returns
    -------
    bool

    Examples
    --------
    >>> seven = datetime(2026, 11, 3, 7)
    >>> may_move(state="booked", moves=0, limit=3, deadline=seven, now=datetime(2026, 11, 3, 6, 59))
    True
    >>> may_move(state="booked", moves=0, limit=3, deadline=seven, now=seven)
    False
    """
    return state == "booked" and moves < limit and now < deadline
