"""How fast an expert is, and how late one begins: from finished consultations and past mornings."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

MIN_CONSULTATIONS = 3
"""With fewer consultations known there is no estimate."""
USUAL_CV = 0.5
CV_RANGE = (0.25, 1.0)
CV_NEEDS = 8
USUAL_DAY_CV = 0.15
"""How far an expert's mean of one day lies from the mean of all days, before anything is known (our choice)."""
DAY_CV_WEIGHT = 8
"""How many days that counts for."""
LEAST_DAY_CV = 0.05
HOUR_WEIGHT = 20
"""An hour of the day counts as average for this many consultations."""


@dataclass(frozen=True, slots=True)
class Durations:
    """Times of one kind (consultations, late starts): how many, their mean and standard deviation in minutes."""

    n: int = 0
    mean_min: float = 0.0
    sd_min: float = 0.0


@dataclass(frozen=True, slots=True)
class Speed:
    """How fast the expert is: the mean in minutes, its coefficient of variation, and how many consultations
    say so.
    """

    mean_min: float
    cv: float
    weight: float


@dataclass(frozen=True, slots=True)
class DayProfile:
    """By how much consultations are longer (above 1) or shorter in each hour; the first begins ``from_min``
    minutes from now. Before and after they are as in the nearest.
    """

    factors: tuple[float, ...] = ()
    from_min: float = 0.0

    def at(self, minute: float) -> float:
        """The factor of a consultation that begins then.

        Parameters
        ----------
        minute : float
            Minutes from now.

        Returns
        -------
        float

        Examples
        --------
        >>> profile = DayProfile((1.2, 0.8), -30)
        >>> [profile.at(minute) for minute in (-90, 0, 30, 500)], DayProfile().at(0)
        ([1.2, 1.2, 0.8, 0.8], 1.0)
        """
        if not self.factors:
            return 1.0
        hour = int((minute - self.from_min) // 60.0)
        return self.factors[min(max(hour, 0), len(self.factors) - 1)]


def pooled(parts: Iterable[Durations]) -> Durations:
    """Several figures as one.

    Parameters
    ----------
    parts : iterable of Durations
        Of several experts or days.

    Returns
    -------
    Durations
        The spread is the mean of theirs.

    Examples
    --------
    >>> pooled([Durations(10, 6.0, 3.0), Durations(30, 4.0, 2.0), Durations()])
    Durations(n=40, mean_min=4.5, sd_min=2.25)
    """
    known = [one for one in parts if one.n]
    n = sum(one.n for one in known)
    if not n:
        return Durations()
    mean = sum(one.n * one.mean_min for one in known) / n
    return Durations(n, mean, sum(one.n * one.sd_min for one in known) / n)


def speed(today: Durations, days: Sequence[Durations]) -> Speed | None:
    """The expert's speed now: the posterior of this session's mean.

    Parameters
    ----------
    today : Durations
        This session's finished consultations.
    days : sequence of Durations
        Those of each earlier session.

    Returns
    -------
    Speed or None
        None with fewer than three consultations in all: no estimate is better than a typed average.

    Notes
    -----
    Our choice: each day has a mean of its own about the expert's. The past counts like as many consultations of
    today as make the variance of one mean that of a day's about it: an expert who is the same every day is
    known from the past, one who differs from day to day shows it soon. That day-to-day spread is the excess of
    the days' means over chance, shrunk to the usual one.

    Examples
    --------
    >>> speed(Durations(2, 6.0), []) is None
    True
    >>> today = Durations(10, 6.0, 3.0)
    >>> steady, moody = [Durations(25, 4.0, 2.0)] * 12, [Durations(25, mean, 2.0) for mean in (3.0, 5.0) * 6]
    >>> [round(pace.mean_min, 1) for days in (steady, moody) if (pace := speed(today, days))]
    [4.3, 5.2]
    """
    history = pooled(days)
    if today.n + history.n < MIN_CONSULTATIONS:
        return None
    cv = _spread([today, *days])
    kept = _worth(days, history, cv)
    weight = today.n + kept
    mean = (today.n * today.mean_min + kept * history.mean_min) / weight
    return Speed(mean, cv, weight) if mean > 0 else None


def day_profile(hours: Mapping[int, Durations], *, opens_in_min: float) -> DayProfile:
    """By how much consultations are longer or shorter in each hour than on the average.

    Parameters
    ----------
    hours : mapping of int to Durations
        Consultations of earlier sessions by the hour of their beginning, 0 for the first after the opening.
    opens_in_min : float
        Minutes from now until the opening; negative when it is past.

    Returns
    -------
    DayProfile
        Shrunk to the average where an hour is little known (our choice).

    Examples
    --------
    >>> hours = {0: Durations(180, 6.0), 1: Durations(180, 5.0), 2: Durations(4, 9.0)}
    >>> [round(factor, 2) for factor in day_profile(hours, opens_in_min=-30).factors]
    [1.07, 0.91, 1.1]
    """
    whole = pooled(hours.values())
    if not whole.n or whole.mean_min <= 0:
        return DayProfile()
    first, last = min(hours), max(hours)
    known = [hours.get(hour, Durations()) for hour in range(first, last + 1)]
    return DayProfile(
        tuple((one.n * one.mean_min / whole.mean_min + HOUR_WEIGHT) / (one.n + HOUR_WEIGHT) for one in known),
        opens_in_min + 60.0 * first,
    )


def levelled(hours: Mapping[int, Durations], profile: DayProfile, *, opens_in_min: float) -> Durations:
    """Consultations as they would have been in an average hour.

    Parameters
    ----------
    hours : mapping of int to Durations
        By the hour of their beginning, 0 for the first after the opening.
    profile : DayProfile
        See :func:`day_profile`.
    opens_in_min : float
        Minutes from now until the opening; negative when it is past.

    Returns
    -------
    Durations

    Examples
    --------
    >>> levelled({0: Durations(8, 6.0, 3.0)}, DayProfile((1.2, 0.8), -90), opens_in_min=-90)
    Durations(n=8, mean_min=5.0, sd_min=2.5)
    """
    parts = []
    for hour, one in hours.items():
        factor = profile.at(opens_in_min + 60.0 * hour + 30.0)
        parts.append(Durations(one.n, one.mean_min / factor, one.sd_min / factor))
    return pooled(parts)


def _spread(days: Iterable[Durations]) -> float:
    """The coefficient of variation within a day."""
    known = [day for day in days if day.n > 1 and day.mean_min > 0]
    n, freedom = sum(day.n for day in known), sum(day.n - 1 for day in known)
    if n < CV_NEEDS:
        return USUAL_CV
    cv = sqrt(sum(day.n * (day.sd_min / day.mean_min) ** 2 for day in known) / freedom)
    return min(max(cv, CV_RANGE[0]), CV_RANGE[1])


def _worth(days: Sequence[Durations], history: Durations, cv: float) -> float:
    """How many consultations of today the earlier days count for."""
    known = [day for day in days if day.n]
    if not known or history.mean_min <= 0:
        return 0.0
    excess = sum((day.mean_min / history.mean_min - 1) ** 2 - cv**2 / day.n for day in known)
    spread = (USUAL_DAY_CV**2 * DAY_CV_WEIGHT + excess) / (DAY_CV_WEIGHT + len(known) - 1)
    spread = max(spread, LEAST_DAY_CV**2)
    unknown = spread / len(known) + cv**2 / history.n
    return min(cv**2 / (spread + unknown), float(history.n))


def people_times_mean(*, ahead: int, mean_min: float, starts_in_min: float, rooms: int) -> float:
    """The plain estimate that every better one is measured against.

    Parameters
    ----------
    ahead : int
        People called before.
    mean_min : float
        The expert's mean consultation [min].
    starts_in_min : float
        Minutes until the session's usual start; 0 once it runs.
    rooms : int
        Rooms that call from the queue, at least 1.

    Returns
    -------
    float
        Minutes until the call.

    Examples
    --------
    >>> people_times_mean(ahead=6, mean_min=5, starts_in_min=10, rooms=1)
    40.0
    """
    return starts_in_min + ahead * mean_min / max(rooms, 1)
