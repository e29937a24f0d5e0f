"""What a waiting patient may be told: an interval, and whether there is time to go away."""

from dataclasses import dataclass
from datetime import datetime, timedelta

STEP_MIN = 5
MARK_WIDTH = 260
"""Units of the drawn line from now to the end of the interval."""


@dataclass(frozen=True, slots=True)
class Advice:
    """Times as a patient reads them; None where nothing can be said.

    ``back_mark`` and ``call_mark`` are where these times lie on a line of :data:`MARK_WIDTH` units from now to
    ``latest``.
    """

    earliest: datetime | None = None
    latest: datetime | None = None
    back_by: datetime | None = None
    back_mark: int = 0
    call_mark: int = 0


def rounded_down(moment: datetime) -> datetime:
    """The last full five minutes.

    Parameters
    ----------
    moment : datetime
        In a zone whose offset is whole minutes of five.

    Returns
    -------
    datetime

    Examples
    --------
    >>> rounded_down(datetime(2026, 11, 2, 10, 7, 30)).strftime("%H:%M")
    '10:05'
    """
    return moment - timedelta(
        minutes=moment.minute % STEP_MIN, seconds=moment.second, microseconds=moment.microsecond
    )


def rounded_up(moment: datetime) -> datetime:
    """The next full five minutes.

    Parameters
    ----------
    moment : datetime
        In a zone whose offset is whole minutes of five.

    Returns
    -------
    datetime

    Examples
    --------
    >>> rounded_up(datetime(2026, 11, 2, 10, 40, 1)).strftime("%H:%M")
    '10:45'
    >>> rounded_up(datetime(2026, 11, 2, 10, 40)).strftime("%H:%M")
    '10:40'
    """
    down = rounded_down(moment)
    return down if down == moment else down + timedelta(minutes=STEP_MIN)


def waiting_advice(
    *,
    p20: datetime | None,
    p80: datetime | None,
    come_back_at: datetime | None,
    now: datetime,
    worth_min: float = 0.0,
) -> Advice:
    """Round the interval outwards and the time to be back towards now.

    Parameters
    ----------
    p20, p80
        Times before which 20 and 80 of 100 such patients were called; None while this is not known.
    come_back_at
        When to be back (a lower quantile less a margin), None when going away is no good idea.
    now
        The present moment.
    worth_min
        Less time than this is not worth going away for, also once it is rounded [min].

    Returns
    -------
    Advice
        Without an interval nobody is told to leave.

    Notes
    -----
    P20 to P80, not P50 to P80: half would be called before the latter begins (our choice, ``docs/live.md``).

    Examples
    --------
    >>> at = lambda text: datetime.strptime("2026-11-02 " + text, "%Y-%m-%d %H:%M")
    >>> told = waiting_advice(p20=at("10:21"), p80=at("10:44"), come_back_at=at("10:06"), now=at("09:42"))
    >>> [moment.strftime("%H:%M") for moment in (told.earliest, told.latest, told.back_by)]
    ['10:20', '10:45', '10:05']
    >>> waiting_advice(p20=at("10:01"), p80=at("10:20"), come_back_at=at("09:59"), now=at("09:42"),
    ...     worth_min=15).back_by
    >>> waiting_advice(p20=None, p80=None, come_back_at=None, now=at("09:42"))
    Advice(earliest=None, latest=None, back_by=None, back_mark=0, call_mark=0)
    """
    if p20 is None or p80 is None:
        return Advice()
    earliest, latest = max(rounded_down(p20), rounded_down(now)), rounded_up(max(p80, now))
    back_by = rounded_down(come_back_at) if come_back_at is not None else None
    if back_by is not None and back_by - now < timedelta(minutes=worth_min):
        back_by = None

    def mark(moment: datetime) -> int:
        whole = (latest - now).total_seconds()
        return round(MARK_WIDTH * max(0.0, (moment - now).total_seconds()) / whole) if whole > 0 else 0

    return Advice(earliest, latest, back_by, mark(back_by) if back_by else 0, mark(earliest))
