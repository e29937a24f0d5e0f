"""The managers' page of accounts that behave like robots or scalpers, with the reasons, and what can be done."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from booking import selectors, services
from booking.forms import AccountBanForm
from hospital.common import clock
from hospital.common.actor import Actor
from hospital.common.policy import policy
from hospital.common.views import manage_page, managers_only, signed_in

REASONS = {
    "payer": gettext_lazy("one payer for %(n)s people in 30 days"),
    "shared_device": gettext_lazy("%(n)s accounts on one device"),
    "unpaid": gettext_lazy("%(n)s numbers held and not paid"),
    "cancels": gettext_lazy("%(n)s paid numbers given back"),
    "patients": gettext_lazy("books for %(n)s people"),
    "new_account": gettext_lazy("new today, numbers held: %(n)s"),
    "address": gettext_lazy("%(n)s tries from its address (weak)"),
}


@managers_only
@require_safe
def suspicious(request: HttpRequest) -> HttpResponse:
    """Accounts with signals of the last days, the highest score first."""
    return _page(request)


@managers_only
@require_POST
def ban(request: HttpRequest, pk: int) -> HttpResponse:
    """Close online booking for everybody whom the account books for; walk-in stays possible."""
    found, form = selectors.suspect_of(account_id=pk, now=clock.now()), AccountBanForm(request.POST)
    if found is None:
        messages.warning(request, _("Nothing stands against this account any more."))
        return redirect("booking:suspicious")
    if not form.is_valid():
        return _page(request, error=_("Give a reason and a number of days."), status=400)
    people = [patient.pk for patient, _is_banned in found.patients]
    actor = Actor.of(signed_in(request))
    banned = services.bans_add(patient_ids=people, **form.cleaned_data, actor=actor, now=clock.now())
    said = ngettext(
        "Online booking closed for %(n)s patient.", "Online booking closed for %(n)s patients.", banned
    )
    messages.success(request, said % {"n": banned})
    return redirect("booking:suspicious")


def _page(request: HttpRequest, *, error: str = "", status: int = 200) -> HttpResponse:
    rows = [
        {"suspect": one, "reasons": [REASONS[sign.kind] % {"n": sign.count} for sign in one.signals]}
        for one in selectors.suspects(now=clock.now())
    ]
    context = {"rows": rows, "error": error, "policy": policy(), "form": AccountBanForm()}
    return manage_page(request, "booking/manage_suspicious.html", "suspicious", context, status=status)
