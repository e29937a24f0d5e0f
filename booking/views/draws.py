"""The draw of a session: entering it, one's request, and the page on which everybody can check it."""

from __future__ import annotations

from functools import partial

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from booking import selectors, services
from booking.forms import HoldForm
from booking.forms.addresses import ChoiceAddress
from booking.selectors import SessionView
from booking.views.asking import asked_once, somebody_first, whom
from hospital.common import clock
from hospital.common.actor import Actor
from hospital.common.devices import device_index, device_of, remembered
from hospital.common.views import role_required, signed_in


def audit(request: HttpRequest, code: str) -> HttpResponse:
    """What was promised before the draw; after it the seed and every place, and whether they agree."""
    view = selectors.draw_of_session(code=code)
    return render(request, "booking/draw.html", {"view": view, "session": view.session})


@require_http_methods(["GET", "POST"])
@role_required("patient")
def enter(request: HttpRequest, code: str) -> HttpResponse:
    """Which time, for whom, and what a draw means; the POST enters it."""
    if (first := somebody_first(request)) is not None:
        return first
    view = selectors.session_view(selectors.session_by_code(code=code), now=clock.now())
    user, device = signed_in(request), device_of(request)

    def work(*, slot: str, patient: str, proof: str) -> str:
        now = clock.now()
        services.risk_check(user=user, proof=proof, now=now)
        return services.draw_request_ask(
            slot_code=slot,
            patient_id=selectors.patient_for_user(user=user, code=patient).pk,
            account_id=user.pk,
            actor=Actor.of(user),
            now=now,
            device_index=device_index(device),
        ).code

    page, form = partial(_enter_page, request, view), HoldForm(request.POST)
    answer = asked_once(request, form=form, page=page, work=work, then="booking:draw-request")
    return remembered(answer, device)


def _enter_page(
    request: HttpRequest, view: SessionView, *, error: str = "", status: int = 200
) -> HttpResponse:
    now, chosen = clock.now(), ChoiceAddress.read(request.POST or request.GET)
    context = {
        "view": view,
        "session": view.session,
        "may_enter": view.may_enter_draw and now < (view.session.draws_at or now),
        "slot": chosen["slot"],
        "hold_min": selectors.policy_of_session(view.session).hold_min,
        "error": error,
        **whom(signed_in(request), chosen["patient"], now),
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
