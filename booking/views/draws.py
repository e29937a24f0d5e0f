"""The draw of a session: entering it, one's request, and the page on which everybody can check it."""

from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods

from booking import selectors, services
from booking.forms import HoldForm
from booking.selectors import SessionView
from hospital.common import clock, idempotency
from hospital.common.actor import Actor
from hospital.common.api import translated
from hospital.common.errors import DomainError
from hospital.common.policy import policy
from hospital.common.views import once, role_required, signed_in


def audit(request: HttpRequest, code: str) -> HttpResponse:
    """What was promised before the draw; after it the seed and every place, and whether they agree."""
    view = selectors.draw_of_session(code=code)
    return render(request, "booking/draw.html", {"view": view, "session": view.session})


@require_http_methods(["GET", "POST"])
@role_required("patient")
def enter(request: HttpRequest, code: str) -> HttpResponse:
    """Which time, for whom, and what a draw means; the POST enters it."""
    view = selectors.session_view(selectors.session_by_code(code=code), now=clock.now())
    if not selectors.patients_of_user(user=signed_in(request)):
        return redirect(f"{reverse('booking:patients')}?{urlencode({'next': request.path})}")
    if request.method == "GET":
        return _enter_page(request, view)
    form = HoldForm(request.POST)
    if not form.is_valid():
        message = next(str(messages[0]) for messages in form.errors.values())
        return _enter_page(request, view, error=message, status=400)
    try:
        return redirect("booking:draw-request", _entered_once(request, **form.cleaned_data))
    except DomainError as refused:
        return _enter_page(request, view, error=translated(refused), status=refused.status)


def _entered_once(request: HttpRequest, *, slot: str, patient: str, key: str, proof: str) -> str:
    """The code of the request; pressing twice gives the same one."""
    user, now = signed_in(request), clock.now()

    def produce() -> idempotency.Answer:
        asked = services.draw_request_ask(
            slot_code=slot,
            patient_id=selectors.patient_for_user(user=user, code=patient).pk,
            account_id=user.pk,
            actor=Actor.of(user),
            now=now,
        )
        return 201, {"code": asked.code}

    body = {"slot": slot, "patient": patient}
    return str(once(request, key=key, body=body, produce=produce)["code"])


def _enter_page(
    request: HttpRequest, view: SessionView, *, error: str = "", status: int = 200
) -> HttpResponse:
    links = list(selectors.patients_of_user(user=signed_in(request)))
    wanted = request.POST.get("patient") or request.GET.get("patient", "")
    slot = request.POST.get("slot") or request.GET.get("slot", "")
    context = {
        "view": view,
        "session": view.session,
        "may_enter": view.may_enter_draw and clock.now() < (view.session.draws_at or clock.now()),
        "patients": links,
        "chosen": next((link for link in links if link.patient.code == wanted), links[0]),
        "slot": slot,
        "hold_min": policy().hold_min,
        "key": uuid.uuid4(),
        "error": error,
    }
    return render(request, "booking/draw_enter.html", context, status=status)


@role_required("patient")
def request(request: HttpRequest, code: str) -> HttpResponse:
    """One's request: it waits, won, lost, or was withdrawn."""
    found = selectors.draw_request_for_user(user=signed_in(request), code=code)
    is_collecting = found.session.draws_at is not None and clock.now() < found.session.draws_at
    context = {"entry": found, "session": found.session, "is_collecting": is_collecting}
    return render(request, "booking/draw_request.html", context)


@require_http_methods(["GET", "POST"])
@role_required("patient")
def withdraw(request: HttpRequest, code: str) -> HttpResponse:
    """Ask once more on a page of its own; only the POST withdraws."""
    user = signed_in(request)
    found = selectors.draw_request_for_user(user=user, code=code)
    if found.state != "waiting":
        return redirect("booking:draw-request", code)
    if request.method == "POST":
        services.draw_request_withdraw(request_id=found.pk, actor=Actor.of(user), now=clock.now())
        return redirect("booking:draw-request", code)
    context = {"entry": found, "session": found.session}
    return render(request, "booking/draw_withdraw.html", context)
