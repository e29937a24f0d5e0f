"""One expert's sessions, and taking a number."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods

from booking import selectors, services
from booking.forms import HoldForm
from booking.selectors import SessionView, SlotView
from hospital.common import clock, idempotency
from hospital.common.actor import Actor
from hospital.common.api import translated
from hospital.common.errors import DomainError
from hospital.common.policy import policy
from hospital.models import User

DAYS_BEYOND = 1


def expert(request: HttpRequest, code: str) -> HttpResponse:
    """Sessions as a vertical list; the first one that can be booked is open."""
    return _page(request, code, slot=request.GET.get("slot", ""), patient=request.GET.get("patient", ""))


@require_http_methods(["GET", "POST"])
def hold(request: HttpRequest, code: str) -> HttpResponse:
    """Hold a number, then go and pay. A refusal keeps the choices and shows the slots as they are now."""
    if request.method == "GET":
        return redirect("booking:expert", code)
    form = HoldForm(request.POST)
    slot, patient = request.POST.get("slot", ""), request.POST.get("patient", "")
    user = request.user if isinstance(request.user, User) else None
    if "slot" not in form.errors and (before := _before(user, code, slot)):
        return redirect(before)
    if user is None or not form.is_valid():
        message = next(str(messages[0]) for messages in form.errors.values())
        return _page(request, code, slot=slot, patient=patient, error=message)
    try:
        return redirect("booking:pay", _held_once(request, user, form.cleaned_data))
    except DomainError as error:
        return _page(request, code, slot=slot, patient=patient, refused=error)


def _before(user: User | None, code: str, slot: str) -> str:
    """The page that comes before holding, and then back here: signing in, or adding somebody to book for."""
    back = f"{reverse('booking:expert', args=[code])}?{urlencode({'slot': slot})}"
    if user is None:
        return f"{resolve_url(settings.LOGIN_URL)}?{urlencode({'next': back})}"
    if not selectors.patients_of_user(user=user).exists():
        return f"{reverse('booking:patients')}?{urlencode({'next': back})}"
    return ""


def _held_once(request: HttpRequest, user: User, data: dict[str, Any]) -> str:
    """The code of the held appointment; pressing twice gives the same one."""
    now, actor = clock.now(), Actor.of(user)
    for overdue in selectors.appointments_of_user(user=user).filter(state="held", pay_by__lte=now):
        services.appointment_expire(appointment_id=overdue.pk, now=now)  # the job may be some seconds behind

    def produce() -> idempotency.Answer:
        patient = selectors.patient_for_user(user=user, code=data["patient"])
        appointment = services.appointment_hold(
            slot_code=data["slot"], patient_id=patient.pk, account_id=user.pk, actor=actor, now=now
        )
        return 201, {"code": appointment.code}

    body = {"slot": data["slot"], "patient": data["patient"]}
    account = f"{actor.kind}:{user.pk}"
    (_, answer), _ = idempotency.once(
        account=account, route=request.path, key=data["key"], body=body, now=now, produce=produce
    )
    return str(answer["code"])


def _page(
    request: HttpRequest,
    code: str,
    *,
    slot: str = "",
    patient: str = "",
    error: str = "",
    refused: DomainError | None = None,
) -> HttpResponse:
    who, now, rules = selectors.expert_by_code(code=code), clock.now(), policy()
    today = clock.local(now).date()
    last = today + timedelta(days=rules.horizon_days + DAYS_BEYOND)
    views = selectors.sessions_of_expert(
        expert_id=who.pk, date_from=today - timedelta(days=1), date_to=last, now=now
    )
    chosen, opened = _chosen(views, slot)
    context = {
        "expert": who,
        "place": views[0].session.room if views else None,
        "views": views,
        "chosen": chosen,
        "opened": opened,
        "any_bookable": any(view.left for view in views),
        "hold_min": rules.hold_min,
        "key": uuid.uuid4(),
        "error": translated(refused) if refused else error,
        "error_code": refused.code if refused else "",
        "unpaid": _unpaid(request, who.pk, now),
        **_people(request, patient),
    }
    status = 400 if error else 200
    return render(request, "booking/expert.html", context, status=refused.status if refused else status)


def _chosen(views: list[SessionView], slot_code: str) -> tuple[SlotView | None, str]:
    """The slot that was asked for, if it can still be had, and the session to show open."""
    for view in views:
        for slot in view.slots:
            if slot.code == slot_code and slot.bookable:
                return slot, view.session.code
    return None, next((view.session.code for view in views if view.left), "")


def _unpaid(request: HttpRequest, expert_id: int, now: datetime) -> list[Any]:
    """Numbers with this expert that the account holds and has not paid."""
    if not isinstance(request.user, User):
        return []
    mine = selectors.appointments_of_user(user=request.user)
    return list(mine.filter(state="held", pay_by__gt=now, session__expert=expert_id))


def _people(request: HttpRequest, wanted: str) -> dict[str, Any]:
    if not isinstance(request.user, User):
        return {"patients": [], "patient": None}
    links = list(selectors.patients_of_user(user=request.user))
    chosen = next((link for link in links if link.patient.code == wanted), links[0] if links else None)
    return {"patients": links, "patient": chosen}
