"""When a patient will probably be called: many possible rests of the morning, drawn from what is known now."""

from dataclasses import dataclass

import numpy as np

from queueing.domain.futures import call_times, free_from, means_of
from queueing.domain.live_queue import LiveQueue
from queueing.domain.rivals import rivals_of
from queueing.domain.turn_times import called_at

__all__ = ["BACK_MARGIN_MIN", "FUTURES", "LiveQueue", "Wait", "come_back_in", "forecast"]

LEVELS = (0.1, 0.2, 0.5, 0.8, 0.9)
FUTURES = 200
BACK_MARGIN_MIN = 5.0


@dataclass(frozen=True, slots=True)
class Wait:
    """Minutes from now until the call, as quantiles."""

    p10: float
    p20: float
    p50: float
    p80: float
    p90: float


def forecast(state: LiveQueue) -> Wait:
    """Quantiles of the minutes until the call.

    Parameters
    ----------
    state : LiveQueue
        What is known now.

    Returns
    -------
    Wait

    Notes
    -----
    The quota method's "Live expected time": 200 futures. In each the session's mean consultation is drawn from
    its gamma posterior, consultations about it, the present one given how long it has lasted, and the expert's
    beginning given that it has not been yet. Booked patients who are not here come as the paper's survey says,
    walk-ins, emergencies and patients of the streams beside as often as before; :mod:`queueing.domain.turn_times`
    says which of them go first. Patients who leave or are absent when called are not foreseen.

    Examples
    --------
    >>> from queueing.domain.futures import RoomNow
    >>> from queueing.domain.paces import Speed
    >>> from queueing.domain.places import Rule, Waiting
    >>> pace, room = Speed(6, 0.5, 20), RoomNow(busy_min=2)
    >>> line = tuple((Waiting(key, key), Rule.WALK_IN) for key in range(6))
    >>> empty = LiveQueue(0, (), 0, Rule.WALK_IN, None, (), (RoomNow(),), pace)
    >>> forecast(empty)
    Wait(p10=0.0, p20=0.0, p50=0.0, p80=0.0, p90=0.0)
    >>> six = forecast(LiveQueue(0, line, 6, Rule.WALK_IN, None, (), (room,), pace))
    >>> 28 < six.p20 < six.p50 < six.p80 < 52
    True
    """
    rng = np.random.default_rng(state.seed)
    means = means_of(state.pace, FUTURES, rng)
    inside = means * state.profile.at(0.0)
    free = np.stack(
        [free_from(room, inside, state.pace.cv, state.late_start, rng) for room in state.rooms], axis=1
    )
    rivals = rivals_of(state, FUTURES, rng)
    shape, calls = 1.0 / state.pace.cv**2, state.ahead + rivals.people
    taken = rng.gamma(shape, size=(calls, FUTURES)).T * means / shape + state.between_min
    p = np.quantile(called_at(state, rivals, call_times(free, taken, state.profile)), LEVELS)
    return Wait(*(float(value) for value in p))


def come_back_in(wait: Wait, *, worth_min: float) -> float | None:
    """Minutes until a patient who goes away should be back; None when that is too soon to go.

    Parameters
    ----------
    wait : Wait
        See :func:`forecast`.
    worth_min : float
        Less time than this is not worth going away for [min].

    Returns
    -------
    float or None
        Minutes, at least ``worth_min``.

    Examples
    --------
    >>> come_back_in(Wait(40, 45, 60, 80, 90), worth_min=15)
    35.0
    >>> come_back_in(Wait(12, 15, 20, 30, 35), worth_min=15) is None
    True
    """
    back = wait.p10 - BACK_MARGIN_MIN
    return back if back >= worth_min else None
