"""Plans in words: experts, periods, warnings, sums written out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.template.defaultfilters import floatformat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from analytics.cards.parts import minus
from analytics.cards.quality import NOTES, fading_label, first_start_label, lengths_label, note_values
from analytics.models import PlanSlot, QuotaPlan
from booking.selectors.schedules import experts_by_code
from hospital.common.forms import WEEKDAYS
from hospital.common.models import StateChange
from hospital.common.policy import policy
from hospital.models import User

WARNINGS = {
    "pooled_weekdays": gettext_lazy(
        "Fewer than %(least)s sessions on this weekday: all weekdays of this opening time are used."
    ),
    "pooled_department": gettext_lazy("Too few sessions of this expert: those of the department are used."),
    "few_sessions": gettext_lazy("Fewer than %(least)s sessions of history: treat every figure with care."),
    "no_walk_in_history": gettext_lazy("The history holds no walk-ins: their number counts as zero."),
    "channel_unknown": gettext_lazy(
        "The history does not tell who was booked and who walked in: all visits count as appointments."
    ),
    "synthetic_history": gettext_lazy("The history is synthetic, made for the demonstration."),
    "appointments_exceed_capacity": gettext_lazy(
        "More appointments than the expert can see: some patients will be seen after the close or not at all."
    ),
    "nothing_bookable": gettext_lazy(
        "With this plan no number could be booked ahead: visits take longer than the slots, or the share is too small."
    ),
    "last_slot_exceeds_capacity": gettext_lazy(
        "The last slot takes more appointments than the expert can see in it."
    ),
}
VERBS = {
    "propose": gettext_lazy("proposed"),
    "renew": gettext_lazy("evidence renewed"),
    "edit": gettext_lazy("edited"),
    "approve": gettext_lazy("approved"),
    "reject": gettext_lazy("rejected"),
    "supersede": gettext_lazy("superseded"),
    "roll_back": gettext_lazy("rolled back"),
    "restore": gettext_lazy("in force again"),
}


JOBS = {
    "nightly quotas": gettext_lazy("nightly computation"),
    "recompute_quotas": gettext_lazy("computation on request"),
    "demo": gettext_lazy("demonstration"),
}


def names_of(codes: Iterable[str] | None = None) -> dict[str, str]:
    """Labels of experts and departments by code or name, in the user's language. One query."""
    experts = experts_by_code(codes)
    gap = pgettext("between a doctor's name and title", ", ")
    names = {code: f"{expert.label}{gap}{expert.get_title_display()}" for code, expert in experts.items()}
    for expert in experts.values():
        department = expert.department
        names |= dict.fromkeys((department.code, department.name, department.name_en), department.label)
    return names


def period_label(plan: QuotaPlan) -> str:
    """Mondays 08:00-12:00."""
    weekday = dict(WEEKDAYS)[plan.weekday]
    return _("%(weekday)ss %(opens)s–%(closes)s") % {
        "weekday": weekday,
        "opens": f"{plan.opens_at:%H:%M}",
        "closes": f"{plan.closes_at:%H:%M}",
    }


def warning_texts(plan: QuotaPlan) -> list[str]:
    """What the manager must know before trusting the plan."""
    values = {"least": policy().history_min_sessions, **note_values(plan)}
    texts = WARNINGS | NOTES
    return [texts[code] % values if code in texts else code for code in plan.warnings]


@dataclass(frozen=True, slots=True)
class PlanRow:
    """A plan of the list, in words."""

    plan: QuotaPlan
    expert: str
    department: str
    period: str
    current: str
    proposed: str


def plan_rows(plans: Sequence[QuotaPlan], names: Mapping[str, str]) -> list[PlanRow]:
    """The list's rows."""
    return [
        PlanRow(
            plan=plan,
            expert=names.get(plan.expert_code, plan.expert_code),
            department=names.get(plan.department, plan.department),
            period=period_label(plan),
            current=" / ".join(
                "–" if slot.current_quota is None else str(slot.current_quota) for slot in plan.slots.all()
            ),
            proposed=quotas_text(plan),
        )
        for plan in plans
    ]


