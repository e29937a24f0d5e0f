"""How good the expected times were: forecasts against facts, by expert, department and period."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Case, Count, F, Max, Min, Q, QuerySet, Sum, Value, When
from django.db.models.functions import Abs

from hospital.common import clock
from hospital.common.disclosure import FEWEST_SHOWN
from queueing.domain.outcomes import CALLED, EXCLUDED, ErrorReport, SessionErrors, error_report
from queueing.models import Estimate

BANDS = (0, 4, 9, 16)
"""Of people ahead: each begins here and ends before the next."""
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class EstimatesChosen:
    """Which forecasts to look at; blank means all."""

    first: date
    last: date
    kind: str = Estimate.Kind.CHECK_IN.value
    department: str = ""
    expert: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """The forecasts of one expert, department or period; ``key`` names it, for the page to put into words."""

    key: tuple[Any, ...]
    report: ErrorReport

    @property
    def shown(self) -> bool:
        """Whether enough patients stand behind it."""
        return self.report.n >= FEWEST_SHOWN


@dataclass(frozen=True, slots=True)
class Accuracy:
    """All of a choice, its groups, and what could not be measured, by reason."""

    total: ErrorReport
    experts: list[Group]
    departments: list[Group]
    periods: list[Group]
    excluded: dict[str, int]
    open: int


@dataclass(frozen=True, slots=True)
class EstimatesExtent:
    """The days, departments and experts there are forecasts of."""

    first: date | None
    last: date | None
    departments: list[tuple[str, str, str]]
    experts: list[tuple[str, str, str]]


def _estimates(measured: EstimatesChosen) -> QuerySet[Estimate]:
    found = Estimate.objects.filter(
        kind=measured.kind, ticket__session__date__range=(measured.first, measured.last)
    )
    if measured.department:
        found = found.filter(ticket__session__expert__department__code=measured.department)
    if measured.expert:
        found = found.filter(ticket__session__expert__code=measured.expert)
    return found


def _sessions(measured: EstimatesChosen, *by: str) -> list[tuple[Row, SessionErrors]]:
    """The sums of each session, and of each of these values in it. One query."""
    error = F("wait_min") - F("p50_min")
    rows = (
        _estimates(measured)
        .filter(outcome=CALLED)
        .annotate(band=Case(*(When(ahead__gte=band, then=Value(band)) for band in reversed(BANDS))))
        .values("ticket__session_id", *by)
        .annotate(
            n=Count("pk"),
            error=Sum(error),
            size=Sum(Abs(error)),
            plain=Sum(Abs(F("wait_min") - F("plain_min"))),
            by_p50=Count("pk", filter=Q(wait_min__lte=F("p50_min"))),
            by_p80=Count("pk", filter=Q(wait_min__lte=F("p80_min"))),
            by_p90=Count("pk", filter=Q(wait_min__lte=F("p90_min"))),
            inside=Count("pk", filter=Q(wait_min__gte=F("p20_min"), wait_min__lte=F("p80_min"))),
        )
    )
    return [(dict(row), _errors(dict(row))) for row in rows]


def estimates_by_ahead(measured: EstimatesChosen) -> list[Group]:
    """The error report by how many were ahead; the key is the least of each of :data:`BANDS`. One query."""
    return _groups(_sessions(measured, "band"), lambda row: (row["band"],))


def estimates_accuracy(measured: EstimatesChosen) -> Accuracy:
    """The error report of a choice. Two queries."""
    sessions = _sessions(
        measured,
        "ticket__session__opens_at",
        "ticket__session__expert__code",
        "ticket__session__expert__department__code",
    )
    counts = dict(_estimates(measured).values_list("outcome").annotate(Count("pk")))
    return Accuracy(
        total=error_report(errors for _row, errors in sessions),
        experts=_groups(sessions, lambda row: (row["ticket__session__expert__code"],)),
        departments=_groups(sessions, lambda row: (row["ticket__session__expert__department__code"],)),
        periods=_groups(sessions, lambda row: _period(row["ticket__session__opens_at"])),
        excluded={reason: counts[reason] for reason in EXCLUDED if counts.get(reason)},
        open=counts.get("", 0),
    )


def _errors(row: Row) -> SessionErrors:
    return SessionErrors(
        n=row["n"],
        error=row["error"],
        size=row["size"],
        plain_size=row["plain"] or 0.0,
        by_p50=row["by_p50"],
        by_p80=row["by_p80"],
        by_p90=row["by_p90"],
        inside=row["inside"],
    )


def _period(opens_at: datetime) -> tuple[int, str]:
    local = clock.local(opens_at)
    return local.isoweekday(), f"{local:%H:%M}"


def _groups(
    sessions: Iterable[tuple[Row, SessionErrors]], key_of: Callable[[Row], tuple[Any, ...]]
) -> list[Group]:
    groups: dict[tuple[Any, ...], list[SessionErrors]] = {}
    for row, errors in sessions:
        groups.setdefault(key_of(row), []).append(errors)
    return [Group(key, error_report(groups[key])) for key in sorted(groups)]


def estimates_extent() -> EstimatesExtent:
    """What can be measured. Two queries."""
    span = Estimate.objects.aggregate(first=Min("ticket__session__date"), last=Max("ticket__session__date"))
    expert = "ticket__session__expert__"
    department = f"{expert}department__"
    names = sorted(
        set(
            Estimate.objects.values_list(
                f"{expert}code", f"{expert}name", f"{expert}name_en",
                f"{department}code", f"{department}name", f"{department}name_en",
            ).distinct()
        )
    )  # fmt: skip
    return EstimatesExtent(
        first=span["first"],
        last=span["last"],
        experts=[row[:3] for row in names],
        departments=sorted({row[3:] for row in names}),
    )
