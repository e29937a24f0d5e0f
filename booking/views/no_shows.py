"""The managers' page of missed appointments: decide many at once, put right what was decided wrongly."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from booking import selectors, services
from booking.forms import DecisionForm
from hospital.common import clock
from hospital.common.actor import Actor
from hospital.common.api import translated
from hospital.common.errors import DomainError
from hospital.common.policy import policy
from hospital.common.views import managers_only, signed_in


@managers_only
@require_safe
def no_shows(request: HttpRequest) -> HttpResponse:
    """Who never came and is to be decided; who was confirmed of late."""
    return _page(request)


@managers_only
@require_POST
def decide(request: HttpRequest) -> HttpResponse:
    """Confirm, or correct with a reason, everybody who is ticked."""
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return _page(request, form, error=next(str(each[0]) for each in form.errors.values()), status=400)
    try:
        made = services.appointments_resolve(
            **form.cleaned_data, actor=Actor.of(signed_in(request)), now=clock.now()
        )
    except DomainError as error:
        return _page(request, form, error=translated(error), status=error.status)
    said = ngettext("%(n)s appointment decided.", "%(n)s appointments decided.", made.done)
    messages.success(request, said % {"n": made.done})
    if made.refused:
        messages.warning(request, _("%(n)s had been decided meanwhile and stay.") % {"n": made.refused})
    return redirect("booking:no-shows")


def _page(
    request: HttpRequest, form: DecisionForm | None = None, *, error: str = "", status: int = 200
) -> HttpResponse:
    rules, now = policy(), clock.now()
    context = {
        "section": "no_shows",
        "unresolved": selectors.no_shows_unresolved(),
        "confirmed": selectors.no_shows_confirmed(since=now - timedelta(days=rules.no_show_window_days)),
        "bans": selectors.bans_count(now=now),
        "policy": rules,
        "error": error,
        "asked": form["codes"].value() if form else [],
    }
    return render(request, "booking/manage_no_shows.html", context, status=status)
