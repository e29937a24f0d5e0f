"""What managers look at: the days, department, expert and weekday of a page, and what there is to choose from."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import OperationalError, connection
from django.db.models import Count, Max, Min, Q, QuerySet, Sum
from psycopg.errors import QueryCanceled

from analytics.domain.errors import TooManyDays
from analytics.models import ImportBatch, SessionDay
from hospital.common import clock


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a page is filtered by; blank means all."""

    first: date
    last: date
    department: str = ""
    expert: str = ""
    weekday: int | None = None

    def where(self) -> tuple[str, dict[str, Any]]:
        """The condition on ``day`` (a session day) with its parameters."""
        parts = ["day.date BETWEEN %(first)s AND %(last)s"]
        if self.department:
            parts.append("day.department = %(department)s")
        if self.expert:
            parts.append("day.expert_code = %(expert)s")
        if self.weekday:
            parts.append("day.weekday = %(weekday)s")
        values = {name: getattr(self, name) for name in ("first", "last", "department", "expert", "weekday")}
        return " AND ".join(parts), {**values, "zone": clock.zone().key}

    def session_days(self) -> QuerySet[SessionDay]:
        """The same as a query."""
        days = SessionDay.objects.filter(date__range=(self.first, self.last))
        if self.department:
            days = days.filter(department=self.department)
        if self.expert:
            days = days.filter(expert_code=self.expert)
        if self.weekday:
            days = days.filter(weekday=self.weekday)
        return days

    @property
    def grouped_by(self) -> str:
        """What a table has a line for: each department, or each expert of the department that was chosen."""
        return "expert_code" if self.department or self.expert else "department"


def rows_of(query: str, chosen: Chosen, **values: Any) -> list[tuple[Any, ...]]:
    """The rows of a query whose ``{where}`` is the choice.

    Raises
    ------
    TooManyDays
        When the database gave up counting.
    """
    where, chosen_values = chosen.where()
    try:
        with connection.cursor() as cursor:
            cursor.execute(query.format(where=where, by=chosen.grouped_by), {**chosen_values, **values})
            return list(cursor.fetchall())
    except OperationalError as error:
        if isinstance(error.__cause__, QueryCanceled):
            raise TooManyDays from error
        raise


@dataclass(frozen=True, slots=True)
class HistoryFacts:
    """What there is to look at: the days, departments and experts of the history."""

    first: date | None
    last: date | None
    departments: list[str]
    experts: list[str]


def history_facts() -> HistoryFacts:
    """The extent of the history. Two queries."""
    span = SessionDay.objects.aggregate(first=Min("date"), last=Max("date"))
    pairs = set(SessionDay.objects.values_list("department", "expert_code").distinct())
    return HistoryFacts(
        first=span["first"],
        last=span["last"],
        departments=sorted({department for department, _ in pairs if department}),
        experts=sorted({expert for _, expert in pairs}),
    )


def session_sums(chosen: Chosen) -> dict[str, int]:
    """Sessions, visits, booked and no-shows of a choice. One query."""
    sums = chosen.session_days().aggregate(
        sessions=Count("pk"),
        seen=Sum("seen"),
        walk_ins=Sum("walk_ins"),
        live=Sum("live_appointments"),
        no_shows=Sum("no_shows"),
        synthetic=Count("pk", filter=Q(synthetic=True)),
    )
    return {name: value or 0 for name, value in sums.items()}


def last_taken_in() -> datetime | None:
    """When visits were last taken in."""
    return ImportBatch.objects.order_by("-at").values_list("at", flat=True).first()


def default_choice(facts: HistoryFacts, weeks: int) -> Chosen:
    """The latest weeks of the history."""
    last = facts.last or clock.today()
    return Chosen(first=last - timedelta(weeks=weeks), last=last)
