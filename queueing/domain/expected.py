"""When a patient will probably be called: a first honest estimate from the expert's own consultations."""

from dataclasses import dataclass
from math import inf, sqrt

from scipy.special import gammaincinv

LEVELS = (0.1, 0.2, 0.5, 0.8, 0.9)
HISTORY_WEIGHT = 10
"""The expert's past counts like at most this many consultations of today, so that a slow day shows soon."""
MIN_CONSULTATIONS = 3
"""With fewer consultations known there is no estimate."""
USUAL_CV = 0.5
CV_RANGE = (0.25, 1.0)
CV_NEEDS = 8
SOONEST_LEFT = 0.25
"""A consultation that outlasts the mean is expected to take at least this share of the mean more."""
BACK_MARGIN_MIN = 5.0


@dataclass(frozen=True, slots=True)
class Durations:
    """Finished consultations: how many, their mean and standard deviation in minutes."""

    n: int = 0
    mean_min: float = 0.0
    sd_min: float = 0.0


@dataclass(frozen=True, slots=True)
class Wait:
    """Minutes from now until the call, as quantiles."""

    p10: float
    p20: float
    p50: float
    p80: float
    p90: float


@dataclass(frozen=True, slots=True)
class Speed:
    """How fast the expert is: the mean in minutes, its coefficient of variation, and how many consultations
    say so.
    """

    mean_min: float
    cv: float
    weight: float


def speed(today: Durations, history: Durations) -> Speed | None:
    """The expert's speed now.

    Parameters
    ----------
    today, history : Durations
        This session's finished consultations; those of earlier sessions.

    Returns
    -------
    Speed or None
        None with fewer than three consultations in all: no estimate is better than a typed average.

    Examples
    --------
    >>> speed(Durations(2, 6.0), Durations()) is None
    True
    >>> speed(Durations(10, 6.0, 3.0), Durations(100, 4.0, 2.0)).mean_min
    5.0
    """
    if today.n + history.n < MIN_CONSULTATIONS:
        return None
    kept = min(history.n, HISTORY_WEIGHT)
    weight = today.n + kept
    mean = (today.n * today.mean_min + kept * history.mean_min) / weight
    if mean <= 0:
        return None
    known = [d for d in (today, history) if d.n >= CV_NEEDS and d.mean_min > 0]
    share = sum(d.n for d in known)
    cv = sum(d.n * d.sd_min / d.mean_min for d in known) / share if share else USUAL_CV
    return Speed(mean, min(max(cv, CV_RANGE[0]), CV_RANGE[1]), weight)


def expected_wait(
    *, ahead: int, in_room_for_min: float | None, starts_in_min: float, rooms: int, pace: Speed
) -> Wait:
    """Quantiles of the minutes until the call.

    Parameters
    ----------
    ahead : int
        People called before.
    in_room_for_min : float or None
        How long the present patient has been in the room; None when the room is empty.
    starts_in_min : float
        Minutes until the session opens; 0 once it runs.
    rooms : int
        Rooms that call from this queue, at least 1.
    pace : Speed
        See :func:`speed`.

    Returns
    -------
    Wait

    Notes
    -----
    Our choice until the simulated forecast of the quota method takes its place: the work ahead is gamma
    distributed, its variance that of the consultations plus that of their unknown mean. Patients who come in
    between by right (booked, emergencies) are not foreseen.

    Examples
    --------
    >>> wait = expected_wait(ahead=0, in_room_for_min=None, starts_in_min=0, rooms=1, pace=Speed(6, 0.5, 20))
    >>> wait.p10, wait.p90
    (0, 0)
    >>> wait = expected_wait(ahead=6, in_room_for_min=2, starts_in_min=0, rooms=1, pace=Speed(6, 0.5, 20))
    >>> round(wait.p20), round(wait.p80)
    (32, 47)
    """
    left = (
        0.0 if in_room_for_min is None else max(pace.mean_min - in_room_for_min, SOONEST_LEFT * pace.mean_min)
    )
    work = left + ahead * pace.mean_min
    if work <= 0:
        return Wait(*[starts_in_min] * len(LEVELS))
    own = (ahead * pace.mean_min**2 + left**2) * pace.cv**2
    unknown_mean = (work * pace.cv) ** 2 / pace.weight if pace.weight else inf
    spread = sqrt(own + unknown_mean)
    shape = (work / spread) ** 2
    scale = spread**2 / work
    return Wait(
        *(starts_in_min + float(gammaincinv(shape, level)) * scale / max(rooms, 1) for level in LEVELS)
    )


def come_back_in(wait: Wait, *, worth_min: float) -> float | None:
    """Minutes until a patient who goes away should be back; None when that is too soon to go.

    Parameters
    ----------
    wait : Wait
        See :func:`expected_wait`.
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
