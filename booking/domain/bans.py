"""When missed appointments close online booking, for how long, and when the closing ends early."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo


def days_later(moment: datetime, days: int, zone: tzinfo) -> datetime:
    """The same wall-clock time so many calendar days later.

    Parameters
    ----------
    moment : datetime
        Aware.
    days : int
        Calendar days of ``zone``, so that a day of 23 or 25 hours counts as one.
    zone : tzinfo
        The hospital's.

    Returns
    -------
    datetime
        In UTC.

    Notes
    -----
    Our choice: people count days, not hours. A wall-clock time that the change of clocks skips or repeats is
    read as Python does (``fold`` of ``moment``).

    Examples
    --------
    >>> from zoneinfo import ZoneInfo
    >>> days_later(datetime(2027, 3, 1, 8, tzinfo=UTC), 30, ZoneInfo("Europe/Berlin")).isoformat()
    '2027-03-31T07:00:00+00:00'
    """
    return (moment.astimezone(zone) + timedelta(days=days)).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class BanRule:
    """How many misses within how many days close online booking, and for how many days at each step."""

    limit: int
    window_days: int
    steps: tuple[int, ...]


def misses_that_ban(
    misses: Sequence[datetime], *, including: Collection[int], rule: BanRule, zone: tzinfo
) -> range | None:
    """The first misses in a row, as many as make a ban, that lie within one window; their places in ``misses``.

    Parameters
    ----------
    misses : Sequence[datetime]
        When each appointment was missed (or given back late), oldest first; those that another ban was made for
        are left out by the caller.
    including : Collection[int]
        Places of which at least one must be among them: the miss just confirmed, or those of the ban that is
        looked at again. So a rule made stricter bans nobody for what was long past.
    rule : BanRule
        Two misses exactly ``window_days`` calendar days apart are in no common window; a limit of 0 switches
        these bans off.
    zone : tzinfo
        The hospital's.

    Returns
    -------
    range or None

    Notes
    -----
    Rule 5 of the domain. The window is laid over the misses themselves and not before the present moment, so
    that it does not matter how soon or in which order a person confirms them (our choice).

    Examples
    --------
    >>> from zoneinfo import ZoneInfo
    >>> days = [datetime(2026, 1, 5, tzinfo=UTC), datetime(2026, 2, 5, tzinfo=UTC), datetime(2026, 4, 4, tzinfo=UTC)]
    >>> shanghai = ZoneInfo("Asia/Shanghai")
    >>> misses_that_ban(days, including={2}, rule=BanRule(3, 90, (90,)), zone=shanghai)
    range(0, 3)
    >>> misses_that_ban(days, including={2}, rule=BanRule(3, 89, (90,)), zone=shanghai) is None
    True
    """
    if rule.limit < 1:
        return None
    for first in range(len(misses) - rule.limit + 1):
        run = range(first, first + rule.limit)
        close = misses[run[-1]] < days_later(misses[first], rule.window_days, zone)
        if close and any(place in run for place in including):
            return run
    return None


def ban_days(steps: Sequence[int], earlier: int) -> int:
    """How many days a ban lasts: the first takes the first step, later ones later steps, the last repeats.

    Parameters
    ----------
    steps : Sequence[int]
        Days, at least one step.
    earlier : int
        Bans for the same reason before this one that were not lifted.

    Returns
    -------
    int
        One of ``steps``.

    Notes
    -----
    Published rules know both: one length for every ban (the default, 90 days), or steps such as 30, 60 and 90.

    Examples
    --------
    >>> [ban_days((30, 60, 90), earlier) for earlier in range(5)]
    [30, 60, 90, 90, 90]
    """
    return steps[min(earlier, len(steps) - 1)]


def counts_against(*, state: str, late_cancel: bool) -> bool:
    """Whether an appointment counts, or may soon count, against its patient; only that can be appealed against.

    Parameters
    ----------
    state : str
        The appointment's state.
    late_cancel : bool
        It was cancelled late by the patient.

    Returns
    -------
    bool

    Notes
    -----
    Our choice: an unresolved one may become a no-show by itself after the grace, so it can be objected to before.

    Examples
    --------
    >>> [counts_against(state=state, late_cancel=False) for state in ("unresolved", "no_show", "seen", "cancelled")]
    [True, True, False, False]
    >>> counts_against(state="cancelled", late_cancel=True)
    True
    """
    return state in {"unresolved", "no_show"} or (state == "cancelled" and late_cancel)
