"""Cash that goes back: what waits at the desk, handed out once."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from booking import services
from booking.forms import KeyForm
from booking.selectors import money as selectors
from hospital.common import clock, idempotency
from hospital.common.actor import Actor
from hospital.common.api import translated
from hospital.common.errors import DomainError
from hospital.common.views import desk_only, once, signed_in
from hospital.common.words import yuan


@require_safe
@desk_only
def refunds(request: HttpRequest) -> HttpResponse:
    """Whom the desk owes cash, the oldest first."""
    return _page(request)


@require_POST
@desk_only
def hand_back(request: HttpRequest, code: str) -> HttpResponse:
    """The patient has the money."""
    form, actor, now = KeyForm(request.POST), Actor.of(signed_in(request)), clock.now()
    if not form.is_valid():
        return _page(request, error=form.first_error(), status=400)

    def produce() -> idempotency.Answer:
        refund = services.refund_hand_back(code=code, actor=actor, now=now)
        return 200, {"amount_fen": refund.amount_fen}

    try:
        answer = once(request, key=form.cleaned_data["key"], body={}, produce=produce)
    except DomainError as refused:
        return _page(request, error=translated(refused), status=refused.status)
    messages.success(request, _("%(amount)s handed back in cash.") % {"amount": yuan(answer["amount_fen"])})
    return redirect("booking:refunds")


def _page(request: HttpRequest, *, error: str = "", status: int = 200) -> HttpResponse:
    context = {
        "refunds": selectors.cash_to_hand_back(),
        "key": uuid.uuid4().hex,
        "error": error,
        "place": "refunds",
    }
    return render(request, "booking/counter_refunds.html", context, status=status)