@dataclass(frozen=True, slots=True)
class Sides:
    """What is compared, by its names: the quotas without the plan and those of the plan."""

    before: str
    plan: str


def sides_of(plan: QuotaPlan) -> Sides:
    """A plan to review stands against what is current; a decided one against what was before it."""
    if plan.state == QuotaPlan.State.PROPOSED:
        return Sides(before=_("Current"), plan=_("Proposed"))
    return Sides(before=pgettext("column of quotas", "Before"), plan=_("This plan"))


def quotas_text(plan: QuotaPlan) -> str:
    """0 / 0 / 9 / 12."""
    return " / ".join(str(slot.quota) for slot in plan.slots.all())


def estimate_labels(plan: QuotaPlan) -> dict[str, str]:
    """How the walk-ins, the first start and the lengths of visits were estimated."""
    return {
        "estimator": _estimator_label(plan),
        "beginning": first_start_label(plan),
        "lengths": lengths_label(plan),
    }


def _estimator_label(plan: QuotaPlan) -> str:
    """How the walk-ins were counted; a reader of the page knows no paper."""
    if plan.estimator == QuotaPlan.Estimator.PAPER_SAMPLING:
        return _("sampling as in a published survey")
    if plan.estimator == QuotaPlan.Estimator.DISCOUNTED:
        return fading_label(plan)
    return plan.get_estimator_display()


@dataclass(frozen=True, slots=True)
class SlotRow:
    """A slot of the evidence table, with its sum written out."""

    slot: PlanSlot
    how: str
    r1: int

    @property
    def spare(self) -> str:
        """The capacity left, with a minus sign where there is none."""
        return minus(floatformat(self.slot.spare, 1))


def slot_rows(plan: QuotaPlan) -> list[SlotRow]:
    """The evidence table's rows: "12 - (1.5 + 10.0)" before the last slot, which takes the rest."""
    slots = list(plan.slots.all())
    rows = []
    taken = 0
    by_rule = plan.optimised["r1"] if plan.optimised else [slot.computed_quota for slot in slots]
    for slot, r1 in zip(slots[:-1], by_rule, strict=False):
        walk_ins, carry_in = floatformat(slot.walk_ins, 1), floatformat(slot.carry_in, 1)
        carried = f"({walk_ins} + {carry_in})" if slot.carry_in else walk_ins
        rows.append(SlotRow(slot, f"{slot.capacity} − {carried}", r1))
        taken += r1
    rest = _("the rest, %(all)s − %(taken)s") % {"all": plan.appointments, "taken": taken}
    return [*rows, SlotRow(slots[-1], rest, by_rule[-1])] if slots else []


@dataclass(frozen=True, slots=True)
class Totals:
    """The evidence table's foot."""

    walk_ins: float
    capacity: int
    current: int | None
    quota: int


def plan_totals(plan: QuotaPlan) -> Totals:
    """Sums over the slots; walk-ins with those before the opening."""
    slots = list(plan.slots.all())
    current = [slot.current_quota for slot in slots]
    return Totals(
        walk_ins=plan.pre_opening_walk_ins + sum(slot.walk_ins for slot in slots),
        capacity=sum(slot.capacity for slot in slots),
        current=None if None in current else sum(quota or 0 for quota in current),
        quota=sum(slot.quota for slot in slots),
    )


def _who(change: StateChange, person: User | None) -> str:
    """The shown name of a person, a job by what it does."""
    if person:
        return person.first_name or person.get_username()
    if change.actor_kind == "job":
        return str(JOBS.get(change.actor_name, JOBS["nightly quotas"]))
    return change.actor_name


def history_rows(changes: Iterable[tuple[StateChange, User | None]]) -> list[dict[str, Any]]:
    """What happened to a plan, in words."""
    return [
        {
            "at": change.at,
            "what": VERBS.get(change.verb, change.verb),
            "quotas": " / ".join(str(quota) for quota in change.data.get("quotas", [])),
            "who": _who(change, person),
            "reason": change.reason,
        }
        for change, person in changes
    ]
