"""How far a plan's history can be trusted: figures about the data, and the notes that follow from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import isinf
from typing import Any, Final

from analytics.domain.bins import durations_of_bins
from analytics.domain.intervals import Interval, dispersion, mean_interval
from analytics.domain.services_fit import ServiceFit
from analytics.domain.sessions import History, PastSession, Warned
from analytics.domain.walk_in_changes import WalkInChange, counted, walk_in_change

STALE: Final = timedelta(weeks=4)
TIMED_SHARE: Final = 0.8
UNKNOWN_SHARE: Final = 0.05
ODD_CV: Final = 1.5
DIGITS: Final = 4


@dataclass(frozen=True, slots=True)
class Quality:
    """Figures about the history of a plan.

    Parameters
    ----------
    last_day : date or None
        Of the sessions used.
    is_stale : bool
        Nothing of the last four weeks before the plan's day is among them.
    first_start_min, first_start_interval_min : float and interval, or None
        The expert's mean first start after the opening [min].
    dispersion : float
        How much more sessions differ in their walk-ins than chance lets them; 1 is chance.
    is_uneven : bool
        That is beyond chance itself.
    change : WalkInChange or None
        Of the walk-ins in the last four weeks.
    timed_share : float
        Consultations of known length among those begun.
    unknown_share : float
        Visits that do not say whether they were booked.
    cv : float or None
        Standard deviation of the lengths over their mean.
    services : ServiceFit or None
        What lengths are drawn from in simulations.
    half_lives_weeks : tuple of float
        Of each window, by the estimator that forgets; infinite where it forgets nothing. Empty for the others.
    """

    last_day: date | None
    is_stale: bool
    first_start_min: float | None
    first_start_interval_min: Interval | None
    dispersion: float
    is_uneven: bool
    change: WalkInChange | None
    timed_share: float
    unknown_share: float
    cv: float | None
    services: ServiceFit | None
    half_lives_weeks: tuple[float, ...]

    def as_data(self) -> dict[str, Any]:
        """What a page and a file can hold.

        Returns
        -------
        dict
            Of texts, numbers and lists; an infinite half-life is None.

        Examples
        --------
        >>> quality_of(History([])).as_data()["timed_share"]
        1.0
        """
        low_high = self.first_start_interval_min
        return {
            "last_day": self.last_day and self.last_day.isoformat(),
            "first_start_min": _rounded(self.first_start_min),
            "first_start_interval_min": low_high and [_rounded(each) for each in low_high],
            "dispersion": _rounded(self.dispersion),
            "before": self.change and _rounded(self.change.before),
            "lately": self.change and _rounded(self.change.lately),
            "timed_share": _rounded(self.timed_share),
            "unknown_share": _rounded(self.unknown_share),
            "cv": _rounded(self.cv),
            "service_family": self.services and str(self.services.family),
            "half_lives_weeks": [None if isinf(each) else each for each in self.half_lives_weeks],
        }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, DIGITS)


def is_channel_unknown(sessions: Sequence[PastSession]) -> bool:
    """Whether no visit of these sessions says if it was booked.

    Parameters
    ----------
    sessions : sequence of PastSession
        Of one plan.

    Returns
    -------
    bool
        False without a visit.

    Examples
    --------
    >>> is_channel_unknown([])
    False
    """
    return not any(item.known_channel for item in sessions) and any(item.unknown_channel for item in sessions)


def _is_uneven(counts: Sequence[tuple[float, float]], spread: float) -> bool:
    """Whether a dispersion is more than the chance of so few sessions explains."""
    from scipy.special import chdtrc

    degrees = sum(1 for _, minutes in counts if minutes > 0) - 1
    return spread > 1 and float(chdtrc(degrees, spread * degrees)) < 0.01


def quality_of(history: History, as_of: date | None = None, lengths: ServiceFit | None = None) -> Quality:
    """The figures about a history.

    Parameters
    ----------
    history : History
        Of one plan.
    as_of : date or None
        The plan's day.
    lengths : ServiceFit or None
        What the lengths look like (``service_shape``); None where nobody looked.

    Returns
    -------
    Quality

    Examples
    --------
    >>> found = quality_of(History([]))
    >>> found.dispersion, found.change, found.is_stale
    (1.0, None, False)
    """
    sessions = history.sessions
    counts = counted(sessions)
    spread = dispersion(counts)
    delays = [item.first_start_min for item in sessions if item.first_start_min is not None]
    bins = [item for session in sessions for item in session.bins]
    durations = durations_of_bins(bins)
    starts, unknown = sum(item.starts for item in bins), sum(item.unknown_channel for item in sessions)
    visits = unknown + sum(item.known_channel for item in sessions)
    last_day = max((item.day for item in sessions), default=None)
    return Quality(
        last_day=last_day,
        is_stale=bool(as_of and last_day and as_of - last_day > STALE),
        first_start_min=sum(delays) / len(delays) if delays else None,
        first_start_interval_min=mean_interval(delays),
        dispersion=spread,
        is_uneven=_is_uneven(counts, spread),
        change=walk_in_change(sessions),
        timed_share=durations.count / starts if starts else 1.0,
        unknown_share=unknown / visits if visits else 0.0,
        cv=durations.cv,
        services=lengths,
        half_lives_weeks=history.long.forgetting.half_lives_weeks if history.long else (),
    )


def quality_notes(quality: Quality) -> tuple[Warned, ...]:
    """What of it a manager must know.

    Parameters
    ----------
    quality : Quality
        The figures.

    Returns
    -------
    tuple of Warned
        In the order in which they matter.

    Notes
    -----
    Our choice of thresholds: no session in the four weeks before; fewer than 80 % of the consultations with a
    known length; lengths with a coefficient of variation above 1.5, as when several visits are closed at once;
    more than 5 % of the visits without a channel (but not all: that is another note).

    Examples
    --------
    >>> quality_notes(quality_of(History([])))
    ()
    """
    found = {
        Warned.STALE: quality.is_stale,
        Warned.CHANGED: quality.change is not None,
        Warned.UNEVEN_DAYS: quality.is_uneven,
        Warned.CHANNEL_PARTLY: UNKNOWN_SHARE < quality.unknown_share < 1,
        Warned.LENGTHS_MISSING: quality.timed_share < TIMED_SHARE,
        Warned.LENGTHS_ODD: quality.cv is not None and quality.cv > ODD_CV,
    }
    return tuple(note for note, holds in found.items() if holds)
