"""One expert's sessions, and taking a number."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods

from booking import selectors, services
from booking.forms import HoldForm
from booking.forms.addresses import ChoiceAddress
from booking.selectors import SessionView, SlotView
from booking.views.asking import whom
from hospital.common import clock
from hospital.common.api import translated
from hospital.common.devices import device_index, device_of, remembered
from hospital.common.errors import DomainError
from hospital.common.policy import policy
from hospital.common.public_pages import for_everybody
from hospital.models import User

DAYS_BEYOND = 1


@dataclass(frozen=True, slots=True)
class Asked:
    """The choices made so far, and why they were refused."""

    slot: str = ""
    patient: str = ""
    error: str = ""
    error_code: str = ""
    status: int = 200


@for_everybody(until=selectors.next_boundary)
def expert(request: HttpRequest, code: str) -> HttpResponse:
    """Sessions as a vertical list; the first one that can be booked is open."""
    return _page(request, code, Asked(**ChoiceAddress.read(request.GET)))


@require_http_methods(["GET", "POST"])
def hold(request: HttpRequest, code: str) -> HttpResponse:
    """Hold a number, then go and pay. A refusal keeps the choices and shows the slots as they are now."""
    if request.method == "GET":
        return redirect("booking:expert", code)
    form = HoldForm(request.POST)
    asked = Asked(form.typed("slot"), form.typed("patient"))
    user = request.user if isinstance(request.user, User) else None
    if "slot" not in form.errors and (before := _before(user, code, asked.slot)):
        return redirect(before)
    if user is None or not form.is_valid():
        return _page(request, code, replace(asked, error=form.first_error(), status=400))
    device, address = device_of(request), get_adapter().get_client_ip(request)
    services.address_tried(account_id=user.pk, address=address, now=clock.now())
    try:
        held = services.appointment_hold_asked(
            user=user,
            asked=form.cleaned_data,
            route=request.path,
            device=device_index(device),
            now=clock.now(),
        )
        return remembered(redirect("booking:pay", held), device)
    except DomainError as error:
        refused = replace(asked, error=translated(error), error_code=error.code, status=error.status)
        return _page(request, code, refused)


def _before(user: User | None, code: str, slot: str) -> str:
    """The page that comes before holding, and then back here: signing in, or adding somebody to book for."""
    back = f"{reverse('booking:expert', args=[code])}?{urlencode({'slot': slot})}"
    if user is None:
        return f"{resolve_url(settings.LOGIN_URL)}?{urlencode({'next': back})}"
    if not selectors.patients_of_user(user=user).exists():
        return f"{reverse('booking:patients')}?{urlencode({'next': back})}"
    return ""


def _page(request: HttpRequest, code: str, asked: Asked) -> HttpResponse:
    who, now, rules = selectors.expert_by_code(code=code), clock.now(), policy()
    today = clock.local(now).date()
    last = today + timedelta(days=rules.horizon_days + DAYS_BEYOND)
    views = selectors.sessions_of_expert(
        expert_id=who.pk, date_from=today - timedelta(days=1), date_to=last, now=now
    )
    chosen, opened = _chosen(views, asked.slot)
    rooms = {view.session.room_id: view.session.room for view in views}
    context = {
        "expert": who,
        "place": next(iter(rooms.values())) if len(rooms) == 1 else None,
        "views": views,
        "chosen": chosen,
        "opened": opened,
        "fee_fen": next((view.session.fee_fen for view in views if view.session.code == opened), who.fee_fen),
        "hold_min": selectors.policy_of_expert(who.pk).hold_min,
        "key": uuid.uuid4(),
        "error": asked.error,
        "error_code": asked.error_code,
        **_offered(views),
        **_own(request, who.pk, asked.patient, now),
    }
    return render(request, "booking/expert.html", context, status=asked.status)


def _offered(views: list[SessionView]) -> dict[str, bool]:
    """What there is at all: numbers to book, usual waits to know of them, a draw to enter."""
    return {
        "any_bookable": any(view.left for view in views),
        "any_wait": any(slot.usual_wait for view in views if view.left for slot in view.slots),
        "any_draw": any(view.may_enter_draw for view in views),
    }


def _chosen(views: list[SessionView], slot_code: str) -> tuple[SlotView | None, str]:
    """The slot that was asked for, if it can still be had, and the session to show open."""
    for view in views:
        for slot in view.slots:
            if slot.code == slot_code and slot.bookable:
                return slot, view.session.code
    return None, next((view.session.code for view in views if view.left), "")


def _own(request: HttpRequest, expert_id: int, wanted: str, now: datetime) -> dict[str, Any]:
    """Whom the account books for, and numbers with this expert that it holds and has not paid."""
    user = request.user
    if not isinstance(user, User):
        return {"patients": [], "patient": None, "unpaid": [], "challenge": None}
    unpaid = selectors.holds_of_user(user=user, expert_id=expert_id, now=now)
    return {**whom(user, wanted, now), "unpaid": unpaid}
