"""The nights: what is under way, what was done, what is missing."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Max, Q, QuerySet, Sum

from analytics.domain.nights import night_due, night_expected, nights_missed
from analytics.models import ExpertRun, NightRun, OutdatedPlan
from analytics.selectors.history import HistoryWindow, experts_with_history
from booking.selectors.schedules import experts_by_code
from hospital.common import clock
from hospital.common.errors import NotFound
from hospital.common.models import Job

SHOWN = 14


def last_complete_night(today: date) -> NightRun | None:
    """The last night that was complete; one of a day to come was begun by a clock that was wrong."""
    return NightRun.objects.filter(state="complete", as_of__lte=today).order_by("-as_of", "-pk").first()


def experts_known(window: HistoryWindow) -> list[str]:
    """Codes of the experts for whom plans can be computed: with sessions in the window, or at work; none who left."""
    return sorted({*experts_with_history(window), *experts_by_code()} - experts_gone())


def experts_gone() -> set[str]:
    """Codes of the experts who work here no longer: nothing is planned for them, whatever their history."""
    return {code for code, expert in experts_by_code().items() if not expert.active}


def marks_of(codes: Iterable[str]) -> list[OutdatedPlan]:
    """The weekdays whose history changed since the experts' plans were computed."""
    return list(OutdatedPlan.objects.filter(expert_code__in=list(codes)))


def missed_nights(now: datetime) -> int:
    """How many nights should be complete and are not; a later one makes up for them. For pages and monitoring.

    A new hospital missed none before its first night is due, nor while that one is under way. One query.
    """
    local = clock.local(now)
    runs = NightRun.objects.aggregate(
        last=Max("as_of", filter=Q(state="complete", as_of__lte=local.date())),
        under_way=Count("pk", filter=Q(state="running", deadline_at__gt=now)),
    )
    if runs["last"] is None and (runs["under_way"] or not night_due(local)):
        return 0
    return nights_missed(night_expected(local), runs["last"])


def nights_lately() -> list[NightRun]:
    """The last nights with their counts of experts, the newest first."""
    return list(_nights()[:SHOWN])


def _nights() -> "QuerySet[NightRun]":
    return NightRun.objects.annotate(
        all_experts=Count("experts"),
        done_experts=Count("experts", filter=Q(experts__state="done")),
        new_plans=Sum("experts__proposed", default=0),
    ).order_by("-pk")


@dataclass(frozen=True, slots=True)
class Night:
    """One night with its experts, those with a problem first, and the workers that computed them."""

    run: NightRun
    experts: list[ExpertRun]
    trouble: str
    """Why the next day could not be taken in yet."""

    @property
    def done(self) -> int:
        """How many experts are computed."""
        return sum(1 for one in self.experts if one.state == "done")

    @property
    def days(self) -> list[date]:
        """The days that it takes in."""
        return [date.fromisoformat(day) for day in self.run.days]

    @property
    def workers(self) -> dict[str, int]:
        """How many experts each worker computed."""
        names = [one.worker for one in self.experts if one.state == "done"]
        return {name: names.count(name) for name in sorted(set(names))}


def night_newest() -> Night | None:
    """The last night that was begun."""
    run = _nights().first()
    return _night(run) if run else None


def night_by_pk(pk: int) -> Night:
    """One night.

    Raises
    ------
    NotFound
        When there is no such night.
    """
    run = _nights().filter(pk=pk).first()
    if run is None:
        raise NotFound
    return _night(run)


def _night(run: NightRun) -> Night:
    rank = {"given_up": 0, "waiting": 1, "done": 2}
    experts = sorted(run.experts.all(), key=lambda one: (rank[one.state], not one.problem, one.expert_code))
    return Night(run, experts, run.problem or _trouble(run))


def _trouble(run: NightRun) -> str:
    waiting = Job.objects.filter(kind="analytics.take_in", payload__run=run.pk, done_at=None)
    return waiting.exclude(last_error="").values_list("last_error", flat=True).first() or ""
