"""The nights: what is under way, how it goes on, what the last ones did; and one begun by hand."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from analytics.cards.plans import names_of
from analytics.models import NightRun
from analytics.selectors.nights import Night, night_by_pk, night_newest, nights_lately
from analytics.services.nights import night_begin
from hospital.common import clock
from hospital.common.actor import Actor
from hospital.common.views import manage_page, managers_only, signed_in


@managers_only
@require_safe
def last_night(request: HttpRequest) -> HttpResponse:
    """The newest night."""
    return _page(request, night_newest())


@managers_only
@require_safe
def night(request: HttpRequest, pk: int) -> HttpResponse:
    """One night, expert by expert."""
    return _page(request, night_by_pk(pk))


@managers_only
@require_safe
def progress(request: HttpRequest, pk: int) -> HttpResponse:
    """How far it is, asked for every few seconds; once it is over the page is loaded again."""
    found = night_by_pk(pk)
    response = render(request, "analytics/_night_progress.html", {"night": found})
    if found.run.state != "running":
        response["HX-Refresh"] = "true"
    return response


@managers_only
@require_POST
def begin(request: HttpRequest) -> HttpResponse:
    """Compute everything now; while a night is under way it is that one that is shown."""
    run = night_begin(kind=NightRun.Kind.MANUAL, actor=Actor.of(signed_in(request)), now=clock.now())
    return redirect("analytics:night", pk=run.pk)


def _page(request: HttpRequest, found: Night | None) -> HttpResponse:
    names = names_of()
    context: dict[str, Any] = {
        "night": found,
        "experts": [(one, names.get(one.expert_code, one.expert_code)) for one in found.experts]
        if found
        else [],
        "nights": nights_lately(),
    }
    return manage_page(request, "analytics/night.html", "night", context)
