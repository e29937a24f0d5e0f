"""Whether the walk-ins of late differ from those before, or chance does it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from math import sqrt
from typing import Final

from analytics.domain.intervals import FEWEST_SESSIONS, dispersion
from analytics.domain.sessions import PastSession

LATELY: Final = timedelta(weeks=4)
FEWEST_LATELY: Final = 2
SURE: Final = 2.5758
"""Standard normal quantile of 99 %: of a hundred plans without a change one is said to have one."""


@dataclass(frozen=True, slots=True)
class WalkInChange:
    """Walk-ins a session in the last four weeks and before, where the difference is no chance."""

    before: float
    lately: float


def counted(sessions: Sequence[PastSession]) -> list[tuple[float, float]]:
    """The walk-ins of each session and its length [min].

    Parameters
    ----------
    sessions : sequence of PastSession
        In any order.

    Returns
    -------
    list of tuple
        In theirs.

    Examples
    --------
    >>> counted([])
    []
    """
    return [
        (sum(item.walk_ins for item in session.bins), session.observed.length_min) for session in sessions
    ]


def walk_in_change(sessions: Sequence[PastSession]) -> WalkInChange | None:
    """Whether the walk-ins of the last four weeks differ from those before by more than chance.

    Parameters
    ----------
    sessions : sequence of PastSession
        Oldest first.

    Returns
    -------
    WalkInChange or None
        None too where there are fewer than 2 sessions of late or 4 before.

    Notes
    -----
    Our choice: the difference of two Poisson rates in its standard errors, these widened by the dispersion
    within the two parts, at the 99 % level.

    Examples
    --------
    >>> walk_in_change([]) is None
    True
    """
    if not sessions:
        return None
    since = max(session.day for session in sessions) - LATELY
    parts = [counted([item for item in sessions if (item.day > since) is late]) for late in (False, True)]
    if len(parts[0]) < FEWEST_SESSIONS or len(parts[1]) < FEWEST_LATELY:
        return None
    events = [sum(walk_ins for walk_ins, _ in part) for part in parts]
    minutes = [sum(length for _, length in part) for part in parts]
    if not all(minutes) or not sum(events):
        return None
    spread = max(dispersion(part) for part in parts)
    error = sqrt(spread * sum(events) / sum(minutes) * sum(1 / each for each in minutes))
    if abs(events[1] / minutes[1] - events[0] / minutes[0]) <= SURE * error:
        return None
    return WalkInChange(events[0] / len(parts[0]), events[1] / len(parts[1]))
