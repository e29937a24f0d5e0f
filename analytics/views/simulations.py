"""The simulated waits of a plan: tiles, chart and table; asked for by a button, worked out by the worker."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.defaultfilters import floatformat
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_POST

from analytics.models import QuotaPlan
from analytics.selectors.plans import plan_by_code, simulation_pending
from analytics.services.simulations import simulation_ask
from analytics.views.labels import Sides, sides_of
from hospital.common import clock
from hospital.common.views import managers_only

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
    sides = sides_of(found)
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
        "simulation_chart": _chart(windows, data, sides),
    }


def _windows(found: QuotaPlan) -> list[str]:
    before = f"{found.walk_in_opens_at:%H:%M}–{found.opens_at:%H:%M}"
    return [before, *(f"{slot.starts_at:%H:%M}–{slot.ends_at:%H:%M}" for slot in found.slots.all())]


def _tiles(data: dict[str, Any]) -> list[dict[str, Any]]:
    minutes = {
        "better": pgettext("simulated change", "shorter"),
        "worse": pgettext("simulated change", "longer"),
    }
    patients = {
        "better": pgettext("simulated change", "fewer"),
        "worse": pgettext("simulated change", "more"),
    }
    tiles = [
        (_("Walk-in wait, mean"), "walk_in", _("min"), minutes),
        (_("Booked wait, mean"), "booked", _("min"), minutes),
        (_("Expert idle"), "idle_min", _("min"), minutes),
        (_("Overtime"), "overtime_min", _("min"), minutes),
        (_("Unserved"), "unserved", _("patients"), patients),
    ]
    return [
        {"title": title, "unit": unit, "change": _shown(data[name]), "word": words.get(_look(data[name]), "")}
        for title, name, unit, words in tiles
    ]


def _look(change: Changed) -> str:
    """Better, worse, or within two standard errors."""
    difference, error = change["difference"], change["error"]
    if difference is None or abs(difference) < 2 * (error or 0) or not difference:
        return "noise"
    return "better" if difference < 0 else "worse"


def _shown(change: Changed) -> Changed:
    """With its look, and its difference as "−29.8" with a minus sign and as "29.8" without any."""
    difference = change["difference"] or 0
    size = floatformat(abs(difference), 1)
    sign = "" if size == floatformat(0, 1) else "−" if difference < 0 else "+"
    return {**change, "look": _look(change), "size": size, "signed": f"{sign}{size}"}


def _chart(windows: list[str], data: dict[str, Any], sides: Sides) -> dict[str, Any]:
    def series(name: str, look: str, by_window: str, which: str) -> dict[str, Any]:
        values = [change[which] for change in data[by_window]]
        return {
            "name": name,
            "look": look,
            "values": [None if value is None else round(value, 1) for value in values],
        }

    walk_in, booked, comma = _("Walk-in"), _("Booked"), pgettext("between name and period", ", ")
    return {
        "label": _("Simulated mean wait by window of arrival, without and with this plan"),
        "categories": [window.split("–")[0] for window in windows],
        "series": [
            series(f"{walk_in}{comma}{sides.before.lower()}", "current", "walk_in_by_window", "current"),
            series(f"{walk_in}{comma}{sides.plan.lower()}", "walk-in", "walk_in_by_window", "proposed"),
            series(f"{booked}{comma}{sides.before.lower()}", "current-booked", "booked_by_window", "current"),
            series(f"{booked}{comma}{sides.plan.lower()}", "booked", "booked_by_window", "proposed"),
        ],
    }
