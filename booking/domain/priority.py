"""The points of the order "priority": the patient's needs, weighed."""

from dataclasses import dataclass

FIT_MAX = 50
SOON_MAX = 30
TITLE_POINTS = {"chief": 20, "associate": 14, "attending": 8}
"""The three parts of the priority order; together 100."""


@dataclass(frozen=True, slots=True)
class Score:
    """Points of the priority order and what they are made of."""

    fit: int
    soon: int
    title: int

    @property
    def total(self) -> int:
        """Out of 100."""
        return self.fit + self.soon + self.title


def priority_score(*, points: int | None, hours_until: float | None, horizon_days: int, title: str) -> Score:
    """What the priority order goes by: the patient's needs, weighed.

    Parameters
    ----------
    points : int or None
        Fit, 0 to 100; ``None`` when nothing was asked for, which gives everybody the same.
    hours_until : float or None
        Hours until the next free number; ``None``: nothing is free.
    horizon_days : int
        How many days ahead can be booked.
    title : str
        ``chief``, ``associate`` or ``attending``.

    Returns
    -------
    Score
        0 to 100 in all.

    Notes
    -----
    Our choice: 50 for the fit, 30 for a number soon (falling evenly to 0 at the horizon), 20 for the title.

    Examples
    --------
    >>> priority_score(points=97, hours_until=26, horizon_days=7, title="associate")
    Score(fit=48, soon=25, title=14)
    >>> priority_score(points=None, hours_until=None, horizon_days=7, title="chief").total
    70
    """
    fit = FIT_MAX if points is None else round(points * FIT_MAX / 100)
    part = 0.0 if hours_until is None else max(0.0, 1 - hours_until / (24 * horizon_days))
    return Score(fit, round(SOON_MAX * part), TITLE_POINTS.get(title, 0))
