"""The dashboard: waits by channel and hour, walk-ins against capacity; each with chart, table and CSV."""

import csv
from collections.abc import Iterable, Sequence
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from analytics.forms import DashboardFilter
from analytics.selectors.waits import (
    HourLoad,
    HourWaits,
    history_facts,
    last_taken_in,
    loads_by_hour,
    session_sums,
    waits_by_hour,
)
from analytics.views.labels import names_of
from hospital.common.views import manage_page, managers_only


@managers_only
def dashboard(request: HttpRequest) -> HttpResponse:
    """Waits and load of the chosen experts, days and weekdays."""
    facts = history_facts()
    form = DashboardFilter(request.GET, facts=facts, names=names_of())
    chosen = form.chosen()
    hours, total = waits_by_hour(chosen)
    loads = loads_by_hour(chosen)
    context = {
        "form": form,
        "facts": facts,
        "chosen": chosen,
        "hours": hours,
        "total": total,
        "loads": loads,
        "sums": session_sums(chosen),
        "taken_in_at": last_taken_in(),
        "worst": max((hour for hour in hours if hour.walk_in.shown), key=_walk_in_median, default=None),
        "crowded": [load for load in loads if load.possible is not None and load.walk_ins > load.seen],
        "waits_chart": _waits_chart(hours),
        "loads_chart": _loads_chart(loads),
        "query": request.GET.urlencode(),
    }
    return manage_page(request, "analytics/dashboard.html", "dashboard", context)


@managers_only
def card_csv(request: HttpRequest, card: str) -> HttpResponse:
    """One card's table as CSV, with the same filters."""
    chosen = DashboardFilter(request.GET, facts=history_facts(), names={}).chosen()
    if card == "waits":
        return _csv(
            card,
            ["hour", "channel", "patients", "median_min", "p90_min"],
            _waits_rows(waits_by_hour(chosen)[0]),
        )
    if card == "load":
        rows = [[load.hour, load.walk_ins, load.seen, load.possible] for load in loads_by_hour(chosen)]
        return _csv(card, ["hour", "walk_ins_per_session", "seen_per_session", "possible_per_session"], rows)
    raise Http404


def _walk_in_median(hour: HourWaits) -> float:
    return hour.walk_in.median_min or 0.0


def _waits_rows(hours: Iterable[HourWaits]) -> list[list[object]]:
    return [
        [hour.hour, channel, wait.count, wait.median_min, wait.p90_min]
        for hour in hours
        for channel, wait in (("walk_in", hour.walk_in), ("appointment", hour.booked))
        if wait.shown
    ]


def _csv(card: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> HttpResponse:
    response = HttpResponse(
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{card}.csv"'},
    )
    writer = csv.writer(response)
    writer.writerow(header)
    writer.writerows([[round(cell, 2) if isinstance(cell, float) else cell for cell in row] for row in rows])
    return response


def _waits_chart(hours: Sequence[HourWaits]) -> dict[str, Any]:
    def values(channel: str, name: str) -> list[float | None]:
        waits = [getattr(hour, channel) for hour in hours]
        return [round(getattr(wait, name), 1) if wait.shown else None for wait in waits]

    return {
        "label": _("Median wait by hour of arrival, with a line to the 90th percentile"),
        "categories": [hour.span for hour in hours],
        "series": [
            {
                "name": _("Walk-in"),
                "look": "walk-in",
                "values": values("walk_in", "median_min"),
                "upTo": values("walk_in", "p90_min"),
            },
            {
                "name": _("Booked"),
                "look": "booked",
                "values": values("booked", "median_min"),
                "upTo": values("booked", "p90_min"),
            },
        ],
    }


def _loads_chart(loads: Sequence[HourLoad]) -> dict[str, Any]:
    def rounded(value: float | None) -> float | None:
        return None if value is None else round(value, 1)

    return {
        "label": _("Walk-ins, patients seen and patients possible per session, by hour"),
        "categories": [load.span for load in loads],
        "series": [
            {"name": _("Walk-ins"), "look": "walk-in", "values": [rounded(load.walk_ins) for load in loads]},
            {"name": _("Seen"), "look": "other", "values": [rounded(load.seen) for load in loads]},
            {
                "name": _("Possible"),
                "look": "current",
                "kind": "line",
                "values": [rounded(load.possible) for load in loads],
            },
        ],
    }
