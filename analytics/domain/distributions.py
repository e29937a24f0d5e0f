"""What a change does to waits, idle time and overtime: means with their errors, and distributions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np

from analytics.domain.comparison import changes_in_all
from analytics.domain.compiled import Outcomes
from analytics.domain.draws import Floats, Ints
from analytics.domain.what_if import LONGEST_MIN, STEP_MIN

SHARES: Final = (0.5, 0.9)


@dataclass(frozen=True, slots=True)
class Distribution:
    """Shares of patients or of sessions in steps of :data:`STEP_MIN` [%], with median and 90th percentile [min]."""

    percent: tuple[float, ...]
    median_min: float | None
    p90_min: float | None


def joined(parts: Sequence[Outcomes]) -> Outcomes:
    """The outcomes of several plays of the same world as one.

    Parameters
    ----------
    parts : sequence of Outcomes
        At least one.

    Returns
    -------
    Outcomes
        Sessions one after another; counts of minutes added up.

    Examples
    --------
    >>> from analytics.domain.compiled import draw_many, play_many
    >>> from analytics.domain.simulation import REFERENCE_WORLD
    >>> part = play_many(REFERENCE_WORLD, (6, 5, 5, 5), draw_many(REFERENCE_WORLD, 21, 3, seed=1))
    >>> both = joined([part, part])
    >>> both.idle_min.shape, bool((both.walk_in_minutes == 2 * part.walk_in_minutes).all())
    ((6,), True)
    """

    def of(name: str) -> Any:
        arrays = [getattr(part, name) for part in parts]
        return sum(arrays[1:], arrays[0]) if name.endswith("_minutes") else np.concatenate(arrays)

    return Outcomes(**{name: of(name) for name in Outcomes.__slots__})


def of_minutes(counts: Ints) -> Distribution:
    """The distribution of waits counted by full minutes.

    Parameters
    ----------
    counts : ndarray of int
        How many waited 0, 1, 2 ... full minutes; the last place: as many or more.

    Returns
    -------
    Distribution

    Examples
    --------
    >>> of_minutes(np.array([1, 0, 3])).percent[:2], of_minutes(np.array([1, 0, 3])).median_min
    ((100.0, 0.0), 2.5)
    >>> of_minutes(np.array([0, 0])).median_min is None
    True
    """
    total = int(counts.sum())
    bins = LONGEST_MIN // STEP_MIN + 1
    if not total:
        return Distribution((0.0,) * bins, None, None)
    at = np.minimum(np.arange(len(counts)) // STEP_MIN, bins - 1)
    percent = 100 * np.bincount(at, weights=counts, minlength=bins) / total
    rising = np.cumsum(counts)
    median, p90 = (float(np.searchsorted(rising, share * total)) + 0.5 for share in SHARES)
    return Distribution(tuple(round(float(one), 3) for one in percent), median, p90)


def of_sessions(minutes: Floats) -> Distribution:
    """The distribution of something that each session has once.

    Parameters
    ----------
    minutes : ndarray of float
        One value a session, at least one [min].

    Returns
    -------
    Distribution

    Examples
    --------
    >>> found = of_sessions(np.array([0.0, 12.0, 400.0]))
    >>> found.percent[:2], found.percent[-1], found.median_min
    ((33.333, 33.333), 33.333, 12.0)
    """
    bins = LONGEST_MIN // STEP_MIN + 1
    at = np.minimum((minutes // STEP_MIN).astype(int), bins - 1)
    percent = 100 * np.bincount(at, minlength=bins) / len(minutes)
    median, p90 = (float(np.quantile(minutes, share)) for share in SHARES)
    return Distribution(tuple(round(float(one), 3) for one in percent), median, p90)


def what_if_result(before: Outcomes, after: Outcomes) -> dict[str, Any]:
    """Everything that the page of a what-if shows.

    Parameters
    ----------
    before, after : Outcomes
        The same number of sessions as they are and with the changes.

    Returns
    -------
    dict
        Of numbers, texts and lists only: the sessions, the changes of the means with their standard errors, and the
        distributions ``walk_in``, ``booked``, ``idle_min``, ``overtime_min``, each ``[before, after]``.

    Examples
    --------
    >>> from analytics.domain.compiled import draw_many, play_many
    >>> from analytics.domain.simulation import REFERENCE_WORLD
    >>> draws = draw_many(REFERENCE_WORLD, 21, 50, seed=1)
    >>> same = play_many(REFERENCE_WORLD, (6, 5, 5, 5), draws)
    >>> result = what_if_result(same, same)
    >>> result["sessions"], result["changes"]["walk_in"]["difference"]
    (50, 0.0)
    >>> result["distributions"]["idle_min"][0] == result["distributions"]["idle_min"][1]
    True
    """

    def both(name: str) -> list[dict[str, Any]]:
        if name in {"walk_in", "booked"}:
            return [
                asdict(of_minutes(getattr(one, f"{name}_minutes").sum(axis=0))) for one in (before, after)
            ]
        return [asdict(of_sessions(getattr(one, name))) for one in (before, after)]

    return {
        "sessions": len(before.idle_min),
        "changes": {name: asdict(change) for name, change in changes_in_all(before, after).items()},
        "distributions": {name: both(name) for name in ("walk_in", "booked", "idle_min", "overtime_min")},
    }
