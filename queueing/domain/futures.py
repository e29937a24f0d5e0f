"""Possible rest of a morning: how long consultations take, when an expert begins, when rooms are free.

Everything is an array with one row for each future; times are minutes from now.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammainc, gammaincinv, stdtr, stdtrit

from queueing.domain.paces import DayProfile, Durations, Speed

Floats = NDArray[np.float64]

START_SD_MIN, START_SD_WEIGHT = 5.0, 3
"""How far an expert's starts lie apart, and for how many mornings that counts, before much is known (our choice)."""


@dataclass(frozen=True, slots=True)
class RoomNow:
    """One room that calls from the queue.

    Attributes
    ----------
    busy_min : float or None
        How long the present patient has been in; None when the room is empty.
    starts_in_min : float
        Until its opening hour; negative when that is past.
    started : bool
        Whether the session runs.
    paused_min : float
        How much longer its expert is away.
    """

    busy_min: float | None = None
    starts_in_min: float = 0.0
    started: bool = True
    paused_min: float = 0.0


def means_of(pace: Speed, futures: int, rng: np.random.Generator) -> Floats:
    """The true mean of a consultation, which nobody knows, in each future; shape (futures, 1).

    Parameters
    ----------
    pace : Speed
        See :class:`~queueing.domain.paces.Speed`.
    futures : int
        How many.
    rng : numpy.random.Generator
        Its source of chance.

    Returns
    -------
    ndarray of float, shape (futures, 1)
        Minutes: inverse gamma, about the known mean, narrower with every consultation known.

    Examples
    --------
    >>> drawn = means_of(Speed(6, 0.5, 20), 4000, np.random.default_rng(1))
    >>> round(float(drawn.mean()), 1)
    6.0
    """
    shape = max(pace.weight / pace.cv**2, 2.0)
    return pace.mean_min * shape / rng.gamma(shape + 1.0, size=(futures, 1))


def rests(busy_min: float, means: Floats, cv: float, rng: np.random.Generator) -> Floats:
    """What is left of a consultation that has lasted so long already; shape (futures,).

    Parameters
    ----------
    busy_min : float
        Minutes it has lasted; a consultation that began after the moment asked about counts as just begun.
    means : ndarray of float, shape (futures, 1)
        See :func:`means_of`.
    cv : float
        Coefficient of variation of consultations.
    rng : numpy.random.Generator
        Its source of chance.

    Returns
    -------
    ndarray of float, shape (futures,)
        Minutes, 0 or more.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> left = rests(12, np.full((2000, 1), 6.0), 0.5, rng)
    >>> bool(left.min() >= 0), bool(1 < left.mean() < 3)
    (True, True)
    """
    shape, busy_min = 1.0 / cv**2, max(busy_min, 0.0)
    scale = means[:, 0] / shape
    gone = gammainc(shape, busy_min / scale)
    level = gone + (1.0 - gone) * rng.random(len(scale))
    total = gammaincinv(shape, np.minimum(level, 1.0 - 1e-9)) * scale
    left: Floats = np.maximum(total - busy_min, 0.0)
    return left


def begins(starts_in_min: float, late_start: Durations, futures: int, rng: np.random.Generator) -> Floats:
    """When an expert who has not begun begins; shape (futures,).

    Parameters
    ----------
    starts_in_min : float
        Minutes until the opening hour; negative when that is past.
    late_start : Durations
        How long after the opening hour the expert began on other days.
    futures : int
        How many.
    rng : numpy.random.Generator
        Its source of chance.

    Returns
    -------
    ndarray of float, shape (futures,)
        Minutes from now, 0 or more.

    Notes
    -----
    Student's t about the known mean, given that the expert has not begun so far: whoever is later than usual is
    not expected this very moment. Nobody begins before the opening hour. Without other days, at the opening hour.

    Examples
    --------
    >>> usual, rng = Durations(20, 10.0, 3.0), np.random.default_rng(1)
    >>> [round(float(np.median(begins(at, usual, 4000, rng)))) for at in (30, 0, -10, -20)]
    [40, 10, 2, 1]
    """
    if not late_start.n:
        return np.full(futures, max(starts_in_min + late_start.mean_min, 0.0))
    n, freedom = late_start.n, late_start.n + START_SD_WEIGHT
    variance = (n * late_start.sd_min**2 + START_SD_WEIGHT * START_SD_MIN**2) / freedom
    scale = np.sqrt(variance * (1.0 + 1.0 / n))
    still = stdtr(freedom, (late_start.mean_min + starts_in_min) / scale)
    late = late_start.mean_min - scale * stdtrit(freedom, still * (1.0 - rng.random(futures)))
    begun: Floats = np.maximum(starts_in_min + np.maximum(late, 0.0), 0.0)
    return begun


def free_from(
    room: RoomNow, means: Floats, cv: float, late_start: Durations, rng: np.random.Generator
) -> Floats:
    """When a room can call its next patient; shape (futures,).

    Parameters
    ----------
    room : RoomNow
        The room.
    means : ndarray of float, shape (futures, 1)
        See :func:`means_of`.
    cv : float
        Coefficient of variation of consultations.
    late_start : Durations
        How long after the opening hour the expert begins.
    rng : numpy.random.Generator
        Its source of chance.

    Returns
    -------
    ndarray of float, shape (futures,)
        Minutes from now.

    Examples
    --------
    >>> rng, means = np.random.default_rng(1), np.full((3, 1), 6.0)
    >>> free_from(RoomNow(starts_in_min=30, started=False), means, 0.5, Durations(), rng).tolist()
    [30.0, 30.0, 30.0]
    """
    if room.busy_min is not None:
        free = rests(room.busy_min, means, cv, rng)
    elif room.started:
        free = np.zeros(len(means))
    else:
        free = begins(room.starts_in_min, late_start, len(means), rng)
    return np.maximum(free, room.paused_min)


def call_times(free: Floats, taken: Floats, profile: DayProfile = DayProfile()) -> Floats:  # noqa: B008 - frozen
    """When the first, second, ... of a line is called, if somebody waits all the time.

    Parameters
    ----------
    free : ndarray of float, shape (futures, rooms)
        When each room can call.
    taken : ndarray of float, shape (futures, calls)
        How long each patient of the line takes in an average hour.
    profile : DayProfile
        What the hour makes of that.

    Returns
    -------
    ndarray of float, shape (futures, calls + 1)
        Never falling along a row.

    Examples
    --------
    >>> call_times(np.array([[0.0, 4.0]]), np.array([[10.0, 5.0, 5.0]])).tolist()
    [[0.0, 4.0, 9.0, 10.0]]
    >>> call_times(np.array([[0.0]]), np.array([[30.0, 30.0, 30.0]]), DayProfile((1.0, 2.0), -10)).tolist()
    [[0.0, 30.0, 60.0, 120.0]]
    """
    if free.shape[1] == 1 and not profile.factors:
        return np.hstack([free, free + np.cumsum(taken, axis=1)])
    factors, last = np.array(profile.factors or (1.0,)), max(0, len(profile.factors) - 1)
    free, rows = free.copy(), np.arange(len(free))
    times = np.empty((taken.shape[1] + 1, len(free)))
    for turn in range(taken.shape[1] + 1):
        room = free.argmin(axis=1)
        times[turn] = begins_at = free[rows, room]
        if turn < taken.shape[1]:
            hour = np.clip((begins_at - profile.from_min) // 60.0, 0, last).astype(np.intp)
            free[rows, room] += taken[:, turn] * factors[hour]
    return times.T
