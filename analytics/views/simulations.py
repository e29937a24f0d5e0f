"""The simulated waits of a plan: tiles, chart and table; asked for by a button, worked out by the worker."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from analytics.models import QuotaPlan
from analytics.selectors.plans import plan_by_code, simulation_pending
from analytics.services.simulations import simulation_ask
from analytics.views.pages import managers_only
from hospital.common import clock

Changed = dict[str, Any]


@managers_only
@require_POST
def simulate(request: HttpRequest, code: str) -> HttpResponse:
    """Ask the worker for it."""
    simulation_ask(code=code, now=clock.now(), again=True)
    return redirect("analytics:plan", code=code)


@managers_only
def simulation(request: HttpRequest, code: str) -> HttpResponse:
    """The waiting panel, asked for every few seconds; once the figures are there the page is loaded again."""
    found = plan_by_code(code)
    response = render(request, "analytics/_plan_waiting.html", {"plan": found})
    if not simulation_pending(code):
        response["HX-Refresh"] = "true"
    return response


def simulation_context(found: QuotaPlan) -> dict[str, Any]:
    """What the plan page shows of it; without figures it says so."""
    data = found.simulation
    if not data:
        return {"simulation": None, "simulating": simulation_pending(found.code)}
    windows = _windows(found)
    rows = [
        {"window": label, "walk_in": _shown(walk_in), "booked": _shown(booked)}
        for label, walk_in, booked in zip(
            windows, data["walk_in_by_window"], data["booked_by_window"], strict=False
        )
    ]
    return {
        "simulation": data,
        "tiles": _tiles(data),
        "windows": rows,
        "simulation_chart": _chart(windows, data),
    }


def _windows(found: QuotaPlan) -> list[str]:
    before = f"{found.walk_in_opens_at:%H:%M}–{found.opens_at:%H:%M}"
    return [before, *(f"{slot.starts_at:%H:%M}–{slot.ends_at:%H:%M}" for slot in found.slots.all())]


def _tiles(data: dict[str, Any]) -> list[dict[str, Any]]:
    tiles = [
        (_("Walk-in wait, mean"), "walk_in", _("min")),
        (_("Booked wait, mean"), "booked", _("min")),
        (_("Expert idle"), "idle_min", _("min")),
        (_("Overtime"), "overtime_min", _("min")),
        (_("Unserved"), "unserved", _("patients")),
    ]
    return [
        {"title": title, "unit": unit, "look": _look(data[name]), "change": data[name]}
        for title, name, unit in tiles
    ]


def _look(change: Changed) -> str:
    """Better, worse, or within two standard errors."""
    difference, error = change["difference"], change["error"]
    if difference is None or abs(difference) < 2 * (error or 0) or not difference:
        return "noise"
    return "better" if difference < 0 else "worse"


def _shown(change: Changed) -> Changed:
    return {**change, "look": _look(change)}


def _chart(windows: list[str], data: dict[str, Any]) -> dict[str, Any]:
    def series(name: str, look: str, by_window: str, which: str) -> dict[str, Any]:
        values = [change[which] for change in data[by_window]]
        return {
            "name": name,
            "look": look,
            "values": [None if value is None else round(value, 1) for value in values],
        }

    return {
        "label": _("Simulated mean wait by window of arrival, current and proposed quotas"),
        "categories": [window.split("–")[0] for window in windows],
        "series": [
            series(_("Walk-in, current"), "current", "walk_in_by_window", "current"),
            series(_("Walk-in, proposed"), "walk-in", "walk_in_by_window", "proposed"),
            series(_("Booked, current"), "other", "booked_by_window", "current"),
            series(_("Booked, proposed"), "booked", "booked_by_window", "proposed"),
        ],
    }
