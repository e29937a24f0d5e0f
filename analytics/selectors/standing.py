"""What stands of experts' periods: what a new plan is compared with before it is proposed."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Q

from analytics.models import QuotaPlan
from analytics.selectors.plans import PlannedSession, planned_sessions
from booking.domain.quotas import equal_split

PeriodKey = tuple[str, int, time]
REFUSED = ("rejected", "rolled_back")


@dataclass(frozen=True, slots=True)
class Known:
    """A plan with the quotas of its slots, as computed and as decided; its figures are not read."""

    plan: QuotaPlan
    computed: tuple[int, ...]
    quotas: tuple[int, ...]
    is_simulated: bool

    def says(self, quotas: Sequence[int], slot_minutes: int) -> bool:
        """Whether these quotas were computed for slots as long."""
        return self.computed == tuple(quotas) and self.plan.slot_minutes == slot_minutes


@dataclass(slots=True)
class Standing:
    """Of one period: the open proposal, what is in force by length of slots, and what was turned down last."""

    proposed: Known | None = None
    approved: dict[int, Known] = field(default_factory=dict)
    refused: Known | None = None


def standing_plans(codes: Iterable[str], weekdays: Iterable[int]) -> Mapping[PeriodKey, Standing]:
    """What stands of the periods of these experts and weekdays; one query."""
    plans = QuotaPlan.objects.filter(expert_code__in=list(codes), weekday__in=set(weekdays))
    plans = plans.filter(state__in=["proposed", "approved", *REFUSED]).order_by("decided_at", "pk")
    rows = plans.defer("simulation", "overbooking").annotate(
        computed=ArrayAgg("slots__computed_quota", order_by="slots__index"),
        given=ArrayAgg("slots__quota", order_by="slots__index"),
        is_simulated=Q(simulation__isnull=False, optimised__isnull=False),
    )
    found: defaultdict[PeriodKey, Standing] = defaultdict(Standing)
    for plan in rows:
        known = Known(plan, tuple(plan.computed), tuple(plan.given), plan.is_simulated)
        standing = found[plan.expert_code, plan.weekday, plan.opens_at]
        if plan.state == "proposed":
            standing.proposed = known
        elif plan.state == "approved":
            standing.approved[plan.slot_minutes] = known
        else:
            standing.refused = known
    return found


def next_sessions(
    codes: Iterable[str], now: datetime
) -> Mapping[tuple[str, int, object, int], list[PlannedSession]]:
    """The sessions that a plan may still change, by their period, the next first; one query."""
    found: defaultdict[tuple[str, int, object, int], list[PlannedSession]] = defaultdict(list)
    for session in planned_sessions(now, codes):
        found[session.key].append(session)
    return found


def current_quotas(
    approved: Known | None, sessions: Iterable[PlannedSession], appointments: int, slots: int
) -> list[int]:
    """The quotas in force: the approved plan's, else the next session's, else the equal split."""
    if approved:
        return list(approved.quotas)
    for session in sessions:
        if len(session.quotas) == slots:
            return list(session.quotas)
    return equal_split(appointments, slots)
