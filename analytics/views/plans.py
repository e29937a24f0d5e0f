"""Quota plans: the list, one plan with its evidence, and the decisions on it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_POST, require_safe

from analytics.cards.optimised import methods_context
from analytics.cards.parts import Chart, series
from analytics.cards.plans import (
    history_rows,
    names_of,
    period_label,
    plan_rows,
    plan_totals,
    quotas_text,
    sides_of,
    slot_rows,
    warning_texts,
)
from analytics.cards.simulations import simulation_context
from analytics.domain.sessions import Warned
from analytics.forms.plans import PlanAddress, PlanFilter, QuotasForm, ReasonForm, SeenForm
from analytics.models import QuotaPlan
from analytics.selectors.plans import (
    approved_for,
    next_on_sale,
    plan_by_code,
    plan_changes,
    planned,
    plans_for_list,
    sessions_for,
)
from analytics.services.plans import plan_approve, plan_edit, plan_reject, plan_roll_back
from hospital.common import clock
from hospital.common.actor import Actor
from hospital.common.api import translated
from hospital.common.errors import DomainError
from hospital.common.views import manage_page, managers_only, signed_in

DECIDED_ON = {"approve": "proposed", "edit": "proposed", "reject": "proposed", "roll_back": "approved"}
OVER = frozenset({"rolled_back", "superseded"})


@managers_only
@require_safe
def plans(request: HttpRequest) -> HttpResponse:
    """Plans to review first, then those in force, then the rest if asked for."""
    names = names_of()
    form = PlanFilter(request.GET, planned=planned(), names=names)
    tomorrow = (clock.today() + timedelta(days=1)).isoweekday()
    shortcut = request.GET.copy()
    shortcut["weekday"] = str(tomorrow)
    context = {
        "form": form,
        "rows": plan_rows(list(plans_for_list(**form.chosen())), names),
        "tomorrow": {"query": shortcut.urlencode(), "on": form.cleaned_data.get("weekday") == tomorrow},
        "filtered": any(request.GET.values()),
    }
    return manage_page(request, "analytics/plans.html", "plans", context)


@managers_only
@require_safe
def plan(request: HttpRequest, code: str) -> HttpResponse:
    """One plan: what is proposed, from what evidence, and what would change."""
    return _plan_page(request, plan_by_code(code))


@managers_only
@require_POST
def approve(request: HttpRequest, code: str) -> HttpResponse:
    """Put the plan in force for sessions not yet released."""
    seen = SeenForm(request.POST).quotas()
    return _decide(
        request, code, lambda actor: plan_approve(code=code, actor=actor, now=clock.now(), seen=seen)
    )


@managers_only
@require_POST
def reject(request: HttpRequest, code: str) -> HttpResponse:
    """Turn the plan down, with a reason."""
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _plan_page(request, plan_by_code(code), doing="reject", reason_form=form, status=400)
    reason = form.cleaned_data["reason"]
    return _decide(
        request, code, lambda actor: plan_reject(code=code, reason=reason, actor=actor, now=clock.now())
    )


@managers_only
@require_POST
def roll_back(request: HttpRequest, code: str) -> HttpResponse:
    """Go back to the plan before, with a reason."""
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _plan_page(request, plan_by_code(code), doing="roll_back", reason_form=form, status=400)
    reason = form.cleaned_data["reason"]
    return _decide(
        request, code, lambda actor: plan_roll_back(code=code, reason=reason, actor=actor, now=clock.now())
    )


@managers_only
@require_POST
def edit(request: HttpRequest, code: str) -> HttpResponse:
    """Move numbers between slots; their sum stays."""
    found = plan_by_code(code)
    form = QuotasForm(request.POST, plan=found)
    if not form.is_valid():
        return _plan_page(request, found, doing="edit", quotas_form=form, status=400)
    try:
        plan_edit(code=code, quotas=form.quotas(), actor=Actor.of(signed_in(request)), now=clock.now())
    except DomainError as error:
        form.add_error(None, translated(error))
        return _plan_page(request, found, doing="edit", quotas_form=form, status=error.status)
    return redirect("analytics:plan", code=code)


def _decide(request: HttpRequest, code: str, decide: Callable[[Actor], object]) -> HttpResponse:
    try:
        decide(Actor.of(signed_in(request)))
    except DomainError as error:
        return _plan_page(request, plan_by_code(code), refusal=translated(error), status=error.status)
    return redirect("analytics:plan", code=code)


def _plan_page(request: HttpRequest, found: QuotaPlan, *, status: int = 200, **extra: Any) -> HttpResponse:
    doing = extra.pop("doing", PlanAddress.read(request.GET)["do"] if request.method == "GET" else "")
    names = names_of()
    context: dict[str, Any] = {
        "plan": found,
        "expert": names.get(found.expert_code, found.expert_code),
        "department": names.get(found.department, found.department),
        "period": period_label(found),
        "warnings": warning_texts(found),
        "rows": slot_rows(found),
        "totals": plan_totals(found),
        **_sessions_of(found),
        "history": history_rows(plan_changes(found)),
        "chart": _chart(found),
        "sides": sides_of(found),
        **_deciding(found, doing),
        **_in_force(found),
        **simulation_context(found),
        **methods_context(found),
        **extra,
    }
    return manage_page(request, "analytics/plan.html", "plans", context, status=status)


def _deciding(found: QuotaPlan, doing: str) -> dict[str, Any]:
    """What is about to be done with it, and what that asks for."""
    return {
        "doing": doing,
        "deciding": found.state == DECIDED_ON.get(doing),
        "seen_form": SeenForm.of(found),
        "reason_form": ReasonForm(),
        "quotas_form": QuotasForm(plan=found),
    }


def _sessions_address(found: QuotaPlan) -> str:
    """The dashboard of the expert's sessions that were counted; none where the department's stand in for them."""
    if not found.first_day or Warned.POOLED_DEPARTMENT in found.warnings:
        return ""
    chosen: dict[str, Any] = {"expert": found.expert_code, "first": found.first_day, "last": found.last_day}
    if Warned.POOLED_WEEKDAYS not in found.warnings:
        chosen["weekday"] = found.weekday
    return f"{reverse('analytics:dashboard')}?{urlencode(chosen)}"


def _sessions_of(found: QuotaPlan) -> dict[str, Any]:
    """Those that were counted, those that approval would change, and the next one that is on sale already."""
    now = clock.now()
    context = {"sessions_address": _sessions_address(found), "sessions": sessions_for(found, now)}
    session = next_on_sale(found, now)
    if session is None:
        return context
    text = " / ".join(map(str, session.quotas))
    return {
        **context,
        "on_sale": session,
        "on_sale_quotas": text,
        "on_sale_differs": text != quotas_text(found),
    }


def _in_force(found: QuotaPlan) -> dict[str, Any]:
    """What applies instead of a plan that applied once."""
    if found.state not in OVER:
        return {}
    other = approved_for(found)
    return {"over": True, "in_force": other, "in_force_quotas": quotas_text(other) if other else ""}


def _chart(found: QuotaPlan) -> Chart:
    slots = list(found.slots.all())
    sides = sides_of(found)
    quota = _("Quota") + pgettext("between name and period", ", ")
    arriving = [round(slot.walk_ins + slot.carry_in, 1) for slot in slots]
    return {
        "label": _("Walk-ins with those carried in, capacity and quotas of each slot"),
        "categories": [f"{slot.starts_at:%H:%M}" for slot in slots],
        "series": [
            series(_("Walk-ins and carry in"), "walk-in", arriving),
            series(quota + sides.before.lower(), "current", [slot.current_quota for slot in slots]),
            series(quota + sides.plan.lower(), "booked", [slot.quota for slot in slots]),
            series(_("Capacity"), "other", [slot.capacity for slot in slots], kind="line"),
        ],
    }
