"""The simulated waits of a plan: asked for by a button, worked out by the worker."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from analytics.selectors.plans import plan_by_code, simulation_pending
from analytics.services.simulations import simulation_ask
from hospital.common import clock
from hospital.common.views import managers_only


@managers_only
@require_POST
def simulate(request: HttpRequest, code: str) -> HttpResponse:
    """Ask the worker for it."""
    simulation_ask(code=code, now=clock.now(), again=True)
    return redirect("analytics:plan", code=code)


@managers_only
@require_safe
def simulation(request: HttpRequest, code: str) -> HttpResponse:
    """The waiting panel, asked for every few seconds; once the figures are there the page is loaded again."""
    found = plan_by_code(code)
    response = render(request, "analytics/_plan_waiting.html", {"plan": found})
    if not simulation_pending(code):
        response["HX-Refresh"] = "true"
    return response
