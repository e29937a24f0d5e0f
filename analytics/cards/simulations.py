"""The simulated waits of a plan: tiles, chart and table."""

from collections.abc import Sequence
from typing import Any

from django.template.defaultfilters import floatformat
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from analytics.cards.parts import Chart, look_of, rounded, series, signed_text
from analytics.cards.plans import Sides, sides_of
from analytics.models import QuotaPlan
from analytics.selectors.plans import simulation_pending

Changed = dict[str, Any]


def simulation_context(found: QuotaPlan) -> dict[str, Any]:
    """What the plan page shows of it; without figures it says so."""
    data = found.simulation
    if not data:
        return {"simulation": None, "simulating": simulation_pending(found.code)}
    windows = _windows(found)
    sides = sides_of(found)
    rows = [
        {"window": label, "walk_in": shown(walk_in), "booked": shown(booked)}
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
        (_("Walk-in wait, mean"), shown(data["walk_in"]), _("min"), minutes),
        (_("Booked wait, mean"), shown(data["booked"]), _("min"), minutes),
        (_("Expert idle"), shown(data["idle_min"]), _("min"), minutes),
        (_("Overtime"), shown(data["overtime_min"]), _("min"), minutes),
        (_("Unserved"), shown(data["unserved"]), _("patients"), patients),
    ]
    return [
        {"title": title, "unit": unit, "change": change, "word": words.get(change["look"], "")}
        for title, change, unit, words in tiles
    ]


def shown(change: Changed) -> Changed:
    """With its look, and its difference as "−29.8" with a minus sign and as "29.8" without any."""
    difference = change["difference"] or 0.0
    return {
        **change,
        "look": look_of(change["difference"], change["error"]),
        "size": floatformat(abs(difference), 1),
        "signed": signed_text(difference, 1),
    }


def _noise(changes: Sequence[Changed]) -> dict[str, list[float | None]]:
    """Two standard errors of the difference at the plan's bars: one that reaches the other bar's height is noise."""
    ends = [(change["proposed"], 2 * (change["error"] or 0.0)) for change in changes]
    return {
        "low": rounded([None if wait is None else max(0.0, wait - width) for wait, width in ends]),
        "upTo": rounded([None if wait is None else wait + width for wait, width in ends]),
    }


def _chart(windows: list[str], data: dict[str, Any], sides: Sides) -> Chart:
    def waits(name: str, look: str, by_window: str, which: str) -> dict[str, Any]:
        changes = data[by_window]
        drawn = series(name, look, [change[which] for change in changes])
        return drawn if which == "current" else {**drawn, **_noise(changes)}

    walk_in, booked, comma = _("Walk-in"), _("Booked"), pgettext("between name and period", ", ")
    return {
        "label": _("Simulated mean wait by window of arrival, without and with this plan"),
        "categories": [window.split("–")[0] for window in windows],
        "series": [
            waits(f"{walk_in}{comma}{sides.before.lower()}", "current", "walk_in_by_window", "current"),
            waits(f"{walk_in}{comma}{sides.plan.lower()}", "walk-in", "walk_in_by_window", "proposed"),
            waits(f"{booked}{comma}{sides.before.lower()}", "current-booked", "booked_by_window", "current"),
            waits(f"{booked}{comma}{sides.plan.lower()}", "booked", "booked_by_window", "proposed"),
        ],
    }
