"""The managers' page of money: what to decide, the days with their differences, and a day's cash."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from booking import services
from booking.domain.cells import quoted
from booking.forms import MoneyDecisionForm
from booking.models import Settlement
from booking.selectors import money as selectors
from booking.selectors.walk_ins import provider_label
from hospital.common import clock
from hospital.common.actor import Actor
from hospital.common.api import translated
from hospital.common.downloads import CSV, csv_bytes, download
from hospital.common.errors import DomainError
from hospital.common.views import managers_only, signed_in

DAYS = 31
COLUMNS = ("day", "provider", "kind", "is_refund", "order_no", "ours_fen", "theirs_fen")


@managers_only
@require_safe
def money(request: HttpRequest) -> HttpResponse:
    """What waits for a person, what is under way, and the last days."""
    return _page(request)


@managers_only
@require_POST
def decide(request: HttpRequest, code: str) -> HttpResponse:
    """Decide about one payment or one refund, with a reason."""
    form = MoneyDecisionForm(request.POST)
    if not form.is_valid():
        return _page(request, asked=code, error=_("Choose what to do and give a reason."), status=400)
    decision, reason = form.cleaned_data["decision"], form.cleaned_data["reason"]
    review = services.refund_review if form.is_about_refund else services.payment_review
    try:
        result = review(
            code=code, decision=decision, reason=reason, actor=Actor.of(signed_in(request)), now=clock.now()
        )
    except DomainError as error:
        return _page(request, asked=code, error=translated(error), status=error.status)
    messages.success(request, RESULTS[result]())
    return redirect("booking:money")


RESULTS = {
    "booked": lambda: _("Taken as paid. The number is booked."),
    "booked_late": lambda: _("Taken as paid. Another number of the slot is booked."),
    "registered": lambda: _("Taken as paid. The walk-in gets the ticket."),
    "refunded": lambda: _("The money goes back."),
    "noted": lambda: _("Noted. It stays in the list."),
    "again": lambda: _("The provider is asked again, with the same refund number."),
    "done": lambda: _("Written down as paid back."),
}


def _page(request: HttpRequest, *, asked: str = "", error: str = "", status: int = 200) -> HttpResponse:
    now = clock.now()
    context = {
        "section": "money",
        "payments": selectors.payments_to_review(),
        "refunds": selectors.refunds_to_decide(),
        "under_way": selectors.money_under_way(now=now),
        "today": clock.local(now).date(),
        "days": _rows(selectors.settlements_since(since=clock.local(now).date() - timedelta(days=DAYS))),
        "asked": asked,
        "typed": request.POST,
        "error": error,
    }
    return render(request, "booking/manage_money.html", context, status=status)


def _rows(settlements: Any) -> list[tuple[Settlement, str, int]]:
    """Each settlement with its provider's name and how many orders differ."""
    return [(one, provider_label(one.provider), len(one.differences.all())) for one in settlements]


@managers_only
@require_safe
def day(request: HttpRequest, day: str) -> HttpResponse:
    """One day: every difference by order, and the cash by person."""
    chosen = _day(day)
    settlements = list(selectors.settlements_of_day(day=chosen))
    context = {
        "section": "money",
        "day": chosen,
        "is_running": chosen == clock.today(),
        "rows": _rows(settlements),
        "differences": [
            (provider_label(one.provider), each) for one in settlements for each in one.differences.all()
        ],
        "tills": selectors.tills_of_day(day=chosen),
    }
    return render(request, "booking/manage_money_day.html", context)


@managers_only
@require_safe
def day_csv(request: HttpRequest, day: str) -> HttpResponse:
    """The day's differences as a file."""
    chosen = _day(day)
    rows: list[tuple[object, ...]] = [COLUMNS]
    for one in selectors.settlements_of_day(day=chosen):
        for each in one.differences.all():
            number = quoted(each.order_no)  # a statement is another party's
            sums = ["" if fen is None else fen for fen in (each.ours_fen, each.theirs_fen)]
            rows.append((chosen.isoformat(), one.provider, each.kind, int(each.refund), number, *sums))
    return download(f"settlement-{chosen.isoformat()}.csv", csv_bytes(rows), CSV)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Http404 from None
