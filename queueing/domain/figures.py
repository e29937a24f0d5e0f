"""What a session came to: who came, who was seen, how long they waited."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts of one session or of several.

    ``registered`` have a ticket that was neither cancelled nor moved to another queue; each of them was ``seen``,
    ``left`` or is still ``here``. ``waits`` of those seen are known: together ``waited``.
    """

    registered: int = 0
    walk_ins: int = 0
    seen: int = 0
    left: int = 0
    here: int = 0
    cancelled: int = 0
    expected: int = 0
    unresolved: int = 0
    no_shows: int = 0
    waits: int = 0
    waited: timedelta = timedelta()
    first_start_at: datetime | None = None
    last_finish_at: datetime | None = None

    @property
    def mean_wait_min(self) -> int | None:
        """Whole minutes; None when nobody's wait is known.

        Examples
        --------
        >>> Figures(waits=4, waited=timedelta(minutes=50)).mean_wait_min
        12
        >>> Figures().mean_wait_min is None
        True
        """
        return round(self.waited / self.waits / timedelta(minutes=1)) if self.waits else None


def together(figures: Iterable[Figures]) -> Figures:
    """The figures of several sessions as of one.

    Parameters
    ----------
    figures : Iterable[Figures]
        Of any number of sessions.

    Returns
    -------
    Figures
        Sums, the earliest start and the latest finish.

    Examples
    --------
    >>> early, late = datetime(2026, 11, 2, 8), datetime(2026, 11, 2, 9)
    >>> both = together([Figures(seen=2, first_start_at=late), Figures(seen=3, first_start_at=early), Figures()])
    >>> both.seen, both.first_start_at.hour, both.last_finish_at
    (5, 8, None)
    """
    rows = list(figures)
    starts = [row.first_start_at for row in rows if row.first_start_at]
    finishes = [row.last_finish_at for row in rows if row.last_finish_at]
    counts = [one.name for one in fields(Figures) if one.type is int]
    return Figures(
        **{name: sum(getattr(row, name) for row in rows) for name in counts},
        waited=sum((row.waited for row in rows), timedelta()),
        first_start_at=min(starts, default=None),
        last_finish_at=max(finishes, default=None),
    )
