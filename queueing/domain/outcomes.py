"""Forecast against fact: what counts as a fact, and how good the forecasts were."""

from collections.abc import Iterable
from dataclasses import dataclass

from queueing.domain.clusters import clustered_error
from queueing.domain.places import Rule
from queueing.domain.states import CANCELLED, DONE, LEFT, PASSED, SERVING, TRANSFERRED

CALLED = "called"
EXCLUDED = ("left", "passed", "emergency", "moved", "unknown")
"""Why a forecast has no fact: left or was cancelled; not there when called; an emergency; moved to another queue or
called out of turn; nothing was known to make a forecast from."""
OUTCOMES = (CALLED, *EXCLUDED)
SETTLED = frozenset({SERVING, DONE, LEFT, CANCELLED, TRANSFERRED, PASSED})

_EMERGENCY = Rule.EMERGENCY.value
_UNTOLD = frozenset({"out_of_order"})
"""Calls that a person decided on."""


@dataclass(frozen=True, slots=True)
class TicketPast:
    """What became of a ticket after its forecast: its state, its priority, the rules of its calls, oldest first."""

    state: str
    priority: str = "normal"
    rules: tuple[str, ...] = ()
    has_returned: bool = False


def outcome_of(past: TicketPast, *, known: bool) -> str:
    """What became of a forecast.

    Parameters
    ----------
    past : TicketPast
        The ticket, no longer waiting or called.
    known : bool
        Whether there was a forecast at all.

    Returns
    -------
    str
        One of :data:`OUTCOMES`, or empty while it is not decided.

    Notes
    -----
    Quoted from the quota method: over patients called once in turn; left, passed and emergencies are excluded and
    counted. Whoever came so late that the slot was passed, but never missed a call, was called once and counts.

    Examples
    --------
    >>> outcome_of(TicketPast("done", rules=("walk_in",)), known=True)
    'called'
    >>> outcome_of(TicketPast("done", rules=("late_passed",)), known=True)
    'called'
    >>> outcome_of(TicketPast("done", rules=("walk_in", "late_passed"), has_returned=True), known=True)
    'passed'
    >>> outcome_of(TicketPast("waiting"), known=True)
    ''
    """
    if past.state not in SETTLED:
        return ""
    if not known:
        return "unknown"
    if past.state == PASSED or past.has_returned or len(past.rules) > 1:
        return "passed"
    if past.priority == "emergency" or _EMERGENCY in past.rules:
        return "emergency"
    if (past.state == TRANSFERRED and not past.rules) or _UNTOLD.intersection(past.rules):
        return "moved"
    return CALLED if past.rules and past.state in {SERVING, DONE, TRANSFERRED} else "left"


@dataclass(frozen=True, slots=True)
class SessionErrors:
    """Sums over the measured forecasts of one session [min]: of actual less P50, of its size, of the plain
    estimate's, and how many calls came before P50, P80 and P90 and within P20 to P80.
    """

    n: int
    error: float
    size: float
    plain_size: float
    by_p50: int
    by_p80: int
    by_p90: int
    inside: int


@dataclass(frozen=True, slots=True)
class ErrorReport:
    """How good the forecasts of a group were; shares from 0 to 1, times in minutes.

    ``bias`` is actual less P50: positive means that patients waited longer than said. ``*_se`` are standard errors,
    clustered by session, because the patients of one morning share its luck.
    """

    n: int = 0
    sessions: int = 0
    bias: float = 0.0
    bias_se: float = 0.0
    error: float = 0.0
    plain_error: float = 0.0
    p50: float = 0.0
    p80: float = 0.0
    p80_se: float = 0.0
    p90: float = 0.0
    p90_se: float = 0.0
    inside: float = 0.0
    better_se: float = 0.0

    @property
    def better(self) -> float:
        """By how much the error is below the plain estimate's, as a share."""
        return 1.0 - self.error / self.plain_error if self.plain_error else 0.0


def error_report(sessions: Iterable[SessionErrors]) -> ErrorReport:
    """The report of a group.

    Parameters
    ----------
    sessions : iterable of SessionErrors
        One for each session with at least one measured forecast.

    Returns
    -------
    ErrorReport

    Notes
    -----
    Standard errors are clustered by session: :func:`queueing.domain.clusters.clustered_error`.

    Examples
    --------
    >>> mornings = [SessionErrors(2, 4.0, 4.0, 8.0, 1, 2, 2, 1), SessionErrors(2, -4.0, 6.0, 8.0, 1, 1, 2, 1)]
    >>> report = error_report(mornings)
    >>> report.n, report.bias, report.error, report.p80, round(report.better, 3)
    (4, 0.0, 2.5, 0.75, 0.375)
    """
    rows = [row for row in sessions if row.n]
    n = sum(row.n for row in rows)
    if not n:
        return ErrorReport()

    def share(name: str) -> float:
        return float(sum(getattr(row, name) for row in rows)) / n

    def error_of(name: str, ratio: float, over: str = "n") -> float:
        squares = sum((getattr(row, name) - ratio * getattr(row, over)) ** 2 for row in rows)
        return clustered_error(squares, len(rows), n)

    bias, p80, p90 = share("error"), share("by_p80"), share("by_p90")
    plain = share("plain_size")
    ratio = share("size") / plain if plain else 0.0
    return ErrorReport(
        n=n,
        sessions=len(rows),
        bias=bias,
        bias_se=error_of("error", bias),
        error=share("size"),
        plain_error=plain,
        p50=share("by_p50"),
        p80=p80,
        p80_se=error_of("by_p80", p80),
        p90=p90,
        p90_se=error_of("by_p90", p90),
        inside=share("inside"),
        better_se=error_of("size", ratio, "plain_size") / plain if plain else 0.0,
    )
